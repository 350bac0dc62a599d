"""A deployment whose guarantees do not hold is refused before anything is made, unless the person says so."""

from __future__ import annotations

from typing import Any

import pytest

from stackwright import verify
from stackwright.compose import Blueprint
from stackwright.errors import BadInput, StackwrightError

Output = pytest.CaptureFixture[str]


@pytest.fixture
def verified(shop: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The shop with the rules in force: the log group of its `account` keeps every line for ever."""
    monkeypatch.setattr("stackwright.deploy.check_guarantees", verify.check_guarantees)
    return shop


def test_findings_stop_a_deployment_before_anything_is_made(verified: Any) -> None:
    with pytest.raises(StackwrightError) as error:
        verified.deploy()
    told = str(error.value)
    assert error.value.exit_status == 1
    assert "operability/logs-expire: Logs RetentionInDays: it keeps every line for ever" in told
    assert told.endswith("guarantees hold\nmend them, or deploy with --despite-findings")
    assert verified.stacks() == set()
    assert "Contents" not in verified.aws.call("s3", "list_objects_v2", Bucket=verified.bucket)


def test_a_person_may_deploy_despite_findings_and_still_reads_them(verified: Any, capsys: Output) -> None:
    assert verified.deploy(despite_findings=True) == 0
    assert "operability/logs-expire" in capsys.readouterr().err
    assert verified.status() == "CREATE_COMPLETE"


def test_an_environment_that_the_account_does_not_hold_leaves_no_part_of_it(shop: Any) -> None:
    region = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
    shop.project.makers["region"] = lambda: Blueprint("region", region, {})
    for environment in ("dev", "prod"):
        path = shop.project.root / "params" / "region" / f"{environment}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text('{"Parameters": {}}')
        shop.parameters(environment)
    del shop.project.makers["account"]
    shop.deploy()
    shop.project.makers["account"] = lambda: Blueprint("account", {"Resources": region["Resources"]}, {})
    before = shop.stacks()
    with pytest.raises(BadInput, match="has region-dev already"):
        shop.deploy("prod")
    assert shop.stacks() == before, "account-prod was not made first"
