"""A service that CodeDeploy deploys: what an update may change of it, and what is refused before it begins."""

from __future__ import annotations

from typing import Any

import pytest

from stackwright.deploy.changes import Cause, Change, Verdict
from stackwright.deploy.frozen import refuse_frozen
from stackwright.deploy.judge import Templates
from stackwright.errors import StackwrightError


def change(target: str, *, verdict: Verdict = Verdict.CERTAIN) -> tuple[Change, ...]:
    cause = Cause(target, "Never", True, "ParameterReference", "Subnets", verdict=verdict)
    return (Change("Service", "AWS::ECS::Service", "Modify", causes=(cause,)),)


def templates(controller: str = "CODE_DEPLOY", *, before: str | None = None) -> Templates:
    old = {"": _template(before)} if before else {}
    return Templates(_template(controller), {}, old)


def _template(controller: str) -> dict[str, Any]:
    properties = {"DeploymentController": {"Type": controller}}
    return {"Resources": {"Service": {"Type": "AWS::ECS::Service", "Properties": properties}}}


@pytest.mark.parametrize("target", ["TaskDefinition", "NetworkConfiguration", "LoadBalancers", "PlatformVersion"])
@pytest.mark.parametrize("verdict", [Verdict.CERTAIN, Verdict.AFTER_APPLY])
def test_what_only_codedeploy_changes_is_refused(target: str, verdict: Verdict) -> None:
    with pytest.raises(StackwrightError, match=rf"change {target} of Service, which CodeDeploy deploys"):
        refuse_frozen(change(target, verdict=verdict), templates())


def test_the_service_as_it_was_counts_too() -> None:
    with pytest.raises(StackwrightError, match="DeploymentController"):
        refuse_frozen(change("DeploymentController"), templates("ECS", before="CODE_DEPLOY"))


@pytest.mark.parametrize(
    ("changes", "known"),
    [
        (change("DesiredCount"), templates()),
        (change("Tags"), templates()),
        (change("TaskDefinition"), templates("ECS")),
        (change("TaskDefinition", verdict=Verdict.IDLE), templates()),
    ],
)
def test_the_rest_goes_on(changes: tuple[Change, ...], known: Templates) -> None:
    refuse_frozen(changes, known)
