"""Scaling by steps: one task more while the service's CPU is high, one less while it is low.

Two alarms on the average CPU of all tasks, which ECS publishes once a minute, and a policy for each. An alarm that
stays on acts again every minute, as soon as the policy's cooldown is over. While a deployment runs, Application Auto
Scaling takes no task away and may add some ("Troubleshooting service auto scaling", Amazon ECS Developer Guide).
At rest the low alarm is on: at the fewest tasks it changes nothing.
"""

from __future__ import annotations

from typing import Any

from troposphere import Equals, Not, Ref, Template
from troposphere.applicationautoscaling import ScalingPolicy, StepAdjustment, StepScalingPolicyConfiguration
from troposphere.cloudwatch import Alarm, MetricDimension

from nested import inputs
from nested.parts import scalable
from nested.parts.rules import must
from nested.shape import needs

# ECS publishes one data point a minute: the shortest that an alarm can judge.
PERIOD = 60


def template() -> Template:
    """Emit the scaling stack.

    Needs ClusterName, ServiceName, MinTasks above 0, MaxTasks, off hours where there are any, and the thresholds
    CpuHigh and CpuLow, in percent; gives nothing.
    """
    t = Template(Description="Step scaling on CPU")
    needs(t, inputs.CLUSTER_NAME, inputs.SERVICE_NAME)
    scalable.add_to(t)
    needs(t, inputs.CPU_HIGH, inputs.CPU_LOW)
    text = "MinTasks is above 0: without a task there is no CPU that could add one"
    t.add_rule("SomeTaskRuns", must(Not(Equals(Ref(inputs.MIN_TASKS.name), "0")), text))
    # Steps are measured from the alarm's threshold: upwards for the one, downwards for the other.
    t.add_resource(_policy("AddTask", 1, scalable.SCALE_OUT_COOLDOWN, MetricIntervalLowerBound=0))
    t.add_resource(_policy("RemoveTask", -1, scalable.SCALE_IN_COOLDOWN, MetricIntervalUpperBound=0))
    t.add_resource(_high())
    t.add_resource(_low())
    return t


def _policy(title: str, tasks: int, cooldown: int, **bounds: int) -> ScalingPolicy:
    return ScalingPolicy(
        title,
        PolicyName=title,
        PolicyType="StepScaling",
        ScalingTargetId=Ref("Tasks"),
        StepScalingPolicyConfiguration=StepScalingPolicyConfiguration(
            AdjustmentType="ChangeInCapacity",
            Cooldown=cooldown,
            MetricAggregationType="Average",
            StepAdjustments=[StepAdjustment(ScalingAdjustment=tasks, **bounds)],
        ),
    )


def _high() -> Alarm:
    return Alarm(
        "CpuIsHigh",
        AlarmDescription="The service's tasks are busy: one more is started",
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        Threshold=Ref(inputs.CPU_HIGH.name),
        AlarmActions=[Ref("AddTask")],
        **_cpu(),
    )


def _low() -> Alarm:
    return Alarm(
        "CpuIsLow",
        AlarmDescription="The service's tasks have little to do: one is stopped, unless the fewest run; on at rest",
        ComparisonOperator="LessThanOrEqualToThreshold",
        Threshold=Ref(inputs.CPU_LOW.name),
        AlarmActions=[Ref("RemoveTask")],
        **_cpu(),
    )


def _cpu() -> dict[str, Any]:
    """Return what both alarms judge. Without data no task runs or nobody knows: nothing is added or removed."""
    return {
        "Namespace": "AWS/ECS",
        "MetricName": "CPUUtilization",
        "Dimensions": [
            MetricDimension(Name="ClusterName", Value=Ref(inputs.CLUSTER_NAME.name)),
            MetricDimension(Name="ServiceName", Value=Ref(inputs.SERVICE_NAME.name)),
        ],
        "Statistic": "Average",
        "Period": PERIOD,
        "EvaluationPeriods": 1,
        "DatapointsToAlarm": 1,
        "TreatMissingData": "notBreaching",
    }
