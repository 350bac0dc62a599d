"""What is said when a deployment is interrupted, and what killed runs leave for the next one."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from threading import Timer
from types import SimpleNamespace
from typing import Any

import pytest

from stackwright import console
from stackwright.aws import Aws
from stackwright.aws_errors import LOST, AwsError, Throttled
from stackwright.deploy.again import Again, Where
from stackwright.deploy.screen import Screen
from stackwright.errors import StackwrightError

# The package's own `execute` is the function of that name.
EXECUTE = import_module("stackwright.deploy.execute")
OURS = "stackwright-" + "0" * 32


def again(**where: Any) -> Again:
    return Again("ec2-alb", "dev", "ec2-alb-dev", Where(**where))


def test_the_next_command_leads_to_the_same_account() -> None:
    assert again().ours("watch") == "python build.py watch ec2-alb dev"
    there = again(profile="shop", region="eu-west-1")
    assert there.ours("watch") == "python build.py watch ec2-alb dev --profile shop --region eu-west-1"
    assert there.aws("delete-stack").endswith("delete-stack --stack-name ec2-alb-dev --profile shop --region eu-west-1")
    other = Again("ec2-alb", "dev", "mine", Where())
    assert other.ours("recover") == "python build.py recover ec2-alb dev --stack-name mine"


def test_what_ends_with_the_command_is_not_said_to_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    (line,) = again(local=True).goes_on("the deployment", cancel="delete-stack")
    assert "the local AWS ends with this command" in line
    assert "goes on in AWS" in again().goes_on("the deployment")[0]


@pytest.mark.parametrize(
    "error", [KeyboardInterrupt(), *(kind("no answer") for kind in LOST)], ids=lambda each: type(each).__name__
)
def test_a_deployment_no_longer_followed_says_how_to_watch_and_cancel_it(
    shop: Any, error: BaseException, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.deploy()
    shop.parameters(Retention="14")

    def interrupted(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(EXECUTE, "follow", interrupted)
    capsys.readouterr()
    with pytest.raises(type(error)):
        shop.deploy()
    told = capsys.readouterr().err
    assert "the deployment goes on in AWS" in told
    assert "watch it:  python build.py watch shop dev --local --region us-east-1" in told
    assert "cancel it: aws cloudformation cancel-update-stack --stack-name shop-dev --region us-east-1" in told
    assert shop.left_over() == []


def test_ctrl_c_while_the_change_set_is_executed_takes_nothing_away(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.deploy()
    shop.parameters(Retention="14")
    real = Aws.execute_change_set

    def arrived(self: Aws, *arguments: Any, **options: Any) -> None:
        real(self, *arguments, **options)
        raise KeyboardInterrupt

    monkeypatch.setattr(Aws, "execute_change_set", arrived)
    with pytest.raises(KeyboardInterrupt):
        shop.deploy()
    assert shop.status() == "UPDATE_COMPLETE"


def left_behind(shop: Any, *names: str) -> None:
    """Make change sets that take the stack's tags away, which nobody executes."""
    body = json.dumps(shop.aws.template(shop.aws.stack("shop-dev").id))
    given = [{"ParameterKey": name, "UsePreviousValue": True} for name in ("Cidr", "SubnetCidr", "Retention")]
    for name in names:
        asked = {"StackName": "shop-dev", "TemplateBody": body, "Parameters": given, "Tags": []}
        shop.aws.create_change_set(ChangeSetName=name, **asked)


def aged(shop: Any, local: Any, name: str, age: timedelta) -> None:
    stack = local.engine.store.find(shop.aws.account, "us-east-1", "shop-dev")
    (found,) = [each for each in stack.change_sets.values() if each.name == name]
    found.created -= age


def test_change_sets_that_killed_runs_forgot_are_taken_away_and_others_left(
    shop: Any, local: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.deploy()
    left_behind(shop, OURS, "somebody-elses")
    for name in (OURS, "somebody-elses"):
        aged(shop, local, name, timedelta(days=1))
    assert sorted(shop.left_over()) == sorted([OURS, "somebody-elses"])
    capsys.readouterr()
    shop.deploy()
    assert shop.left_over() == ["somebody-elses"]
    assert "took away 1 of our change sets" in capsys.readouterr().err


def test_a_change_set_that_a_colleague_takes_away_meanwhile_is_nothing_to_do(
    shop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.deploy()
    gone = f"arn:aws:cloudformation:us-east-1:{shop.aws.account}:changeSet/{OURS}/1"
    monkeypatch.setattr(Aws, "change_sets", lambda *_: [gone])
    assert shop.deploy() == 0


def test_a_change_set_that_may_wait_at_a_colleagues_prompt_is_left(
    shop: Any, local: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.deploy()
    left_behind(shop, OURS)
    aged(shop, local, OURS, timedelta(hours=3))
    capsys.readouterr()
    shop.deploy()
    assert shop.left_over() == [OURS]
    assert "no changes" in capsys.readouterr().err


def test_an_empty_change_set_of_a_killed_run_is_taken_away_at_once(
    shop: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.deploy()

    def killed(*_: object, **__: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(EXECUTE, "discard", killed)
        with pytest.raises(SystemExit):
            shop.deploy()
    (left,) = shop.left_over()
    summaries = shop.aws.call("cloudformation", "list_change_sets", StackName="shop-dev")["Summaries"]
    assert {each["ChangeSetName"]: each["Status"] for each in summaries}[left] == "FAILED"
    capsys.readouterr()
    assert shop.deploy() == 0
    told = capsys.readouterr().err
    assert "took away 1 of our change sets" in told and "shop-dev: no changes" in told
    assert shop.left_over() == []


@pytest.mark.parametrize("creating", [True, False])
def test_a_change_set_that_went_while_it_waited_is_said_to_be_gone(
    shop: Any, creating: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not creating:
        shop.deploy()
    shop.parameters(Retention="14")

    def overtaken(_: str) -> bool:
        with monkeypatch.context() as patch:
            patch.setattr(console, "confirm", lambda _: True)
            assert shop.deploy() == 0
        return True

    monkeypatch.setattr(console, "terminal", lambda stream: stream is sys.stdin)
    monkeypatch.setattr(console, "confirm", overtaken)
    with pytest.raises(StackwrightError) as raised:
        shop.deploy(yes=False)
    first, second = str(raised.value).splitlines()
    assert first == "shop-dev: this change set is gone, because somebody else deployed or destroyed the stack meanwhile"
    assert second.startswith("nothing was changed: deploy again")
    assert shop.status() == ("CREATE_COMPLETE" if creating else "UPDATE_COMPLETE")
    assert shop.left_over() == []


def test_nested_stacks_left_under_review_go_with_their_root(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """As SIGKILL leaves them: the change set is there, and nobody takes it away."""
    with monkeypatch.context() as patch:
        patch.setattr(EXECUTE, "discard", lambda *_, **__: None)
        patch.setattr(Screen, "agreed", lambda _, question: "shop-dev" not in question)
        shop.deploy()
    under_review = {name for name in shop.stacks() if name.startswith("shop-dev")}
    assert len(under_review) == 3 and shop.status() == "REVIEW_IN_PROGRESS"
    assert shop.deploy() == 0
    assert shop.status() == "CREATE_COMPLETE"
    assert not under_review - {"shop-dev"} & shop.stacks()


def test_a_stack_that_became_busy_meanwhile_is_said_to_be(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.deploy()
    shop.parameters(Retention="14")

    def refused(*_: object, **__: object) -> None:
        reason = "Stack:arn is in UPDATE_IN_PROGRESS state and can not be updated."
        raise AwsError(f"refused: {reason}", code="ValidationError", reason=reason)

    monkeypatch.setattr(Aws, "create_change_set", refused)
    with pytest.raises(StackwrightError, match=r"shop-dev is busy: .*\nwatch it: python build.py watch shop dev"):
        shop.deploy()


def test_a_cancelled_update_is_said_to_be_cancelled(shop: Any, local: Any) -> None:
    shop.deploy()
    shop.parameters(Retention="14")
    local.delays["AWS::EC2::SecurityGroup"] = 5
    cancel = Timer(1, lambda: shop.aws.call("cloudformation", "cancel_update_stack", StackName="shop-dev"))
    real = Aws.execute_change_set

    def executed(self: Aws, *arguments: Any, **options: Any) -> None:
        real(self, *arguments, **options)
        cancel.start()

    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Aws, "execute_change_set", executed)
            with pytest.raises(StackwrightError) as raised:
                shop.deploy(image="repo:1")
    finally:
        local.delays.clear()
        cancel.join()
    first, second, third = str(raised.value).splitlines()
    assert first == "shop-dev ended in UPDATE_ROLLBACK_COMPLETE"
    assert "cancelled by user" in second
    assert third.startswith("next: all is as it was before")


class Throttling:
    """WSGI that refuses the first requests of each action for their rate, as CloudFormation does."""

    BODY = (
        b"<ErrorResponse><Error><Type>Sender</Type><Code>Throttling</Code>"
        b"<Message>Rate exceeded</Message></Error></ErrorResponse>"
    )

    def __init__(self, application: Any, journal: Any, *, refusals: int) -> None:
        self.application, self.journal, self.refusals = application, journal, refusals
        self.refused: Counter[str] = Counter()

    def __call__(self, environ: Any, start_response: Any) -> Any:
        call = list(self.journal)[-1]
        if call.service != "cloudformation" or self.refused[call.action] >= self.refusals:
            return self.application(environ, start_response)
        self.refused[call.action] += 1
        start_response("400 Bad Request", [("Content-Type", "text/xml"), ("Content-Length", str(len(self.BODY)))])
        return [self.BODY]


@pytest.fixture
def throttling(local: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], Throttling]:
    """Let every CloudFormation call be throttled so many times; nobody waits between retries."""
    middleware = local._server._server.app

    def begin(refusals: int) -> Throttling:
        refusing = Throttling(middleware.application, local.journal, refusals=refusals)
        monkeypatch.setattr(middleware, "application", refusing)
        monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda _: None, time=time.time))
        return refusing

    return begin


def test_throttling_on_every_call_is_retried(shop: Any, throttling: Callable[[int], Throttling]) -> None:
    refusing = throttling(2)
    assert shop.deploy() == 0
    asked = {"CreateChangeSet", "DescribeChangeSet", "ExecuteChangeSet", "DescribeStackEvents", "DescribeStacks"}
    assert {action for action, count in refusing.refused.items() if count == 2} >= asked


def test_throttling_that_does_not_end_is_said_in_one_line(shop: Any, throttling: Callable[[int], Throttling]) -> None:
    throttling(1000)
    with pytest.raises(Throttled) as raised:
        shop.deploy()
    assert str(raised.value) == (
        "cloudformation:DescribeStackEvents is throttled by AWS: wait a minute, then run the same again"
    )
