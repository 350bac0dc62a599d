"""ECS beyond moto: what a service is given stays, and its tasks are placed, run and told of as ECS would."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ecs import urls
from moto.ecs.exceptions import EcsClientException, InvalidParameterException
from moto.ecs.responses import EC2ContainerServiceResponse
from moto.elbv2.models import elbv2_backends

from stackwright.ecs.fargate import PROVIDERS
from stackwright.emulator.services import (
    ecs_capacity,
    ecs_code_deploy,
    ecs_fargate,
    ecs_fleet,
    ecs_rollout,
    ecs_service_deployments,
    ecs_shift,
    ecs_task_sets,
    ecs_tasks,
    linked_roles,
)
from stackwright.emulator.services.overlay import keep, made, pace, put_in_place

_KEPT = (
    "availabilityZoneRebalancing",
    "capacityProviderStrategy",
    "deploymentConfiguration",
    "deploymentController",
    "enableECSManagedTags",
    "enableExecuteCommand",
    "healthCheckGracePeriodSeconds",
    "networkConfiguration",
    "placementConstraints",
    "placementStrategy",
    "propagateTags",
)
_OF_DEPLOYMENT = (
    "capacityProviderStrategy",
    "loadBalancers",
    "networkConfiguration",
    "platformVersion",
    "serviceConnectConfiguration",
    "volumeConfigurations",
    "vpcLatticeConfigurations",
)
_NO_ROLE = "Unable to assume the service linked role. Please verify that the ECS service linked role exists."
# As users quote it (hashicorp/terraform-provider-aws and aws/aws-cdk).
_NOT_ADVANCED = (
    "advancedConfiguration field is required for all loadBalancers when using a non-ROLLING deployment strategy."
)
# What slows the stages of a deployment too.
_SLOWED = "AWS::ECS::Service"
_NO_PROVIDER = "The specified capacity provider does not exist. Specify a valid name or ARN and try again."
_BAD_NAME = (
    "The specified capacity provider name is invalid. Up to 255 characters are allowed, including "
    "letters (upper and lowercase), numbers, underscores, and hyphens. The name cannot be prefixed "
    'with "aws", "ecs", or "fargate".'
)


class Ecs(EC2ContainerServiceResponse):
    """moto's ECS with what it drops."""

    def create_cluster(self) -> ActionResult:
        """Refuse the first of a fresh account ("Using service-linked roles for Amazon ECS")."""
        self._assumed()
        result = super().create_cluster()
        ecs_capacity.drain(self.ecs_backend, made(result, "cluster").capacity_providers)
        return result

    def create_service(self) -> ActionResult:
        """Keep what was given, fill in the defaults of "CreateService", run the tasks wanted."""
        self._assumed()
        ecs_code_deploy.check_creation(self.params)
        self._default_strategy()
        self._placeable()
        self._reached(self.params.get("loadBalancers") or [])
        network = self.params.get("networkConfiguration")
        if network:
            self.params["networkConfiguration"] = _with_groups(network)
        result = super().create_service()
        service = made(result, "service")
        service.created_at = utcnow()
        if self.params.get("capacityProviderStrategy"):
            service.launch_type = None
        keep(service, _service_defaults(self.params), _KEPT)
        keep(service, self.params, _KEPT)
        if ecs_task_sets.controlled(service):
            ecs_task_sets.promote(service, ecs_task_sets.add(self.ecs_backend, service, {}))
        self._run(service)
        return result

    def update_service(self) -> ActionResult:
        """Keep what was given; a new deployment replaces the tasks of the one before."""
        given = dict(self.params)
        service = self._named()
        ecs_code_deploy.check_update(service, given)
        if service is not None:
            ecs_shift.await_end(service)
        self._placeable()
        self._reached(self.params.get("loadBalancers") or [])
        before = self._deployed()
        result = super().update_service()
        service = made(result, "service")
        keep(service, given, (*_KEPT, "loadBalancers"))
        if given.get("deploymentConfiguration"):
            service.deployment_configuration = _deployment(given)
        task_definition = service.task_definition
        if task_definition and not task_definition.startswith("arn:"):
            known = self.ecs_backend.describe_task_definition(task_definition)
            service.task_definition = known.arn
        self._run(service, before)
        return result

    def _assumed(self) -> None:
        """Refuse what takes the service-linked role in an account that has none yet."""
        if not linked_roles.found(self.current_account, linked_roles.ECS):
            raise InvalidParameterException(_NO_ROLE)

    def _default_strategy(self) -> None:
        """Without launch type and strategy, the cluster's default strategy is the service's
        ("CreateService", launchType and capacityProviderStrategy)."""
        if self.params.get("launchType") or self.params.get("capacityProviderStrategy"):
            return
        clusters, _ = self.ecs_backend.describe_clusters([self._get_param("cluster", "default")])
        strategy = clusters[0].default_capacity_provider_strategy if clusters else None
        if strategy:
            self.params["capacityProviderStrategy"] = strategy

    def _reached(self, balancers: list[dict[str, Any]]) -> None:
        """Refuse a target group that no listener forwards to ("CreateService", loadBalancers), and what has no second
        one to shift traffic to ("Required resources for Amazon ECS blue/green deployments")."""
        elb = elbv2_backends[self.current_account][self.region]
        moved = [each.get("advancedConfiguration") or {} for each in balancers]
        strategy = (self.params.get("deploymentConfiguration") or {}).get("strategy")
        if strategy in ecs_shift.SHIFTING and not all(moved):
            raise InvalidParameterException(_NOT_ADVANCED)
        groups = [each.get("targetGroupArn") for each in balancers]
        groups += [each.get("alternateTargetGroupArn") for each in moved]
        for arn in filter(None, groups):
            if not elb._any_listener_using(arn):
                text = f"The target group with targetGroupArn {arn} does not have an associated load balancer."
                raise InvalidParameterException(text)

    def _placeable(self) -> None:
        """Refuse what the cluster, or Fargate, could not place."""
        named = self.params.get("taskDefinition")
        definition = self.ecs_backend.describe_task_definition(named) if named else None
        cluster = self.ecs_backend._get_cluster(self._get_param("cluster", "default"))
        ecs_fargate.check_service(self.params, cluster, definition)

    def _named(self) -> Any:
        cluster, name = self._get_param("cluster", "default"), self._get_param("service")
        found, _ = self.ecs_backend.describe_services(cluster, [name])
        return found[0] if found else None

    def _deployed(self) -> dict[str, Any]:
        """Return the service's deployment as it is before an update."""
        service = self._named()
        return dict(service.deployments[0]) if service and service.deployments else {}

    def _run(self, service: Any, before: dict[str, Any] | None = None) -> None:
        """Bring about what is wanted, as a new deployment if what tasks are made of has changed."""
        for deployment in service.deployments[:1]:
            deployment.update({k: self.params[k] for k in _OF_DEPLOYMENT if self.params.get(k)})
        if before and _renewed(service, before):
            new = {"id": ecs_rollout.deployment_id(), "rolloutState": "IN_PROGRESS", "createdAt": utcnow()}
            service.deployments[0].update(new, failedTasks=0)
            if ecs_shift.shifts(service):
                ecs_shift.begin(self.ecs_backend, service, before, pace=pace(_SLOWED))
                return
        ecs_rollout.settle(self.ecs_backend, service, before)

    def list_service_deployments(self) -> ActionResult:
        """Tell of the deployments that shifted traffic ("ListServiceDeployments")."""
        service, statuses = self._named(), self.params.get("status")
        found = ecs_shift.runs(service) if service is not None else []
        told = [ecs_service_deployments.brief(each) for each in found if not statuses or each.status in statuses]
        return ActionResult({"serviceDeployments": told})

    def describe_service_deployments(self) -> ActionResult:
        """Tell how far they are ("DescribeServiceDeployments")."""
        found = [self._deployment_of(arn) for arn in self.params["serviceDeploymentArns"]]
        return ActionResult({"serviceDeployments": [ecs_service_deployments.whole(each) for each in found]})

    def stop_service_deployment(self) -> ActionResult:
        """Let one go back ("StopServiceDeployment")."""
        run = self._deployment_of(self._get_param("serviceDeploymentArn"))
        run.stop.set()
        return ActionResult({"serviceDeploymentArn": run.arn})

    def _deployment_of(self, arn: str) -> ecs_shift.Run:
        services = self.ecs_backend.services.values()
        found = [each for service in services for each in ecs_shift.runs(service) if each.arn == arn]
        if not found:
            raise InvalidParameterException(f"Service deployment not found: {arn}")
        return found[0]

    def delete_service(self) -> ActionResult:
        """A deleted service wants and runs nothing any more ("DeleteService")."""
        result = super().delete_service()
        ecs_rollout.end(self.ecs_backend, made(result, "service"))
        return result

    def list_tasks(self) -> ActionResult:
        """Tell a service's tasks from others, running from stopped ("ListTasks")."""
        cluster = self._join("cluster")
        tasks = ecs_tasks.listed(self.ecs_backend, cluster.name, self.params)
        return ActionResult({"taskArns": [each.task_arn for each in tasks]})

    def stop_task(self) -> ActionResult:
        """A service starts another task in the place of the one that is stopped ("StopTask")."""
        cluster = self._join("cluster")
        name = self._get_param("task").rpartition("/")[2]
        tasks = ecs_tasks.of_cluster(self.ecs_backend, cluster.name)
        task = next((each for each in tasks if each.id == name), None)
        if task is None:
            return super().stop_task()
        task.stop(self._get_param("reason", "Task stopped by user"), "UserInitiated", exit_code=0)
        service = self.ecs_backend.services[f"{cluster.name}:{task.group.removeprefix('service:')}"]
        ecs_rollout.settle(self.ecs_backend, service)
        return ActionResult({"task": task})

    def list_container_instances(self) -> ActionResult:
        """Every instance of the capacity providers' groups is one ("ListContainerInstances")."""
        self._join("cluster")
        return super().list_container_instances()

    def describe_container_instances(self) -> ActionResult:
        """Every instance of the capacity providers' groups is one ("DescribeContainerInstances")."""
        self._join("cluster")
        return super().describe_container_instances()

    def _join(self, member: str) -> Any:
        cluster = self.ecs_backend._get_cluster(self._get_param(member, "default"))
        ecs_fleet.join(self.ecs_backend, cluster)
        ecs_rollout.recount_cluster(self.ecs_backend, cluster)
        return cluster

    def create_capacity_provider(self) -> ActionResult:
        """Refuse reserved names ("CreateCapacityProvider", name); keep managed draining and
        instances that ECS manages."""
        if self._get_param("name", "").lower().startswith(("aws", "ecs", "fargate")):
            raise EcsClientException(_BAD_NAME)
        managed = self.params.get("managedInstancesProvider")
        if managed:
            self.params["autoScalingGroupProvider"] = {}
        result = super().create_capacity_provider()
        provider = made(result, "capacityProvider")
        if managed:
            provider.auto_scaling_group_provider = None
            provider.managed_instances_provider = managed
        else:
            # "AutoScalingGroupProvider": managed draining is on unless said otherwise.
            provider.auto_scaling_group_provider.setdefault("managedDraining", "ENABLED")
        return result

    def describe_capacity_providers(self) -> ActionResult:
        """Without names, tell of all, Fargate's own too ("describe-capacity-providers", AWS CLI Command Reference)."""
        names = self.params.get("capacityProviders") or [
            *self.ecs_backend.capacity_providers,
            *sorted(PROVIDERS),
        ]
        self.params["capacityProviders"] = [each for each in names if each not in PROVIDERS]
        result = super().describe_capacity_providers()
        of_aws = [name for name in names if name in PROVIDERS]
        made(result, "capacityProviders").extend(map(self._of_aws, of_aws))
        return result

    def _of_aws(self, name: str) -> dict[str, Any]:
        arn = f"arn:{self.partition}:ecs:{self.region}:{self.current_account}:capacity-provider/{name}"
        return {"capacityProviderArn": arn, "name": name, "status": "ACTIVE", "tags": []}

    def update_capacity_provider(self) -> ActionResult:
        """Keep managed draining too ("UpdateCapacityProvider")."""
        self._known_provider("name")
        result = super().update_capacity_provider()
        draining = self._get_param("autoScalingGroupProvider.managedDraining", None)
        if draining:
            provider = made(result, "capacityProvider")
            provider.auto_scaling_group_provider["managedDraining"] = draining
            users = [
                each for each in self.ecs_backend.clusters.values() if provider.name in (each.capacity_providers or [])
            ]
            ecs_capacity.drain(self.ecs_backend, [provider.name] if users else [])
        return result

    def delete_capacity_provider(self) -> ActionResult:
        """Refuse an unknown one ("DeleteCapacityProvider"); moto fails inside."""
        self._known_provider("capacityProvider")
        return super().delete_capacity_provider()

    def _known_provider(self, member: str) -> None:
        known, _ = self.ecs_backend.describe_capacity_providers([self._get_param(member)])
        if not known:
            raise EcsClientException(_NO_PROVIDER)

    def register_task_definition(self) -> ActionResult:
        """Refuse what Fargate has not; keep what moto has no argument for ("RegisterTaskDefinition")."""
        ecs_fargate.check_definition(self.params)
        result = super().register_task_definition()
        definition = made(result, "taskDefinition")
        keep(definition, self.params, ("enableFaultInjection",))
        definition.registered_at = utcnow()
        return result


def _renewed(service: Any, before: dict[str, Any]) -> bool:
    """Tell whether tasks have to be replaced ("Update an Amazon ECS service": these start a new deployment)."""
    deployment = service.deployments[0]
    changed = any(deployment.get(name) != before.get(name) for name in ("id", *_OF_DEPLOYMENT))
    return changed or service.task_definition != before.get("taskDefinition")


def _with_groups(network: dict[str, Any]) -> dict[str, Any]:
    """Security groups are optional ("AwsVpcConfiguration"); moto looks them up regardless."""
    configuration = network.get("awsvpcConfiguration", {})
    return {"awsvpcConfiguration": {"securityGroups": [], **configuration}}


def _deployment(given: dict[str, Any]) -> dict[str, Any]:
    """Return the configuration with the defaults of "DeploymentConfiguration"."""
    daemon = given.get("schedulingStrategy") == "DAEMON"
    return {
        "maximumPercent": 100 if daemon else 200,
        "minimumHealthyPercent": 0 if daemon else 100,
        "deploymentCircuitBreaker": {"enable": False, "rollback": False},
        "strategy": "ROLLING",
        **(given.get("deploymentConfiguration") or {}),
    }


def _service_defaults(given: dict[str, Any]) -> dict[str, Any]:
    """Return the defaults of "CreateService". Zones are rebalanced unless the service cannot:
    "Balancing an Amazon ECS service across Availability Zones"."""
    configuration = _deployment(given)
    first = (given.get("placementStrategy") or [{}])[0]
    spread = not first or first.get("field") == "attribute:ecs.availability-zone"
    able = spread and configuration["maximumPercent"] > 100
    given["deploymentConfiguration"] = configuration
    return {
        "availabilityZoneRebalancing": "ENABLED" if able else "DISABLED",
        "enableECSManagedTags": False,
        "enableExecuteCommand": False,
        "placementConstraints": [],
        "placementStrategy": [],
        "propagateTags": "NONE",
    }


def install() -> None:
    """Put the overlay in the place of moto's ECS."""
    put_in_place(urls, Ecs)
