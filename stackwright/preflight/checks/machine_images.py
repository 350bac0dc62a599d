"""Machine images, which may be withdrawn, and are made for one architecture."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from stackwright.aws_errors import AwsError
from stackwright.ecs.instance_types import instance_types
from stackwright.preflight.asking import one_by_one
from stackwright.preflight.check import Check, Point, fails, holds, moot, untold
from stackwright.preflight.fleet import GROUP, launch_data, types_of

if TYPE_CHECKING:
    from stackwright.preflight.subject import Subject
    from stackwright.resolve.graph import Resource

MEND = "give another MachineImage, by the path of a version of AWS's ECS-optimised image"
NAMES = {"X86_64": "x86_64", "ARM64": "arm64"}


def _ask(subject: Subject) -> Iterator[Point]:
    groups = subject.resources(GROUP)
    if not groups:
        yield moot("the plan has no Auto Scaling group")
    yield from one_by_one(groups, lambda group: _image(subject, group))


def _image(subject: Subject, group: Resource) -> Iterator[Point]:
    name = launch_data(subject, group).get("ImageId")
    if not isinstance(name, str):
        yield untold(f"{group.path}: its machine image is not known before AWS makes it")
        return
    found = _found(subject, name)
    if not found:
        yield fails(f"{group.path}: {subject.aws.region} has no machine image {name}", mend=MEND)
        return
    made = str(found[0].get("Architecture", ""))
    wrong = [each for each in types_of(subject, group) if _architecture(each) not in ("", made)]
    if wrong:
        text = f"{group.path}: machine image {name} is for {made}, {', '.join(wrong)} is not"
        yield fails(text, mend=f"{MEND} of the instance types' architecture")
        return
    yield holds(f"{name}, {made}")


def _found(subject: Subject, name: str) -> list[dict[str, str]]:
    try:
        return list(subject.aws.call("ec2", "describe_images", ImageIds=[name])["Images"])
    except AwsError as error:
        if error.code.startswith("InvalidAMIID"):
            return []
        raise


def _architecture(instance_type: str) -> str:
    known = instance_types().get(instance_type)
    return NAMES[known.architecture] if known else ""


CHECK = Check(
    number=7,
    name="machine-images",
    claim="The machine image is there, and of the architecture of the instance types",
    why="AWS withdraws old images; an instance of the other architecture is refused when the group starts it",
    source="DescribeImages in the Amazon EC2 API Reference",
    ask=_ask,
)
