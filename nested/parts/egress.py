"""Egress: security groups that let nothing out of themselves."""

from __future__ import annotations

from troposphere.ec2 import SecurityGroupRule

# The example "Remove default rule" of AWS::EC2::SecurityGroup: with no rule out at all, EC2 adds one to everywhere.
NOWHERE = "127.0.0.1/32"


def nowhere(text: str) -> SecurityGroupRule:
    """Return the rule that lets nothing out, with this description."""
    return SecurityGroupRule(IpProtocol="-1", CidrIp=NOWHERE, Description=text)
