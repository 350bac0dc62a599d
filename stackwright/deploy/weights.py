"""Weights: where a listener sends traffic now, held against what an update would write.

Deployments that shift traffic rewrite rules behind CloudFormation's back, and an update that touches such a rule writes
its actions anew, with the weights of the template (aws/aws-cdk#36649). While those are not the live ones, that would
send production to a target group without tasks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from stackwright.aws_errors import AwsError
from stackwright.deploy.changes import Change, Verdict, everything
from stackwright.errors import StackwrightError

if TYPE_CHECKING:
    from stackwright.aws import Aws
    from stackwright.deploy.judge import Templates

RULE = "AWS::ElasticLoadBalancingV2::ListenerRule"
LISTENER = "AWS::ElasticLoadBalancingV2::Listener"
ACTIONS = {RULE: "Actions", LISTENER: "DefaultActions"}

Shares = dict[str, float]


def refuse_collisions(aws: Aws, changes: tuple[Change, ...], templates: Templates, *, stack_id: str) -> None:
    """Raise when an update would write a rule or a default action anew whose live weights are others."""
    stacks = {"": stack_id} | {each.path: each.physical_id for each in everything(changes)}
    for change in everything(changes):
        touched = change.type in ACTIONS and change.action == "Modify" and change.verdict >= Verdict.AFTER_APPLY
        if touched and change.physical_id:
            _compare(aws, change, templates, stacks[change.scope])


def _compare(aws: Aws, change: Change, templates: Templates, stack_id: str) -> None:
    live = live_shares(aws, change.type, change.physical_id)
    properties = templates.at(change.scope).get("Resources", {}).get(change.logical_id, {}).get("Properties", {})
    named = _named(properties.get(ACTIONS[change.type], []))
    if not live or not named:
        return
    ids = {each.logical_id: each.physical_id for each in aws.held(stack_id)}
    written = shares((ids.get(name, name), weight) for name, weight in named)
    if written != live:
        raise StackwrightError(
            f"this would write {change.path} anew and send {told(written)}, while {told(live)} is sent now:"
            " a deployment has moved it\nundo what changes it, or release again first, which moves traffic back"
        )


def live_shares(aws: Aws, kind: str, arn: str) -> Shares:
    """Return what a rule, or the default action of a listener, sends where; nothing if it is gone."""
    try:
        if kind == RULE:
            actions = aws.call("elbv2", "describe_rules", RuleArns=[arn])["Rules"][0]["Actions"]
        else:
            actions = aws.call("elbv2", "describe_listeners", ListenerArns=[arn])["Listeners"][0]["DefaultActions"]
    except AwsError as error:
        if error.absent:
            return {}
        raise
    return shares(forwarded(actions))


def forwarded(actions: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, float]]:
    """Yield each target group that described actions forward to, with its weight."""
    for action in actions:
        groups = (action.get("ForwardConfig") or {}).get("TargetGroups") or []
        yield from ((each["TargetGroupArn"], float(each.get("Weight", 1))) for each in groups)
        if not groups and action.get("TargetGroupArn"):
            yield action["TargetGroupArn"], 1.0


def shares(weights: Iterable[tuple[str, float]]) -> Shares:
    """Return the share of each group that gets anything, in percent."""
    known = [(group, weight) for group, weight in weights if weight]
    total = sum(weight for _, weight in known)
    return {group: round(100 * weight / total, 1) for group, weight in known}


def told(found: Shares) -> str:
    """Return the shares in words: `100 % to web-green`."""
    return " and ".join(f"{share:g} % to {_short(group)}" for group, share in sorted(found.items()))


def _short(group: str) -> str:
    parts = group.split("/")
    return parts[1] if group.startswith("arn:") and len(parts) > 1 else group


def _named(actions: Any) -> list[tuple[str, float]]:
    """Return the target groups that a template's actions forward to, by logical id; nothing where it is not plain."""
    if not isinstance(actions, Sequence):
        return []
    found = []
    for group, weight in forwarded(each for each in actions if isinstance(each, Mapping)):
        name = group.get("Ref") if isinstance(group, Mapping) else group
        if not isinstance(name, str):
            return []
        found.append((name, weight))
    return found
