"""A local AWS whose resources are pretended: a world of things that tests can look into."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest
from support.account_numbers import account_id

from stackwright.emulator.handlers import Context, Handler
from stackwright.emulator.server import LocalAws


@dataclass
class World:
    """What exists, what was called, and what refuses."""

    things: dict[str, dict[str, Any]] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    refuse: set[tuple[str, str]] = field(default_factory=set)
    raises: Exception | None = None
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def handler_for(self, resource_type: str) -> Handler:
        """Every type is the same kind of thing here; one of them cannot be updated in place."""
        update = None if resource_type == "AWS::EC2::EIP" else self.update
        return Handler(self.create, self.delete, update=update, attributes=self.attributes)

    def note(self, verb: str, context: Context) -> None:
        self.calls.append((verb, context.logical_id))
        if self.raises is not None:
            raise self.raises
        if (verb, context.logical_id) in self.refuse:
            raise RuntimeError(f"{context.logical_id} refuses to {verb}")

    def create(self, context: Context, properties: dict[str, Any]) -> str:
        self.note("create", context)
        physical_id = f"{context.logical_id.lower()}-{next(self.numbers)}"
        self.things[physical_id] = properties
        return physical_id

    def update(self, context: Context, physical_id: str, new: dict[str, Any], old: dict[str, Any]) -> None:
        self.note("update", context)
        self.things[physical_id] = new

    def delete(self, context: Context, physical_id: str, old: dict[str, Any]) -> None:
        self.note("delete", context)
        self.things.pop(physical_id, None)

    def attributes(self, context: Context, physical_id: str, properties: dict[str, Any]) -> dict[str, Any]:
        return {"Arn": f"arn:{physical_id}", "Version": f"v{len(self.calls)}"}


class Stacks:
    """CloudFormation of one account, through boto3, with the waiting done."""

    def __init__(self, aws: LocalAws, world: World, account: str, region: str) -> None:
        self.aws, self.world, self.account = aws, world, account
        self.client = self.boto("cloudformation", region)
        self.s3 = self.boto("s3", "us-east-1")

    def boto(self, service: str, region: str = "us-east-1") -> Any:
        return boto3.client(
            service,
            endpoint_url=self.aws.endpoint,
            region_name=region,
            aws_access_key_id=self.account,
            aws_secret_access_key="test",
        )

    def upload(self, key: str, template: dict[str, Any]) -> str:
        """Put a template into S3 and return its URL."""
        self.s3.create_bucket(Bucket=f"templates-{self.account}")
        self.s3.put_object(Bucket=f"templates-{self.account}", Key=key, Body=json.dumps(template))
        return f"{self.aws.endpoint}/templates-{self.account}/{key}"

    def create(self, template: dict[str, Any], name: str = "app", **more: Any) -> dict[str, Any]:
        made = self.client.create_stack(StackName=name, TemplateBody=json.dumps(template), **more)
        return self.settled(made["StackId"])

    def update(self, template: dict[str, Any], name: str = "app", **more: Any) -> dict[str, Any]:
        made = self.client.update_stack(StackName=name, TemplateBody=json.dumps(template), **more)
        return self.settled(made["StackId"])

    def delete(self, name: str = "app", **more: Any) -> dict[str, Any]:
        stack_id = self.stack(name)["StackId"]
        self.client.delete_stack(StackName=name, **more)
        return self.settled(stack_id)

    def plan(self, template: dict[str, Any], name: str = "app", **more: Any) -> dict[str, Any]:
        """Make a change set and describe it."""
        made = self.client.create_change_set(
            StackName=name, ChangeSetName="plan", TemplateBody=json.dumps(template), **more
        )
        return self.described(made["Id"])

    def described(self, change_set_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.client.describe_change_set(ChangeSetName=change_set_id, IncludePropertyValues=True)
        return found

    def settled(self, stack_id: str) -> dict[str, Any]:
        engine = self.aws.engine
        assert engine is not None
        stack = engine.store.get(self.account, self.client.meta.region_name, stack_id)
        engine.store.wait(stack, 20)
        return self.stack(stack_id)

    def stack(self, name: str = "app") -> dict[str, Any]:
        found: dict[str, Any] = self.client.describe_stacks(StackName=name)["Stacks"][0]
        return found

    def outputs(self, name: str = "app") -> dict[str, str]:
        return {each["OutputKey"]: each["OutputValue"] for each in self.stack(name)["Outputs"]}

    def resources(self, name: str = "app") -> dict[str, dict[str, Any]]:
        found = self.client.describe_stack_resources(StackName=name)["StackResources"]
        return {each["LogicalResourceId"]: each for each in found}

    def history(self, name: str = "app") -> list[str]:
        """Return `LogicalId STATUS` of every event, oldest first."""
        found = self.client.describe_stack_events(StackName=name)["StackEvents"]
        return [f"{each['LogicalResourceId']} {each['ResourceStatus']}" for each in found[::-1]]

    def reason(self, logical_id: str, status: str, name: str = "app") -> str:
        """Return the reason of the last event of that status."""
        for event in self.client.describe_stack_events(StackName=name)["StackEvents"]:
            if (event["LogicalResourceId"], event["ResourceStatus"]) == (logical_id, status):
                return str(event.get("ResourceStatusReason", ""))
        raise AssertionError(f"{logical_id} never was {status}")


_WORLD = World()


@pytest.fixture(scope="session")
def pretended() -> Iterator[LocalAws]:
    """One server for all tests; each test has an account of its own."""
    with LocalAws(handlers=lambda kind: _WORLD.handler_for(kind)) as aws:
        yield aws


@pytest.fixture
def world() -> World:
    """An empty world."""
    _WORLD.things, _WORLD.calls, _WORLD.refuse = {}, [], set()
    _WORLD.numbers, _WORLD.raises = itertools.count(1), None
    return _WORLD


@pytest.fixture
def stacks(pretended: LocalAws, world: World) -> Stacks:
    """CloudFormation in a new account."""
    return Stacks(pretended, world, account_id(), "us-east-1")


@pytest.fixture
def another(pretended: LocalAws, world: World) -> Stacks:
    """CloudFormation in a second account."""
    return Stacks(pretended, world, account_id(), "us-east-1")
