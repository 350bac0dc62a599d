from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from stackwright import console
from stackwright.deploy.recover import recover
from stackwright.errors import BadInput, StackwrightError


def recovered(shop: Any, **options: Any) -> int:
    given = {"yes": True, "local": True, "region": "us-east-1"}
    return recover(shop.project, blueprint="shop", environment="dev", **given | options)


@pytest.fixture
def stuck(shop: Any, local: Any) -> Iterator[Any]:
    """A shop whose update failed and whose rollback got stuck on Group/Logs; `mended` frees it."""
    shop.deploy()
    broken = {"now": False}
    handler_for = local.engine.services.handler_for

    def breaking(kind: str) -> Any:
        handler = handler_for(kind)
        if kind != "AWS::Logs::LogGroup" or not broken["now"]:
            return handler

        def refused(*_: object) -> None:
            raise RuntimeError("the log group is held by somebody")

        return replace(handler, update=refused)

    object.__setattr__(local.engine.services, "handler_for", breaking)
    broken["now"] = True
    shop.parameters(Retention="14")
    try:
        with pytest.raises(StackwrightError) as raised:
            shop.deploy()
        shop.told = str(raised.value)
        shop.mended = lambda: broken.update(now=False)
        yield shop
    finally:
        object.__setattr__(local.engine.services, "handler_for", handler_for)


def answering(monkeypatch: pytest.MonkeyPatch, *answers: bool) -> list[str]:
    waiting, asked = list(answers), []

    def confirm(question: str) -> bool:
        asked.append(question)
        return waiting.pop(0)

    monkeypatch.setattr(console, "terminal", lambda stream: stream is sys.stdin)
    monkeypatch.setattr(console, "confirm", confirm)
    return asked


def test_deploy_names_the_cause_and_recover(stuck: Any) -> None:
    assert stuck.status() == "UPDATE_ROLLBACK_FAILED"
    first, second, third = stuck.told.splitlines()
    assert first == "shop-dev ended in UPDATE_ROLLBACK_FAILED"
    assert second.startswith("Group/Logs (log group): the log group is held by somebody")
    assert third.endswith("python build.py recover shop dev --local --region us-east-1")
    with pytest.raises(StackwrightError, match=r"next: python build.py recover shop dev"):
        stuck.deploy()


def test_continues_when_the_cause_is_mended(stuck: Any, capsys: pytest.CaptureFixture[str]) -> None:
    stuck.mended()
    assert recovered(stuck) == 0
    assert stuck.status() == "UPDATE_ROLLBACK_COMPLETE"
    assert recovered(stuck) == 0
    assert "nothing to recover" in capsys.readouterr().err
    stuck.parameters(Retention="14")
    assert stuck.deploy() == 0


def test_what_still_blocks_is_named_and_not_skipped_unasked(stuck: Any) -> None:
    with pytest.raises(StackwrightError, match=r"--skip Group.Logs"):
        recovered(stuck)
    assert stuck.status() == "UPDATE_ROLLBACK_FAILED"


def test_a_named_resource_is_skipped(stuck: Any, local: Any, capsys: pytest.CaptureFixture[str]) -> None:
    local.journal.clear()
    assert recovered(stuck, skip=["Group.Logs"]) == 0
    assert stuck.status() == "UPDATE_ROLLBACK_COMPLETE"
    assert "perhaps not what the template says: Group.Logs" in capsys.readouterr().err
    (call,) = local.journal.calls("cloudformation", "ContinueUpdateRollback")
    (skipped,) = [value for key, value in call.parameters.items() if key.startswith("ResourcesToSkip")]
    # NestedStackName.ResourceLogicalID ("ContinueUpdateRollback", CloudFormation API Reference)
    assert skipped.startswith("shop-dev-Group-") and skipped.endswith(".Logs")


def test_skipping_is_asked_first(stuck: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, False)
    assert recovered(stuck, yes=False, skip=["Group.Logs"]) == 1
    assert stuck.status() == "UPDATE_ROLLBACK_FAILED"
    asked = answering(monkeypatch, True)
    assert recovered(stuck, yes=False) == 0
    assert asked == ["skip it and continue the rollback?"]
    assert stuck.status() == "UPDATE_ROLLBACK_COMPLETE"


def test_what_blocks_nothing_is_not_skipped(stuck: Any) -> None:
    with pytest.raises(BadInput, match=r"Vpc\.Subnet: that blocks nothing; what does: Group\.Logs"):
        recovered(stuck, skip=["Vpc.Subnet"])


def test_a_failed_first_try_is_deleted_and_what_stays_is_named(
    shop: Any, local: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    handler_for = local.engine.services.handler_for

    def held_by_somebody(*_: object) -> None:
        raise RuntimeError("the bucket is not empty")

    def breaking(kind: str) -> Any:
        handler = handler_for(kind)
        return replace(handler, delete=held_by_somebody) if kind == "AWS::S3::Bucket" else handler

    resources = {
        "Kept": {"Type": "AWS::Logs::LogGroup", "DeletionPolicy": "RetainExceptOnCreate", "Properties": {}},
        "Going": {"Type": "AWS::S3::Bucket", "DependsOn": "Kept"},
        "Bad": {
            "Type": "AWS::EC2::Subnet",
            "DependsOn": "Going",
            "Properties": {"VpcId": "vpc-0123456789abcdef0", "CidrBlock": "10.0.0.0/24"},
        },
    }
    object.__setattr__(local.engine.services, "handler_for", breaking)
    try:
        body = json.dumps({"Resources": resources})
        shop.aws.call("cloudformation", "create_stack", StackName="shop-dev", TemplateBody=body)
        while shop.status() != "ROLLBACK_FAILED":
            time.sleep(0.05)
    finally:
        object.__setattr__(local.engine.services, "handler_for", handler_for)
    capsys.readouterr()
    assert recovered(shop) == 0
    (kept,) = [each["logGroupName"] for each in shop.aws.call("logs", "describe_log_groups")["logGroups"]]
    told = capsys.readouterr().err
    assert f"  = Kept (log group) {kept} stays\n" in told
    assert f"what remains, kept by its DeletionPolicy:\n  Kept (log group) {kept}\n" in told
    assert shop.status() is None


def test_a_failed_creation_has_nothing_to_continue(shop: Any) -> None:
    with pytest.raises(StackwrightError, match=r"no such stack"):
        recovered(shop)
    shop.parameters(SubnetCidr="192.168.0.0/24")
    with pytest.raises(StackwrightError):
        shop.deploy()
    with pytest.raises(StackwrightError, match=r"no rollback to continue\nnext: python build.py deploy"):
        recovered(shop)
