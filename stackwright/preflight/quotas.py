"""Quotas: what an account may have of a thing in a region, and whether a plan stays below."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackwright.aws_errors import AwsError
from stackwright.preflight.check import Point, fails, holds, untold

if TYPE_CHECKING:
    from stackwright.aws import Aws


@dataclass(frozen=True)
class Quota:
    """One quota by its code in Service Quotas; `default` is what AWS gives an account that never asked for more."""

    service: str
    code: str
    noun: str
    default: int


def within(aws: Aws, quota: Quota, *, used: int, adds: int, by: str) -> Point:
    """Return whether a plan stays within a quota. `by` says what adds to it.

    Where AWS does not tell the quota it is the default, and what passes that cannot be told.
    """
    limit, refused = _limit(aws, quota)
    told = f"{by}: {quota.noun} in {aws.region}: {used} and {adds} more, quota {limit}"
    if used + adds <= limit:
        return holds(told)
    if refused:
        return untold(f"{told} by default; {refused}")
    return fails(told, mend=f"give up what is not needed, or ask AWS for more: {_increase(aws, quota, used + adds)}")


def _limit(aws: Aws, quota: Quota) -> tuple[int, str]:
    """Return the quota, and why AWS would not tell it."""
    try:
        found = aws.call("service-quotas", "get_service_quota", ServiceCode=quota.service, QuotaCode=quota.code)
    except AwsError as error:
        # Of a quota that was never changed there may be the default alone ("GetServiceQuota").
        return quota.default, "" if error.code == "NoSuchResourceException" else str(error)
    return int(found["Quota"]["Value"]), ""


def _increase(aws: Aws, quota: Quota, value: int) -> str:
    return (
        f"aws service-quotas request-service-quota-increase --region {aws.region}"
        f" --service-code {quota.service} --quota-code {quota.code} --desired-value {value}"
    )
