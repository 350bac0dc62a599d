"""Shifting: deployments that start the new tasks beside the old ones and move the traffic from the one to the other.

ECS does it by itself, for the strategies BLUE_GREEN, LINEAR and CANARY: the new tasks register with the target group
that has no weight, and the weights of the production rule change. With ROLLING nothing here has an effect.
Sources: "Amazon ECS blue/green service deployments workflow", "Amazon ECS linear deployments", "Amazon ECS canary
deployments" and "Lifecycle hooks for Amazon ECS service deployments", Amazon ECS Developer Guide.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from troposphere import And, Condition, Equals, GetAtt, If, Not, NoValue, Ref, Template
from troposphere.ecs import (
    AdvancedConfiguration,
    CanaryConfiguration,
    DeploymentCircuitBreaker,
    DeploymentConfiguration,
    DeploymentLifecycleHook,
    LinearConfiguration,
)
from troposphere.iam import Policy, Role

from nested import inputs
from nested.parts import rollout, target
from nested.parts.permissions import allow, policy, trust
from nested.parts.rules import given
from nested.shape import needs

# Whether deployments shift traffic.
SHIFTS = "ShiftsTraffic"

# Whether the load balancer has a listener for test traffic.
TESTED = "HasTestListener"

_IN_STEPS, _BY_CANARY, _HOOKED = "ShiftsInSteps", "ShiftsByCanary", "HasLifecycleHook"

# "DeploymentLifecycleHook" (lifecycleStages), Amazon ECS API Reference; the others take no hook.
STAGES = (
    "RECONCILE_SERVICE",
    "PRE_SCALE_UP",
    "POST_SCALE_UP",
    "TEST_TRAFFIC_SHIFT",
    "POST_TEST_TRAFFIC_SHIFT",
    "PRE_PRODUCTION_TRAFFIC_SHIFT",
    "PRODUCTION_TRAFFIC_SHIFT",
    "POST_PRODUCTION_TRAFFIC_SHIFT",
)

# Where a release can still be refused without a caller having met it.
HOOKS = ("POST_TEST_TRAFFIC_SHIFT",)

# What ECS looks at before it moves anything; these have no resource that they could be limited to ("Actions, resources,
# and condition keys for Elastic Load Balancing V2", Service Authorization Reference).
_LOOKS = ("DescribeListeners", "DescribeRules", "DescribeTargetGroups", "DescribeTargetHealth")


def add_to(t: Template, *, hooks: Sequence[str]) -> None:
    """Add parameters, conditions and roles; raises ValueError for a hook at what is no stage or takes none.

    The template needs TestListenerArn, and has both target groups and rules.
    """
    unknown = [each for each in hooks if each not in STAGES]
    if unknown:
        raise ValueError(f"lifecycle hook at {', '.join(unknown)}: choose from {', '.join(STAGES)}")
    strategy = Ref(inputs.DEPLOYMENT_STRATEGY.name)
    needs(t, inputs.DEPLOYMENT_STRATEGY, inputs.BAKE_TIME_IN_MINUTES, inputs.CANARY_PERCENT)
    needs(t, inputs.STEP_PERCENT, inputs.STEP_BAKE_TIME_IN_MINUTES)
    t.add_condition(SHIFTS, Not(Equals(strategy, "ROLLING")))
    t.add_condition(_IN_STEPS, Equals(strategy, "LINEAR"))
    t.add_condition(_BY_CANARY, Equals(strategy, "CANARY"))
    t.add_condition(TESTED, given(inputs.TEST_LISTENER_ARN))
    t.add_resource(_traffic_role())
    if hooks:
        needs(t, inputs.LIFECYCLE_HOOK_ARN)
        t.add_condition(_HOOKED, And(Condition(SHIFTS), given(inputs.LIFECYCLE_HOOK_ARN)))
        t.add_resource(_hook_role())


def configuration(*, hooks: Sequence[str]) -> DeploymentConfiguration:
    """Return the configuration of whatever strategy; the template has the alarm FailedTasks where traffic shifts."""
    return DeploymentConfiguration(
        DeploymentCircuitBreaker=DeploymentCircuitBreaker(**_breaker()),
        Alarms=rollout.watched(If(SHIFTS, Ref("FailedTasks"), NoValue)),
        **rollout.percents(),
        **_steps(),
        **_hooked(hooks),
    )


def _breaker() -> dict[str, If]:
    """Return the circuit breaker, which ECS has for rolling updates only; an alarm takes its place in the others.

    Off is said and not left out: an update that leaves it out may leave it on.
    """
    off = {"Enable": False, "Rollback": False}
    return {name: If(SHIFTS, off.get(name, NoValue), value) for name, value in rollout.breaker().items()}


def _steps() -> dict[str, Any]:
    wait = Ref(inputs.STEP_BAKE_TIME_IN_MINUTES.name)
    linear = LinearConfiguration(StepPercent=Ref(inputs.STEP_PERCENT.name), StepBakeTimeInMinutes=wait)
    canary = CanaryConfiguration(CanaryPercent=Ref(inputs.CANARY_PERCENT.name), CanaryBakeTimeInMinutes=wait)
    return {
        "Strategy": Ref(inputs.DEPLOYMENT_STRATEGY.name),
        "BakeTimeInMinutes": If(SHIFTS, Ref(inputs.BAKE_TIME_IN_MINUTES.name), NoValue),
        "LinearConfiguration": If(_IN_STEPS, linear, NoValue),
        "CanaryConfiguration": If(_BY_CANARY, canary, NoValue),
    }


def _hooked(hooks: Sequence[str]) -> dict[str, Any]:
    """Return who is asked at these stages, if anybody is."""
    if not hooks:
        return {}
    asked = DeploymentLifecycleHook(
        HookTargetArn=Ref(inputs.LIFECYCLE_HOOK_ARN.name),
        RoleArn=GetAtt("HookRole", "Arn"),
        LifecycleStages=list(hooks),
    )
    return {"LifecycleHooks": If(_HOOKED, [asked], NoValue)}


def between_groups() -> If:
    """Return the advanced configuration of the service's load balancer: what ECS may move, and as whom."""
    moved = AdvancedConfiguration(
        AlternateTargetGroupArn=Ref(target.ALTERNATE),
        ProductionListenerRule=Ref("ListenerRule"),
        TestListenerRule=If(TESTED, Ref("TestListenerRule"), NoValue),
        RoleArn=GetAtt("TrafficRole", "Arn"),
    )
    return If(SHIFTS, moved, NoValue)


def _traffic_role() -> Role:
    """Return what ECS registers tasks and moves weights as: AmazonECSInfrastructureRolePolicyForLoadBalancers, but on
    this service's groups and rules alone."""
    register = ["elasticloadbalancing:RegisterTargets", "elasticloadbalancing:DeregisterTargets"]
    rules = [Ref("ListenerRule"), If(TESTED, Ref("TestListenerRule"), NoValue)]
    statements = (
        allow([f"elasticloadbalancing:{each}" for each in _LOOKS], "*"),
        allow(register, [Ref(group) for group in target.PAIR]),
        allow("elasticloadbalancing:ModifyRule", rules),
    )
    return Role(
        "TrafficRole",
        Condition=SHIFTS,
        Description="ECS shifts traffic between the target groups of this service",
        AssumeRolePolicyDocument=trust("ecs.amazonaws.com"),
        Policies=[Policy(PolicyName="ShiftTraffic", PolicyDocument=policy(*statements))],
    )


def _hook_role() -> Role:
    asks = allow("lambda:InvokeFunction", Ref(inputs.LIFECYCLE_HOOK_ARN.name))
    return Role(
        "HookRole",
        Condition=_HOOKED,
        Description="ECS asks a function at the stages of a deployment",
        AssumeRolePolicyDocument=trust("ecs.amazonaws.com"),
        Policies=[Policy(PolicyName="AskHook", PolicyDocument=policy(asks))],
    )
