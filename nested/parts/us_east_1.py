"""The one region where CloudFront looks for certificates, web ACLs, metrics and log deliveries."""

from __future__ import annotations

from troposphere import Equals, Ref, Template

from nested.parts.rules import must


def only_there(t: Template) -> None:
    """Let the template be refused in every other region, before anything is created."""
    text = "edge is for us-east-1, whatever the system's region: CloudFront looks nowhere else"
    there = Equals(Ref("AWS::Region"), "us-east-1")
    t.add_rule("IsInUsEast1", must(there, text))
