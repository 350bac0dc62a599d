"""The verb: what it prints and returns, for blueprints and for the templates of others; that results are kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from stackwright.cli import run
from stackwright.compose import Blueprint
from stackwright.project import Project
from stackwright.verify import examine, rules
from stackwright.verify.deployment import Deployment
from stackwright.verify.rule import Finding, Rule

Output = pytest.CaptureFixture[str]
TOPIC = "AWS::SNS::Topic"


def blueprint() -> Blueprint:
    topic = {"Type": TOPIC, "Properties": {"DisplayName": {"Ref": "Name"}}}
    root = {"Parameters": {"Name": {"Type": "String"}}, "Resources": {"Topic": topic}}
    return Blueprint("app", root, {})


def named(deployment: Deployment) -> Iterator[Finding]:
    for each in deployment.of(TOPIC):
        if each.properties.get("DisplayName") == "bad":
            yield Finding(each.path, "DisplayName", "bad", "nobody will know it", "name it well")


class Looked:
    """A check that counts how often it is asked."""

    def __init__(self, check: Callable[[Deployment], Iterator[Finding]]) -> None:
        self.times = 0
        self._check = check

    def __call__(self, deployment: Deployment) -> Iterator[Finding]:
        self.times += 1
        return self._check(deployment)


@pytest.fixture
def look(monkeypatch: pytest.MonkeyPatch) -> Looked:
    """Two rules only, of which one does not apply."""
    look = Looked(named)
    mine = {
        "operability/named": Rule("Topics have a name.", "Why.", "SNS", (TOPIC,), look),
        "security/queues": Rule("Queues.", "Why.", "SQS", ("AWS::SQS::Queue",), look),
    }
    monkeypatch.setattr(rules, "rules", lambda: mine)
    monkeypatch.setattr(rules, "names", lambda: list(mine))
    monkeypatch.setattr("stackwright.verify.names", lambda: list(mine))
    return look


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, look: Looked) -> Project:
    monkeypatch.chdir(tmp_path)
    for environment, name in (("dev", "bad"), ("prod", "good")):
        path = tmp_path / "params" / "app" / f"{environment}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"Parameters": {"Name": name}}))
    return Project(tmp_path, {"app": blueprint})


def accept(project: Project, **changes: str) -> None:
    risk = {"Rule": "operability/named", "Environment": "dev", "Resource": "Topic", "Reason": "a toy", **changes}
    (project.params("app") / "accepted-risks.json").write_text(json.dumps([risk]))


def test_findings_stand_under_their_promise_with_the_mend(project: Project, capsys: Output) -> None:
    assert run(["verify"], project=project) == 1
    assert capsys.readouterr().out.splitlines() == [
        "app dev, operability:",
        "  operability/named: Topic DisplayName = bad: nobody will know it",
        "    mend: name it well",
        "app dev: 0 of 1 guarantees hold",
        "app prod: 1 of 1 guarantees hold",
    ]


def test_one_environment_alone(project: Project, capsys: Output) -> None:
    assert run(["verify", "app", "prod"], project=project) == 0
    assert capsys.readouterr().out == "app prod: 1 of 1 guarantees hold\n"


def test_an_accepted_risk_is_printed_with_its_reason(project: Project, capsys: Output) -> None:
    accept(project)
    assert run(["verify", "app", "dev"], project=project) == 0
    assert capsys.readouterr().out.splitlines() == [
        "  accepted: operability/named: Topic DisplayName = bad: nobody will know it",
        "    because: a toy",
        "app dev: 0 of 1 guarantees hold, 1 accepted risk",
    ]


def test_a_risk_that_is_no_more_is_a_finding(project: Project, capsys: Output) -> None:
    accept(project, Environment="prod")
    assert run(["verify", "app", "prod"], project=project) == 1
    out = capsys.readouterr().out
    assert "accepted-risks: Topic = operability/named: is accepted and not found any more" in out
    assert "take it out of params/app/accepted-risks.json" in out


def test_json_says_the_same(project: Project, capsys: Output) -> None:
    assert run(["verify", "--json"], project=project) == 1
    dev, prod = json.loads(capsys.readouterr().out)
    assert dev["guarantees"] == {"operability/named": "fails"}
    assert dev["findings"][0] == {
        "rule": "operability/named",
        "resource": "Topic",
        "property": "DisplayName",
        "value": "bad",
        "problem": "nobody will know it",
        "mend": "name it well",
    }
    assert (prod["guarantees"], prod["findings"]) == ({"operability/named": "holds"}, [])
    assert prod["summary"] == "app prod: 1 of 1 guarantees hold"


def test_what_is_unchanged_is_not_looked_at_again(project: Project, look: Looked, capsys: Output) -> None:
    for _ in range(2):
        run(["verify"], project=project)
    first, second = capsys.readouterr().out.split("app prod: 1 of 1 guarantees hold\n")[:2]
    assert first == second
    assert look.times == 2, "once for each environment"


def test_a_mended_rule_looks_again(project: Project, look: Looked, monkeypatch: pytest.MonkeyPatch) -> None:
    run(["verify", "app", "prod"], project=project)
    monkeypatch.setattr(examine, "_own", lambda: "other sources")
    run(["verify", "app", "prod"], project=project)
    assert look.times == 2


def test_build_says_what_holds_and_fails_on_a_finding(project: Project, capsys: Output) -> None:
    (project.root / ".cfnlintrc").write_text("regions: [us-east-1]\n")
    assert run(["build"], project=project) == 1
    out = capsys.readouterr().out
    assert "app dev: 0 of 1 guarantees hold" in out and "app prod: 1 of 1 guarantees hold" in out
    assert run(["build", "--json"], project=project) == 1
    assert [each["environment"] for each in json.loads(capsys.readouterr().out)["guarantees"]] == ["dev", "prod"]


def test_a_blueprint_that_takes_an_image_is_looked_at_with_one_and_without(project: Project, look: Looked) -> None:
    def with_image() -> Blueprint:
        made = blueprint()
        made.root["Parameters"]["Image"] = {"Type": "String", "Default": ""}
        return made

    run(["verify", "app", "prod"], project=Project(project.root, {"app": with_image}))
    assert look.times == 2


# -- Templates of others -------------------------------------------------------------------------------------------

YAML = """
Parameters:
  Stage: {Type: String, Default: good}
Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties:
      DisplayName: !Ref Stage
"""


def written(tmp_path: Path, name: str, content: str) -> str:
    (tmp_path / name).write_text(content)
    return name


def test_yaml_with_short_forms_is_read(project: Project, capsys: Output) -> None:
    template = written(project.root, "stack.yaml", YAML)
    assert run(["verify", "--template", template], project=project) == 0
    assert capsys.readouterr().out == "stack.yaml: 1 of 1 guarantees hold\n"


@pytest.mark.parametrize(
    "parameters",
    [{"Parameters": {"Stage": "bad"}}, [{"ParameterKey": "Stage", "ParameterValue": "bad"}]],
)
def test_its_parameters_are_read_in_both_forms(project: Project, capsys: Output, parameters: Any) -> None:
    template = written(project.root, "stack.yaml", YAML)
    values = written(project.root, "values.json", json.dumps(parameters))
    assert run(["verify", "--template", template, "--parameters", values], project=project) == 1
    assert "operability/named: Topic DisplayName = bad" in capsys.readouterr().out


def test_nested_templates_are_found_beside_it(project: Project, capsys: Output) -> None:
    stack = {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "inner.yaml", "Parameters": {}}}
    written(project.root, "inner.yaml", YAML.replace("good", "bad"))
    template = written(project.root, "outer.json", json.dumps({"Resources": {"Inner": stack}}))
    assert run(["verify", "--template", template], project=project) == 1
    assert "Inner/Topic DisplayName = bad" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("a.yaml", "Resources: [", "line "),
        ("a.yaml", "Resources:\n  A: {Type: x}\n  A: {Type: y}\n", "line "),
        ("a.json", "[]", "it has no Resources"),
        ("a.yaml", "AWSTemplateFormatVersion: '2010-09-09'", "it has no Resources"),
        ("a.json", '{"Transform": "AWS::Serverless-2016-10-31", "Resources": {}}', "only known to AWS"),
        ("a.json", '{"Resources": {"Fn::Transform": {"Name": "AWS::Include"}}}', "Resources.Fn::Transform: is a macro"),
        ("a.json", '{"Resources": {"A": []}}', "Resources.A: is no resource: it has no Type"),
        ("a.yaml", "Resources:\n  A: {Type: 'AWS::SNS::Topic', Properties: }", "Resources.A: Properties must be a map"),
        (
            "a.json",
            '{"Resources": {"In": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "https://x/y"}}}}',
            "nested stack In: TemplateURL",
        ),
    ],
)
def test_what_is_no_template_is_refused(
    project: Project, capsys: Output, name: str, content: str, problem: str
) -> None:
    assert run(["verify", "--template", written(project.root, name, content)], project=project) == 2
    err = capsys.readouterr().err
    assert problem in err
    assert err.startswith("error: ") and "Traceback" not in err


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--template", "none.yaml"], "there is no such file"),
        (["--template", "none.yaml", "app"], "not both"),
        (["--parameters", "x.json"], "belong to --template"),
        (["app", "staging"], "no environment 'staging'"),
        (["ap"], "no blueprint 'ap'"),
    ],
)
def test_wrong_usage_is_told(project: Project, capsys: Output, arguments: list[str], problem: str) -> None:
    assert run(["verify", *arguments], project=project) == 2
    assert problem in capsys.readouterr().err
