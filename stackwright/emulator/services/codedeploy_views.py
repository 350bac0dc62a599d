"""What CodeDeploy tells of an ECS deployment's target: its lifecycle events and its two task sets."""

from __future__ import annotations

from typing import Any

from moto.core.utils import utcnow
from moto.elbv2.models import elbv2_backends

from stackwright.emulator.services.codedeploy_run import LifecycleEvent, Run


def target_id(run: Run) -> str:
    """Return the id of an ECS deployment's one target."""
    return f"{run.service.cluster_name}:{run.service.name}"


def target(deployment: Any) -> dict[str, Any]:
    """Return a deployment's target ("ECSTarget")."""
    run: Run = deployment.run
    told = {
        "deploymentId": deployment.deployment_id,
        "targetId": target_id(run),
        "targetArn": run.service.arn,
        "lastUpdatedAt": utcnow(),
        "lifecycleEvents": [_event(each) for each in run.events],
        "status": run.status,
        "taskSetsInfo": [_set(run, *each) for each in run.sets],
    }
    return {"deploymentTargetType": "ECSTarget", "ecsTarget": told}


def _event(event: LifecycleEvent) -> dict[str, Any]:
    failed = {"diagnostics": {"errorCode": "UnknownError", "message": event.message}} if event.message else {}
    times = {"startTime": event.started, "endTime": event.ended}
    given = {name: value for name, value in times.items() if value is not None}
    return {"lifecycleEventName": event.name, "status": event.status, **given, **failed}


def _set(run: Run, task_set: Any, label: str) -> dict[str, Any]:
    """Return a task set ("ECSTaskSet"); the member is spelt identifer."""
    arn = task_set.load_balancers[0]["targetGroupArn"]
    groups = elbv2_backends[run.service._account_id][run.service.region_name].target_groups
    weight = run.weight if label == "Green" else 100 - run.weight
    return {
        "identifer": task_set.id,
        "desiredCount": task_set.computed_desired_count,
        "pendingCount": task_set.pending_count,
        "runningCount": task_set.running_count,
        "status": task_set.status,
        "trafficWeight": float(weight),
        "targetGroup": {"name": groups[arn].name} if arn in groups else {},
        "taskSetLabel": label,
    }
