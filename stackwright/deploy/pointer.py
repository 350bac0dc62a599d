"""The pointer: which image a stack runs where somebody else than CloudFormation deploys it.

A pipeline that deploys by ECS alone registers revisions that CloudFormation does not know, and the stack's next update
would bring the image before them back. So its stack makes one SSM parameter for each environment, the pipeline writes
the image there once it runs, and a deployment without an image of its own takes that one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackwright import console
from stackwright.aws_errors import AccessDenied

if TYPE_CHECKING:
    from stackwright.aws import Aws

NONE = "none"  # SSM refuses an empty value: what stands there until the first release


def parameter(stack_name: str) -> str:
    """Return the name of a stack's pointer."""
    return f"/stackwright/{stack_name}/image"


def read(aws: Aws, stack_name: str) -> str | None:
    """Return what a stack's pointer says; NONE before the first release, None where the stack has no pointer."""
    return aws.parameter(parameter(stack_name))


def move(aws: Aws, stack_name: str, image: str) -> None:
    """Point to the image that a stack runs now, or to NONE; who may not do it is told what follows."""
    name = parameter(stack_name)
    try:
        aws.call("ssm", "put_parameter", Name=name, Value=image, Overwrite=True)
    except AccessDenied as error:
        console.warn(f"{name} still names the image before, and the next deployment brings it back: {error}")
