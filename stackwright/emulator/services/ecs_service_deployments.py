"""Service deployments: what ECS tells of those that shift traffic, in the members of "ServiceDeployment"."""

from __future__ import annotations

from typing import Any

from stackwright.emulator.services.ecs_shift import Run


def brief(run: Run) -> dict[str, Any]:
    """Return what ListServiceDeployments tells of a deployment."""
    told = {
        "serviceDeploymentArn": run.arn,
        "serviceArn": run.service.arn,
        "clusterArn": run.service.cluster_arn,
        "createdAt": run.began,
        "startedAt": run.began,
        "finishedAt": run.ended,
        "targetServiceRevisionArn": _revision(run, run.deployment),
        "status": run.status,
        "statusReason": run.reason or None,
    }
    return {name: value for name, value in told.items() if value is not None}


def whole(run: Run) -> dict[str, Any]:
    """Return what DescribeServiceDeployments tells of a deployment."""
    told = brief(run)
    target = {"arn": told.pop("targetServiceRevisionArn"), "requestedProductionTrafficWeight": float(run.share)}
    source = {"arn": _revision(run, run.before), "requestedProductionTrafficWeight": float(100 - run.share)}
    told |= {
        "lifecycleStage": run.stage,
        "targetServiceRevision": target,
        "sourceServiceRevisions": [source],
        "deploymentConfiguration": run.service.deployment_configuration,
        "alarms": {
            "status": "TRIGGERED" if run.rung else "MONITORING" if run.watch.alarms else "DISABLED",
            "alarmNames": [each.name for each in run.watch.alarms],
            "triggeredAlarmNames": list(run.rung),
        },
    }
    if run.status.startswith("ROLLBACK"):
        told["rollback"] = {"reason": run.reason, "serviceRevisionArn": source["arn"]}
    return told


def _revision(run: Run, deployment: dict[str, Any]) -> str:
    base = str(run.service.arn).replace(":service/", ":service-revision/")
    return f"{base}/{deployment['id'].partition('/')[2]}"
