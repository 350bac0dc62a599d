"""Build: parameter files first, then files, then linters; a table, or JSON, at the end."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from stackwright.cli import run
from stackwright.compose import Blueprint
from stackwright.project import Project

Output = pytest.CaptureFixture[str]
NAME = {"Name": {"Type": "String", "Default": "name"}, "MinTasks": {"Type": "Number", "Default": "1"}}


def blueprint(name: str = "app", **properties: Any) -> Blueprint:
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "Name"}} | properties}
    nested = {"AWSTemplateFormatVersion": "2010-09-09", "Parameters": {"Name": {"Type": "String"}}}
    stack = {
        "Type": "AWS::CloudFormation::Stack",
        "DeletionPolicy": "Delete",
        "UpdateReplacePolicy": "Delete",
        "Properties": {"TemplateURL": "nested/topic.json", "Parameters": {"Name": {"Ref": "Name"}}},
    }
    count = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "MinTasks"}}}
    root = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": name,
        "Parameters": NAME,
        "Resources": {"One": stack, "Two": stack, "Own": count},
    }
    return Blueprint(name, root, {"nested/topic.json": nested | {"Resources": {"Topic": topic}}})


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".cfnlintrc").write_text("regions: [us-east-1]\ninclude_checks: [I]\nignore_checks: [W3002]\n")
    return Project(tmp_path, {"app": blueprint, "other": lambda: blueprint("other")})


def parameters(project: Project, file: str, **given: Any) -> None:
    path = project.root / "params" / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"Parameters": given}))


def test_table_counts_stacks_and_resources_of_each_instance(project: Project, capsys: Output) -> None:
    assert run([], project=project) == 0
    out, err = capsys.readouterr()
    lines = [line.split() for line in out.splitlines()]
    assert lines[0] == ["blueprint", "stacks", "resources", "findings", "time"]
    assert [line[:4] for line in lines[1:3]] == [["app", "3", "3", "0"], ["other", "3", "3", "0"]]
    assert out.splitlines()[3].startswith("3 templates linted (cfn-lint ")
    assert err == "linting 3 templates\n"


def test_unchanged_build_lints_nothing_and_says_so(project: Project, capsys: Output) -> None:
    run([], project=project)
    capsys.readouterr()
    assert run([], project=project) == 0
    out, err = capsys.readouterr()
    assert "nothing new to lint" in out
    assert err == ""


def test_findings_are_listed_once_with_template_path_rule_and_message(project: Project, capsys: Output) -> None:
    makers = {name: lambda name=name: blueprint(name, Bogus="1") for name in ("app", "other")}
    wrong = Project(project.root, makers)
    assert run([], project=wrong) == 1
    found = [line for line in capsys.readouterr().out.splitlines() if "E3002" in line]
    place = "build/app/nested/topic.json: Resources/Topic/Properties/Bogus: error E3002: "
    assert len(found) == 1
    assert found[0].startswith(place) and "'Bogus' was unexpected" in found[0]


def test_json_has_the_table_and_the_findings(project: Project, capsys: Output) -> None:
    wrong = Project(project.root, {"app": lambda: blueprint(Bogus="1")})
    assert run(["--json"], project=wrong) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["blueprints"][0]["stacks"] == 3
    assert told["blueprints"][0]["findings"] == len(told["findings"])
    assert {"template", "path", "rule", "level", "message"} == told["findings"][0].keys()


def test_all_parameter_files_are_checked_before_anything_is_written(project: Project, capsys: Output) -> None:
    parameters(project, "app/dev.json", Nam="x")
    parameters(project, "app/prod.json", MinTasks=1)
    parameters(project, "other/dev.json", MinTasks="one")
    assert run([], project=project) == 2
    assert capsys.readouterr().err.splitlines() == [
        "error: params/app/dev.json: Nam: the template has no such parameter (did you mean Name?)",
        'params/app/prod.json: MinTasks: is a number where a string belongs; write "1"',
        "params/other/dev.json: MinTasks: 'one' is not of type Number",
    ]
    assert not project.build.exists()


def test_parameter_files_of_other_blueprints_are_left_alone(project: Project) -> None:
    parameters(project, "other/dev.json", Nam="x")
    assert run(["app"], project=project) == 0


def test_build_folder_that_cannot_be_written_is_one_line(project: Project, capsys: Output) -> None:
    project.build.write_text("in the way")
    assert run([], project=project) == 2
    err = capsys.readouterr().err
    assert err.startswith("error: ") and "cannot be written" in err
    assert err.count("\n") == 1


def test_missing_lint_settings_are_one_line(project: Project, capsys: Output) -> None:
    (project.root / ".cfnlintrc").unlink()
    assert run([], project=project) == 2
    assert ".cfnlintrc cannot be read" in capsys.readouterr().err


CLONE = """
import json, sys
from pathlib import Path
from stackwright.cli import run
from stackwright.compose import Blueprint
from stackwright.project import Project
made = Blueprint("app", *json.loads(sys.argv[1]))
status = run([], project=Project(Path.cwd(), {"app": lambda: made}))
heavy = {"cfnlint", "cloudformation_validate", "boto3", "botocore", "moto", "rich", "multiprocessing"}
print("status", status, "imported", sorted(heavy & sys.modules.keys()))
"""


def test_unchanged_build_imports_neither_linter_nor_aws(project: Project) -> None:
    run(["app"], project=project)
    made = blueprint()
    ran = subprocess.run(
        [sys.executable, "-c", CLONE, json.dumps([made.root, made.nested])],
        cwd=project.root,
        env={"PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "nothing new to lint" in ran.stdout, ran.stderr
    assert ran.stdout.endswith("status 0 imported []\n")
