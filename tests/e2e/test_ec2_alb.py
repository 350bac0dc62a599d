"""`ec2-alb` from Python to a running stack: deployed, asked through the services' APIs, changed and destroyed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from support.accounts import Account, Project
from support.stacks import Stack, resources


@dataclass(frozen=True)
class Environment:
    """What one environment's parameter file must come to in the services."""

    name: str
    zones: int
    nat_gateways: int
    images: int
    instances: tuple[int, int]
    target_capacity: int
    protected: bool
    placement: list[tuple[str, str]]
    domain: str


DEV = Environment("dev", 2, 1, 3, (1, 2), 100, False, [("binpack", "cpu")], "dev.example.com")
PROD = Environment(
    "prod",
    3,
    3,
    10,
    (2, 4),
    75,
    True,
    [("spread", "attribute:ecs.availability-zone"), ("spread", "instanceId")],
    "example.com",
)


@dataclass(frozen=True)
class Deployed:
    """A stack that stands, and who to ask about it."""

    environment: Environment
    project: Project
    account: Account
    printed: str
    resources: dict[str, dict[str, str]]

    def id(self, stack: str, logical_id: str) -> str:
        return self.resources[stack][logical_id]

    def ask(self, service: str, operation: str, **arguments: Any) -> Any:
        return getattr(self.account.client(service), operation)(**arguments)


@pytest.fixture(params=[DEV, PROD], ids=lambda environment: environment.name, scope="module")
def deployed(
    request: pytest.FixtureRequest,
    make_project: Callable[[Path], Project],
    tmp_path_factory: pytest.TempPathFactory,
) -> Deployed:
    environment: Environment = request.param
    project = make_project(tmp_path_factory.mktemp(environment.name))
    printed = project.run("deploy", "ec2-alb", environment.name, "--local", "--yes").stdout
    made = resources(project.account, f"ec2-alb-{environment.name}")
    return Deployed(environment, project, project.account, printed, made)


def test_outputs_tell_where_it_is(deployed: Deployed) -> None:
    for name in ("VpcId", "RepositoryUri", "LoadBalancerDnsName", "ServiceName", "ServiceUrl"):
        assert name in deployed.printed
    assert f"https://{deployed.environment.domain}" in deployed.printed


def test_subnets_span_the_zones(deployed: Deployed) -> None:
    subnets = deployed.ask(
        "ec2", "describe_subnets", Filters=[{"Name": "vpc-id", "Values": [deployed.id("Vpc", "Vpc")]}]
    )["Subnets"]
    assert len(subnets) == 2 * deployed.environment.zones
    assert len({subnet["AvailabilityZone"] for subnet in subnets}) == deployed.environment.zones
    assert not any(subnet["MapPublicIpOnLaunch"] for subnet in subnets)


def test_every_private_subnet_leaves_through_a_nat_gateway(deployed: Deployed) -> None:
    environment = deployed.environment
    vpc = [{"Name": "vpc-id", "Values": [deployed.id("Vpc", "Vpc")]}]
    gateways = deployed.ask("ec2", "describe_nat_gateways", Filters=vpc)["NatGateways"]
    assert len(gateways) == environment.nat_gateways
    tables = deployed.ask("ec2", "describe_route_tables", Filters=vpc)["RouteTables"]
    zone_of = {
        subnet["SubnetId"]: subnet["AvailabilityZone"]
        for subnet in deployed.ask("ec2", "describe_subnets", Filters=vpc)["Subnets"]
    }
    gateway_zone = {gateway["NatGatewayId"]: zone_of[gateway["SubnetId"]] for gateway in gateways}
    ways = {
        association["SubnetId"]: route["NatGatewayId"]
        for table in tables
        for association in table["Associations"]
        for route in table["Routes"]
        if route.get("NatGatewayId") and "SubnetId" in association
    }
    private = {deployed.id("Vpc", f"PrivateSubnet{word}") for word in ("One", "Two", "Three")[: environment.zones]}
    assert ways.keys() == private
    if environment.nat_gateways > 1:
        assert all(gateway_zone[gateway] == zone_of[subnet] for subnet, gateway in ways.items())


def test_group_has_its_size_and_protection(deployed: Deployed) -> None:
    (group,) = deployed.ask("autoscaling", "describe_auto_scaling_groups")["AutoScalingGroups"]
    assert (group["MinSize"], group["MaxSize"]) == deployed.environment.instances
    assert group["NewInstancesProtectedFromScaleIn"] is deployed.environment.protected
    private = {deployed.id("Vpc", f"PrivateSubnet{word}") for word in ("One", "Two")}
    assert private <= set(group["VPCZoneIdentifier"].split(","))


def test_capacity_provider_is_associated(deployed: Deployed) -> None:
    (cluster,) = deployed.ask("ecs", "describe_clusters", clusters=[deployed.id("Cluster", "Cluster")])["clusters"]
    (name,) = cluster["capacityProviders"]
    (provider,) = deployed.ask("ecs", "describe_capacity_providers", capacityProviders=[name])["capacityProviders"]
    scaling = provider["autoScalingGroupProvider"]
    assert scaling["managedScaling"]["targetCapacity"] == deployed.environment.target_capacity
    expected = "ENABLED" if deployed.environment.protected else "DISABLED"
    assert scaling["managedTerminationProtection"] == expected


def test_service_runs_where_the_environment_says(deployed: Deployed) -> None:
    cluster = deployed.id("Cluster", "Cluster")
    (arn,) = deployed.ask("ecs", "list_services", cluster=cluster)["serviceArns"]
    (service,) = deployed.ask("ecs", "describe_services", cluster=cluster, services=[arn])["services"]
    assert [(each["type"], each["field"]) for each in service["placementStrategy"]] == deployed.environment.placement
    assert service["deploymentConfiguration"]["deploymentCircuitBreaker"]["rollback"] is True
    assert service["networkConfiguration"]["awsvpcConfiguration"]["assignPublicIp"] == "DISABLED"
    (balancer,) = service["loadBalancers"]
    assert balancer["containerPort"] == 3000


def test_target_group_and_listeners(deployed: Deployed) -> None:
    (balancer,) = deployed.ask("elbv2", "describe_load_balancers")["LoadBalancers"]
    listeners = deployed.ask("elbv2", "describe_listeners", LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
    by_port = {listener["Port"]: listener for listener in listeners}
    (redirect,) = by_port[80]["DefaultActions"]
    assert redirect["Type"] == "redirect"
    assert redirect["RedirectConfig"]["StatusCode"] == "HTTP_301"
    assert redirect["RedirectConfig"]["Protocol"] == "HTTPS"
    assert by_port[443]["SslPolicy"].startswith("ELBSecurityPolicy-TLS13-")
    (fixed,) = by_port[443]["DefaultActions"]
    assert fixed["FixedResponseConfig"]["StatusCode"] == "404"
    rules = deployed.ask("elbv2", "describe_rules", ListenerArn=by_port[443]["ListenerArn"])["Rules"]
    (own,) = [rule for rule in rules if not rule["IsDefault"]]
    weighted = own["Actions"][0]["ForwardConfig"]["TargetGroups"]
    groups = [deployed.id("Service", title) for title in ("TargetGroup", "AlternateTargetGroup")]
    assert [(each["TargetGroupArn"], each["Weight"]) for each in weighted] == list(zip(groups, (100, 0), strict=True))
    for group in deployed.ask("elbv2", "describe_target_groups", TargetGroupArns=groups)["TargetGroups"]:
        assert (group["TargetType"], group["HealthCheckPath"]) == ("ip", "/health")


def test_load_balancer_protection(deployed: Deployed) -> None:
    (balancer,) = deployed.ask("elbv2", "describe_load_balancers")["LoadBalancers"]
    found = deployed.ask("elbv2", "describe_load_balancer_attributes", LoadBalancerArn=balancer["LoadBalancerArn"])
    attributes = {each["Key"]: each["Value"] for each in found["Attributes"]}
    assert attributes["deletion_protection.enabled"] == str(deployed.environment.protected).lower()
    assert attributes["routing.http.drop_invalid_header_fields.enabled"] == "true"
    assert attributes["access_logs.s3.enabled"] == "true"


def test_tasks_admit_only_the_load_balancer(deployed: Deployed) -> None:
    cluster = deployed.id("Cluster", "Cluster")
    (arn,) = deployed.ask("ecs", "list_services", cluster=cluster)["serviceArns"]
    (service,) = deployed.ask("ecs", "describe_services", cluster=cluster, services=[arn])["services"]
    (group,) = service["networkConfiguration"]["awsvpcConfiguration"]["securityGroups"]
    (found,) = deployed.ask("ec2", "describe_security_groups", GroupIds=[group])["SecurityGroups"]
    (permission,) = found["IpPermissions"]
    (balancer,) = deployed.ask("elbv2", "describe_load_balancers")["LoadBalancers"]
    assert (permission["FromPort"], permission["ToPort"]) == (3000, 3000)
    assert [pair["GroupId"] for pair in permission["UserIdGroupPairs"]] == balancer["SecurityGroups"]
    assert not permission["IpRanges"] and not permission["Ipv6Ranges"]


def test_alias_records_point_to_the_load_balancer(deployed: Deployed) -> None:
    (balancer,) = deployed.ask("elbv2", "describe_load_balancers")["LoadBalancers"]
    (zone,) = deployed.ask("route53", "list_hosted_zones")["HostedZones"]
    records = deployed.ask("route53", "list_resource_record_sets", HostedZoneId=zone["Id"])["ResourceRecordSets"]
    aliases = {(record["Name"], record["Type"]): record["AliasTarget"] for record in records if "AliasTarget" in record}
    domain = deployed.environment.domain
    assert aliases.keys() == {(f"{name}{domain}.", kind) for name in ("", "www.") for kind in ("A", "AAAA")}
    assert all(balancer["DNSName"] in alias["DNSName"] for alias in aliases.values())


def test_registry_keeps_what_the_environment_says(deployed: Deployed) -> None:
    (repository,) = deployed.ask("ecr", "describe_repositories")["repositories"]
    assert repository["imageTagMutability"] == "IMMUTABLE"
    assert repository["imageScanningConfiguration"]["scanOnPush"] is True
    policy = deployed.ask("ecr", "get_lifecycle_policy", repositoryName=repository["repositoryName"])
    first, second = json.loads(policy["lifecyclePolicyText"])["rules"]
    assert (first["rulePriority"], first["selection"]["tagStatus"], first["selection"]["countNumber"]) == (
        1,
        "untagged",
        1,
    )
    assert second["selection"]["tagPrefixList"] == [f"{deployed.environment.name}-"]
    assert second["selection"]["countNumber"] == deployed.environment.images


def test_scaling_and_alarms(deployed: Deployed) -> None:
    (target,) = deployed.ask("application-autoscaling", "describe_scalable_targets", ServiceNamespace="ecs")[
        "ScalableTargets"
    ]
    parameters = deployed.project.parameters("ec2-alb", deployed.environment.name)
    assert (target["MinCapacity"], target["MaxCapacity"]) == (
        int(parameters["MinTasks"]),
        int(parameters["MaxTasks"]),
    )
    policies = deployed.ask("application-autoscaling", "describe_scaling_policies", ServiceNamespace="ecs")
    metrics = {
        policy["TargetTrackingScalingPolicyConfiguration"]["PredefinedMetricSpecification"]["PredefinedMetricType"]
        for policy in policies["ScalingPolicies"]
    }
    assert metrics == {
        "ECSServiceAverageCPUUtilization",
        "ECSServiceAverageMemoryUtilization",
        "ALBRequestCountPerTarget",
    }
    cluster = deployed.id("Cluster", "Cluster")
    (arn,) = deployed.ask("ecs", "list_services", cluster=cluster)["serviceArns"]
    (service,) = deployed.ask("ecs", "describe_services", cluster=cluster, services=[arn])["services"]
    watched = service["deploymentConfiguration"]["alarms"]
    alarms = {each["AlarmName"]: each for each in deployed.ask("cloudwatch", "describe_alarms")["MetricAlarms"]}
    assert watched["rollback"] is True
    assert watched["alarmNames"]
    assert all(alarms[name]["TreatMissingData"] == "notBreaching" for name in watched["alarmNames"])


def test_tag_project_reaches_what_stack_tags_do_not(deployed: Deployed) -> None:
    (group,) = deployed.ask("autoscaling", "describe_auto_scaling_groups")["AutoScalingGroups"]
    propagated = {tag["Key"] for tag in group["Tags"] if tag["PropagateAtLaunch"]}
    assert "Project" in propagated
    vpc_id = deployed.id("Vpc", "Vpc")
    (vpc,) = deployed.ask("ec2", "describe_vpcs", VpcIds=[vpc_id])["Vpcs"]
    assert "Project" in {tag["Key"] for tag in vpc["Tags"]}


@pytest.mark.parametrize("environment", [DEV, PROD], ids=lambda environment: environment.name)
def test_life_of_a_stack(project: Project, account: Account, environment: Environment) -> None:
    """Deploy, deploy again, change one parameter, ship an image, destroy."""
    name = environment.name
    deploy = ("deploy", "ec2-alb", name, "--local", "--yes")
    stack = Stack(account, "ec2-alb", name)
    project.run(*deploy)

    assert "no changes" in project.run(*deploy).stderr

    before = stack.events()
    project.set("ec2-alb", name, LogRetentionDays="14")
    project.run(*deploy)
    assert {(logical, status) for logical, status in stack.events() - before if status == "UPDATE_COMPLETE"} == {
        (stack.name, "UPDATE_COMPLETE"),
        ("Service", "UPDATE_COMPLETE"),
        ("Service/ApplicationLogs", "UPDATE_COMPLETE"),
    }
    groups = account.client("logs").describe_log_groups(logGroupNamePrefix=stack.output("LogGroupName"))["logGroups"]
    assert [group["retentionInDays"] for group in groups] == [14]

    image = f"{stack.output('RepositoryUri')}:{name}-4f2a9c1"
    account.push(image)
    project.run(*deploy, "--image", image)
    assert stack.image() == image
    project.run(*deploy)
    assert stack.image() == image
    assert "never goes back to none" in project.run(*deploy, "--image", "", status=2).stderr
    assert stack.image() == image

    kept = stack.kept()
    gone = project.run("destroy", "ec2-alb", name, "--local", "--yes", "--unprotect").stderr
    assert all(physical_id in gone.partition("what remains")[2] for physical_id in kept)
    assert not [each for each in stack.stacks() if each.startswith("ec2-alb")]
    assert stack.left() == kept
    assert "nothing to do" in project.run("destroy", "ec2-alb", name, "--local", "--yes").stderr


def test_region_of_two_zones(project: Project, account: Account) -> None:
    project.run("deploy", "ec2-alb", "dev", "--local", "--yes", "--region", "us-west-1")
    subnets = account.client("ec2", "us-west-1").describe_subnets(
        Filters=[{"Name": "tag:Project", "Values": ["high-availability-app"]}]
    )["Subnets"]
    assert len({subnet["AvailabilityZone"] for subnet in subnets}) == 2


def test_what_the_linters_find_is_not_deployed(project: Project, account: Account) -> None:
    vpc = project.folder / "nested" / "vpc.py"
    vpc.write_text(vpc.read_text().replace("CidrBlock=Ref(inputs.VPC_CIDR.name)", 'CidrBlock="10.0.0.0/99"'))
    refused = project.run("deploy", "ec2-alb", "dev", "--local", "--yes", status=1)
    assert "nested/vpc.json" in refused.stderr
    assert "10.0.0.0/99" in refused.stderr
    assert account.client("cloudformation").describe_stacks()["Stacks"] == []
