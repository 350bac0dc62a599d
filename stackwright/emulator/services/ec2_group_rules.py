"""Rules of security groups beyond moto, which takes any prefix list and as many rules as one likes."""

from __future__ import annotations

from typing import Any

from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import EC2Backend

from stackwright.cloudfront import ORIGIN_FACING, ORIGIN_FACING_WEIGHT

# "Amazon VPC quotas", Amazon VPC User Guide: in each direction.
_MOST_RULES = 60

_ingress = EC2Backend.authorize_security_group_ingress
_egress = EC2Backend.authorize_security_group_egress


def _into(backend: Any, group_name_or_id: str, *arguments: Any, **given: Any) -> Any:
    """Add rules about what comes in ("AuthorizeSecurityGroupIngress")."""
    _refuse(backend, group_name_or_id, given, "ingress_rules")
    return _ingress(backend, group_name_or_id, *arguments, **given)


def _out_of(backend: Any, group_name_or_id: str, *arguments: Any, **given: Any) -> Any:
    """Add rules about what goes out ("AuthorizeSecurityGroupEgress")."""
    _refuse(backend, group_name_or_id, given, "egress_rules")
    return _egress(backend, group_name_or_id, *arguments, **given)


def _refuse(backend: Any, group: str, given: dict[str, Any], direction: str) -> None:
    """Refuse an unknown list, and more rules than a group may have ("Error codes for the Amazon EC2 API")."""
    named = [each["PrefixListId"] for each in given.get("prefix_list_ids") or []]
    for each in named:
        if each not in backend.managed_prefix_lists:
            raise EC2ClientError("InvalidPrefixListID.NotFound", f"The prefix list ID '{each}' does not exist")
    found = backend.get_security_group_by_name_or_id(group)
    there = [each.prefix_list_id for each in getattr(found, direction, [])]
    peers = len([*(given.get("ip_ranges") or []), *(given.get("source_groups") or [])])
    if peers + sum(_weight(backend, each) for each in [*there, *named]) > _MOST_RULES:
        said = "The maximum number of rules per security group has been reached."
        raise EC2ClientError("RulesPerSecurityGroupLimitExceeded", said)


def _weight(backend: Any, prefix_list: str | None) -> int:
    """Return what a rule counts for: as much as its prefix list, else one."""
    found = backend.managed_prefix_lists.get(prefix_list)
    return ORIGIN_FACING_WEIGHT if found and found.prefix_list_name == ORIGIN_FACING else 1


def install() -> None:
    """Put these in the place of moto's own."""
    EC2Backend.authorize_security_group_ingress = _into
    EC2Backend.authorize_security_group_egress = _out_of
