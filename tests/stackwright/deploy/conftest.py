from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from stackwright.aws import Aws
from stackwright.aws_shapes import Event
from stackwright.compose import Blueprint
from stackwright.deploy import Choices, deploy
from stackwright.deploy.destroy import destroy
from stackwright.emulator.server import LocalAws
from stackwright.emulator.services import linked_roles
from stackwright.project import Project

START = datetime(2026, 1, 1, 12, tzinfo=UTC)
ROOT_ID = "arn:stack/shop-dev"


@pytest.fixture
def event() -> Callable[..., Event]:
    """Make events, each a second after the one before."""
    numbers: Iterator[int] = count()

    def make(
        logical_id: str,
        status: str,
        kind: str = "AWS::EC2::VPC",
        *,
        stack: str = ROOT_ID,
        physical_id: str = "",
        reason: str = "",
    ) -> Event:
        number = next(numbers)
        return Event(
            id=f"event-{number}",
            stack_id=stack,
            logical_id=logical_id,
            physical_id=physical_id,
            type=kind,
            status=status,
            reason=reason,
            time=START + timedelta(seconds=number),
        )

    return make


@pytest.fixture
def own(event: Callable[..., Event]) -> Callable[..., Event]:
    """Make events of a stack about itself."""

    def make(status: str, *, stack: str = ROOT_ID, **others: Any) -> Event:
        return event("itself", status, "AWS::CloudFormation::Stack", stack=stack, physical_id=stack, **others)

    return make


@pytest.fixture
def nested(event: Callable[..., Event]) -> Callable[..., Event]:
    """Make events of the root about its nested stack `Vpc`."""

    def make(status: str, **others: Any) -> Event:
        return event("Vpc", status, "AWS::CloudFormation::Stack", physical_id="arn:stack/vpc", **others)

    return make


# --- a small project on a local AWS ---------------------------------------------------------


def _nested(url: str, **parameters: Any) -> dict[str, Any]:
    return {
        "Type": "AWS::CloudFormation::Stack",
        "Properties": {"TemplateURL": url, "Parameters": parameters},
    }


def _strings(*names: str) -> dict[str, Any]:
    return {name: {"Type": "String"} for name in names}


ROOT = {
    "Parameters": {
        **_strings("Cidr", "SubnetCidr", "Retention"),
        "Image": {"Type": "String", "Default": ""},
    },
    "Resources": {
        "Vpc": _nested("nested/vpc.json", Cidr={"Ref": "Cidr"}, SubnetCidr={"Ref": "SubnetCidr"}),
        "Group": _nested(
            "nested/group.json",
            VpcId={"Fn::GetAtt": ["Vpc", "Outputs.VpcId"]},
            Retention={"Ref": "Retention"},
            Image={"Ref": "Image"},
        ),
    },
    "Outputs": {"GroupId": {"Value": {"Fn::GetAtt": ["Group", "Outputs.GroupId"]}}},
}
VPC = {
    "Parameters": _strings("Cidr", "SubnetCidr"),
    "Resources": {
        "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": {"Ref": "Cidr"}}},
        "Subnet": {
            "Type": "AWS::EC2::Subnet",
            "Properties": {"VpcId": {"Ref": "Vpc"}, "CidrBlock": {"Ref": "SubnetCidr"}},
        },
    },
    "Outputs": {"VpcId": {"Value": {"Ref": "Vpc"}}},
}
GROUP = {
    "Parameters": _strings("VpcId", "Retention", "Image"),
    "Resources": {
        "Group": {
            "Type": "AWS::EC2::SecurityGroup",
            "Properties": {
                "GroupDescription": {"Fn::Sub": "of ${Image}"},
                "VpcId": {"Ref": "VpcId"},
            },
        },
        "Logs": {
            "Type": "AWS::Logs::LogGroup",
            "DeletionPolicy": "RetainExceptOnCreate",
            "Properties": {"RetentionInDays": {"Ref": "Retention"}},
        },
    },
    "Outputs": {"GroupId": {"Value": {"Fn::GetAtt": ["Group", "GroupId"]}}},
}
PARAMETERS = {"Cidr": "10.0.0.0/16", "SubnetCidr": "10.0.0.0/24", "Retention": "7"}
FLAT = {"Resources": {"Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {}}}}


@dataclass
class Shop:
    """A project with the blueprints `shop` and the flat `account`, on an account of its own."""

    project: Project
    aws: Aws
    bucket: str

    def parameters(self, environment: str = "dev", **changes: str) -> None:
        for name, parameters in (("shop", {**PARAMETERS, **changes}), ("account", {})):
            path = self.project.root / "params" / name / f"{environment}.json"
            path.parent.mkdir(parents=True, exist_ok=True)
            tags = {"Project": "shop", "Environment": environment}
            path.write_text(json.dumps({"Parameters": parameters, "Tags": tags}))

    def deploy(self, environment: str = "dev", **options: Any) -> int:
        given = {"yes": True, "local": True, "bucket": self.bucket, "region": "us-east-1"}
        return deploy(self.project, Choices(**{"blueprint": "shop", "environment": environment} | given | options))

    def destroy(self, environment: str = "dev", **options: Any) -> int:
        given = {"yes": True, "local": True, "region": "us-east-1"}
        return destroy(self.project, blueprint="shop", environment=environment, **given | options)

    def status(self, name: str = "shop-dev") -> str | None:
        stack = self.aws.stack(name)
        return stack.status if stack else None

    def left_over(self, name: str = "shop-dev") -> list[str]:
        """Return the change sets of a stack that were never executed."""
        found = self.aws.call("cloudformation", "list_change_sets", StackName=name)["Summaries"]
        return [each["ChangeSetName"] for each in found if each["ExecutionStatus"] != "EXECUTE_COMPLETE"]

    def stacks(self) -> set[str]:
        """Return the names of every stack there is, nested and under review ones too."""
        found = self.aws.call("cloudformation", "list_stacks")["StackSummaries"]
        return {each["StackName"] for each in found if each["StackStatus"] != "DELETE_COMPLETE"}


@pytest.fixture(scope="module")
def local() -> Iterator[LocalAws]:
    with LocalAws() as running:
        yield running


@pytest.fixture
def shop(local: LocalAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Shop:
    """Give a shop in an account whose number follows from the test's name, one that has its service-linked roles."""
    account = str(int(sha256(request.node.nodeid.encode()).hexdigest(), 16))[:12]
    for service in linked_roles.NEEDED:
        linked_roles.found(account, service)
    monkeypatch.setenv("AWS_ENDPOINT_URL", local.endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", account)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    # The shop's templates are the least that shows a behaviour, not what a linter or a rule lets pass.
    monkeypatch.setattr("stackwright.deploy.check_findings", lambda *_: "not linted")
    monkeypatch.setattr("stackwright.deploy.check_guarantees", lambda *_, **__: "not verified")
    aws = Aws(region="us-east-1", endpoint=local.endpoint, keys=(account, "local"))
    bucket = f"artifacts-{account}"
    aws.call("s3", "create_bucket", Bucket=bucket)
    nested = {"nested/vpc.json": VPC, "nested/group.json": GROUP}
    makers = {
        "shop": lambda: Blueprint("shop", ROOT, nested),
        "account": lambda: Blueprint("account", FLAT, {}),
    }
    shop = Shop(Project(tmp_path, makers), aws, bucket)
    shop.parameters()
    return shop
