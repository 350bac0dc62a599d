"""The types of parameters, and the form that a value of each has.

Source: AWS CloudFormation User Guide, "Parameters", "AWS-specific parameter types" and "Systems
Manager parameter types".
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_ID = "([0-9a-f]{8}|[0-9a-f]{17})"
_ANY = r"(?s).+"

FORMS: dict[str, str] = {
    "String": r"(?s).*",
    "Number": r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?",
    "AWS::EC2::AvailabilityZone::Name": r"[a-z]{2}(-[a-z0-9]+)+-\d[a-z0-9-]*[a-z]",
    "AWS::EC2::Image::Id": f"ami-{_ID}",
    "AWS::EC2::Instance::Id": f"i-{_ID}",
    "AWS::EC2::KeyPair::KeyName": _ANY,
    "AWS::EC2::SecurityGroup::GroupName": _ANY,
    "AWS::EC2::SecurityGroup::Id": f"sg-{_ID}",
    "AWS::EC2::Subnet::Id": f"subnet-{_ID}",
    "AWS::EC2::Volume::Id": f"vol-{_ID}",
    "AWS::EC2::VPC::Id": f"vpc-{_ID}",
    "AWS::Route53::HostedZone::Id": r"[0-9A-Z]{1,32}",
    "AWS::SSM::Parameter::Name": r"[A-Za-z0-9_./:-]+",
}

_SSM_NAME = re.compile(FORMS["AWS::SSM::Parameter::Name"])
_LOOKED_UP = re.compile(r"AWS::SSM::Parameter::Value<(.+)>")
_LIST = re.compile(r"List<(.+)>")


@dataclass(frozen=True)
class Type:
    """What a declaration's `Type` means: the element's type, whether a list, whether in SSM."""

    element: str
    listed: bool
    looked_up: bool

    @property
    def known(self) -> bool:
        """Whether CloudFormation has such a type."""
        return self.element in FORMS

    def fits(self, item: str) -> bool:
        """Whether one item has the element's form; of what is in SSM, its name's."""
        if self.looked_up:
            return bool(_SSM_NAME.fullmatch(item))
        return bool(re.fullmatch(FORMS[self.element], item, re.ASCII))

    def items(self, text: str) -> list[str]:
        """Return what the value consists of: itself, or the members of the list, trimmed.

        An empty list is one empty member, as for `Fn::Split`.
        """
        if not self.listed or self.looked_up:
            return [text]
        return [item.strip() for item in text.split(",")]


def parsed(declared: str) -> Type:
    """Return the meaning of a declaration's `Type`."""
    looked_up = _LOOKED_UP.fullmatch(declared)
    inner = looked_up[1] if looked_up else declared
    listed = _LIST.fullmatch(inner)
    element = listed[1] if listed else inner
    if element == "CommaDelimitedList":
        return Type("String", listed=True, looked_up=bool(looked_up))
    return Type(element, listed=bool(listed), looked_up=bool(looked_up))
