"""Systems Manager parameters."""

from __future__ import annotations

from stackwright.emulator.handlers.mapped import Mapped, Name, Step, handlers
from stackwright.emulator.handlers.tags import Tagging

_MEMBERS = ("AllowedPattern", "DataType", "Description", "Policies", "Tier", "Type", "Value")

_PARAMETER = Mapped(
    service="ssm",
    create="put_parameter",
    identity="=Name",
    key="Name",
    delete="delete_parameter",
    name=Name("Name", 1011),
    steps=(
        Step(
            "put_parameter",
            _MEMBERS,
            at_creation=False,
            build=lambda given: {**given, "Overwrite": True},
        ),
    ),
    attributes={
        "Type": lambda _, __, given: given["Type"],
        "Value": lambda _, __, given: given["Value"],
        "Arn": lambda context, name, _: f"arn:aws:ssm:{context.region}:{context.account}:parameter/{name.lstrip('/')}",
    },
    tagging=Tagging(
        "add_tags_to_resource",
        "remove_tags_from_resource",
        "ResourceId",
        "Tags",
        "TagKeys",
        extra={"ResourceType": "Parameter"},
    ),
)
HANDLERS = handlers({"AWS::SSM::Parameter": _PARAMETER})
