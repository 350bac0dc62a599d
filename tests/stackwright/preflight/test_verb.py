"""The verb, and what deploy does with what it finds: on a small project in an account of its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stackwright.aws import Aws
from stackwright.cli import run
from stackwright.compose import Blueprint
from stackwright.emulator.server import LocalAws
from stackwright.preflight import names
from stackwright.project import Project

NESTED = {
    "Resources": {
        "Address": {"Type": "AWS::EC2::EIP", "Properties": {"Domain": "vpc"}},
        "Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "shop"}},
    }
}
ROOT = {
    "Resources": {"Inner": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "nested/inner.json"}}}
}
ACCOUNT = {"Resources": {"Address": {"Type": "AWS::EC2::EIP", "Properties": {"Domain": "vpc"}}}}
Shop = Callable[..., int]


@pytest.fixture
def shop(aws: Aws, local: LocalAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """Run the command line on a project with the blueprint `shop`, in the test's account."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", local.endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", aws.account)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    # The templates are the least that shows a behaviour, not what a linter or a rule lets pass.
    monkeypatch.setattr("stackwright.deploy.check_findings", lambda *_: "not linted")
    monkeypatch.setattr("stackwright.deploy.check_guarantees", lambda *_, **__: "not verified")
    aws.call("s3", "create_bucket", Bucket=bucket(aws))
    for name in ("shop", "account"):
        path = tmp_path / "params" / name / "dev.json"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps({"Parameters": {}}))
    makers = {
        "shop": lambda: Blueprint("shop", ROOT, {"nested/inner.json": NESTED}),
        "account": lambda: Blueprint("account", ACCOUNT, {}),
    }
    project = Project(tmp_path, makers)
    return lambda *arguments: run([arguments[0], "shop", "dev", *arguments[1:]], project=project)


def bucket(aws: Aws) -> str:
    return f"artifacts-{aws.account}"


def allocate(aws: Aws, count: int) -> None:
    for _ in range(count):
        aws.call("ec2", "allocate_address", Domain="vpc")


def stacks(aws: Aws) -> list[str]:
    return [each["StackName"] for each in aws.call("cloudformation", "list_stacks")["StackSummaries"]]


def test_every_check_is_printed_by_its_number(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    assert shop("preflight") == 0
    printed = capsys.readouterr().out.splitlines()
    numbered = [line for line in printed if line[:2].strip().isdigit()]
    assert [int(line[:2]) for line in numbered] == list(range(1, len(names()) + 1))
    assert " 2 elastic-ips: holds: Inner/Address: Elastic IPs in us-east-1: 0 and 1 more, quota 5" in numbered
    assert printed[-1] == "preflight: 3 of 3 hold"


def test_a_failure_is_exit_status_one_and_waived_none(aws: Aws, shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    allocate(aws, 5)
    assert shop("preflight") == 1
    assert capsys.readouterr().out.splitlines()[-1] == "preflight: 2 of 3 hold, 1 failed"
    assert shop("preflight", "--waive", "elastic-ips") == 0
    assert capsys.readouterr().out.splitlines()[-1] == "preflight: 2 of 3 hold, 1 waived"


def test_json_has_every_check_with_what_it_found(aws: Aws, shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    allocate(aws, 5)
    assert shop("preflight", "--json") == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["stack"], told["account"], told["region"]) == ("shop-dev", aws.account, "us-east-1")
    assert told["failing"] == ["elastic-ips"]
    assert sorted(each["name"] for each in told["checks"]) == names()
    (found,) = (each for each in told["checks"] if each["name"] == "elastic-ips")
    assert (found["number"], found["result"]) == (2, "fails")
    assert found["points"][0].keys() == {"result", "text", "mend"}


def test_nothing_is_changed(aws: Aws, local: LocalAws, shop: Shop) -> None:
    local.journal.clear()
    shop("preflight")
    asked = {each.action for each in local.journal.calls(account=aws.account)}
    assert asked
    assert not {each for each in asked if not each.startswith(("Get", "List", "Describe", "BatchGet", "Head"))}


@pytest.mark.parametrize("verb", ["preflight", "deploy"])
def test_a_name_that_is_no_check_is_bad_input(
    verb: str, shop: Shop, local: LocalAws, aws: Aws, capsys: pytest.CaptureFixture[str]
) -> None:
    local.journal.clear()
    assert shop(verb, *(["--yes"] if verb == "deploy" else []), "--waive", "elastic-ip") == 2
    assert "no such check (did you mean elastic-ips?)" in capsys.readouterr().err
    assert not local.journal.calls(account=aws.account)


@pytest.mark.parametrize("verb", ["preflight", "deploy"])
def test_help_names_the_checks(verb: str, shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    shop(verb, "--help")
    told = " ".join(capsys.readouterr().out.split())
    assert ", ".join(names()) in told.replace("- ", "-")


def test_credentials_that_aws_refuses_are_bad_input(
    shop: Shop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    assert shop("preflight") == 2
    assert "no AWS credentials found: run `aws configure`, or give --profile" in capsys.readouterr().err


def test_deploy_refuses_and_creates_nothing(aws: Aws, shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    allocate(aws, 5)
    assert shop("deploy", "--yes", "--bucket", bucket(aws)) == 1
    told = capsys.readouterr().err
    assert " 2 elastic-ips: fails: Inner/Address: Elastic IPs in us-east-1: 5 and 1 more, quota 5" in told
    assert "error: preflight of shop-dev failed: elastic-ips; the stack was not touched" in told
    assert stacks(aws) == []
    assert "Contents" not in aws.call("s3", "list_objects_v2", Bucket=bucket(aws))


def test_deploy_goes_on_over_a_waived_check(aws: Aws, shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    aws.call("logs", "create_log_group", logGroupName="shop")
    assert shop("deploy", "--yes", "--bucket", bucket(aws), "--waive", "names-free") == 1
    told = capsys.readouterr().err
    assert "12 names-free: waived: Inner/Logs: LogGroupName shop is taken, and not by this stack" in told
    assert "preflight: 2 of 3 hold, 1 waived" in told
    assert "shop-dev" in stacks(aws)


def test_deploy_tells_only_the_sum_where_all_is_well(aws: Aws, shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    assert shop("deploy", "--yes", "--bucket", bucket(aws)) == 0
    assert [line for line in capsys.readouterr().err.splitlines() if "holds" in line or "preflight" in line] == [
        "preflight: 3 of 3 hold"
    ]
    assert shop("deploy", "--yes", "--bucket", bucket(aws)) == 0
    assert "preflight: 1 of 1 hold" in capsys.readouterr().err


def test_what_is_to_go_before_the_first_try_is_no_hindrance(
    aws: Aws, shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    allocate(aws, 4)
    assert shop("deploy", "--yes", "--bucket", bucket(aws)) == 0
    capsys.readouterr()
    assert shop("preflight") == 0
    assert " 2 elastic-ips: not applicable: the plan adds no Elastic IP" in capsys.readouterr().out


def test_with_local_each_stack_is_asked_about_before_it_is_made(
    aws: Aws, shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    allocate(aws, 4)
    assert shop("deploy", "--yes", "--local", "--bucket", bucket(aws)) == 1
    told = capsys.readouterr().err
    assert told.index("preflight: 2 of 2 hold") < told.index("preflight of shop-dev failed: elastic-ips")
    assert stacks(aws) == ["account-dev"]


def test_a_check_may_be_waived_for_what_goes_first(aws: Aws, shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    allocate(aws, 5)
    assert shop("deploy", "--yes", "--local", "--bucket", bucket(aws), "--waive", "elastic-ips") == 1
    told: Any = capsys.readouterr().err
    assert " 2 elastic-ips: waived: Address: Elastic IPs in us-east-1: 5 and 1 more" in told
    assert "account-dev" in stacks(aws)
