"""Every distinct template is linted once; what was found is kept as long as nothing it hangs on changes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from stackwright import validate
from stackwright.compose import Blueprint
from stackwright.errors import BadInput, StackwrightError
from stackwright.lint import Report, lint
from stackwright.render import render

Lint = Callable[..., Report]
NAME = {"Name": {"Type": "String"}}


def topic(description: str = "Topic", **parts: Any) -> dict[str, Any]:
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": description,
        "Parameters": NAME,
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "Name"}}}},
        "Outputs": {"TopicArn": {"Value": {"Ref": "Topic"}}},
    } | parts


def stack(url: str, **parameters: Any) -> dict[str, Any]:
    return {
        "Type": "AWS::CloudFormation::Stack",
        "DeletionPolicy": "Delete",
        "UpdateReplacePolicy": "Delete",
        "Properties": {"TemplateURL": url, "Parameters": parameters},
    }


def blueprint(name: str = "app", *, nested: dict[str, Any] | None = None, **parameters: Any) -> Blueprint:
    given = parameters or {"Name": {"Ref": "Name"}}
    root = topic(name, Resources={"Topic": stack("nested/topic.json", **given)})
    root["Outputs"] = {"TopicArn": {"Value": {"Fn::GetAtt": ["Topic", "Outputs.TopicArn"]}}}
    return Blueprint(name, root, {"nested/topic.json": nested or topic()})


@pytest.fixture
def linted(tmp_path: Path) -> Lint:
    """Render blueprints and lint them, for one region so that it takes little time."""
    (tmp_path / ".cfnlintrc").write_text("regions: [us-east-1]\ninclude_checks: [I]\nignore_checks: [W3002]\n")

    def run(*blueprints: Blueprint) -> Report:
        rendered = render(blueprints, tmp_path / "build")
        return lint(
            rendered,
            settings=tmp_path / ".cfnlintrc",
            cache=tmp_path / "cache",
            watched=lambda count: nullcontext(),
        )

    return run


def rules(report: Report, file: str) -> list[str]:
    return [finding.rule for finding in report.findings["app", file]]


def test_clean_blueprint_has_no_findings_and_is_not_linted_again(linted: Lint) -> None:
    first = linted(blueprint())
    assert not any(first.findings.values())
    assert first.linted == 2
    assert "cfn-lint 1." in first.tools
    assert linted(blueprint()).linted == 0


def test_shared_nested_template_is_linted_once(linted: Lint) -> None:
    assert linted(blueprint("app"), blueprint("other")).linted == 3


def test_findings_have_their_place_and_are_kept(linted: Lint) -> None:
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"Bogus": "1"}}
    wrong = topic(Resources=topic()["Resources"] | {"Queue": queue})
    first = linted(blueprint(nested=wrong))
    assert {"E3002", "I3011"} <= set(rules(first, "nested/topic.json"))
    bogus = next(each for each in first.findings["app", "nested/topic.json"] if each.rule == "E3002")
    assert (bogus.path, bogus.level) == ("Resources/Queue/Properties/Bogus", "error")
    again = linted(blueprint(nested=wrong))
    assert (again.linted, again.findings) == (0, first.findings)


def test_root_sees_the_parameters_and_outputs_of_its_nested_files(linted: Lint) -> None:
    assert "E3043" in rules(linted(blueprint(Other="x")), "root.json")
    without = topic(Outputs={"Elsewhere": {"Value": {"Ref": "Topic"}}})
    assert rules(linted(blueprint(nested=without)), "root.json") == ["E6101"]  # E1010, in an output


def test_changed_nested_template_has_its_root_linted_again_and_no_other(linted: Lint) -> None:
    linted(blueprint("app"), blueprint("other"))
    assert linted(blueprint("app", nested=topic("Changed")), blueprint("other")).linted == 2


def test_relative_template_url_is_ignored_in_roots_only(linted: Lint) -> None:
    nested = topic(Resources=topic()["Resources"] | {"Deeper": stack("deeper.json")})
    report = linted(blueprint(nested=nested))
    assert "W3002" not in rules(report, "root.json")
    found = report.findings["app", "nested/topic.json"]
    assert {each.level for each in found if each.rule == "W3002"} == {"warning", "warn"}  # one word of each linter


def test_changed_settings_lint_everything_again(linted: Lint, tmp_path: Path) -> None:
    linted(blueprint())
    with (tmp_path / ".cfnlintrc").open("a") as settings:
        settings.write("# changed\n")
    assert linted(blueprint()).linted == 2


def test_missing_settings_are_bad_input(linted: Lint, tmp_path: Path) -> None:
    (tmp_path / ".cfnlintrc").unlink()
    with pytest.raises(BadInput, match=r"\.cfnlintrc cannot be read: No such file"):
        linted(blueprint())


def test_validator_that_is_not_installed_is_said(linted: Lint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validate, "installed", lambda: None)
    report = linted(blueprint())
    assert report.tools.endswith("cloudformation-validate did not run: it is not installed")


def test_validator_that_cannot_be_imported_is_said_and_tried_again(
    linted: Lint, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unusable(*_: Any) -> None:
        raise validate.Unusable("GLIBC_2.34 not found")

    with monkeypatch.context() as patched:
        patched.setattr(validate, "_run", unusable)
        report = linted(blueprint())
        assert report.tools.endswith("did not run: GLIBC_2.34 not found")
        assert rules(report, "root.json") == []
    assert linted(blueprint()).linted == 2


def test_validator_that_fails_fails_the_build(linted: Lint, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise ZeroDivisionError("engine")

    monkeypatch.setattr(validate, "_run", broken)
    with pytest.raises(StackwrightError, match="cloudformation-validate failed: engine"):
        linted(blueprint())


def test_every_ignored_finding_has_a_reason() -> None:
    assert all((validate.IGNORED | validate.IGNORED_IN_ROOTS).values())
    settings = (Path(__file__).parents[2] / ".cfnlintrc").read_text().splitlines()
    at = settings.index("ignore_checks:")
    for number, line in enumerate(settings[at + 1 :], at + 1):
        assert line.startswith("  #") or settings[number - 1].startswith("  #"), line
