"""AWS managed policies, in every account from the start and at no cost.

moto loads all of them or none; loading them takes a tenth of a second for every account, and each
test has an account of its own. They are loaded once here, and each account gets copies.
"""

from __future__ import annotations

import os
from functools import cache, wraps
from typing import Any


def install() -> None:
    """Make moto's IAM know AWS managed policies. To be called before the first request."""
    from moto.iam.models import IAMBackend

    os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
    load = getattr(IAMBackend._init_aws_policies, "__wrapped__", IAMBackend._init_aws_policies)

    @cache
    def loaded(region: str) -> list[Any]:
        blank = IAMBackend.__new__(IAMBackend)
        blank.region_name, blank.account_id = region, "aws"
        return list(load(blank))

    @wraps(load)
    def copied(self: Any) -> list[Any]:
        return [_copied(each) for each in loaded(self.region_name)]

    IAMBackend._init_aws_policies = copied


def _copied(policy: Any) -> Any:
    """Return a copy that moto does not count: it keeps all that it makes, and these are thousands."""
    copy = object.__new__(type(policy))
    copy.__dict__.update(policy.__dict__)
    return copy
