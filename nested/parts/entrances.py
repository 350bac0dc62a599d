"""Entrances: from where a load balancer lets requests in.

`internet`: from anywhere. `vpc-origin`: from CloudFront alone, which puts network interfaces into the VPC; the load
balancer has no public address. `prefix-list`: from CloudFront alone over public addresses, for regions and accounts
without VPC origins; anybody's distribution may ask there, so a secret header tells ours from the others. `private`:
from nobody, until another stack lets its own security group in, as that of an API's VPC link does; no public address.
"""

from __future__ import annotations

from typing import Literal

Entrance = Literal["internet", "vpc-origin", "prefix-list", "private"]

# Whose load balancer has no public address.
INTERNAL: tuple[Entrance, ...] = ("vpc-origin", "private")
