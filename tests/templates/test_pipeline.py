"""The pipelines there are: a parameter file for each system, in the place of an environment."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from nested import pipeline
from stackwright.building import check_findings
from stackwright.compose import Blueprint, flat
from stackwright.project import Project
from stackwright.render import render
from stackwright.resolve.nested import resolve
from stackwright.verify import reports
from templates import BLUEPRINTS

ROOT = Path(__file__).parents[2]
FILES = [each for each in sorted((ROOT / "params/pipeline").glob("*.json")) if each.stem != "accepted-risks"]


def content(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(file.read_text())
    return found


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
    graph = resolve(
        BLUEPRINTS["pipeline"]().root,
        {},
        given["Parameters"],
        region="eu-west-1",
        stack_name=f"pipeline-{file.stem}",
    )
    assert graph.resources["Pipeline"]
    assert given["Tags"]["Blueprint"] == "pipeline"
    assert given["Tags"]["Project"] == given["Parameters"]["ProjectName"]
    assert given["Tags"]["Environment"] == given["Parameters"]["EnvironmentName"]


def by_ecs() -> Blueprint:
    return flat("pipeline", pipeline.template(deploy="ecs"), description="Delivery pipeline of one system")


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
