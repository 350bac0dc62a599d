"""Scalable: the number of a service's tasks, as scaling policies know it, and its limits by day and in off hours."""

from __future__ import annotations

from typing import Any

from troposphere import If, NoValue, Ref, Sub, Template
from troposphere.applicationautoscaling import (
    ScalableTarget,
    ScalableTargetAction,
    ScalingPolicy,
    ScheduledAction,
    TargetTrackingScalingPolicyConfiguration,
)

from nested import inputs
from nested.parts.rules import both_or_neither, given, must
from nested.shape import Input, needs

# A new task takes about this long to count in the metrics; adding more before is adding blindly.
SCALE_OUT_COOLDOWN = 60

# Load that comes back within five minutes finds the tasks still there.
SCALE_IN_COOLDOWN = 300

_SCHEDULED = "HasOffHours"


def add_to(t: Template) -> None:
    """Add the target Tasks and what it needs; the template needs ClusterName and ServiceName.

    Off hours are two scheduled actions, or none. Each sets both limits, and the number of tasks follows at once; what
    scaling decides between the limits stays free ("Scheduled scaling for Application Auto Scaling"). No role:
    Application Auto Scaling uses its service-linked one.
    """
    needs(t, inputs.MIN_TASKS, inputs.MAX_TASKS, inputs.OFF_HOURS_BEGIN, inputs.OFF_HOURS_END)
    needs(t, inputs.OFF_HOURS_TIMEZONE, inputs.OFF_HOURS_MIN_TASKS, inputs.OFF_HOURS_MAX_TASKS)
    t.add_condition(_SCHEDULED, given(inputs.OFF_HOURS_BEGIN))
    text = "OffHoursBegin and OffHoursEnd are given both or not at all: one alone would hold for ever"
    t.add_rule("OffHoursBeginAndEnd", must(both_or_neither(inputs.OFF_HOURS_BEGIN, inputs.OFF_HOURS_END), text))
    t.add_resource(_tasks())


def _tasks() -> ScalableTarget:
    off_hours = [
        _action("OffHoursBegin", inputs.OFF_HOURS_BEGIN, inputs.OFF_HOURS_MIN_TASKS, inputs.OFF_HOURS_MAX_TASKS),
        _action("OffHoursEnd", inputs.OFF_HOURS_END, inputs.MIN_TASKS, inputs.MAX_TASKS),
    ]
    return ScalableTarget(
        "Tasks",
        ServiceNamespace="ecs",
        ScalableDimension="ecs:service:DesiredCount",
        ResourceId=Sub("service/${ClusterName}/${ServiceName}"),
        MinCapacity=Ref(inputs.MIN_TASKS.name),
        MaxCapacity=Ref(inputs.MAX_TASKS.name),
        ScheduledActions=If(_SCHEDULED, off_hours, NoValue),
    )


def _action(name: str, when: Input, least: Input, most: Input) -> ScheduledAction:
    return ScheduledAction(
        ScheduledActionName=name,
        Schedule=Ref(when.name),
        Timezone=Ref(inputs.OFF_HOURS_TIMEZONE.name),
        ScalableTargetAction=ScalableTargetAction(MinCapacity=Ref(least.name), MaxCapacity=Ref(most.name)),
    )


def tracking(title: str, target: Input, **metric: Any) -> ScalingPolicy:
    """Return the policy that holds a metric, predefined or customized, at the target's value."""
    return ScalingPolicy(
        title,
        PolicyName=title,
        PolicyType="TargetTrackingScaling",
        ScalingTargetId=Ref("Tasks"),
        TargetTrackingScalingPolicyConfiguration=TargetTrackingScalingPolicyConfiguration(
            TargetValue=Ref(target.name),
            ScaleInCooldown=SCALE_IN_COOLDOWN,
            ScaleOutCooldown=SCALE_OUT_COOLDOWN,
            **metric,
        ),
    )
