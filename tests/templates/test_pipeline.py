"""The pipelines there are: a parameter file for each system, in the place of an environment."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from nested import pipeline
from stackwright.building import check_findings
from stackwright.compose import Blueprint
from stackwright.project import Project
from stackwright.render import render
from stackwright.resolve.graph import Graph
from stackwright.resolve.nested import resolve
from stackwright.resolve.symbols import rendered
from stackwright.verify import reports
from stackwright.wiring.text import as_text
from templates import BLUEPRINTS

ROOT = Path(__file__).parents[2]
FILES = [each for each in sorted((ROOT / "params/pipeline").glob("*.json")) if each.stem != "accepted-risks"]
# "CloudFormation quotas", AWS CloudFormation User Guide: a template that is passed as text.
BYTES_AS_TEXT = 51_200


def content(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(file.read_text())
    return found


def resolved(file: Path, **more: str) -> Graph:
    given = content(file)["Parameters"] | more
    return resolve(BLUEPRINTS["pipeline"]().root, {}, given, region="eu-west-1", stack_name=f"pipeline-{file.stem}")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_file_is_called_after_the_system_that_it_delivers(file: Path) -> None:
    given = content(file)["Parameters"]
    assert given["BlueprintName"] == file.stem
    assert not BLUEPRINTS[file.stem]().flat
    for environment in ("DevEnvironment", "ProdEnvironment"):
        assert (ROOT / "params" / file.stem / f"{given[environment]}.json").is_file()


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_it_resolves_and_is_tagged(file: Path) -> None:
    given = content(file)
    assert resolved(file).resources["Pipeline"]
    assert given["Tags"]["Blueprint"] == "pipeline"
    assert given["Tags"]["Project"] == given["Parameters"]["ProjectName"]
    assert given["Tags"]["Environment"] == given["Parameters"]["EnvironmentName"]


def test_slack_is_told_of_its_executions_and_no_other_pipelines() -> None:
    told = resolved(FILES[0], SlackSecretId="slack/shop-a1B2c3", SlackChannelId="C0123456789")
    rule = rendered(told.resources["PipelineExecutions"].properties)
    assert rule["EventPattern"]["detail"]["pipeline"] == ["${Pipeline.Ref}"]
    assert [each["Id"] for each in rule["Targets"]] == ["Slack"]


def by_ecs() -> Blueprint:
    """The blueprint as who takes the option has it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "template", partial(pipeline.template, deploy="ecs"))
        return BLUEPRINTS["pipeline"]()


@pytest.mark.parametrize("make", [BLUEPRINTS["pipeline"], by_ecs], ids=["cloudformation", "ecs"])
def test_it_goes_as_text(make: Callable[[], Blueprint]) -> None:
    assert make().flat
    assert len(as_text(make().root).encode()) <= BYTES_AS_TEXT


def test_linters_and_rules_find_nothing_when_ecs_deploys(tmp_path: Path) -> None:
    """The blueprint as it is, `build` looks at; this is the option that none of ours takes."""
    (tmp_path / ".cfnlintrc").write_bytes((ROOT / ".cfnlintrc").read_bytes())
    shutil.copytree(ROOT / "params/pipeline", tmp_path / "params/pipeline")
    names = {f"{environment}{noun}Name": "name" for environment in ("Dev", "Prod") for noun in ("Cluster", "Service")}
    for file in FILES:
        given = content(file)
        copied = tmp_path / "params/pipeline" / file.name
        copied.write_text(json.dumps(given | {"Parameters": given["Parameters"] | names}))
    project = Project(tmp_path, {"pipeline": by_ecs})
    assert "no findings" in check_findings(project, render([by_ecs()], project.build))
    assert [each.findings for each in reports(project, by_ecs(), region="us-east-1")] == [[] for _ in FILES]
