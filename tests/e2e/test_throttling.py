"""Every service throttles every call: what goes on converges; what is throttled for good says so and loses nothing."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from support.account_numbers import account_id
from support.accounts import Account, Project

from stackwright.emulator.journal import Call, Journal
from stackwright.emulator.server import LocalAws

STACK = "ec2-alb-dev"
LOCAL = ("ec2-alb", "dev", "--local")

# Between retries nobody waits here: backoff is botocore's, and the pauses of following an operation are ours.
HURRIED = """
import time
real = time.sleep
time.sleep = lambda seconds: real(min(seconds, 0.01))
"""
# The codes by which services throttle: "Common error types" of each API Reference, "Error responses" (Amazon S3),
# "Request throttling for the Amazon EC2 API", "Throttling" (Amazon Route 53 API Reference, quotas).
CODES = {
    "ec2": ("RequestLimitExceeded", 503),
    "s3": ("SlowDown", 503),
    "route53": ("PriorRequestNotComplete", 400),
    **dict.fromkeys(("acm", "ecr", "ecs", "logs", "secretsmanager", "ssm"), ("ThrottlingException", 400)),
}


@dataclass
class Throttling:
    """WSGI that refuses calls of clients for their rate: of each operation, all but one in `refusals` + 1.

    `forever` names what is refused always, a service or an operation, from the first request for `since` on.
    """

    application: Callable[..., Iterable[bytes]]
    refusals: int = 0
    forever: str = ""
    since: str = ""
    asked: Counter[tuple[str, str]] = field(default_factory=Counter)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        call = asked(environ)
        operation = (call.service, call.action)
        self.asked[operation] += call.origin == "client"
        begun = not self.since or any(action == self.since for _, action in self.asked)
        never = begun and self.forever in operation
        again = self.asked[operation] % (self.refusals + 1) == 0 and not never
        if call.origin == "engine" or again:
            return self.application(environ, start_response)
        code, status = CODES.get(call.service, ("Throttling", 400))
        body = b"" if call.method == "HEAD" else refusal(call, code)
        headers = [("Content-Type", "text/xml"), ("Content-Length", str(len(body))), ("x-amzn-errortype", code)]
        start_response(f"{status} Slow Down", headers)
        return [body]


def asked(environ: dict[str, Any]) -> Call:
    """Return the request as the journal has it: its newest entry may be another thread's."""
    body = environ["wsgi.input"].getvalue() if isinstance(environ["wsgi.input"], io.BytesIO) else b""
    own = Journal()
    own.note(environ, body, "")
    return next(iter(own))


def refusal(call: Call, code: str) -> bytes:
    """Return the error as the service's protocol has it."""
    said = f"<Code>{code}</Code><Message>Rate exceeded</Message>"
    if "json" in call.headers.get("content-type", "") or "x-amz-target" in call.headers:
        return json.dumps({"__type": code, "message": "Rate exceeded"}).encode()
    if call.service == "s3":
        return f"<Error>{said}</Error>".encode()
    if call.service == "ec2":
        return f"<Response><Errors><Error>{said}</Error></Errors></Response>".encode()
    return f"<ErrorResponse><Error><Type>Sender</Type>{said}</Error></ErrorResponse>".encode()


@dataclass(frozen=True)
class System:
    """`ec2-alb` of an account of its own, on a local AWS of this process that can throttle."""

    project: Project
    local: LocalAws
    throttling: Throttling

    def run(self, *arguments: str, status: int = 0) -> str:
        """Run the command line, hold its exit status and return what it said."""
        return self.project.run(*arguments, status=status, prelude=HURRIED).stderr

    def refused(self, *arguments: str) -> list[str]:
        """Run what is throttled for good; return its last lines, from the error on."""
        lines = self.run(*arguments, status=1).strip().splitlines()
        first = next(number for number, line in enumerate(lines) if line.startswith("error: "))
        return lines[first:]

    def ask(self, service: str, operation: str, **arguments: Any) -> Any:
        return getattr(self.project.account.client(service), operation)(**arguments)

    def status(self) -> str:
        (stack,) = self.ask("cloudformation", "describe_stacks", StackName=STACK)["Stacks"]
        return str(stack["StackStatus"])

    def change_sets(self) -> list[str]:
        found = self.ask("cloudformation", "list_change_sets", StackName=STACK)["Summaries"]
        return [each["ChangeSetName"] for each in found if each["ExecutionStatus"] != "EXECUTE_COMPLETE"]


@pytest.fixture(scope="module")
def local() -> Iterator[LocalAws]:
    with LocalAws() as running:
        middleware = running._server._server.app
        middleware.application = Throttling(middleware.application)
        yield running


@pytest.fixture
def system(local: LocalAws, tmp_path: Path, make_project: Callable[[Path], Project]) -> Iterator[System]:
    folder = make_project(tmp_path).folder
    throttling = local._server._server.app.application
    yield System(Project(folder, Account(account_id(), local.endpoint)), local, throttling)
    throttling.refusals, throttling.forever, throttling.since = 0, "", ""


def broken(system: System, kind: str) -> Callable[[], None]:
    """Let updates of a resource type fail; return what mends them."""
    services = system.local.engine.services if system.local.engine else None
    handler_for = services.handler_for if services else None
    assert services and handler_for

    def refused(*_: object) -> None:
        raise RuntimeError("held by somebody")

    def breaking(asked: str) -> Any:
        return replace(handler_for(asked), update=refused) if asked == kind else handler_for(asked)

    object.__setattr__(services, "handler_for", breaking)
    return lambda: object.__setattr__(services, "handler_for", handler_for)


def test_everything_converges_though_every_service_throttles_every_call(system: System) -> None:
    system.throttling.asked.clear()
    system.throttling.refusals = 2
    assert "CREATE_COMPLETE" in system.run("deploy", *LOCAL, "--yes")
    system.run("publish", "ec2-alb", "dev")
    system.run("watch", *LOCAL)
    mend = broken(system, "AWS::Logs::LogGroup")
    system.project.set("ec2-alb", "dev", LogRetentionDays="30")
    assert "ended in UPDATE_ROLLBACK_FAILED" in system.run("deploy", *LOCAL, "--yes", status=1)
    mend()
    assert "UPDATE_ROLLBACK_COMPLETE" in system.run("recover", *LOCAL, "--yes")
    assert "UPDATE_COMPLETE" in system.run("deploy", *LOCAL, "--yes")
    system.run("destroy", *LOCAL, "--yes")
    system.run("destroy", *LOCAL, "--yes")
    asked = {service for (service, _), count in system.throttling.asked.items() if count}
    assert {service for (service, _), count in system.throttling.asked.items() if count > 2} == asked
    assert asked >= {"cloudformation", "s3", "ssm", "sts", "ecs", "elasticloadbalancing", "autoscaling"}
    assert asked >= {"ecr", "logs", "route53", "ec2"}


IN_VAIN = "is throttled by AWS: wait a minute, then run the same again"
DEPLOYING = [
    "GetCallerIdentity",
    "ssm",
    "s3",
    "cloudformation",
    "CreateChangeSet",
    "DescribeChangeSet",
    "ExecuteChangeSet",
]
DESTROYING = ["cloudformation", "ecs", "UpdateService", "ecr", "DeleteStack"]


def test_what_is_throttled_for_good_says_so_and_loses_nothing(system: System) -> None:
    system.run("deploy", *LOCAL, "--yes")
    system.project.set("ec2-alb", "dev", LogRetentionDays="30")
    for system.throttling.forever in DEPLOYING:
        error, *more = system.refused("deploy", *LOCAL, "--yes")
        assert error.startswith("error: ") and error.endswith(IN_VAIN) and not more, system.throttling.forever
    system.throttling.forever = ""
    assert (system.status(), system.change_sets()) == ("CREATE_COMPLETE", [])
    assert "UPDATE_COMPLETE" in system.run("deploy", *LOCAL, "--yes")
    for system.throttling.forever in DESTROYING:
        error, *more = system.refused("destroy", *LOCAL, "--yes")
        assert error.startswith("error: ") and IN_VAIN in error and len(more) < 2, system.throttling.forever
    system.throttling.forever = ""
    assert system.status() == "UPDATE_COMPLETE"
    system.run("destroy", *LOCAL, "--yes")
    assert STACK not in {each["StackName"] for each in system.ask("cloudformation", "describe_stacks")["Stacks"]}


def test_a_deployment_that_cannot_be_followed_any_more_goes_on(system: System) -> None:
    system.run("deploy", *LOCAL, "--yes")
    system.project.set("ec2-alb", "dev", LogRetentionDays="30")
    system.throttling.asked.clear()
    system.throttling.forever, system.throttling.since = "DescribeStackEvents", "ExecuteChangeSet"
    told = system.run("deploy", *LOCAL, "--yes", status=1)
    assert "the deployment goes on in AWS" in told and "watch it:  python build.py watch ec2-alb dev --local" in told
    assert told.strip().splitlines()[-1] == f"error: cloudformation:DescribeStackEvents {IN_VAIN}"
    system.throttling.forever = ""
    system.run("watch", *LOCAL)
    assert (system.status(), system.change_sets()) == ("UPDATE_COMPLETE", [])
    assert "no changes" in system.run("deploy", *LOCAL, "--yes")
