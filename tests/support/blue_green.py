"""A service that CodeDeploy deploys, by plain calls: load balancer, two target groups, cluster, service, group."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

EVENTS = (
    "BeforeInstall",
    "Install",
    "AfterInstall",
    "AllowTestTraffic",
    "AfterAllowTestTraffic",
    "BeforeAllowTraffic",
    "AllowTraffic",
    "AfterAllowTraffic",
)
ENDED = ("Succeeded", "Failed", "Stopped")
BOOTSTRAP = "public.ecr.aws/x/bootstrap:1"
_PATIENCE = 20  # seconds


def manifest(annotations: dict[str, str]) -> str:
    """Return an image manifest that says how its container behaves."""
    kind = "application/vnd.oci.image.manifest.v1+json"
    return json.dumps({"schemaVersion": 2, "mediaType": kind, "annotations": annotations})


@dataclass
class Bed:
    """Clients of one account, and the ids of what was made in it."""

    client: Callable[..., Any]
    groups: dict[str, str] = field(default_factory=dict)
    listeners: dict[str, str] = field(default_factory=dict)
    repository: str = ""

    @property
    def ecs(self) -> Any:
        return self.client("ecs")

    @property
    def elb(self) -> Any:
        return self.client("elbv2")

    @property
    def codedeploy(self) -> Any:
        return self.client("codedeploy")

    def image(self, tag: str = "one") -> str:
        """Return the image of a tag in the account's registry."""
        return f"{self.repository}:{tag}"

    def push(self, tag: str, annotations: dict[str, str]) -> None:
        """Put an image into the registry."""
        self.client("ecr").put_image(repositoryName="app", imageTag=tag, imageManifest=manifest(annotations))

    def service(self) -> dict[str, Any]:
        """Return the service as it is described."""
        found: dict[str, Any] = self.ecs.describe_services(cluster="c", services=["app"])["services"][0]
        return found

    def group(
        self,
        *,
        ready: str = "CONTINUE_DEPLOYMENT",
        events: Sequence[str] = (),
        alarm: str = "",
        change: dict[str, Any] | None = None,
    ) -> None:
        """Make the deployment group."""
        pair = {
            "targetGroups": [{"name": "blue"}, {"name": "green"}],
            "prodTrafficRoute": {"listenerArns": [self.listeners["production"]]},
            "testTrafficRoute": {"listenerArns": [self.listeners["test"]]},
        }
        wait = {"waitTimeInMinutes": 60} if ready == "STOP_DEPLOYMENT" else {}
        given: dict[str, Any] = {
            "applicationName": "application",
            "deploymentGroupName": "group",
            "serviceRoleArn": "arn:aws:iam::123456789012:role/codedeploy",
            "deploymentStyle": {"deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL"},
            "blueGreenDeploymentConfiguration": {
                "deploymentReadyOption": {"actionOnTimeout": ready, **wait},
                "terminateBlueInstancesOnDeploymentSuccess": {"action": "TERMINATE"},
            },
            "loadBalancerInfo": {"targetGroupPairInfoList": [pair]},
            "ecsServices": [{"clusterName": "c", "serviceName": "app"}],
        }
        if events:
            given["autoRollbackConfiguration"] = {"enabled": True, "events": list(events)}
        if alarm:
            _alarm(self.client("cloudwatch"), alarm)
            given["alarmConfiguration"] = {"enabled": True, "alarms": [{"name": alarm}]}
        self.codedeploy.create_deployment_group(**(given | (change or {})))

    def appspec(self, image: str = "") -> str:
        """Register a revision of the image and return the AppSpec that deploys it."""
        arn = _definition(self.ecs, image or self.image())
        balancer = {"ContainerName": "app", "ContainerPort": 8080}
        properties = {"TaskDefinition": arn, "LoadBalancerInfo": balancer}
        service = {"Type": "AWS::ECS::Service", "Properties": properties}
        return json.dumps({"version": 0.0, "Resources": [{"TargetService": service}]})

    def release(self, image: str = "", **options: Any) -> str:
        """Deploy an image; return the deployment's id."""
        return self.deploy(self.appspec(image), **options)

    def deploy(self, content: str, *, kind: str = "AppSpecContent") -> str:
        """Deploy an AppSpec; return the deployment's id."""
        member = {"AppSpecContent": "appSpecContent", "String": "string"}[kind]
        sha256 = hashlib.sha256(content.encode()).hexdigest()
        revision = {"revisionType": kind, member: {"content": content, "sha256": sha256}}
        made = self.codedeploy.create_deployment(
            applicationName="application", deploymentGroupName="group", revision=revision
        )
        return str(made["deploymentId"])

    def reached(self, deployment: str, *statuses: str) -> dict[str, Any]:
        """Wait until a deployment has one of these statuses; return it."""
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            found: dict[str, Any] = self.codedeploy.get_deployment(deploymentId=deployment)["deploymentInfo"]
            if found["status"] in statuses:
                return found
            time.sleep(0.02)
        raise AssertionError(f"{deployment} never got to {statuses}")

    def ended(self, deployment: str) -> dict[str, Any]:
        """Wait for a deployment's end; return it."""
        return self.reached(deployment, *ENDED)

    def target(self, deployment: dict[str, Any]) -> dict[str, Any]:
        """Return the ECS target of a deployment."""
        named = {"deploymentId": deployment["deploymentId"], "targetId": "c:app"}
        found: dict[str, Any] = self.codedeploy.get_deployment_target(**named)["deploymentTarget"]["ecsTarget"]
        return found

    def events(self, deployment: dict[str, Any]) -> dict[str, str]:
        """Return the statuses of a deployment's lifecycle events."""
        return {each["lifecycleEventName"]: each["status"] for each in self.target(deployment)["lifecycleEvents"]}

    def weights(self, listener: str = "production") -> dict[str, int]:
        """Return what the rule of a listener sends to each group, by its name."""
        rules = self.elb.describe_rules(ListenerArn=self.listeners[listener])["Rules"]
        return self.shown(next(each["Actions"] for each in rules if not each["IsDefault"]))

    def shown(self, actions: list[dict[str, Any]]) -> dict[str, int]:
        """Return the weights of a forwarding action, by the groups' names."""
        names = {arn: name for name, arn in self.groups.items()}
        return {names[each["TargetGroupArn"]]: each["Weight"] for each in actions[0]["ForwardConfig"]["TargetGroups"]}

    def listener(self) -> dict[str, Any]:
        """Return the production listener, as it is described."""
        found: dict[str, Any] = self.elb.describe_listeners(ListenerArns=[self.listeners["production"]])["Listeners"][0]
        return found

    def forward(self, weights: dict[str, int]) -> None:
        """Let the production rule forward by these weights."""
        rules = self.elb.describe_rules(ListenerArn=self.listeners["production"])["Rules"]
        rule = next(each["RuleArn"] for each in rules if not each["IsDefault"])
        self.elb.modify_rule(RuleArn=rule, Actions=[_forward(self.groups, weights)])

    def images(self) -> set[str]:
        """Return the images of the tasks that run."""
        arns = self.ecs.list_tasks(cluster="c", serviceName="app")["taskArns"]
        tasks = self.ecs.describe_tasks(cluster="c", tasks=arns)["tasks"]
        return {each["image"] for task in tasks for each in task["containers"]}

    def busy(self) -> None:
        """Let the alarm of a policy go off that adds a task."""
        named = {"ServiceNamespace": "ecs", "ResourceId": "service/c/app"}
        named["ScalableDimension"] = "ecs:service:DesiredCount"
        scaling, watch = self.client("application-autoscaling"), self.client("cloudwatch")
        scaling.register_scalable_target(**named, MinCapacity=2, MaxCapacity=4)
        step = {"MetricIntervalLowerBound": 0, "ScalingAdjustment": 1}
        policy = scaling.put_scaling_policy(
            **named,
            PolicyName="add",
            PolicyType="StepScaling",
            StepScalingPolicyConfiguration={"AdjustmentType": "ChangeInCapacity", "StepAdjustments": [step]},
        )
        _alarm(watch, "busy", AlarmActions=[policy["PolicyARN"]])
        watch.set_alarm_state(AlarmName="busy", StateValue="ALARM", StateReason="test")

    def stop_reasons(self) -> str:
        """Return why tasks stopped, all in one text."""
        arns = self.ecs.list_tasks(cluster="c", serviceName="app", desiredStatus="STOPPED")["taskArns"]
        return "\n".join(each["stoppedReason"] for each in self.ecs.describe_tasks(cluster="c", tasks=arns)["tasks"])


def bed_of(client: Callable[..., Any]) -> Bed:
    """Make a service on the bootstrap image, with all of its traffic on blue."""
    bed = Bed(client)
    ec2 = client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{at}.0/24", AvailabilityZone=f"us-east-1{zone}")["Subnet"][
            "SubnetId"
        ]
        for at, zone in enumerate("ab")
    ]
    balancer = bed.elb.create_load_balancer(Name="alb", Subnets=subnets)["LoadBalancers"][0]["LoadBalancerArn"]
    for color in ("blue", "green"):
        made = bed.elb.create_target_group(Name=color, Protocol="HTTP", Port=8080, VpcId=vpc, TargetType="ip")
        bed.groups[color] = made["TargetGroups"][0]["TargetGroupArn"]
    for name, port in (("production", 80), ("test", 8080)):
        bed.listeners[name] = _listener(bed, balancer, port)
    bed.repository = client("ecr").create_repository(repositoryName="app")["repository"]["repositoryUri"]
    bed.push("one", {})
    bed.push("two", {"two": "2"})
    _service(bed.ecs, _definition(bed.ecs, BOOTSTRAP), subnets, bed.groups["blue"])
    bed.codedeploy.create_application(applicationName="application", computePlatform="ECS")
    return bed


def _listener(bed: Bed, balancer: str, port: int) -> str:
    answer = {"StatusCode": "404", "ContentType": "text/plain"}
    made = bed.elb.create_listener(
        LoadBalancerArn=balancer,
        Protocol="HTTP",
        Port=port,
        DefaultActions=[{"Type": "fixed-response", "FixedResponseConfig": answer}],
    )
    arn = str(made["Listeners"][0]["ListenerArn"])
    bed.elb.create_rule(
        ListenerArn=arn,
        Priority=10,
        Conditions=[{"Field": "path-pattern", "Values": ["*"]}],
        Actions=[_forward(bed.groups, {"blue": 100, "green": 0})],
    )
    return arn


def _forward(groups: dict[str, str], weights: dict[str, int]) -> dict[str, Any]:
    targets = [{"TargetGroupArn": groups[color], "Weight": weight} for color, weight in weights.items()]
    return {"Type": "forward", "ForwardConfig": {"TargetGroups": targets}}


def _definition(ecs: Any, image: str) -> str:
    container = {
        "name": "app",
        "image": image,
        "portMappings": [{"containerPort": 8080}],
        "healthCheck": {"command": ["CMD", "true"]},
    }
    made = ecs.register_task_definition(
        family="app",
        requiresCompatibilities=["FARGATE"],
        networkMode="awsvpc",
        cpu="256",
        memory="512",
        containerDefinitions=[container],
    )
    return str(made["taskDefinition"]["taskDefinitionArn"])


def _service(ecs: Any, definition: str, subnets: list[str], group: str) -> None:
    ecs.create_cluster(clusterName="c")
    ecs.create_service(
        cluster="c",
        serviceName="app",
        taskDefinition=definition,
        desiredCount=2,
        launchType="FARGATE",
        deploymentController={"type": "CODE_DEPLOY"},
        networkConfiguration={"awsvpcConfiguration": {"subnets": subnets}},
        loadBalancers=[{"targetGroupArn": group, "containerName": "app", "containerPort": 8080}],
    )


def _alarm(cloudwatch: Any, name: str, **options: Any) -> None:
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace="test",
        MetricName="errors",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
        **options,
    )
