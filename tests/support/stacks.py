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

    def kept(self) -> set[str]:
        """Physical ids of the registry and the bucket of access logs, which outlive the stack."""
        return {each for each in self.left() if "repository" in each or "accesslog" in each.lower()}

    def left(self) -> set[str]:
        """Everything of the system that there is, account-wide, by the services' own lists."""
        buckets = [each["Name"] for each in self.account.client("s3").list_buckets()["Buckets"]]
        ec2 = self.account.client("ec2")
        live = [{"Name": "state", "Values": ["available", "pending"]}]
        own = [{"Name": "tag:Blueprint", "Values": [self.blueprint]}]
        return {
            *(each for each in buckets if each.startswith(self.blueprint)),
            *(each["repositoryName"] for each in self.account.client("ecr").describe_repositories()["repositories"]),
            *(each["NatGatewayId"] for each in ec2.describe_nat_gateways(Filters=live)["NatGateways"]),
            *(each["VpcId"] for each in ec2.describe_vpcs(Filters=own)["Vpcs"]),
            *(each["AllocationId"] for each in ec2.describe_addresses()["Addresses"]),
            *(each["clusterArn"] for each in self._clusters() if each["status"] == "ACTIVE"),
            *(each["LoadBalancerArn"] for each in self._elb("describe_load_balancers")["LoadBalancers"]),
            *(each["TargetGroupArn"] for each in self._elb("describe_target_groups")["TargetGroups"]),
            *(each["AutoScalingGroupName"] for each in self._groups()),
            *(each["id"] for each in self.account.client("apigateway").get_rest_apis()["items"]),
            *(each["id"] for each in self.account.client("apigateway").get_vpc_links()["items"]),
            *(each["ApiId"] for each in self.account.client("apigatewayv2").get_apis()["Items"]),
            *(each["VpcLinkId"] for each in self.account.client("apigatewayv2").get_vpc_links()["Items"]),
            *(each["Id"] for kind in ("distributions", "vpc_origins") for each in self._at_the_edge(kind)),
            *(each["AlarmName"] for each in self.account.client("cloudwatch").describe_alarms()["MetricAlarms"]),
        }

    def _clusters(self) -> Any:
        ecs = self.account.client("ecs")
        return ecs.describe_clusters(clusters=ecs.list_clusters()["clusterArns"])["clusters"]

    def _elb(self, operation: str) -> Any:
        return getattr(self.account.client("elbv2"), operation)()

    def _at_the_edge(self, kind: str) -> Any:
        found = getattr(self.account.client("cloudfront"), f"list_{kind}")()
        listed: Any = found.get("DistributionList") or found.get("VpcOriginList")
        return listed.get("Items", [])

    def _groups(self) -> Any:
        return self.account.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
