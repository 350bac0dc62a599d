from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from stackwright import console
from stackwright.aws import Aws
from stackwright.aws_errors import AccessDenied
from stackwright.compose import Blueprint
from stackwright.deploy import Choices, deploy
from stackwright.emulator.server import LocalAws
from stackwright.errors import BadInput, StackwrightError


def answering(monkeypatch: pytest.MonkeyPatch, *answers: bool) -> list[str]:
    """Make a person sit at the terminal who answers so; return what was asked."""
    waiting, asked = list(answers), []

    def confirm(question: str) -> bool:
        asked.append(question)
        return waiting.pop(0)

    monkeypatch.setattr(console, "terminal", lambda stream: stream is sys.stdin)
    monkeypatch.setattr(console, "confirm", confirm)
    return asked


def test_creates_shows_follows_and_ends_with_outputs(shop: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert shop.deploy() == 0
    told = capsys.readouterr()
    assert "+ Subnet (subnet)" in told.err and "4 to add" in told.err
    assert "creating the subnet Vpc/Subnet" in told.err
    assert told.err.index("created the nested stack Vpc") < told.err.index("creating the nested stack Group")
    assert "shop-dev: CREATE_COMPLETE in" in told.err
    assert "GroupId" in told.out and "sg-" in told.out


def test_a_second_deployment_changes_nothing_and_leaves_nothing(shop: Any, capsys: pytest.CaptureFixture[str]) -> None:
    shop.deploy()
    capsys.readouterr()
    assert shop.deploy() == 0
    assert "shop-dev: no changes" in capsys.readouterr().err
    assert shop.left_over() == []


def test_one_parameter_changes_only_what_depends_on_it(shop: Any, capsys: pytest.CaptureFixture[str]) -> None:
    shop.deploy()
    capsys.readouterr()
    shop.parameters(Retention="14")
    assert shop.deploy() == 0
    told = capsys.readouterr().err
    assert "~ Logs (log group): RetentionInDays 7 → 14" in told
    assert "0 to add, 1 to change, 0 to remove" in told and "Vpc" not in told


def test_image_given_once_stays(shop: Any) -> None:
    shop.deploy()
    shop.deploy(image="repo:1")
    shop.parameters(Retention="14")
    shop.deploy()
    assert shop.aws.stack("shop-dev").parameters["Image"] == "repo:1"
    with pytest.raises(BadInput, match="repo:1"):
        shop.deploy(image="")


def test_no_at_the_prompt_of_a_creation_leaves_nothing(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answering(monkeypatch, False)
    assert shop.deploy(yes=False) == 1
    assert asked == ["create shop-dev?"]
    assert shop.stacks() == {"account-dev"}


def test_no_at_the_prompt_of_an_update_leaves_the_stack(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.deploy()
    shop.parameters(Retention="14")
    before = shop.stacks()
    answering(monkeypatch, False)
    assert shop.deploy(yes=False) == 1
    assert shop.status() == "CREATE_COMPLETE" and shop.stacks() == before
    assert shop.left_over() == []


def test_ctrl_c_at_the_prompt_leaves_nothing_and_says_so(
    shop: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answering(monkeypatch)

    def interrupted(_: str) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(console, "confirm", interrupted)
    with pytest.raises(KeyboardInterrupt):
        shop.deploy(yes=False)
    assert capsys.readouterr().err.endswith("\nnothing was changed\n")
    assert shop.stacks() == {"account-dev"}


def test_nobody_to_ask_is_wrong_usage(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console, "terminal", lambda _: False)
    with pytest.raises(BadInput, match="--yes"):
        shop.deploy(yes=False)
    assert shop.stacks() == set()


def test_replacing_a_subnet_is_refused_unless_named(shop: Any) -> None:
    shop.deploy()
    shop.parameters(SubnetCidr="10.0.9.0/24")
    with pytest.raises(StackwrightError, match=r"--replace Vpc/Subnet") as raised:
        shop.deploy()
    assert raised.value.exit_status == 1
    assert shop.left_over() == []
    assert shop.deploy(replace=["Vpc/Subnet"]) == 0


def test_failure_names_the_first_real_failure_of_the_nested_stack(shop: Any) -> None:
    shop.parameters(SubnetCidr="192.168.0.0/24")
    with pytest.raises(StackwrightError) as raised:
        shop.deploy()
    assert raised.value.exit_status == 1
    first, second, third = str(raised.value).splitlines()
    assert first == "shop-dev ended in ROLLBACK_COMPLETE"
    assert second.startswith("Vpc/Subnet (subnet): ") and "192.168.0.0/24" in second
    assert third.startswith("next: mend that") and "deploy shop dev --local" in third


def test_a_failed_first_try_leaves_no_stack_under_review(shop: Any) -> None:
    """Its rollback never came to Group, which waits for the VPC: only the change set had made that stack."""

    def under_review() -> list[str]:
        found = shop.aws.call("cloudformation", "list_stacks")["StackSummaries"]
        return [each["StackName"] for each in found if each["StackStatus"] == "REVIEW_IN_PROGRESS"]

    shop.parameters(SubnetCidr="192.168.0.0/24")
    with pytest.raises(StackwrightError):
        shop.deploy()
    assert len(under_review()) == 1
    shop.parameters()
    assert shop.deploy() == 0
    assert under_review() == []


def test_a_failed_first_try_is_deleted_and_created_anew(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.parameters(SubnetCidr="192.168.0.0/24")
    with pytest.raises(StackwrightError):
        shop.deploy()
    shop.parameters()
    asked = answering(monkeypatch, False)
    assert shop.deploy(yes=False) == 1
    assert shop.status() == "ROLLBACK_COMPLETE" and "anew" in asked[0]
    answering(monkeypatch, True, True)
    assert shop.deploy(yes=False) == 0
    assert shop.status() == "CREATE_COMPLETE"


def test_an_image_that_failed_the_first_try_can_be_taken_back(shop: Any) -> None:
    shop.parameters(SubnetCidr="192.168.0.0/24")
    with pytest.raises(StackwrightError):
        shop.deploy(image="repo:missing")
    shop.parameters()
    assert shop.deploy(image="") == 0
    assert shop.aws.stack("shop-dev").parameters["Image"] == ""


def test_a_creation_never_executed_is_taken_away_first(shop: Any, capsys: pytest.CaptureFixture[str]) -> None:
    body = json.dumps({"Resources": {"X": {"Type": "AWS::Logs::LogGroup"}}})
    shop.aws.create_change_set(StackName="shop-dev", ChangeSetName="left", ChangeSetType="CREATE", TemplateBody=body)
    assert shop.status() == "REVIEW_IN_PROGRESS"
    assert shop.deploy() == 0
    assert "never executed" in capsys.readouterr().err
    assert shop.status() == "CREATE_COMPLETE"


def test_a_busy_stack_is_said_at_once(shop: Any, local: Any) -> None:
    local.delays["AWS::Logs::LogGroup"] = 3
    try:
        first = Thread(target=shop.deploy)
        first.start()
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            stack = shop.aws.stack_now("shop-dev")
            if stack and stack.status == "CREATE_IN_PROGRESS":
                break
            time.sleep(0.05)
        with pytest.raises(StackwrightError, match="busy"):
            shop.deploy()
        assert first.is_alive()
        first.join()
    finally:
        local.delays.clear()


def test_production_is_protected_once_it_is_there(shop: Any) -> None:
    shop.parameters("prod")
    shop.deploy("prod")
    assert shop.aws.stack("shop-prod").protected
    shop.aws.protect("shop-prod", on=False)
    shop.deploy("prod")
    assert shop.aws.stack("shop-prod").protected


def test_a_role_that_may_not_protect_leaves_a_note(
    shop: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def denied(*_: object, **__: object) -> None:
        raise AccessDenied("access denied to cloudformation:UpdateTerminationProtection")

    monkeypatch.setattr(Aws, "protect", denied)
    shop.parameters("prod")
    assert shop.deploy("prod") == 0
    assert "shop-prod has no termination protection: access denied" in capsys.readouterr().err


ROLE = "arn:aws:iam::123456789012:role/execution"
TRUST = {"Statement": [{"Principal": {"Service": "cloudformation.amazonaws.com"}, "Action": "sts:AssumeRole"}]}


def make_role(shop: Any, arn: str) -> None:
    shop.aws.call("iam", "create_role", RoleName=arn.rpartition("/")[2], AssumeRolePolicyDocument=json.dumps(TRUST))


def test_cloudformation_acts_with_the_accounts_execution_role(shop: Any, local: LocalAws) -> None:
    shop.aws.call("ssm", "put_parameter", Name="/stackwright/execution-role-arn", Value=ROLE, Type="String")
    make_role(shop, ROLE)
    shop.deploy()
    assert shop.aws.stack("shop-dev").role == ROLE
    assert shop.aws.stack("account-dev").role is None
    local.journal.clear()
    shop.destroy()
    (deletion,) = local.journal.calls("cloudformation", "DeleteStack", origin="client")
    assert deletion.parameters["RoleARN"] == ROLE


def test_a_role_can_be_given_or_left_out(shop: Any) -> None:
    shop.aws.call("ssm", "put_parameter", Name="/stackwright/execution-role-arn", Value=ROLE, Type="String")
    shop.deploy(role_arn="")
    assert shop.aws.stack("shop-dev").role is None
    other = ROLE.replace("execution", "other")
    make_role(shop, other)
    shop.parameters(Retention="14")
    shop.deploy(role_arn=other)
    assert shop.aws.stack("shop-dev").role == other


def test_bootstrap_blueprints_go_first_and_only_when_they_must(shop: Any, capsys: pytest.CaptureFixture[str]) -> None:
    shop.deploy()
    assert shop.status("account-dev") == "CREATE_COMPLETE"
    told = capsys.readouterr().err
    assert told.index("account-dev goes first") < told.index("published to")
    shop.deploy()
    assert "account-dev" not in capsys.readouterr().err


def test_a_local_account_holds_one_environment(shop: Any) -> None:
    shop.deploy()
    shop.parameters("prod")
    with pytest.raises(BadInput, match="AWS_ACCESS_KEY_ID"):
        shop.deploy("prod")
    assert shop.status("shop-prod") is None


def test_outputs_for_machines(shop: Any, capsys: pytest.CaptureFixture[str]) -> None:
    shop.deploy(as_json=True)
    found = json.loads(capsys.readouterr().out)
    assert found["stack"] == "shop-dev" and found["outputs"]["GroupId"].startswith("sg-")


@pytest.mark.parametrize(
    "options",
    [{"stack_name": "2nd-shop"}, {"region": "eu-wset-1"}, {"environment": "prdo"}],
)
def test_bad_input_changes_nothing(shop: Any, options: dict[str, str]) -> None:
    with pytest.raises(BadInput):
        shop.deploy(**options)
    assert shop.stacks() == set()


def test_image_for_a_blueprint_without_one_changes_nothing(shop: Any) -> None:
    with pytest.raises(BadInput, match="no image"):
        deploy(shop.project, Choices(blueprint="account", environment="dev", image="x", yes=True, local=True))
    assert shop.stacks() == set()


PRESENT = "parameters-present"


def test_what_account_and_region_have_yet_to_write_is_said(shop: Any) -> None:
    parameter = {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/stackwright/zone"}
    resources = {"Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {}}}
    root = {"Parameters": {"Zone": parameter}, "Resources": resources}
    shop.project.makers["account"] = lambda: Blueprint("account", root, {})
    with pytest.raises(BadInput, match="`account` and `region` blueprints first"):
        deploy(shop.project, Choices(blueprint="account", environment="dev", yes=True, local=True, waive=[PRESENT]))
    assert shop.stacks() == set()


def test_an_ssm_parameter_of_others_that_is_not_there_is_a_wrong_value(shop: Any) -> None:
    parameter = {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/aws/service/no-such-image"}
    resources = {"Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {}}}
    root = {"Parameters": {"MachineImage": parameter}, "Resources": resources}
    shop.project.makers["account"] = lambda: Blueprint("account", root, {})
    with pytest.raises(BadInput, match="correct the value in the parameter file"):
        deploy(shop.project, Choices(blueprint="account", environment="dev", yes=True, local=True, waive=[PRESENT]))


def test_local_never_goes_to_another_machine(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "https://aws.example.com")
    with pytest.raises(BadInput, match=r"aws\.example\.com"):
        shop.deploy()


def test_what_is_written_is_packaged(shop: Any) -> None:
    shop.deploy()
    written = Path(shop.project.build / "shop" / "packaged.json").read_text()
    assert f"https://{shop.bucket}.s3.us-east-1.amazonaws.com/" in written
