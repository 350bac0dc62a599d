"""`ec2-api` from Python to a running stack: deployed, asked through the services' APIs, changed and destroyed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from support.accounts import Account, Project
from support.stacks import Stack, resources

from stackwright.revision import revised

INTEGRATION = "x-amazon-apigateway-integration"
ANY = "x-amazon-apigateway-any-method"


@dataclass(frozen=True)
class Environment:
    """What one environment's parameter file must come to in the services."""

    name: str
    zones: int
    instances: tuple[int, int]
    protected: bool
    rate: float


DEV = Environment("dev", 2, (0, 10), False, 50.0)
PROD = Environment("prod", 3, (2, 10), True, 1000.0)


@dataclass(frozen=True)
class Deployed:
    """A stack that stands, and who to ask about it."""

    environment: Environment
    account: Account
    printed: str
    resources: dict[str, dict[str, str]]

    def id(self, stack: str, logical_id: str) -> str:
        return self.resources[stack][logical_id]

    def ask(self, service: str, operation: str, **arguments: Any) -> Any:
        return getattr(self.account.client(service), operation)(**arguments)

    def service(self) -> Any:
        cluster, name = self.id("Cluster", "Cluster"), self.id("Service", "Service")
        (found,) = self.ask("ecs", "describe_services", cluster=cluster, services=[name])["services"]
        return found


@pytest.fixture(params=[DEV, PROD], ids=lambda environment: environment.name, scope="module")
def deployed(
    request: pytest.FixtureRequest,
    make_project: Callable[[Path], Project],
    tmp_path_factory: pytest.TempPathFactory,
) -> Deployed:
    environment: Environment = request.param
    project = make_project(tmp_path_factory.mktemp(environment.name))
    printed = project.run("deploy", "ec2-api", environment.name, "--local", "--yes").stdout
    made = resources(project.account, f"ec2-api-{environment.name}")
    return Deployed(environment, project.account, printed, made)


def served(account: Account, api: str) -> dict[str, Any]:
    """What the stage serves: paths, and where each leads."""
    answer = account.client("apigateway").get_export(restApiId=api, stageName="prod", exportType="oas30")
    paths: dict[str, Any] = json.loads(answer["body"].read())["paths"]
    return {path: methods[ANY][INTEGRATION]["uri"] for path, methods in paths.items()}


def test_outputs_tell_where_it_is(deployed: Deployed) -> None:
    api = deployed.id("Api", "RestApi")
    assert f"https://{api}.execute-api.us-east-1.amazonaws.com/prod" in deployed.printed
    names = (
        "VpcId",
        "PublicSubnetIds",
        "PrivateSubnetIds",
        "LoadBalancerDnsName",
        "RepositoryUri",
        "TaskDefinitionArn",
    )
    assert all(name in deployed.printed for name in names)


def test_the_stage_serves_the_routes_and_knows_the_load_balancer(deployed: Deployed) -> None:
    api = deployed.id("Api", "RestApi")
    assert served(deployed.account, api) == {
        "/": "http://${stageVariables.host}:80/",
        "/frontend": "http://${stageVariables.host}:80/",
        "/backend": "http://${stageVariables.host}:8000/",
        "/backend/{proxy+}": "http://${stageVariables.host}:8000/{proxy}",
    }
    stage = deployed.ask("apigateway", "get_stage", restApiId=api, stageName="prod")
    (balancer,) = deployed.ask("elbv2", "describe_load_balancers")["LoadBalancers"]
    assert stage["variables"] == {"host": balancer["DNSName"], "link": deployed.id("Api", "VpcLink")}
    assert stage["methodSettings"]["*/*"]["throttlingRateLimit"] == deployed.environment.rate
    assert "$context.requestId" in stage["accessLogSettings"]["format"]
    assert stage["accessLogSettings"]["destinationArn"].endswith(f":log-group:{deployed.id('Api', 'AccessLogs')}")


def test_the_link_leads_to_the_private_load_balancer(deployed: Deployed) -> None:
    link = deployed.ask("apigateway", "get_vpc_link", vpcLinkId=deployed.id("Api", "VpcLink"))
    (balancer,) = deployed.ask("elbv2", "describe_load_balancers")["LoadBalancers"]
    assert (link["status"], link["targetArns"]) == ("AVAILABLE", [balancer["LoadBalancerArn"]])
    assert (balancer["Type"], balancer["Scheme"]) == ("network", "internal")
    assert len(balancer["AvailabilityZones"]) == deployed.environment.zones
    assert balancer["EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic"] == "off"
    found = deployed.ask("elbv2", "describe_load_balancer_attributes", LoadBalancerArn=balancer["LoadBalancerArn"])
    attributes = {each["Key"]: each["Value"] for each in found["Attributes"]}
    assert attributes["load_balancing.cross_zone.enabled"] == "true"
    assert attributes["deletion_protection.enabled"] == str(deployed.environment.protected).lower()
    (group,) = deployed.ask("ec2", "describe_security_groups", GroupIds=balancer["SecurityGroups"])["SecurityGroups"]
    assert group["IpPermissions"] == []


def test_listeners_and_health_checks_are_the_documents(deployed: Deployed) -> None:
    (balancer,) = deployed.ask("elbv2", "describe_load_balancers")["LoadBalancers"]
    listeners = deployed.ask("elbv2", "describe_listeners", LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
    assert sorted((each["Port"], each["Protocol"]) for each in listeners) == [(80, "TCP"), (8000, "TCP")]
    groups = deployed.ask("elbv2", "describe_target_groups")["TargetGroups"]
    checks = [
        (each["Port"], each["HealthCheckPath"], each["HealthCheckIntervalSeconds"], each["HealthCheckTimeoutSeconds"])
        for each in groups
    ]
    assert sorted(checks) == [(8000, "/status", 30, 5), (8080, "/", 30, 5)]
    assert {(each["HealthyThresholdCount"], each["UnhealthyThresholdCount"]) for each in groups} == {(2, 2)}


def test_two_tasks_of_two_ports_run_on_an_instance_each(deployed: Deployed) -> None:
    service = deployed.service()
    assert sorted(each["containerPort"] for each in service["loadBalancers"]) == [8000, 8080]
    assert service["runningCount"] == 2
    tasks = deployed.ask("ecs", "list_tasks", cluster=deployed.id("Cluster", "Cluster"))["taskArns"]
    told = deployed.ask("ecs", "describe_tasks", cluster=deployed.id("Cluster", "Cluster"), tasks=tasks)["tasks"]
    assert len({each["containerInstanceArn"] for each in told}) == 2
    (group,) = deployed.ask("autoscaling", "describe_auto_scaling_groups")["AutoScalingGroups"]
    assert (group["MinSize"], group["MaxSize"]) == deployed.environment.instances


def test_deployments_go_from_half_to_all_and_back_on_errors_of_the_api(deployed: Deployed) -> None:
    configuration = deployed.service()["deploymentConfiguration"]
    assert (configuration["minimumHealthyPercent"], configuration["maximumPercent"]) == (50, 100)
    alarms = {each["AlarmName"]: each for each in deployed.ask("cloudwatch", "describe_alarms")["MetricAlarms"]}
    watched = [alarms[name] for name in configuration["alarms"]["alarmNames"]]
    asked = {
        each["MetricStat"]["Metric"]["Namespace"]
        for alarm in watched
        for each in alarm["Metrics"]
        if "MetricStat" in each
    }
    assert asked == {"AWS/NetworkELB", "AWS/ApiGateway"}


def test_tasks_admit_only_the_load_balancer(deployed: Deployed) -> None:
    (group,) = deployed.service()["networkConfiguration"]["awsvpcConfiguration"]["securityGroups"]
    (found,) = deployed.ask("ec2", "describe_security_groups", GroupIds=[group])["SecurityGroups"]
    (balancer,) = deployed.ask("elbv2", "describe_load_balancers")["LoadBalancers"]
    assert sorted((each["FromPort"], each["ToPort"]) for each in found["IpPermissions"]) == [(8000, 8000), (8080, 8080)]
    sources = {pair["GroupId"] for each in found["IpPermissions"] for pair in each["UserIdGroupPairs"]}
    assert sources == set(balancer["SecurityGroups"])
    assert not any(each["IpRanges"] or each["Ipv6Ranges"] for each in found["IpPermissions"])


def test_workflows_of_one_repository_may_ship_to_the_service(deployed: Deployed) -> None:
    role = deployed.ask("iam", "get_role", RoleName=deployed.id("CiAccess", "CiRole"))["Role"]
    assert role["Arn"] in deployed.printed
    (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
    where = "environment:prod" if deployed.environment.name == "prod" else "ref:refs/heads/main"
    subject = statement["Condition"]["StringEquals"]["token.actions.githubusercontent.com:sub"]
    assert subject == f"repo:example/high-availability-app:{where}"
    providers = deployed.ask("iam", "list_open_id_connect_providers")["OpenIDConnectProviderList"]
    assert statement["Principal"] == {"Federated": providers[0]["Arn"]}


def test_scaling_holds_requests_to_the_api_by_task(deployed: Deployed) -> None:
    policies = deployed.ask("application-autoscaling", "describe_scaling_policies", ServiceNamespace="ecs")
    held = {
        each["PolicyName"]: each["TargetTrackingScalingPolicyConfiguration"] for each in policies["ScalingPolicies"]
    }
    assert held.keys() == {"Cpu", "Memory", "Requests"}
    metrics = held["Requests"]["CustomizedMetricSpecification"]["Metrics"]
    assert [each.get("Expression") for each in metrics if each.get("ReturnData")] == ["FILL(requests, 0) / tasks"]


@pytest.mark.parametrize("environment", [DEV, PROD], ids=lambda environment: environment.name)
def test_life_of_a_stack(project: Project, account: Account, environment: Environment) -> None:
    """Deploy, deploy again, change one parameter, change a route, ship an image, destroy."""
    name = environment.name
    deploy = ("deploy", "ec2-api", name, "--local", "--yes")
    stack = Stack(account, "ec2-api", name)
    project.run(*deploy)

    assert "no changes" in project.run(*deploy).stderr

    before = stack.events()
    project.set("ec2-api", name, ApiRateLimit="77")
    project.run(*deploy)
    assert {(logical, status) for logical, status in stack.events() - before if status == "UPDATE_COMPLETE"} == {
        (stack.name, "UPDATE_COMPLETE"),
        ("Api", "UPDATE_COMPLETE"),
        ("Api/Stage", "UPDATE_COMPLETE"),
    }
    api = resources(account, stack.name)["Api"]["RestApi"]
    stage = account.client("apigateway").get_stage(restApiId=api, stageName="prod")
    assert stage["methodSettings"]["*/*"]["throttlingRateLimit"] == 77.0

    routes = project.folder / "nested" / "parts" / "routes.py"
    routes.write_text(
        routes.read_text().replace('    Route("/backend", BACKEND),', '    Route("/api", BACKEND, "/api/info"),')
    )
    project.run(*deploy)
    assert served(account, api) == {
        "/": "http://${stageVariables.host}:80/",
        "/frontend": "http://${stageVariables.host}:80/",
        "/api": "http://${stageVariables.host}:8000/api/info",
        "/backend/{proxy+}": "http://${stageVariables.host}:8000/{proxy}",
    }
    deployments = account.client("apigateway").get_deployments(restApiId=api)["items"]
    assert len(deployments) == 1

    image = f"{stack.output('RepositoryUri')}:{name}-4f2a9c1"
    account.push(image)
    project.run(*deploy, "--image", image)
    assert stack.image() == image
    project.run(*deploy)
    assert stack.image() == image

    past = f"{stack.output('RepositoryUri')}:{name}-8c1d0aa"
    account.push(past)
    _ship_past_the_stack(account, stack, past)
    told = project.run(*deploy, status=2).stderr
    assert f"runs image {past}, which the stack does not know of" in told
    assert stack.image() == past
    project.run(*deploy, "--image", past)
    assert stack.image() == past
    assert "no changes" in project.run(*deploy).stderr

    kept = stack.kept()
    project.run("destroy", "ec2-api", name, "--local", "--yes", "--unprotect")
    assert not [each for each in stack.stacks() if each.startswith("ec2-api")]
    assert stack.left() == kept
    assert "nothing to do" in project.run("destroy", "ec2-api", name, "--local", "--yes").stderr


def _ship_past_the_stack(account: Account, stack: Stack, image: str) -> None:
    """Do what `make revise` asks of ECS."""
    ecs, cluster, name = account.client("ecs"), stack.output("ClusterName"), stack.output("ServiceName")
    (service,) = ecs.describe_services(cluster=cluster, services=[name])["services"]
    running = ecs.describe_task_definition(taskDefinition=service["taskDefinition"])["taskDefinition"]
    made = ecs.register_task_definition(**revised(running, image))["taskDefinition"]
    ecs.update_service(cluster=cluster, service=name, taskDefinition=made["taskDefinitionArn"])
