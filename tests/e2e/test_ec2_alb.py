"""`ec2-alb` from Python to a running stack: deployed, asked through the services' APIs, changed and destroyed."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest
from support.accounts import Account, Project
from support.stacks import Stack
from support.systems import (
    System,
    an_image_is_shipped,
    deployed_again_changes_nothing,
    destroyed_with_nothing_left,
    updated,
)

BLUEPRINT = "ec2-alb"


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


@pytest.fixture
def environment(system: System) -> Environment:
    return {each.name: each for each in (DEV, PROD)}[system.environment]


def test_outputs_tell_where_it_is(system: System, environment: Environment) -> None:
    for name in ("VpcId", "RepositoryUri", "LoadBalancerDnsName", "ServiceName", "ServiceUrl"):
        assert name in system.printed
    assert f"https://{environment.domain}" in system.printed


def test_subnets_span_the_zones(system: System, environment: Environment) -> None:
    subnets = system.ask("ec2", "describe_subnets", Filters=[{"Name": "vpc-id", "Values": [system.id("Vpc", "Vpc")]}])[
        "Subnets"
    ]
    assert len(subnets) == 2 * environment.zones
    assert len({subnet["AvailabilityZone"] for subnet in subnets}) == environment.zones
    assert not any(subnet["MapPublicIpOnLaunch"] for subnet in subnets)


def test_every_private_subnet_leaves_through_a_nat_gateway(system: System, environment: Environment) -> None:
    vpc = [{"Name": "vpc-id", "Values": [system.id("Vpc", "Vpc")]}]
    gateways = system.ask("ec2", "describe_nat_gateways", Filters=vpc)["NatGateways"]
    assert len(gateways) == environment.nat_gateways
    tables = system.ask("ec2", "describe_route_tables", Filters=vpc)["RouteTables"]
    zone_of = {
        subnet["SubnetId"]: subnet["AvailabilityZone"]
        for subnet in system.ask("ec2", "describe_subnets", Filters=vpc)["Subnets"]
    }
    gateway_zone = {gateway["NatGatewayId"]: zone_of[gateway["SubnetId"]] for gateway in gateways}
    ways = {
        association["SubnetId"]: route["NatGatewayId"]
        for table in tables
        for association in table["Associations"]
        for route in table["Routes"]
        if route.get("NatGatewayId") and "SubnetId" in association
    }
    assert ways.keys() == system.private_subnets(*("One", "Two", "Three")[: environment.zones])
    if environment.nat_gateways > 1:
        assert all(gateway_zone[gateway] == zone_of[subnet] for subnet, gateway in ways.items())


def test_group_has_its_size_and_protection(system: System, environment: Environment) -> None:
    (group,) = system.ask("autoscaling", "describe_auto_scaling_groups")["AutoScalingGroups"]
    assert (group["MinSize"], group["MaxSize"]) == environment.instances
    assert group["NewInstancesProtectedFromScaleIn"] is environment.protected
    assert system.private_subnets("One", "Two") <= set(group["VPCZoneIdentifier"].split(","))


def test_capacity_provider_is_associated(system: System, environment: Environment) -> None:
    (cluster,) = system.ask("ecs", "describe_clusters", clusters=[system.id("Cluster", "Cluster")])["clusters"]
    (name,) = cluster["capacityProviders"]
    (provider,) = system.ask("ecs", "describe_capacity_providers", capacityProviders=[name])["capacityProviders"]
    scaling = provider["autoScalingGroupProvider"]
    assert scaling["managedScaling"]["targetCapacity"] == environment.target_capacity
    expected = "ENABLED" if environment.protected else "DISABLED"
    assert scaling["managedTerminationProtection"] == expected


def test_service_runs_where_the_environment_says(system: System, environment: Environment) -> None:
    service = system.service()
    assert [(each["type"], each["field"]) for each in service["placementStrategy"]] == environment.placement
    assert service["deploymentConfiguration"]["deploymentCircuitBreaker"]["rollback"] is True
    assert service["networkConfiguration"]["awsvpcConfiguration"]["assignPublicIp"] == "DISABLED"
    (balancer,) = service["loadBalancers"]
    assert balancer["containerPort"] == 3000


def test_target_group_and_listeners(system: System) -> None:
    by_port = {listener["Port"]: listener for listener in system.listeners()}
    (redirect,) = by_port[80]["DefaultActions"]
    assert redirect["Type"] == "redirect"
    assert redirect["RedirectConfig"]["StatusCode"] == "HTTP_301"
    assert redirect["RedirectConfig"]["Protocol"] == "HTTPS"
    assert by_port[443]["SslPolicy"].startswith("ELBSecurityPolicy-TLS13-")
    (fixed,) = by_port[443]["DefaultActions"]
    assert fixed["FixedResponseConfig"]["StatusCode"] == "404"
    (own,) = system.rules(by_port[443])
    weighted = own["Actions"][0]["ForwardConfig"]["TargetGroups"]
    groups = [system.id("Service", title) for title in ("TargetGroup", "AlternateTargetGroup")]
    assert [(each["TargetGroupArn"], each["Weight"]) for each in weighted] == list(zip(groups, (100, 0), strict=True))
    for group in system.ask("elbv2", "describe_target_groups", TargetGroupArns=groups)["TargetGroups"]:
        assert (group["TargetType"], group["HealthCheckPath"]) == ("ip", "/health")


def test_load_balancer_protection(system: System, environment: Environment) -> None:
    balancer = system.load_balancer()
    found = system.ask("elbv2", "describe_load_balancer_attributes", LoadBalancerArn=balancer["LoadBalancerArn"])
    attributes = {each["Key"]: each["Value"] for each in found["Attributes"]}
    assert attributes["deletion_protection.enabled"] == str(environment.protected).lower()
    assert attributes["routing.http.drop_invalid_header_fields.enabled"] == "true"
    assert attributes["access_logs.s3.enabled"] == "true"


def test_tasks_admit_only_the_load_balancer(system: System) -> None:
    service = system.service()
    (group,) = service["networkConfiguration"]["awsvpcConfiguration"]["securityGroups"]
    (found,) = system.ask("ec2", "describe_security_groups", GroupIds=[group])["SecurityGroups"]
    (permission,) = found["IpPermissions"]
    balancer = system.load_balancer()
    assert (permission["FromPort"], permission["ToPort"]) == (3000, 3000)
    assert [pair["GroupId"] for pair in permission["UserIdGroupPairs"]] == balancer["SecurityGroups"]
    assert not permission["IpRanges"] and not permission["Ipv6Ranges"]


def test_alias_records_point_to_the_load_balancer(system: System, environment: Environment) -> None:
    balancer = system.load_balancer()
    (zone,) = system.ask("route53", "list_hosted_zones")["HostedZones"]
    records = system.ask("route53", "list_resource_record_sets", HostedZoneId=zone["Id"])["ResourceRecordSets"]
    aliases = {(record["Name"], record["Type"]): record["AliasTarget"] for record in records if "AliasTarget" in record}
    domain = environment.domain
    assert aliases.keys() == {(f"{name}{domain}.", kind) for name in ("", "www.") for kind in ("A", "AAAA")}
    assert all(balancer["DNSName"] in alias["DNSName"] for alias in aliases.values())


def test_registry_keeps_what_the_environment_says(system: System, environment: Environment) -> None:
    (repository,) = system.ask("ecr", "describe_repositories")["repositories"]
    assert repository["imageTagMutability"] == "IMMUTABLE"
    assert repository["imageScanningConfiguration"]["scanOnPush"] is True
    policy = system.ask("ecr", "get_lifecycle_policy", repositoryName=repository["repositoryName"])
    first, second = json.loads(policy["lifecyclePolicyText"])["rules"]
    assert (first["rulePriority"], first["selection"]["tagStatus"], first["selection"]["countNumber"]) == (
        1,
        "untagged",
        1,
    )
    assert second["selection"]["tagPrefixList"] == [f"{environment.name}-"]
    assert second["selection"]["countNumber"] == environment.images


def test_scaling_and_alarms(system: System, environment: Environment) -> None:
    parameters = system.project.parameters("ec2-alb", environment.name)
    assert system.task_limits() == (int(parameters["MinTasks"]), int(parameters["MaxTasks"]))
    policies = system.ask("application-autoscaling", "describe_scaling_policies", ServiceNamespace="ecs")
    metrics = {
        policy["TargetTrackingScalingPolicyConfiguration"]["PredefinedMetricSpecification"]["PredefinedMetricType"]
        for policy in policies["ScalingPolicies"]
    }
    assert metrics == {
        "ECSServiceAverageCPUUtilization",
        "ECSServiceAverageMemoryUtilization",
        "ALBRequestCountPerTarget",
    }
    service = system.service()
    watched = service["deploymentConfiguration"]["alarms"]
    alarms = {each["AlarmName"]: each for each in system.ask("cloudwatch", "describe_alarms")["MetricAlarms"]}
    assert watched["rollback"] is True
    assert watched["alarmNames"]
    assert all(alarms[name]["TreatMissingData"] == "notBreaching" for name in watched["alarmNames"])


def test_tag_project_reaches_what_stack_tags_do_not(system: System) -> None:
    (group,) = system.ask("autoscaling", "describe_auto_scaling_groups")["AutoScalingGroups"]
    propagated = {tag["Key"] for tag in group["Tags"] if tag["PropagateAtLaunch"]}
    assert "Project" in propagated
    vpc_id = system.id("Vpc", "Vpc")
    (vpc,) = system.ask("ec2", "describe_vpcs", VpcIds=[vpc_id])["Vpcs"]
    assert "Project" in {tag["Key"] for tag in vpc["Tags"]}


def test_life_of_a_stack(system: System, environment: Environment) -> None:
    """Deploy again, change one parameter, ship an image, destroy."""
    project, stack = system.project, Stack(system.account, BLUEPRINT, environment.name)
    deploy = ("deploy", BLUEPRINT, environment.name, "--local", "--yes")
    deployed_again_changes_nothing(system)

    assert updated(system, LogRetentionDays="14") == {"Service", "Service/ApplicationLogs"}
    groups = system.ask("logs", "describe_log_groups", logGroupNamePrefix=stack.output("LogGroupName"))["logGroups"]
    assert [group["retentionInDays"] for group in groups] == [14]

    image = an_image_is_shipped(system)
    project.run(*deploy)
    assert stack.image() == image
    assert "never goes back to none" in project.run(*deploy, "--image", "", status=2).stderr
    assert stack.image() == image

    destroyed_with_nothing_left(system)


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
