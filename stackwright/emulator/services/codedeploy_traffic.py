"""Traffic: what CodeDeploy rewrites on a listener, and nothing else of the load balancer.

It looks at the rules of the listener that it is told of, the default one included, for those that forward to the
original task set's target group, and gives both groups their weights; the original stays behind with 0 (docs/decisions/
005-what-codedeploy-rewrites.md has the sources). The listener's other rules, certificates and policy stay.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from moto.elbv2.models import FakeAction, elbv2_backends

_WHOLE = 100


def group_named(account: str, region: str, name: str) -> Any:
    """Return the target group of that name, None if there is none."""
    groups = elbv2_backends[account][region].target_groups.values()
    return next((each for each in groups if each.name == name), None)


def listener(account: str, region: str, arn: str) -> Any:
    """Return a listener, None if there is none."""
    balancers = elbv2_backends[account][region].load_balancers.values()
    return next((each.listeners[arn] for each in balancers if arn in each.listeners), None)


def leads_to(found: Any, group: str) -> bool:
    """Tell whether a rule of the listener sends requests to the target group."""
    return any(weights_of(each).get(group) for each in found.rules.values())


def shift(found: Any, original: str, replacement: str, percent: int) -> None:
    """Give the replacement's group this share of what the rules sent to the two, the original's the rest."""
    for rule in found.rules.values():
        if {original, replacement} & {group for group, weight in weights_of(rule).items() if weight}:
            rewrite(found, rule, {replacement: percent, original: _WHOLE - percent})


def weights_of(rule: Any) -> dict[str, int]:
    """Return the weight of each group that the rule forwards to."""
    for action in rule.actions:
        if action.data.get("Type") == "forward":
            groups = (action.data.get("ForwardConfig") or {}).get("TargetGroups") or []
            weights = {each["TargetGroupArn"]: int(each.get("Weight", 1)) for each in groups}
            return weights or {action.data["TargetGroupArn"]: 1}
    return {}


def rewrite(found: Any, rule: Any, weights: dict[str, int]) -> None:
    """Let a rule of the listener forward to these groups by these weights."""
    actions = []
    for action in rule.actions:
        data = deepcopy(action.data)
        if data.get("Type") == "forward":
            data.pop("TargetGroupArn", None)
            groups = [{"TargetGroupArn": group, "Weight": weight} for group, weight in weights.items()]
            data["ForwardConfig"] = {**(data.get("ForwardConfig") or {}), "TargetGroups": groups}
        actions.append(FakeAction(data))
    rule.actions = actions
    if rule.is_default:
        found.default_actions = actions
