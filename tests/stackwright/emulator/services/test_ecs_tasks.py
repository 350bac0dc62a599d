"""Tasks of a service are placed on the instances that its capacity provider's group can grow to."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError

Client = Callable[..., Any]
BREAKER = {"enable": True, "rollback": True, "thresholdConfiguration": {"type": "COUNT", "value": 2}}
NO_BREAKER = {"enable": False, "rollback": False}
PUBLIC = "public.ecr.aws/docker/library/python:3.13-slim"


@dataclass(frozen=True)
class System:
    """A cluster on t3.medium instances in two zones, and a service on it."""

    client: Client
    subnets: list[str]

    @property
    def ecs(self) -> Any:
        return self.client("ecs")

    def define(self, **members: Any) -> str:
        containers = members.pop("containers", [{"name": "app", "image": members.pop("image", PUBLIC)}])
        given = {"family": "app", "networkMode": "awsvpc", "cpu": "256", "memory": "512"}
        made = self.ecs.register_task_definition(**given | members, containerDefinitions=containers)
        return str(made["taskDefinition"]["taskDefinitionArn"])

    def serve(self, count: int, **members: Any) -> dict[str, Any]:
        configuration = {"deploymentCircuitBreaker": BREAKER, **members.pop("configuration", {})}
        given = {
            "cluster": "main",
            "serviceName": "web",
            "taskDefinition": self.define(**members.pop("task", {})),
            "desiredCount": count,
            "capacityProviderStrategy": [{"capacityProvider": "provider", "weight": 1}],
            "networkConfiguration": {"awsvpcConfiguration": {"subnets": self.subnets}},
            "deploymentConfiguration": configuration,
        }
        self.ecs.create_service(**given | members)
        return self.service()

    def update(self, **members: Any) -> dict[str, Any]:
        self.ecs.update_service(cluster="main", service="web", **members)
        return self.service()

    def service(self) -> dict[str, Any]:
        found: dict[str, Any] = self.ecs.describe_services(cluster="main", services=["web"])["services"][0]
        return found

    def tasks(self, status: str = "RUNNING") -> list[dict[str, Any]]:
        asked = {"cluster": "main", "serviceName": "web", "desiredStatus": status}
        arns = self.ecs.list_tasks(**asked)["taskArns"]
        found: list[dict[str, Any]] = self.ecs.describe_tasks(cluster="main", tasks=arns)["tasks"] if arns else []
        return found

    def instances(self) -> list[dict[str, Any]]:
        arns = self.ecs.list_container_instances(cluster="main")["containerInstanceArns"]
        asked = {"cluster": "main", "containerInstances": arns}
        found: list[dict[str, Any]] = self.ecs.describe_container_instances(**asked)["containerInstances"]
        return found


@pytest.fixture
def system(client: Client) -> System:
    ec2 = client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=f"us-east-1{zone}")["Subnet"]
        for n, zone in enumerate("ab")
    ]
    ids = [each["SubnetId"] for each in subnets]
    data = {"ImageId": "ami-12c6146b", "InstanceType": "t3.medium"}
    ec2.create_launch_template(LaunchTemplateName="node", LaunchTemplateData=data)
    scaling = client("autoscaling")
    group = {"AutoScalingGroupName": "group", "MinSize": 0, "MaxSize": 3, "VPCZoneIdentifier": ",".join(ids)}
    scaling.create_auto_scaling_group(**group, LaunchTemplate={"LaunchTemplateName": "node", "Version": "$Latest"})
    (found,) = scaling.describe_auto_scaling_groups()["AutoScalingGroups"]
    ecs = client("ecs")
    provider = {"autoScalingGroupArn": found["AutoScalingGroupARN"], "managedScaling": {"status": "ENABLED"}}
    ecs.create_capacity_provider(name="provider", autoScalingGroupProvider=provider)
    ecs.create_cluster(clusterName="main", capacityProviders=["provider"])
    return System(client, ids)


def messages(service: dict[str, Any]) -> str:
    return "\n".join(event["message"] for event in service["events"])


def test_group_grows_to_what_the_tasks_need(system: System) -> None:
    assert system.serve(3)["runningCount"] == 3
    assert [each["runningTasksCount"] for each in system.instances()] in ([1, 2], [2, 1])


def test_task_tells_where_it_runs(system: System) -> None:
    system.serve(2)
    arns = {each["containerInstanceArn"] for each in system.instances()}
    for task in system.tasks():
        assert task["lastStatus"] == "RUNNING"
        assert task["containerInstanceArn"] in arns
        assert task["availabilityZone"] in ("us-east-1a", "us-east-1b")
        assert (task["cpu"], task["memory"], task["group"]) == ("256", "512", "service:web")


def test_instance_tells_what_is_left(system: System) -> None:
    system.serve(1)
    (instance,) = system.instances()
    left = {each["name"]: each["integerValue"] for each in instance["remainingResources"]}
    assert (left["CPU"], left["MEMORY"]) == (2048 - 256, 3992 - 512)
    attributes = {each["name"]: each.get("value") for each in instance["attributes"]}
    assert attributes["ecs.instance-type"] == "t3.medium"


def test_zones_hold_as_many_tasks_each(system: System) -> None:
    system.serve(4)
    assert Counter(task["availabilityZone"] for task in system.tasks()) == {"us-east-1a": 2, "us-east-1b": 2}


@pytest.mark.parametrize(
    ("task", "reason"),
    [
        ({"memory": "8192"}, "insufficient memory available"),
        ({"cpu": "4096"}, "insufficient CPU units available"),
        ({"runtimePlatform": {"cpuArchitecture": "ARM64"}}, "missing an attribute required"),
    ],
)
def test_task_too_large_for_its_instances_fails_the_deployment(
    system: System, task: dict[str, Any], reason: str
) -> None:
    service = system.serve(1, task=task)
    assert [each["rolloutState"] for each in service["deployments"]] == ["FAILED"]
    assert "was unable to place a task because no container instance met all of its requirements" in messages(service)
    assert reason in messages(service)
    assert len(system.instances()) == 1


def test_interfaces_run_out_before_memory_does(system: System) -> None:
    service = system.serve(7)
    assert 'encountered error "RESOURCE:ENI"' in messages(service)
    assert service["deployments"][0]["rolloutState"] == "FAILED"
    assert len(system.instances()) == 3


def test_without_a_circuit_breaker_the_deployment_goes_on(system: System) -> None:
    service = system.serve(7, configuration={"deploymentCircuitBreaker": {"enable": False, "rollback": False}})
    assert (service["runningCount"], service["pendingCount"]) == (6, 1)
    assert service["deployments"][0]["rolloutState"] == "IN_PROGRESS"


def test_image_that_was_never_pushed_fails_and_rolls_back(system: System, client: Client) -> None:
    system.serve(2)
    ecr = client("ecr")
    image = ecr.create_repository(repositoryName="app")["repository"]["repositoryUri"] + ":one"
    service = system.update(taskDefinition=system.define(image=image))
    assert "rolling back" in messages(service)
    assert service["runningCount"] == 2
    assert service["taskDefinition"].endswith(":1")
    stopped = system.tasks("STOPPED")
    assert len(stopped) == 2
    assert all("CannotPullContainerError" in task["stoppedReason"] for task in stopped)
    assert all("exitCode" not in container for task in stopped for container in task["containers"])
    manifest = json.dumps({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json"})
    ecr.put_image(repositoryName="app", imageManifest=manifest, imageTag="one")
    service = system.update(taskDefinition=system.define(image=image))
    assert [each["rolloutState"] for each in service["deployments"]] == ["COMPLETED"]
    assert service["taskDefinition"].endswith(":3")


def test_new_tasks_replace_the_old_ones(system: System) -> None:
    first = system.serve(2)["deployments"][0]["id"]
    second = system.update(taskDefinition=system.define())["deployments"][0]["id"]
    assert first != second
    assert {task["startedBy"] for task in system.tasks()} == {second}
    stopped = system.tasks("STOPPED")
    assert {(task["startedBy"], task["stopCode"]) for task in stopped} == {(first, "ServiceSchedulerInitiated")}
    assert {container["exitCode"] for task in stopped for container in task["containers"]} == {0}


def test_update_without_room_for_both_fails(system: System) -> None:
    system.serve(6)
    service = system.update(taskDefinition=system.define())
    assert service["runningCount"] == 6
    assert "rolling back" in messages(service)


def test_update_may_make_room_by_stopping_first(system: System) -> None:
    system.serve(6, configuration={"minimumHealthyPercent": 50, "maximumPercent": 100})
    service = system.update(taskDefinition=system.define())
    assert [each["rolloutState"] for each in service["deployments"]] == ["COMPLETED"]


def test_stopped_task_is_replaced(system: System) -> None:
    system.serve(1)
    (task,) = system.tasks()
    system.ecs.stop_task(cluster="main", task=task["taskArn"], reason="to see")
    (other,) = system.tasks()
    assert other["taskArn"] != task["taskArn"]
    assert [each["stoppedReason"] for each in system.tasks("STOPPED")] == ["to see"]


def test_deleted_service_leaves_stopped_tasks_to_look_at(system: System) -> None:
    system.serve(2)
    system.ecs.delete_service(cluster="main", service="web", force=True)
    assert (len(system.tasks()), len(system.tasks("STOPPED"))) == (0, 2)


def behaving(system: System, tag: str, **annotations: str) -> str:
    """Push an image whose container behaves as annotated; return its URI."""
    ecr = system.client("ecr")
    known = ecr.describe_repositories()["repositories"] or [ecr.create_repository(repositoryName="app")["repository"]]
    told = {f"stackwright.local/{name.replace('_', '-')}": value for name, value in annotations.items()}
    manifest = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "annotations": told}
    ecr.put_image(repositoryName="app", imageManifest=json.dumps(manifest), imageTag=tag)
    return f"{known[0]['repositoryUri']}:{tag}"


def logging(image: str, **members: Any) -> dict[str, Any]:
    options = {"awslogs-group": "app", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "web"}
    return {"name": "app", "image": image, "logConfiguration": {"logDriver": "awslogs", "options": options}, **members}


def test_container_that_exits_fails_the_deployment_with_its_code_and_its_log(system: System) -> None:
    logs = system.client("logs")
    logs.create_log_group(logGroupName="app")
    crash = behaving(system, "crash", exit_code="3", log="starting\nno database")
    before = system.serve(2)["taskDefinition"]
    service = system.update(taskDefinition=system.define(containers=[logging(crash)]))
    assert "rolling back" in messages(service) and "unable to consistently start tasks" in messages(service)
    assert (service["runningCount"], service["taskDefinition"]) == (2, before)
    stopped = system.tasks("STOPPED")
    assert len(stopped) == 2
    for task in stopped:
        assert (task["stoppedReason"], task["stopCode"]) == (
            "Essential container in task exited",
            "EssentialContainerExited",
        )
        assert [container["exitCode"] for container in task["containers"]] == [3]
        stream = f"web/app/{task['taskArn'].rpartition('/')[2]}"
        told = logs.get_log_events(logGroupName="app", logStreamName=stream)["events"]
        assert [each["message"] for each in told] == ["starting", "no database"]


def test_container_that_takes_more_than_its_memory_is_killed(system: System) -> None:
    hungry = behaving(system, "hungry", memory="600")
    service = system.serve(1, task={"image": hungry, "memory": "512"})
    assert service["deployments"][0]["rolloutState"] == "FAILED"
    (container,) = system.tasks("STOPPED")[0]["containers"]
    assert (container["exitCode"], container["reason"]) == (
        137,
        "OutOfMemoryError: Container killed due to memory usage",
    )
    system.ecs.delete_service(cluster="main", service="web", force=True)
    assert system.serve(1, task={"image": hungry, "memory": "1024"}, serviceName="web")["runningCount"] == 1


def test_container_that_need_not_run_may_exit(system: System) -> None:
    done = behaving(system, "done", exit_code="0")
    helper = {"name": "helper", "image": done, "essential": False}
    assert system.serve(1, task={"containers": [logging(PUBLIC), helper]})["runningCount"] == 1


def test_unhealthy_container_fails_by_who_asks_it(system: System) -> None:
    sick = behaving(system, "sick", healthy="false")
    check = {"command": ["CMD-SHELL", "true"]}
    service = system.serve(1, task={"containers": [logging(sick, healthCheck=check)]})
    assert service["deployments"][0]["rolloutState"] == "FAILED"
    assert system.tasks("STOPPED")[0]["stoppedReason"] == "Task failed container health checks"


@pytest.mark.parametrize("fault", ["healthy", "reachable"])
def test_target_that_does_not_answer_fails_the_deployment(system: System, fault: str) -> None:
    sick = behaving(system, "sick", **{fault: "false"})
    elb = system.client("elbv2")
    vpc = system.client("ec2").describe_subnets(SubnetIds=system.subnets)["Subnets"][0]["VpcId"]
    (group,) = elb.create_target_group(Name="app", Protocol="HTTP", Port=80, VpcId=vpc)["TargetGroups"]
    (balancer,) = elb.create_load_balancer(Name="app", Subnets=system.subnets)["LoadBalancers"]
    arn = group["TargetGroupArn"]
    forward = [{"Type": "forward", "TargetGroupArn": arn}]
    elb.create_listener(LoadBalancerArn=balancer["LoadBalancerArn"], Protocol="HTTP", Port=80, DefaultActions=forward)
    balanced = [{"targetGroupArn": arn, "containerName": "app", "containerPort": 3000}]
    ports = {"portMappings": [{"containerPort": 3000}]}
    service = system.serve(1, task={"containers": [logging(sick, **ports)]}, loadBalancers=balanced)
    assert service["deployments"][0]["rolloutState"] == "FAILED"
    assert system.tasks("STOPPED")[0]["stoppedReason"] == f"Task failed ELB health checks in (target-group {arn})"
    assert f"(port 3000) is unhealthy in (target-group {arn}) due to" in messages(service)


def test_container_that_only_answers_itself_passes_its_own_check(system: System) -> None:
    silent = behaving(system, "silent", reachable="false")
    check = {"command": ["CMD-SHELL", "true"]}
    assert system.serve(1, task={"containers": [logging(silent, healthCheck=check)]})["runningCount"] == 1


def test_unhealthy_container_that_nobody_asks_runs(system: System) -> None:
    assert system.serve(1, task={"image": behaving(system, "sick", healthy="false")})["runningCount"] == 1


def test_without_a_circuit_breaker_crashing_tasks_leave_it_in_progress(system: System) -> None:
    crash = behaving(system, "crash", exit_code="1")
    service = system.serve(1, task={"image": crash}, configuration={"deploymentCircuitBreaker": NO_BREAKER})
    assert (service["runningCount"], service["deployments"][0]["rolloutState"]) == (0, "IN_PROGRESS")


def test_number_that_is_none_is_refused(system: System) -> None:
    with pytest.raises(ClientError, match="exit-code is 'one', which is no number"):
        system.serve(1, task={"image": behaving(system, "odd", exit_code="one")})
