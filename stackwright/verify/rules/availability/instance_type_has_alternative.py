"""A group is not bound to one instance type, which a zone may have none of when it is needed."""

from __future__ import annotations

from collections.abc import Iterator

from stackwright.verify.deployment import Deployment
from stackwright.verify.fleet import GROUP, type_names
from stackwright.verify.rule import Finding, Rule

OVERRIDES = "MixedInstancesPolicy.LaunchTemplate.Overrides"


def check(deployment: Deployment) -> Iterator[Finding]:
    """Yield each group that may launch one instance type only; which ones is not known where attributes choose."""
    for group in deployment.of(GROUP):
        names = type_names(deployment.graph, group)
        if len(names) == 1 and isinstance(names[0], str):
            problem = "has no alternative: a zone that has none of this type left launches nothing"
            mend = f"name a second type of the same size in {OVERRIDES}"
            yield Finding(group.path, OVERRIDES, names[0], problem, mend)


RULE = Rule(
    claim="Every Auto Scaling group may launch more than one instance type.",
    why="When a zone fails, everybody launches in the others at once, and a single type runs out there first.",
    source="Auto Scaling groups with multiple instance types and purchase options (Amazon EC2 Auto Scaling User Guide)",
    about=(GROUP,),
    check=check,
)
