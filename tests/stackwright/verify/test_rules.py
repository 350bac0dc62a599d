"""What holds for every rule: it is described, documented and tested, and the blueprints keep it."""

from __future__ import annotations

import ast
import json
import shutil
from pathlib import Path

import pytest
import yaml
from support.guarantees import seeded

from stackwright.cli import run
from stackwright.project import Project
from stackwright.verify import reports
from stackwright.verify.rules import PROMISES, names, rules
from templates import BLUEPRINTS

ROOT = Path(__file__).parent.parent.parent.parent
REGIONS = yaml.safe_load((ROOT / ".cfnlintrc").read_text(encoding="utf-8"))["regions"]
GUARANTEES = (ROOT / "docs" / "guarantees.md").read_text(encoding="utf-8")


def test_the_tree_is_the_list() -> None:
    assert names() == list(rules())
    assert {name.partition("/")[0] for name in names()} <= set(PROMISES)


@pytest.mark.parametrize("name", names())
def test_a_rule_says_what_it_promises_and_why(name: str) -> None:
    rule = rules()[name]
    assert rule.claim.endswith(".")
    assert rule.claim.count(". ") == 0, "one sentence"
    assert rule.why.endswith(".")
    assert rule.source


@pytest.mark.parametrize("name", names())
def test_a_rule_is_documented(name: str) -> None:
    assert f"| `{name}` | {rules()[name].claim} |" in GUARANTEES


@pytest.mark.parametrize("name", names())
def test_a_rule_has_a_test_that_passes_and_one_that_fails(name: str) -> None:
    promise, _, rule = name.partition("/")
    path = Path(__file__).parent / "rules" / promise / f"test_{rule.replace('-', '_')}.py"
    tests = [each for each in ast.parse(path.read_text()).body if isinstance(each, ast.FunctionDef)]
    calls = {
        each.func.id
        for each in ast.walk(ast.parse(path.read_text()))
        if isinstance(each, ast.Call) and isinstance(each.func, ast.Name)
    }
    assert {"findings", "told"} <= calls, "findings() for what passes, told() for what fails"
    assert len([each for each in tests if each.name.startswith("test_")]) >= 2


@pytest.mark.parametrize("blueprint", BLUEPRINTS)
def test_the_blueprints_keep_every_promise(blueprint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Project, "cache", tmp_path)
    project = Project(ROOT, BLUEPRINTS)
    found = reports(project, project.blueprint(blueprint), region="us-east-1")
    assert {each.environment: each.findings for each in found} == {each.environment: [] for each in found}


@pytest.mark.parametrize(("environment", "instances"), [("prod", "4"), ("prod", "2"), ("dev", "2")])
def test_the_document_shows_what_is_printed(
    environment: str, instances: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "params" / "ec2-alb"
    shutil.copytree(ROOT / "params" / "ec2-alb", copy)
    given = json.loads((copy / f"{environment}.json").read_text(encoding="utf-8"))
    given["Parameters"]["MaxInstances"] = instances
    (copy / f"{environment}.json").write_text(json.dumps(given), encoding="utf-8")
    run(["verify", "ec2-alb", environment, "--region", "us-east-1"], project=Project(tmp_path, BLUEPRINTS))
    printed = "".join(f"    {line}\n" for line in capsys.readouterr().out.splitlines())
    assert f"    $ python build.py verify ec2-alb {environment}\n{printed}" in GUARANTEES
    if (environment, instances) == ("prod", "4"):
        assert f"# {printed.strip()}" in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("environment", ["dev", "prod"])
@pytest.mark.parametrize("region", REGIONS)
def test_the_service_keeps_every_promise_in_every_region(region: str, environment: str) -> None:
    accepted = json.loads((ROOT / "params" / "ec2-alb" / "accepted-risks.json").read_text(encoding="utf-8"))
    zones = {"ZoneCount": "2"} if region == "us-west-1" else {}
    deployment = seeded(environment=environment, region=region, **zones)
    broken = {name for name, rule in rules().items() if rule.applies(deployment) and list(rule.check(deployment))}
    assert broken == {each["Rule"] for each in accepted if each["Environment"] == environment}
