"""What keeps a subnet or a VPC from going although no stack owns it: endpoints, and security groups."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.ec2.exceptions import DependencyViolationError
from moto.ec2.models import EC2Backend

_delete_subnet = EC2Backend.delete_subnet
_delete_vpc = EC2Backend.delete_vpc
_delete_group = EC2Backend.delete_security_group


def _subnet(backend: Any, subnet_id: str) -> Any:
    """Refuse while an endpoint has a network interface there ("DeleteSubnet")."""
    if any(subnet_id in (each.subnet_ids or []) for each in _endpoints(backend)):
        raise DependencyViolationError(f"The subnet '{subnet_id}' has dependencies and cannot be deleted.")
    return _delete_subnet(backend, subnet_id)


def _vpc(backend: Any, vpc_id: str) -> Any:
    """Refuse while it has an endpoint, or a security group that is not its default one; its default network ACL
    goes with it ("DeleteVpc")."""
    groups = (each.name for each in backend.groups.get(vpc_id, {}).values())
    endpoints = (each for each in _endpoints(backend) if each.vpc_id == vpc_id)
    if any(name != "default" for name in groups) or any(endpoints):
        raise DependencyViolationError(f"The vpc '{vpc_id}' has dependencies and cannot be deleted.")
    deleted = _delete_vpc(backend, vpc_id)
    for each in [each for each in backend.network_acls.values() if each.vpc_id == vpc_id and each.default]:
        backend.network_acls.pop(each.id)
    return deleted


def _group(backend: Any, name: str | None = None, group_id: str | None = None) -> None:
    """Refuse one that an endpoint's network interfaces are in ("DeleteSecurityGroup")."""
    if group_id and any(group_id in (each.security_group_ids or []) for each in _endpoints(backend)):
        raise DependencyViolationError(f"resource {group_id} has a dependent object")
    _delete_group(backend, name, group_id)


def _endpoints(backend: Any) -> Iterator[Any]:
    return (each for each in backend.vpc_end_points.values() if each.state != "deleted")


def install() -> None:
    """Put the refusals in the place of moto's own."""
    EC2Backend.delete_subnet = _subnet
    EC2Backend.delete_vpc = _vpc
    EC2Backend.delete_security_group = _group
