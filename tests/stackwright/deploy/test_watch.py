from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

import pytest

from stackwright.aws_shapes import Event
from stackwright.deploy.watch import began, watch
from stackwright.errors import BadInput, StackwrightError

Make = Callable[..., Event]


def watched(shop: Any, **options: Any) -> int:
    return watch(shop.project, blueprint="shop", environment="dev", region="us-east-1", local=True, **options)


@contextmanager
def going_on(shop: Any, local: Any, status: str, work: Callable[[], object]) -> Iterator[None]:
    """Let `work` be busy in another thread, in that status."""
    local.delays["AWS::Logs::LogGroup"] = 1
    thread = Thread(target=work)
    thread.start()
    try:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            stack = shop.aws.stack_now("shop-dev")
            if stack and stack.status == status:
                break
            time.sleep(0.05)
        yield
    finally:
        thread.join()
        local.delays.clear()


def failing(shop: Any) -> Callable[[], None]:
    def work() -> None:
        with pytest.raises(StackwrightError):
            shop.deploy()

    return work


def test_an_operation_begins_after_the_last_rest(own: Make, event: Make) -> None:
    statuses = ("REVIEW_IN_PROGRESS", "CREATE_IN_PROGRESS", "CREATE_COMPLETE", "UPDATE_IN_PROGRESS")
    events = [own(each) for each in statuses] + [event("Vpc", "UPDATE_IN_PROGRESS")]
    assert began(events[:3]) == 1
    assert began(events) == 3
    assert began([*events, own("UPDATE_ROLLBACK_IN_PROGRESS"), own("UPDATE_ROLLBACK_FAILED")]) == 3


def test_a_creation_is_picked_up_and_ends_with_its_outputs(
    shop: Any, local: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    with going_on(shop, local, "CREATE_IN_PROGRESS", shop.deploy):
        capsys.readouterr()
        assert watched(shop) == 0
    told = capsys.readouterr()
    assert "creating the subnet Vpc/Subnet" in told.err and "GroupId" in told.out


def test_a_failing_creation_ends_with_its_cause(shop: Any, local: Any) -> None:
    shop.parameters(SubnetCidr="192.168.0.0/24")
    local.delays["AWS::EC2::VPC"] = 1
    with (
        going_on(shop, local, "CREATE_IN_PROGRESS", failing(shop)),
        pytest.raises(StackwrightError, match=r"ROLLBACK_COMPLETE\nVpc/Subnet \(subnet\): .*\nnext: "),
    ):
        watched(shop)


def test_nothing_going_on_is_said_with_how_it_ended(shop: Any, capsys: pytest.CaptureFixture[str]) -> None:
    shop.deploy()
    capsys.readouterr()
    assert watched(shop) == 0
    told = capsys.readouterr().err
    assert "nothing is going on" in told and "\nshop-dev: CREATE_COMPLETE in" in told
    shop.parameters(SubnetCidr="192.168.0.0/24")
    with pytest.raises(StackwrightError):
        shop.deploy(replace=["Vpc/Subnet"])
    with pytest.raises(StackwrightError, match=r"UPDATE_ROLLBACK_COMPLETE\nVpc/Subnet .*\nnext: all is as it was"):
        watched(shop)


def test_no_stack_is_said(shop: Any) -> None:
    with pytest.raises(StackwrightError, match=r"no such stack"):
        watched(shop)


def test_an_environment_that_is_not_there_is_bad_input(shop: Any) -> None:
    with pytest.raises(BadInput, match=r"prdo"):
        watch(shop.project, blueprint="shop", environment="prdo", local=True)


def test_a_local_aws_of_another_command_cannot_be_watched(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    with pytest.raises(BadInput, match=r"emulator"):
        watched(shop)


def test_a_busy_stack_says_how_to_watch_it(shop: Any, local: Any) -> None:
    with (
        going_on(shop, local, "CREATE_IN_PROGRESS", shop.deploy),
        pytest.raises(StackwrightError, match=r"watch it: python build.py watch shop dev --local"),
    ):
        shop.deploy()
