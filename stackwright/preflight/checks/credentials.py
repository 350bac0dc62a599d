"""Who asks, in which account and region."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from stackwright.aws_errors import Credentials, Unreachable
from stackwright.preflight.check import Check, Point, fails, holds

if TYPE_CHECKING:
    from stackwright.preflight.subject import Subject


def _ask(subject: Subject) -> Iterator[Point]:
    try:
        caller = subject.aws.call("sts", "get_caller_identity")
    except (Credentials, Unreachable) as error:
        what, _, mend = str(error).partition(": ")
        yield fails(what, mend=mend or "see `aws configure`")
        return
    yield holds(f"account {caller['Account']}, {caller['Arn']}, region {subject.aws.region}")


CHECK = Check(
    number=1,
    name="credentials",
    claim="AWS accepts the credentials, and they are those of the account and region that are meant",
    why="The right command in the wrong account is the most expensive mistake there is",
    source="GetCallerIdentity in the AWS Security Token Service API Reference",
    ask=_ask,
)
