from __future__ import annotations

import sys
from io import StringIO
from typing import Any

import pytest

from stackwright import console
from stackwright.errors import BadInput


def typing_in(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", StringIO(f"{text}\n"))
    monkeypatch.setattr(console, "terminal", lambda stream: stream is sys.stdin)


def test_says_what_goes_deletes_it_and_names_what_remains(shop: Any, capsys: pytest.CaptureFixture[str]) -> None:
    shop.deploy()
    capsys.readouterr()
    assert shop.destroy() == 0
    told = capsys.readouterr().err
    assert "- shop-dev: 3 resources to DELETE" in told and "- Vpc: VPC, subnet" in told
    assert "deleting the subnet Vpc/Subnet" in told
    kept = told.splitlines()[-1].split()
    groups = shop.aws.call("logs", "describe_log_groups")["logGroups"]
    assert kept[0] == "Group/Logs" and kept[-1] in {each["logGroupName"] for each in groups}
    assert shop.stacks() == {"account-dev"}


def test_an_absent_stack_is_success(shop: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert shop.destroy() == 0
    assert "no such stack" in capsys.readouterr().err


def test_twice_is_harmless(shop: Any) -> None:
    shop.deploy()
    assert (shop.destroy(), shop.destroy()) == (0, 0)


def test_another_name_typed_in_changes_nothing(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.deploy()
    typing_in(monkeypatch, "shop")
    assert shop.destroy(yes=False) == 1
    assert shop.status() == "CREATE_COMPLETE"


def test_the_stacks_name_typed_in_destroys_it(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.deploy()
    typing_in(monkeypatch, "shop-dev")
    assert shop.destroy(yes=False) == 0
    assert shop.status() is None


def test_protected_stacks_need_the_flag(shop: Any) -> None:
    shop.parameters("prod")
    shop.deploy("prod")
    with pytest.raises(BadInput, match="--unprotect"):
        shop.destroy("prod")
    assert shop.status("shop-prod") == "CREATE_COMPLETE"
    assert shop.destroy("prod", unprotect=True) == 0


def test_no_to_a_protected_stack_leaves_it_protected(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.parameters("prod")
    shop.deploy("prod")
    typing_in(monkeypatch, "no")
    assert shop.destroy("prod", unprotect=True, yes=False) == 1
    assert shop.aws.stack("shop-prod").protected


def test_what_was_never_created_is_taken_away(shop: Any) -> None:
    shop.aws.create_change_set(
        StackName="shop-dev",
        ChangeSetName="left",
        ChangeSetType="CREATE",
        TemplateBody='{"Resources": {"X": {"Type": "AWS::Logs::LogGroup"}}}',
    )
    assert shop.destroy() == 0
    assert shop.status() is None
