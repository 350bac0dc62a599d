"""How an operation ended, for machines and for a person who ran a command that changed nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from stackwright import console
from stackwright.deploy.watch import watch
from stackwright.errors import StackwrightError

AS_BEFORE = "as it was before its last update, which failed and was rolled back"


@pytest.mark.parametrize("exists", [False, True])
def test_no_at_the_prompt_is_told_to_machines(
    shop: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], exists: bool
) -> None:
    if exists:
        shop.deploy()
        shop.parameters(Retention="14")
    monkeypatch.setattr(console, "terminal", lambda _: True)
    monkeypatch.setattr(console, "confirm", lambda _: False)
    capsys.readouterr()
    assert shop.deploy(yes=False, as_json=True) == 1
    assert json.loads(capsys.readouterr().out) == {"stack": "shop-dev", "declined": True}
    assert shop.deploy(yes=False) == 1
    assert capsys.readouterr().out == ""


def test_no_changes_after_a_rolled_back_update_is_no_failure(shop: Any, capsys: pytest.CaptureFixture[str]) -> None:
    shop.deploy()
    assert AS_BEFORE not in capsys.readouterr().err
    shop.parameters(SubnetCidr="192.168.0.0/24")
    with pytest.raises(StackwrightError):
        shop.deploy(replace=["Vpc/Subnet"])
    shop.parameters()
    capsys.readouterr()
    assert shop.deploy() == 0
    told = capsys.readouterr().err
    assert "shop-dev: no changes" in told and "shop-dev: UPDATE_ROLLBACK_COMPLETE in" in told
    assert AS_BEFORE in told.splitlines()[-1]
    with pytest.raises(StackwrightError, match="all is as it was before"):
        watch(shop.project, blueprint="shop", environment="dev", local=True, region="us-east-1")
