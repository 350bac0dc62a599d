"""destroy from any state a stack can be in, and beside what goes on with it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Thread
from typing import Any

import pytest

from stackwright.deploy import destroy as module
from stackwright.deploy.watch import watch
from stackwright.errors import StackwrightError

BUCKET = {"Type": "AWS::S3::Bucket"}
SLOW = {"Type": "AWS::Logs::LogGroup", "Properties": {}, "DependsOn": "Going"}
LOGS = {"Type": "AWS::Logs::LogGroup", "Properties": {}}
NOWHERE = {"VpcId": "vpc-0123456789abcdef0", "CidrBlock": "10.0.0.0/24"}


def until(shop: Any, status: str) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        stack = shop.aws.stack_now("shop-dev")
        if stack and stack.status == status:
            return
        time.sleep(0.05)
    raise AssertionError(f"never {status}")


def create(shop: Any, resources: dict[str, Any], *, on_failure: str = "ROLLBACK") -> None:
    body = json.dumps({"Resources": resources})
    shop.aws.call("cloudformation", "create_stack", StackName="shop-dev", TemplateBody=body, OnFailure=on_failure)


def held(shop: Any, logical_id: str) -> str:
    return str(next(each.physical_id for each in shop.aws.held("shop-dev") if each.logical_id == logical_id))


def left(shop: Any) -> list[str]:
    buckets = [each["Name"] for each in shop.aws.call("s3", "list_buckets")["Buckets"]]
    vpcs = [each["VpcId"] for each in shop.aws.call("ec2", "describe_vpcs")["Vpcs"] if not each["IsDefault"]]
    groups = [each["logGroupName"] for each in shop.aws.call("logs", "describe_log_groups")["logGroups"]]
    stacks = [each for each in shop.stacks() if each.startswith("shop-")]
    return [each for each in (*buckets, *groups) if each.startswith("shop-dev")] + vpcs + stacks


@contextmanager
def beside(work: Callable[[], object]) -> Iterator[None]:
    thread = Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def delete(shop: Any) -> None:
    shop.aws.call("cloudformation", "delete_stack", StackName="shop-dev")


def test_a_deletion_that_goes_on_is_picked_up(shop: Any, local: Any, capsys: pytest.CaptureFixture[str]) -> None:
    shop.deploy()
    local.delays["AWS::EC2::VPC"] = 6
    try:
        delete(shop)
        until(shop, "DELETE_IN_PROGRESS")
        capsys.readouterr()
        assert shop.destroy(delete_data=True) == 0
    finally:
        local.delays.clear()
    told = capsys.readouterr().err
    assert "shop-dev: is being deleted already" in told and "deleting the VPC Vpc/Vpc" in told
    assert "shop-dev: deleted" in told
    assert left(shop) == []


def test_a_deletion_is_followed_by_watch_to_its_end(shop: Any, local: Any, capsys: pytest.CaptureFixture[str]) -> None:
    shop.deploy()
    local.delays["AWS::EC2::VPC"] = 6
    try:
        delete(shop)
        until(shop, "DELETE_IN_PROGRESS")
        capsys.readouterr()
        assert watch(shop.project, blueprint="shop", environment="dev", region="us-east-1", local=True) == 0
    finally:
        local.delays.clear()
    assert "deleting the VPC Vpc/Vpc" in capsys.readouterr().err
    assert shop.status() is None


def test_a_deletion_picked_up_that_fails_is_asked_for_again(
    shop: Any, local: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Another tool's deletion fails at a full bucket before we have emptied it."""
    create(shop, {"Going": BUCKET, "Slow": SLOW})
    until(shop, "CREATE_COMPLETE")
    shop.aws.call("s3", "put_object", Bucket=held(shop, "Going"), Key="one", Body=b"1")
    empty = module.DOING["empty bucket"]

    def late(aws: Any, name: str) -> None:
        until(shop, "DELETE_FAILED")
        empty(aws, name)

    monkeypatch.setitem(module.DOING, "empty bucket", late)
    local.delays["AWS::Logs::LogGroup"] = 2
    try:
        delete(shop)
        until(shop, "DELETE_IN_PROGRESS")
        assert shop.destroy() == 0
    finally:
        local.delays.clear()
    assert "that deletion ended in DELETE_FAILED" in capsys.readouterr().err
    assert left(shop) == []


def test_a_stack_that_is_being_deployed_stays(shop: Any, local: Any) -> None:
    local.delays["AWS::EC2::VPC"] = 6
    try:
        with beside(shop.deploy):
            until(shop, "CREATE_IN_PROGRESS")
            with pytest.raises(StackwrightError) as raised:
                shop.destroy()
    finally:
        local.delays.clear()
    first, second = str(raised.value).splitlines()
    assert first.startswith("stack shop-dev is busy (CREATE_IN_PROGRESS): nothing was changed")
    assert second == "watch it: python build.py watch shop dev --local --region us-east-1"
    assert shop.status() == "CREATE_COMPLETE"


def test_a_first_try_that_was_rolled_back_goes(shop: Any) -> None:
    shop.parameters(SubnetCidr="192.168.0.0/24")
    with pytest.raises(StackwrightError, match="ROLLBACK_COMPLETE"):
        shop.deploy()
    assert shop.destroy() == 0
    assert left(shop) == []


@pytest.mark.parametrize(("on_failure", "status"), [("ROLLBACK", "ROLLBACK_FAILED"), ("DO_NOTHING", "CREATE_FAILED")])
def test_a_creation_that_got_stuck_goes(shop: Any, local: Any, on_failure: str, status: str) -> None:
    """It cannot roll back over a bucket that was written to meanwhile."""
    subnet = {"Type": "AWS::EC2::Subnet", "Properties": NOWHERE, "DependsOn": "Slow"}
    local.delays["AWS::Logs::LogGroup"] = 1.5
    try:
        create(shop, {"Going": BUCKET, "Slow": SLOW, "Bad": subnet}, on_failure=on_failure)
        while not any(each.logical_id == "Slow" for each in shop.aws.held("shop-dev")):
            time.sleep(0.05)
        shop.aws.call("s3", "put_object", Bucket=held(shop, "Going"), Key="one", Body=b"1")
        until(shop, status)
    finally:
        local.delays.clear()
    assert shop.destroy() == 0
    assert left(shop) == []


def test_a_deletion_that_failed_is_completed(shop: Any) -> None:
    create(shop, {"Going": BUCKET})
    until(shop, "CREATE_COMPLETE")
    shop.aws.call("s3", "put_object", Bucket=held(shop, "Going"), Key="one", Body=b"1")
    delete(shop)
    until(shop, "DELETE_FAILED")
    assert shop.destroy() == 0
    assert left(shop) == []


def test_an_update_that_could_not_be_rolled_back_goes(shop: Any, local: Any) -> None:
    shop.deploy()
    handler_for = local.engine.services.handler_for

    def refused(*_: object) -> None:
        raise RuntimeError("the log group is held by somebody")

    def breaking(kind: str) -> Any:
        handler = handler_for(kind)
        return replace(handler, update=refused) if kind == "AWS::Logs::LogGroup" else handler

    object.__setattr__(local.engine.services, "handler_for", breaking)
    try:
        shop.parameters(Retention="14")
        with pytest.raises(StackwrightError, match="UPDATE_ROLLBACK_FAILED"):
            shop.deploy()
    finally:
        object.__setattr__(local.engine.services, "handler_for", handler_for)
    assert shop.destroy(delete_data=True) == 0
    assert left(shop) == []


def test_a_later_review_does_not_hide_what_the_last_stack_left(shop: Any) -> None:
    """A "no" to a new deployment leaves a deleted stack of the same name, which had nothing."""
    shop.deploy()
    shop.destroy()
    assert left(shop) != []
    shop.aws.create_change_set(
        StackName="shop-dev",
        ChangeSetName="declined",
        ChangeSetType="CREATE",
        TemplateBody=json.dumps({"Resources": {"Logs": LOGS}}),
    )
    assert shop.destroy(delete_data=True) == 0
    assert left(shop) == []


def test_of_a_stack_that_never_was_nothing_is_touched(shop: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """CloudFormation forgets a deleted stack after 90 days: names are all that is left to go by."""
    container = {"name": "app", "image": "scratch", "memory": 64}
    strays = ["shop-dev-Logs-1A2B", "/aws/ecs/containerinsights/shop-dev-Cluster-1A2B/performance"]
    for name in (*strays, "shop-devil", "/aws/ecs/containerinsights/shop-prod-Cluster/performance"):
        shop.aws.call("logs", "create_log_group", logGroupName=name)
    shop.aws.call("ecs", "register_task_definition", family="shop-dev-Task-1A2B", containerDefinitions=[container])
    capsys.readouterr()
    assert shop.destroy(delete_data=True) == 0
    told = capsys.readouterr().err.splitlines()[1:]
    assert told[0] == "shop-dev: there is no such stack, nothing to do"
    assert told[1].startswith("no stack knows these, which begin with its name")
    assert [line.strip() for line in told[2:]] == [*strays, "shop-dev-Task-1A2B (task definition)"]
    assert len(shop.aws.call("logs", "describe_log_groups")["logGroups"]) == 4


def test_deletion_that_no_event_tells_yet_is_followed_from_now_on(
    own: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Late:
        def events(self, _: str) -> list[Any]:
            return [created]

    created = own("CREATE_COMPLETE")
    asked: dict[str, Any] = {}
    monkeypatch.setattr(module, "follow", lambda *_, **given: asked.update(given))
    late: Any = Late()
    module._resumed(late, "arn:stack/shop-dev", heard=lambda *_: None)
    assert asked["after"] == created.id
