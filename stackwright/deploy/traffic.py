"""Traffic that a deployment has moved, and that an update of the stack must not move back.

ECS and CodeDeploy give production to the other target group by rewriting the weights of the production rule. An update
that changes anything of the rule writes it anew, with the weights of the template (aws/aws-cdk#36649): after an odd
number of releases they lead to a group without tasks. And a service that goes back to rolling updates starts its tasks
in its primary group, wherever the rule leads. So the live weights are looked at before either, and only then.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from stackwright.aws import ecs_service
from stackwright.deploy.changes import Change, Verdict, everything
from stackwright.errors import StackwrightError
from stackwright.verify.deployment import at, listed, number
from stackwright.verify.forwarding import LISTENER_RULE
from stackwright.verify.tasks import CODE_DEPLOY, SERVICE, STRATEGY

if TYPE_CHECKING:
    from stackwright.aws import Aws
    from stackwright.preflight.subject import Subject
    from stackwright.resolve.graph import Resource

Weights = Mapping[str, float]
ROLLING = "ROLLING"


def refuse_moved_traffic(subject: Subject, changes: tuple[Change, ...]) -> None:
    """Raise when an update would set a rule's weights back, or change the strategy of a service away from its primary
    target group; asks Elastic Load Balancing and ECS only where a rule or a strategy changes."""
    modified = [each for each in everything(changes) if each.action == "Modify" and each.verdict > Verdict.IDLE]
    refused = [told for each in modified for told in (*_rule(subject, each), *_strategy(subject, each))]
    if refused:
        raise StackwrightError("\n".join(dict.fromkeys(refused)))


def _rule(subject: Subject, change: Change) -> Iterator[str]:
    rule, arn = subject.graph.resources.get(change.path), subject.held.get(change.path)
    if change.type != LISTENER_RULE or rule is None or arn is None:
        return
    wanted = _wanted(subject, rule)
    if len(wanted) < 2:
        return
    live = _live(subject.aws, arn)
    if _shares(live) != _shares(wanted):
        yield (
            f"this would move production's traffic: {change.path} gives {_told(subject, live)}, as a release left it, "
            f"and would be written anew with {_told(subject, wanted)}"
        )
        yield from _mend(subject, change)


def _strategy(subject: Subject, change: Change) -> Iterator[str]:
    service, arn = subject.graph.resources.get(change.path), subject.held.get(change.path)
    if change.type != SERVICE or service is None or arn is None:
        return
    live = ecs_service(subject.aws, arn.split("/")[-2], arn)
    present = at(live, "deploymentConfiguration.strategy", ROLLING)
    wanted = at(service.properties, STRATEGY, ROLLING)
    if present in (ROLLING, wanted):
        return
    for balancer in listed(live.get("loadBalancers")):
        rule = at(balancer, "advancedConfiguration.productionListenerRule")
        weights = _live(subject.aws, str(rule)) if rule else {}
        primary = str(at(balancer, "targetGroupArn"))
        if weights and _shares(weights) != {primary: 1}:
            yield (
                f"the strategy of {change.path} cannot change from {present} to {wanted} now: production gives "
                f"{_told(subject, weights)}, as a release left it, and not all to {_name(subject, primary)}"
            )
            yield from _mend(subject, change)


def _mend(subject: Subject, change: Change) -> Iterator[str]:
    """Yield how production comes back to the primary group: each release moves it to the other."""
    beside = [each for each in subject.graph.of_type(SERVICE) if each.path.rpartition("/")[0] == change.scope]
    if any(at(each.properties, "DeploymentController.Type") == CODE_DEPLOY for each in beside):
        yield "undo what changes the rule, or release once more first: each release moves production to the other group"
        return
    for arn in (subject.held[each.path] for each in beside if each.path in subject.held):
        cluster = arn.split("/")[-2]
        region = f"--region {subject.aws.region}"
        yield f"bring it back first: aws ecs update-service {region} --cluster {cluster} --service {arn} \\"
        yield "  --force-new-deployment; when that deployment is over, deploy again"


def _wanted(subject: Subject, rule: Resource) -> dict[str, float]:
    """Return the weights that the template gives the target groups that are there."""
    found = {}
    for each in listed(at(rule.properties, "Actions.0.ForwardConfig.TargetGroups")):
        group = subject.graph.target(at(each, "TargetGroupArn"))
        if group is not None and group.path in subject.held:
            found[subject.held[group.path]] = number(at(each, "Weight", 1)) or 0
    return found


def _live(aws: Aws, rule: str) -> dict[str, float]:
    (found,) = aws.call("elbv2", "describe_rules", RuleArns=[rule])["Rules"]
    groups = at(found, "Actions.0.ForwardConfig.TargetGroups")
    return {str(at(each, "TargetGroupArn")): number(at(each, "Weight", 1)) or 0 for each in listed(groups)}


def _shares(weights: Weights) -> dict[str, float]:
    total = sum(weights.values())
    return {group: weight / total for group, weight in weights.items() if weight}


def _told(subject: Subject, weights: Weights) -> str:
    shares = sorted(_shares(weights).items(), key=lambda each: -each[1])
    return ", ".join(f"{share:.0%} to {_name(subject, group)}" for group, share in shares) or "nothing to any group"


def _name(subject: Subject, arn: str) -> str:
    return next((path for path, physical_id in subject.held.items() if physical_id == arn), arn)
