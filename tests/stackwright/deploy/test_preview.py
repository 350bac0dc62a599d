"""`--no-execute`: the tree and its sum, and nothing that stays."""

from __future__ import annotations

import json
from typing import Any

import pytest

from stackwright.errors import BadInput, StackwrightError


def test_a_creation_is_shown_and_leaves_nothing(shop: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert shop.deploy(no_execute=True) == 0
    told = capsys.readouterr()
    assert "+ Subnet (subnet)" in told.err
    assert told.out == "4 to add, 0 to change, 0 to remove\n"
    assert shop.stacks() == {"account-dev"}


def test_an_update_is_shown_without_a_terminal_and_leaves_the_stack(
    shop: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.deploy()
    shop.parameters(Retention="14")
    capsys.readouterr()
    assert shop.deploy(no_execute=True, yes=False) == 0
    told = capsys.readouterr()
    assert "~ Logs (log group): RetentionInDays 7 → 14" in told.err
    assert told.out == "0 to add, 1 to change, 0 to remove\n"
    assert (shop.status(), shop.left_over()) == ("CREATE_COMPLETE", [])
    assert shop.aws.stack("shop-dev").parameters["Retention"] == "7"


def test_nothing_to_change_is_said(shop: Any, capsys: pytest.CaptureFixture[str]) -> None:
    shop.deploy()
    capsys.readouterr()
    shop.deploy(no_execute=True)
    assert capsys.readouterr().out == "no changes\n"
    shop.deploy(no_execute=True, as_json=True)
    assert json.loads(capsys.readouterr().out) == {"stack": "shop-dev", "changes": "no changes"}


def test_what_a_deployment_refuses_is_refused(shop: Any) -> None:
    shop.deploy(image="repo:1")
    with pytest.raises(BadInput, match="never goes back to none"):
        shop.deploy(no_execute=True, image="")
    shop.parameters(SubnetCidr="10.0.1.0/24")
    with pytest.raises(StackwrightError, match=r"--replace Vpc/Subnet"):
        shop.deploy(no_execute=True)
    assert shop.left_over() == []


def test_a_second_release_is_refused_of_a_deployment_and_of_a_look(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def at_work(*_: Any) -> None:
        raise StackwrightError("CodeDeploy is at work")

    monkeypatch.setattr("stackwright.release.refuse_second", at_work)
    for look in (True, False):
        with pytest.raises(StackwrightError, match="CodeDeploy is at work"):
            shop.deploy(no_execute=look)
    assert "shop-dev" not in shop.stacks()


def test_a_failed_first_try_is_not_deleted_for_a_look(shop: Any) -> None:
    shop.parameters(SubnetCidr="192.168.0.0/24")
    with pytest.raises(StackwrightError):
        shop.deploy()
    shop.parameters()
    with pytest.raises(StackwrightError, match="ROLLBACK_COMPLETE since its first try"):
        shop.deploy(no_execute=True)
    assert shop.status() == "ROLLBACK_COMPLETE"
