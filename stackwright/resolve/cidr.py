"""`Fn::Cidr` on known blocks, for IPv4 and IPv6."""

from __future__ import annotations

import ipaddress
from itertools import islice

from stackwright.resolve.errors import Refusal

MOST_BLOCKS = 256  # AWS CloudFormation Template Reference, "Fn::Cidr": count is 1 to 256


def blocks(block: str, count: int, bits: int) -> list[str]:
    """Return the first `count` blocks with `bits` host bits each, lowest address first.

    Refuses what is no block and a block with too little room.
    """
    try:
        network = ipaddress.ip_network(block, strict=False)
    except ValueError:
        raise Refusal(f"{block!r} is not a CIDR block") from None
    if not 1 <= count <= MOST_BLOCKS:
        raise Refusal(f"the count {count} is not between 1 and {MOST_BLOCKS}")
    if not 1 <= bits <= network.max_prefixlen:
        raise Refusal(f"{bits} bits are not between 1 and {network.max_prefixlen}")
    if network.num_addresses < count << bits:
        raise Refusal(f"{block} has no room for {count} blocks of {1 << bits} addresses")
    parts = network.subnets(new_prefix=network.max_prefixlen - bits)
    return [str(part) for part in islice(parts, count)]
