"""ECS beyond moto: what a service is given stays, and its tasks run as soon as they are wanted."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ecs import urls
from moto.ecs.exceptions import EcsClientException
from moto.ecs.responses import EC2ContainerServiceResponse

from stackwright.emulator.services.overlay import keep, made, put_in_place

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
    "networkConfiguration",
    "platformVersion",
    "serviceConnectConfiguration",
    "volumeConfigurations",
    "vpcLatticeConfigurations",
)
_NO_PROVIDER = "The specified capacity provider does not exist. Specify a valid name or ARN and try again."
_BAD_NAME = (
    "The specified capacity provider name is invalid. Up to 255 characters are allowed, including "
    "letters (upper and lowercase), numbers, underscores, and hyphens. The name cannot be prefixed "
    'with "aws", "ecs", or "fargate".'
)


class Ecs(EC2ContainerServiceResponse):  # type: ignore[misc]
    """moto's ECS with what it drops."""

    def create_service(self) -> ActionResult:
        """Keep what was given, fill in the defaults of "CreateService", run the tasks wanted."""
        self._default_strategy()
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
        self._run(service)
        return result

    def update_service(self) -> ActionResult:
        """Keep what was given; the one deployment is the new one, and done."""
        given = dict(self.params)
        result = super().update_service()
        service = made(result, "service")
        keep(service, given, _KEPT)
        if given.get("deploymentConfiguration"):
            service.deployment_configuration = _deployment(given)
        task_definition = service.task_definition
        if task_definition and not task_definition.startswith("arn:"):
            known = self.ecs_backend.describe_task_definition(task_definition)
            service.task_definition = known.arn
        self._run(service)
        return result

    def _default_strategy(self) -> None:
        """Without launch type and strategy, the cluster's default strategy is the service's
        ("CreateService", launchType and capacityProviderStrategy)."""
        if self.params.get("launchType") or self.params.get("capacityProviderStrategy"):
            return
        clusters, _ = self.ecs_backend.describe_clusters([self._get_param("cluster", "default")])
        strategy = clusters[0].default_capacity_provider_strategy if clusters else None
        if strategy:
            self.params["capacityProviderStrategy"] = strategy

    def _run(self, service: Any) -> None:
        """All the tasks wanted run: what is placed where is not decided here."""
        clusters, _ = self.ecs_backend.describe_clusters([service.cluster_name])
        clusters[0].running_tasks_count += service.desired_count - service.running_count
        clusters[0].pending_tasks_count -= service.pending_count
        service.running_count, service.pending_count = service.desired_count, 0
        for deployment in service.deployments[:1]:
            deployment.update({k: self.params[k] for k in _OF_DEPLOYMENT if self.params.get(k)})
            deployment.update(
                desiredCount=service.desired_count,
                runningCount=service.desired_count,
                pendingCount=0,
                launchType=service.launch_type,
                taskDefinition=service.task_definition,
                rolloutState="COMPLETED",
                rolloutStateReason=f"ECS deployment {deployment['id']} completed.",
                updatedAt=utcnow(),
            )

    def delete_service(self) -> ActionResult:
        """A deleted service wants and runs nothing any more ("DeleteService")."""
        result = super().delete_service()
        service = made(result, "service")
        service.desired_count = service.running_count = 0
        return result

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

    def update_capacity_provider(self) -> ActionResult:
        """Keep managed draining too ("UpdateCapacityProvider")."""
        self._known_provider("name")
        result = super().update_capacity_provider()
        draining = self._get_param("autoScalingGroupProvider.managedDraining", None)
        if draining:
            provider = made(result, "capacityProvider")
            provider.auto_scaling_group_provider["managedDraining"] = draining
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
        """Keep what moto has no argument for ("RegisterTaskDefinition")."""
        result = super().register_task_definition()
        definition = made(result, "taskDefinition")
        keep(definition, self.params, ("enableFaultInjection",))
        definition.registered_at = utcnow()
        return result


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
