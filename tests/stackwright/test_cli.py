"""The command line: which verb, which exit status, one or two lines and never a traceback."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stackwright import building
from stackwright.cli import PROGRAM, run, verbs
from stackwright.compose import Blueprint
from stackwright.errors import BadInput, StackwrightError
from stackwright.lint import Report
from stackwright.project import Project

REPOSITORY = Path(__file__).parents[2]
Output = pytest.CaptureFixture[str]


def app() -> Blueprint:
    zones = {"Fn::Join": [",", {"Fn::GetAZs": ""}]}
    shown = {"Fn::Join": [" ", [{"Ref": "Name"}, zones]]}
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": shown}}
    root = {
        "Parameters": {"Name": {"Type": "String"}},
        "Resources": {"Topic": topic},
        "Outputs": {"TopicArn": {"Value": {"Ref": "Topic"}, "Description": "Where news arrives"}},
    }
    return Blueprint("app", root, {})


def failing(error: BaseException) -> Callable[[], Blueprint]:
    def blueprint() -> Blueprint:
        raise error

    return blueprint


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project with one blueprint and one environment; linted by nobody, so that tests are quick."""
    monkeypatch.setattr(building, "lint", lambda rendered, **_: unfound(rendered))
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "params" / "app").mkdir(parents=True)
    (tmp_path / "params" / "app" / "dev.json").write_text('{"Parameters": {"Name": "shop"}}')
    return Project(tmp_path, {"app": app, "other": lambda: Blueprint("other", app().root, {})})


def unfound(rendered: Any) -> Report:
    return Report({(each.blueprint, file): [] for each in rendered for file in each.files}, 0, "nobody")


@pytest.mark.parametrize(
    ("words", "built"),
    [
        ([], {"app", "other"}),
        (["build"], {"app", "other"}),
        (["build", "app"], {"app"}),
        (["app"], {"app"}),
        (["other", "app"], {"app", "other"}),
        (["--region", "eu-west-1"], {"app", "other"}),
        (["app", "--json"], {"app"}),
    ],
)
def test_build_is_the_verb_when_none_is_given(project: Project, words: list[str], built: set[str]) -> None:
    assert run(words, project=project) == 0
    assert {path.parent.name for path in project.build.glob("*/root.json")} == built


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["biuld"], "no verb or blueprint 'biuld' (did you mean build?)"),
        (["ap"], "no verb or blueprint 'ap' (did you mean app?)"),
        (["build", "ap"], "no blueprint 'ap' (did you mean app?)"),
        (["build", "zzz"], "no blueprint 'zzz'; there is app, other"),
        (["resolve", "aap", "dev"], "no blueprint 'aap' (did you mean app?)"),
        (["resolve", "app", "dve"], "no environment 'dve' of app (did you mean dev?)"),
        (["resolve", "app", "zzz"], "no environment 'zzz' of app; there is dev"),
        (["resolve", "other", "dev"], "no environment 'dev' of other; there is none"),
        (["resolve", "app"], "Missing argument 'ENV'."),
        (["resolve", "app", "dev", "more"], "unexpected extra argument"),
        (["build", "--jsn"], "No such option"),
        (["build", "--region"], "requires an argument"),
        (
            ["resolve", "app", "dev", "--region", "eu-cental-1"],
            "no AWS region 'eu-cental-1' (did you mean eu-central-1",
        ),
        (["build", "--region", "mars"], "no AWS region 'mars'"),
        (["emulator", "--port", "70000"], "70000 is not in the range"),
        (["emulator", "--port", "\N{ARABIC-INDIC DIGIT THREE}"], "is not a valid port"),
        (["emulator", "--port", "5_005"], "'5_005' is not a valid port"),
        (["emulator", "--port", "-1"], "'-1' is not a valid port"),
        (["emulator", "--port", "9" * 5000], "(5000 characters) is not a valid port"),
        (["publish", "app", "dev", "--local", "--profile", "x"], "--local needs no --profile: give one of the two"),
        (["deploy", "app", "dev", "--yes", "--local", "--profile", "x"], "give one of the two"),
        (["destroy", "app", "dev", "--yes", "--local", "--profile", "x"], "give one of the two"),
        (["watch", "app", "dev", "--local", "--profile", "x"], "give one of the two"),
        (["recover", "app", "dev", "--yes", "--local", "--profile", "x"], "give one of the two"),
        (["deploy", "app", "dev", "--yes", "--replace", "a", "--replace", " "], "'--replace': it is empty"),
        (["recover", "app", "dev", "--yes", "--skip", ""], "'--skip': it is empty"),
        (["emulator", "--delay", "AWS::ECS::Service"], "write TYPE=SECONDS"),
        (["emulator", "--delay", "AWS::ECS::Service=-1"], "write TYPE=SECONDS"),
        (["emulator", "--delay", "AWS::ECS::Servic=1"], "did you mean AWS::ECS::Service"),
    ],
)
def test_wrong_usage_is_one_clear_message_and_changes_nothing(
    project: Project, capsys: Output, words: list[str], message: str
) -> None:
    assert run(words, project=project) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("error: ")
    assert message in err
    assert err.count("\n") <= 2
    assert not project.build.exists()


@pytest.mark.parametrize(
    ("error", "status", "line"),
    [
        (StackwrightError("it failed"), 1, "error: it failed\n"),
        (BadInput("it is wrong"), 2, "error: it is wrong\n"),
        (KeyboardInterrupt(), 130, "error: interrupted\n"),
    ],
)
def test_each_error_has_its_exit_status(
    project: Project, capsys: Output, error: BaseException, status: int, line: str
) -> None:
    assert run(["build"], project=Project(project.root, {"app": failing(error)})) == status
    assert capsys.readouterr().err.lstrip() == line


@pytest.mark.parametrize("verb", sorted(verbs.commands))
def test_help_of_each_verb_has_an_example_of_it(capsys: Output, project: Project, verb: str) -> None:
    assert run([verb, "--help"], project=project) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert f"Example: {PROGRAM} {verb} " in shown
    assert "--region" in shown


def test_every_option_and_verb_is_described() -> None:
    for verb in verbs.commands.values():
        assert verb.help
        for option in verb.params:
            assert option.param_type_name == "argument" or getattr(option, "help", None), (verb.name, option.name)


def test_resolve_prints_the_inventory(project: Project, capsys: Output) -> None:
    assert run(["resolve", "app", "dev"], project=project) == 0
    out, err = capsys.readouterr()
    assert out.splitlines()[:2] == ["resource  type", "Topic     AWS::SNS::Topic"]
    assert "TopicArn  ${Topic.Ref}" in out
    assert "app-dev: 1 resources in us-east-1" in out
    assert err == ""


def test_resolve_as_json_is_json_alone(project: Project, capsys: Output) -> None:
    assert run(["resolve", "app", "dev", "--json", "--region", "us-west-1"], project=project) == 0
    graph = json.loads(capsys.readouterr().out)
    assert graph["Region"] == "us-west-1"
    assert graph["Resources"]["Topic"]["Properties"]["DisplayName"] == "shop us-west-1a,us-west-1b"


@pytest.mark.parametrize(
    ("variables", "config", "option", "region"),
    [
        ({}, "", [], "us-east-1"),
        ({}, "[default]\nregion = eu-west-1\n", [], "eu-west-1"),
        ({"AWS_PROFILE": "work"}, "[profile work]\nregion = eu-west-2\n", [], "eu-west-2"),
        ({}, "this is no configuration", [], "us-east-1"),
        ({"AWS_DEFAULT_REGION": "us-east-2"}, "[default]\nregion = eu-west-1\n", [], "us-east-2"),
        ({"AWS_REGION": "sa-east-1", "AWS_DEFAULT_REGION": "us-east-2"}, "", [], "sa-east-1"),
        ({"AWS_REGION": "sa-east-1"}, "", ["--region", "us-west-2"], "us-west-2"),
    ],
)
def test_region_is_the_nearest_that_is_given(
    project: Project,
    capsys: Output,
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, str],
    config: str,
    option: list[str],
    region: str,
) -> None:
    (project.root / "config").write_text(config)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert run(["resolve", "app", "dev", *option], project=project) == 0
    assert f"resources in {region}\n" in capsys.readouterr().out


def python(code: str, *, folder: Path = REPOSITORY) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False)


IMPORTED = """
import sys
from stackwright.cli import run
assert run({words!r}) == 0
heavy = {{"cfnlint", "cloudformation_validate", "boto3", "botocore", "moto", "rich", "troposphere"}}
print("imported:", sorted(heavy & sys.modules.keys()))
"""


@pytest.mark.parametrize("words", [["--help"], ["deploy", "--help"], ["--version"]])
def test_help_imports_nothing_heavy(words: list[str]) -> None:
    assert python(IMPORTED.format(words=words)).stdout.endswith("imported: []\n")


def test_outside_a_clone_one_line_says_so(tmp_path: Path) -> None:
    command = "import sys; from stackwright.cli import run; "
    ran = subprocess.run(
        [sys.executable, "-c", command + "sys.exit(run(['build']))"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(_package_alone(tmp_path))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (2, "error: no templates/ here: run this in a clone of the repository\n")


def _package_alone(folder: Path) -> Path:
    """A place from which the tool can be imported, as when it is installed, and the blueprints not."""
    place = folder / "installed"
    place.mkdir()
    (place / "stackwright").symlink_to(REPOSITORY / "stackwright")
    return place


def test_reader_that_goes_away_is_no_traceback(tmp_path: Path) -> None:
    ran = subprocess.Popen(
        [sys.executable, "-c", "import sys; from stackwright.cli import run; sys.exit(run(['--help']))"],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert ran.stdout and ran.stderr
    ran.stdout.close()
    assert ran.wait() == 1
    assert ran.stderr.read() == ""
    ran.stderr.close()
