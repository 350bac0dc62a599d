"""Scalable: the number of a service's tasks, as scaling policies know it."""

from __future__ import annotations

from troposphere import Ref, Sub
from troposphere.applicationautoscaling import ScalableTarget

from nested import inputs

# A new task takes about this long to count in the metrics; adding more before is adding blindly.
SCALE_OUT_COOLDOWN = 60

# Load that comes back within five minutes finds the tasks still there.
SCALE_IN_COOLDOWN = 300


def tasks() -> ScalableTarget:
    """Return the target Tasks; the template needs ClusterName, ServiceName, MinTasks and MaxTasks.

    No role: Application Auto Scaling uses its service-linked one.
    """
    return ScalableTarget(
        "Tasks",
        ServiceNamespace="ecs",
        ScalableDimension="ecs:service:DesiredCount",
        ResourceId=Sub("service/${ClusterName}/${ServiceName}"),
        MinCapacity=Ref(inputs.MIN_TASKS.name),
        MaxCapacity=Ref(inputs.MAX_TASKS.name),
    )
