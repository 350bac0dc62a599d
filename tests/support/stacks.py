"""A deployed blueprint, asked for through the services' APIs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from support.accounts import Account


def resources(account: Account, stack: str) -> dict[str, dict[str, str]]:
    """Physical ids of a root stack's nested stacks, by nested stack and logical id."""
    client = account.client("cloudformation")
    nested = {
        each["LogicalResourceId"]: each["PhysicalResourceId"]
        for each in client.list_stack_resources(StackName=stack)["StackResourceSummaries"]
    }
    return {
        name: {
            each["LogicalResourceId"]: each["PhysicalResourceId"]
            for each in client.list_stack_resources(StackName=stack_id)["StackResourceSummaries"]
        }
        for name, stack_id in nested.items()
    }


@dataclass(frozen=True)
class Stack:
    """A root stack, and what the services say of what it made."""

    account: Account
    blueprint: str
    environment: str

    @property
    def name(self) -> str:
        return f"{self.blueprint}-{self.environment}"

    def stacks(self) -> dict[str, Any]:
        found = self.account.client("cloudformation").describe_stacks()["Stacks"]
        return {each["StackName"]: each for each in found}

    def events(self) -> set[tuple[str, str]]:
        """What happened, by logical id under its nested stack, and status; nested stacks by their own id."""
        return set(self.history().values())

    def history(self) -> dict[str, tuple[str, str]]:
        """What happened, by the id of its event: twice if it happened twice."""
        client = self.account.client("cloudformation")
        return {
            f"{name} {each['EventId']}": (self._path(name, each), each["ResourceStatus"])
            for name in self.stacks()
            if name.startswith(self.name)
            for each in client.describe_stack_events(StackName=name)["StackEvents"]
            if name == self.name or each["PhysicalResourceId"] != each["StackId"]
        }

    def _path(self, stack: str, event: Any) -> str:
        nested = stack.removeprefix(self.name).strip("-").partition("-")[0]
        return f"{nested}/{event['LogicalResourceId']}".lstrip("/")

    def output(self, name: str) -> str:
        outputs = {each["OutputKey"]: each["OutputValue"] for each in self.stacks()[self.name]["Outputs"]}
        return str(outputs[name])

    def image(self) -> str:
        ecs = self.account.client("ecs")
        cluster = self.output("ClusterName")
        (arn,) = ecs.list_services(cluster=cluster)["serviceArns"]
        (service,) = ecs.describe_services(cluster=cluster, services=[arn])["services"]
        definition = ecs.describe_task_definition(taskDefinition=service["taskDefinition"])["taskDefinition"]
        return str(definition["containerDefinitions"][0]["image"])
