from __future__ import annotations

from collections.abc import Callable

import pytest

from stackwright.aws_shapes import Event
from stackwright.deploy.again import Again, Where
from stackwright.deploy.failure import blockers, cause, first_failure
from stackwright.deploy.follow import advance, begin
from stackwright.deploy.outcome import check_ended, mend
from stackwright.errors import StackwrightError

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


def test_what_was_only_cancelled_is_never_the_cause(own: Make, nested: Make, event: Make) -> None:
    progress = begin(ROOT)
    advance(
        progress,
        [
            own("UPDATE_IN_PROGRESS"),
            nested("UPDATE_IN_PROGRESS"),
            event("Subnet", "UPDATE_FAILED", stack=VPC, reason="Resource update cancelled"),
            nested("UPDATE_FAILED", reason="Resource update cancelled"),
            own("UPDATE_ROLLBACK_IN_PROGRESS", reason="Update cancelled by user. "),
            own("UPDATE_ROLLBACK_COMPLETE"),
        ],
    )
    assert first_failure(progress.steps) is None
    assert cause(progress.steps) == "Update cancelled by user."


def test_what_blocks_a_rollback_is_told_apart_from_what_began_it(own: Make, nested: Make, event: Make) -> None:
    progress = begin(ROOT)
    advance(
        progress,
        [
            own("UPDATE_IN_PROGRESS"),
            nested("UPDATE_IN_PROGRESS"),
            event("Subnet", "UPDATE_FAILED", "AWS::EC2::Subnet", stack=VPC, reason="no room"),
            nested("UPDATE_FAILED", reason="Embedded stack was not successfully updated"),
            own("UPDATE_ROLLBACK_IN_PROGRESS"),
            event("Vpc", "UPDATE_FAILED", stack=VPC, reason="gone"),
            nested("UPDATE_FAILED", reason="Embedded stack was not rolled back"),
            own("UPDATE_ROLLBACK_FAILED"),
        ],
    )
    assert [each.path for each in blockers(progress.steps)] == ["Vpc/Vpc"]
    with pytest.raises(StackwrightError) as raised:
        check_ended(progress, Again("shop", "dev", "shop-dev", Where()), wanted={"UPDATE_COMPLETE"})
    assert str(raised.value).splitlines() == [
        "shop-dev ended in UPDATE_ROLLBACK_FAILED",
        "Vpc/Subnet (subnet): no room",
        "not rolled back: Vpc/Vpc (VPC): gone",
        "next: mend what blocks it, then python build.py recover shop dev",
    ]


def test_a_stack_that_ran_out_of_time_tells_what_it_waited_for(own: Make, nested: Make, event: Make) -> None:
    record = "Content of DNS Record is: {Name: _x.example.com.,Type: CNAME,Value: _y.acm-validations.aws.}"
    progress = begin(ROOT)
    advance(
        progress,
        [
            own("CREATE_IN_PROGRESS"),
            nested("CREATE_IN_PROGRESS"),
            event("Role", "CREATE_IN_PROGRESS", stack=VPC, reason="Eventual consistency check initiated"),
            event("Role", "CREATE_COMPLETE", stack=VPC),
            event("Certificate", "CREATE_IN_PROGRESS", stack=VPC, reason=record),
            event("Certificate", "CREATE_IN_PROGRESS", stack=VPC, reason="Resource creation Initiated"),
            event("Certificate", "CREATE_FAILED", stack=VPC, reason="Resource creation cancelled"),
            nested("CREATE_FAILED", reason="Stack creation time exceeded the specified timeout"),
            event("Certificate", "DELETE_COMPLETE", stack=VPC),
            own("ROLLBACK_COMPLETE"),
        ],
    )
    assert cause(progress.steps) == (
        f"Vpc (nested stack): Stack creation time exceeded the specified timeout; Vpc/Certificate was waiting: {record}"
    )


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("ROLLBACK_COMPLETE", "deletes this first try and creates anew"),
        ("UPDATE_ROLLBACK_COMPLETE", "all is as it was before"),
        ("UPDATE_ROLLBACK_FAILED", "recover shop dev"),
        ("DELETE_FAILED", "destroy shop dev"),
        ("UPDATE_FAILED", "describe-stack-events --stack-name shop-dev"),
    ],
)
def test_every_end_has_its_mend(status: str, said: str) -> None:
    assert said in mend(status, Again("shop", "dev", "shop-dev", Where()))
