from __future__ import annotations

from collections.abc import Callable

from stackwright.aws_shapes import Event
from stackwright.deploy.failure import first_failure
from stackwright.deploy.follow import advance, begin

ROOT = "arn:stack/shop-dev"
VPC = "arn:stack/vpc"
Make = Callable[..., Event]


def test_the_first_real_failure_of_the_deepest_stack_is_told(own: Make, nested: Make, event: Make) -> None:
    progress = begin(ROOT)
    advance(
        progress,
        [
            own("CREATE_IN_PROGRESS"),
            nested("CREATE_IN_PROGRESS"),
            event("Early", "CREATE_FAILED", stack=VPC, reason="Resource creation cancelled"),
            event("Subnet", "CREATE_FAILED", stack=VPC, reason="no room in 10.0.0.0/28"),
            event("Late", "CREATE_FAILED", stack=VPC, reason="Resource creation cancelled"),
            nested("CREATE_FAILED", reason="Embedded stack arn:... was not successfully created"),
            own("ROLLBACK_COMPLETE"),
        ],
    )
    failure = first_failure(progress.steps)
    assert failure and failure.path == "Vpc/Subnet"
    assert failure.sentence() == "Vpc/Subnet (VPC): no room in 10.0.0.0/28"


def test_a_stack_is_told_when_nothing_in_it_failed(own: Make, nested: Make) -> None:
    progress = begin(ROOT)
    advance(progress, [own("CREATE_IN_PROGRESS"), nested("CREATE_FAILED", reason="TemplateURL")])
    failure = first_failure(progress.steps)
    assert failure and (failure.path, failure.reason) == ("Vpc", "TemplateURL")


def test_no_failure_is_none(own: Make) -> None:
    progress = begin(ROOT)
    advance(progress, [own("CREATE_COMPLETE")])
    assert first_failure(progress.steps) is None
