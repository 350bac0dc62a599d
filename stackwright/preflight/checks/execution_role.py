"""The role that CloudFormation acts with."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from stackwright.aws_errors import AwsError
from stackwright.preflight.check import Check, Point, fails, holds, moot

if TYPE_CHECKING:
    from stackwright.preflight.subject import Subject

SERVICE = "cloudformation.amazonaws.com"
MEND = "give another with --role-arn, or deploy `account`, which makes one"


def _ask(subject: Subject) -> Iterator[Point]:
    if not subject.role:
        yield moot("CloudFormation acts with the caller's own permissions")
        return
    try:
        found = subject.aws.call("iam", "get_role", RoleName=subject.role.rpartition("/")[2])["Role"]
    except AwsError as error:
        if not error.absent:
            raise
        yield fails(f"there is no role {subject.role}", mend=MEND)
        return
    if SERVICE not in json.dumps(found.get("AssumeRolePolicyDocument")):
        yield fails(f"role {subject.role} does not trust {SERVICE}", mend=f"{MEND}; or let it trust CloudFormation")
        return
    yield holds(subject.role)


CHECK = Check(
    number=17,
    name="execution-role",
    claim="The role that CloudFormation is to act with is there, and trusts CloudFormation",
    why="CloudFormation says only that it is invalid or cannot be assumed, and keeps using a role it once was given",
    source='"AWS CloudFormation service role" in the AWS CloudFormation User Guide',
    ask=_ask,
)
