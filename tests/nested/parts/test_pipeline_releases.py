"""Releases of a pipeline: what CodeDeploy is given, once what has happened, and who may give it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from support.pipeline_stack import RELEASED, about, actions, allowed, resources, statements

from stackwright.release import own
from stackwright.release.group import is_released
from templates import BLUEPRINTS

ROOT = Path(__file__).parents[3]


def test_what_codedeploy_deploys_is_what_the_pipeline_has_it_release() -> None:
    for name, make in BLUEPRINTS.items():
        made = make()
        if made.flat:
            continue
        releases = {each for each in actions(BlueprintName=name) if each.endswith("/Release")}
        assert bool(releases) == is_released(made.root["Outputs"]), name


def test_prod_is_released_once_it_was_approved_and_its_revision_is_registered() -> None:
    made = actions(**RELEASED)
    orders: dict[str, list[tuple[int, str]]] = {"Dev": [], "Prod": []}
    for name, each in made.items():
        stage, _, action = name.partition("/")
        orders.get(stage, []).append((int(each["RunOrder"]), action))
    after = ["Propose", "Execute", "Write", "Release"]
    assert [action for _, action in sorted(orders["Dev"])] == after
    assert [action for _, action in sorted(orders["Prod"])] == ["Review", "Approve", "Promote", *after]
    for stage in orders.values():
        assert len({order for order, _ in stage}) == len(stage), "side by side"


@pytest.mark.parametrize(("stage", "image"), [("Dev", "#{Build.IMAGE}"), ("Prod", "#{Promote.IMAGE}")])
def test_what_is_written_of_an_environment_is_released_to_it(stage: str, image: str) -> None:
    made = actions(**RELEASED)
    written, released = made[f"{stage}/Write"], made[f"{stage}/Release"]
    variables = {each["name"]: each["value"] for each in json.loads(written["Configuration"]["EnvironmentVariables"])}
    assert variables == {"IMAGE": image, "ENV": stage.lower()}
    (artifact,) = (each["Name"] for each in written["OutputArtifacts"])
    given = released["Configuration"]
    assert released["InputArtifacts"] == [{"Name": artifact}]
    assert {value for key, value in given.items() if "Artifact" in key} == {artifact}
    spec = yaml.safe_load((ROOT / resources(**RELEASED)["WriteProject"]["Source"]["BuildSpec"]).read_text())
    exported = {f"#{{{written['Namespace']}.{each}}}" for each in spec["env"]["exported-variables"]}
    assert {given["ApplicationName"], given["DeploymentGroupName"]} == exported
    paths = {value for key, value in given.items() if key.endswith("Path")}
    assert set(spec["artifacts"]["files"]) == paths | {"imageDetail.json"}
    assert f"<{given['Image1ContainerName']}>" == own.IMAGE_PLACEHOLDER


@pytest.mark.parametrize(("stage", "other"), [("dev", "prod"), ("prod", "dev")])
def test_a_release_reaches_one_environment(stage: str, other: str) -> None:
    role = f"{stage.title()}ReleaseRole"
    assert other not in json.dumps(statements(role, **RELEASED))
    assert resources(**RELEASED)[role]["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {
        "AWS": "${PipelineRole.Arn}"
    }
    for action in ("codedeploy:CreateDeployment", "ecs:RegisterTaskDefinition", "iam:PassRole"):
        reached = [each for each in about(role, action, **RELEASED)["Resource"] if "deploymentconfig:" not in each]
        assert [f"fargate-bluegreen-{stage}-*" in each for each in reached] == [True], action
    changes = {action for action in allowed("PipelineRole", **RELEASED) if action.startswith(("codedeploy:", "ecs:"))}
    assert not changes


def test_who_writes_releases_nothing() -> None:
    looks = ("Get", "Describe")
    rest = {each for each in allowed("WriteRole", **RELEASED) if not each.partition(":")[2].startswith(looks)}
    assert rest == {"logs:CreateLogStream", "logs:PutLogEvents", "s3:PutObject"}


def test_the_review_may_ask_whether_codedeploy_is_at_work() -> None:
    asked = about("ReviewRole", "codedeploy:ListDeployments", **RELEASED)
    assert [each.rpartition(":")[2] for each in asked["Resource"]] == ["fargate-bluegreen-prod-*"]
    assert {"codedeploy:GetDeployment", "codedeploy:GetDeploymentGroup"} <= set(asked["Action"])
    assert not [each for each in allowed("ReviewRole") if each.startswith("codedeploy:")]
