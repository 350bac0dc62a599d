"""AWS-managed prefix lists: CloudFront's has the id that it has in every account of a region."""

from __future__ import annotations

from typing import Any

from moto.ec2.models import EC2Backend

from stackwright.cloudfront import ORIGIN_FACING, origin_facing

_create_default = EC2Backend.create_default_pls


def _create(backend: Any) -> None:
    """Make moto's, and give CloudFront's its id ("Available AWS-managed prefix lists", Amazon VPC User Guide)."""
    _create_default(backend)
    lists = backend.managed_prefix_lists
    (cloudfront,) = (each for each in lists.values() if each.prefix_list_name == ORIGIN_FACING)
    known = origin_facing().get(backend.region_name)
    if known:
        del lists[cloudfront.id]
        cloudfront.id = known
        cloudfront.prefix_list_arn = cloudfront.arn(backend.region_name, cloudfront.owner_id)
        lists[known] = cloudfront


def install() -> None:
    """Put it in the place of moto's."""
    EC2Backend.create_default_pls = _create
