"""What AWS knows and a template refers to: parameters in SSM and the zones of the region, asked once each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from stackwright.aws_errors import AwsError
from stackwright.resolve.environment import Environment
from stackwright.resolve.symbols import Symbol, Value

if TYPE_CHECKING:
    from stackwright.aws import Aws

SSM = "ssm:"


@dataclass(frozen=True, kw_only=True)
class World(Environment):
    """The account as an environment. What it has not, or will not tell, stays a symbol.

    `found` has the value of each parameter asked for, None where there is none; `refused` why AWS would not tell.
    """

    aws: Aws
    found: dict[str, str | None] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    known_zones: list[str] = field(default_factory=list)

    def lookup(self, symbol: Symbol) -> Value:
        """Return what SSM has; secrets are not read."""
        if not symbol.path.startswith(SSM):
            return symbol
        value = self.parameter(symbol.path.removeprefix(SSM))
        return symbol if value is None else value

    def parameter(self, name: str) -> str | None:
        """Return a parameter's value; None where there is none, or AWS will not tell."""
        if name not in self.found and name not in self.refused:
            try:
                self.found[name] = self.aws.parameter(name)
            except AwsError as error:
                self.refused[name] = str(error)
        return self.found.get(name)

    def zones(self, region: str) -> list[str]:
        """Return the zones this account gets there; where AWS will not tell, what most accounts get."""
        if region != self.aws.region:
            return super().zones(region)
        if not self.known_zones:
            self.known_zones.extend(_zones(self.aws) or super().zones(region))
        return self.known_zones


def _zones(aws: Aws) -> list[str]:
    """Return the zones that have a default subnet, all where none has one ("Fn::GetAZs")."""
    default = {"Name": "default-for-az", "Values": ["true"]}
    usable = {"Name": "state", "Values": ["available"]}
    ordinary = {"Name": "zone-type", "Values": ["availability-zone"]}
    try:
        subnets = aws.call("ec2", "describe_subnets", Filters=[default])["Subnets"]
        zones = aws.call("ec2", "describe_availability_zones", Filters=[usable, ordinary])["AvailabilityZones"]
    except AwsError:
        return []
    preferred = {each["AvailabilityZone"] for each in subnets}
    return sorted(preferred or {each["ZoneName"] for each in zones})
