"""ECS: clusters and their capacity, task definitions, services."""

from __future__ import annotations

from dataclasses import replace

from stackwright.emulator.handlers import Context, Handler, Properties
from stackwright.emulator.handlers.ecs_stability import stable
from stackwright.emulator.handlers.mapped import Mapped, Name, Read, Step, handlers, put_again
from stackwright.emulator.handlers.shapes import PropertyError, boolean, call, gone_is_fine
from stackwright.emulator.handlers.tags import Tagging

_PROVIDERS = ("CapacityProviders", "DefaultCapacityProviderStrategy")


def _providers(given: Properties) -> Properties:
    """The call wants both lists, always."""
    return {**{name: [] for name in _PROVIDERS}, **given}


_CLUSTER = Mapped(
    service="ecs",
    create="create_cluster",
    identity="cluster.clusterName",
    key="cluster",
    delete="delete_cluster",
    names={"ClusterSettings": "settings"},
    name=Name("ClusterName", 255),
    steps=(
        Step(
            "update_cluster",
            ("ClusterSettings", "Configuration", "ServiceConnectDefaults"),
            names={"ClusterSettings": "settings"},
            at_creation=False,
        ),
        Step(
            "put_cluster_capacity_providers",
            _PROVIDERS,
            at_creation=False,
            build=_providers,
            empty={name: [] for name in _PROVIDERS},
        ),
    ),
    read=Read("describe_clusters", "clusters", "clusters[0]"),
    attributes={"Arn": "clusterArn"},
    tagging=Tagging(),
    tag_by="clusterArn",
)


def _provider_update(given: Properties) -> Properties:
    """The group itself cannot be changed, so the updating call has no member for it."""
    provider = dict(given["AutoScalingGroupProvider"])
    provider.pop("AutoScalingGroupArn", None)
    return {"AutoScalingGroupProvider": provider}


_CAPACITY_PROVIDER = Mapped(
    service="ecs",
    create="create_capacity_provider",
    identity="=Name",
    key="capacityProvider",
    delete="delete_capacity_provider",
    names={"ClusterName": "cluster"},
    name=Name("Name", 255),
    steps=(
        Step(
            "update_capacity_provider",
            ("AutoScalingGroupProvider",),
            at_creation=False,
            build=_provider_update,
            key="name",
        ),
    ),
    read=Read("describe_capacity_providers", "capacityProviders", "capacityProviders[0]"),
    tagging=Tagging(),
    tag_by="capacityProviderArn",
)


def _delete_provider(context: Context, name: str, old: Properties) -> None:
    """The call succeeds even when the provider stays; its answer says so."""
    answer = gone_is_fine(context.client("ecs").delete_capacity_provider, capacityProvider=name)
    provider = (answer or {}).get("capacityProvider", {})
    if provider.get("updateStatus") == "DELETE_FAILED":
        raise PropertyError(provider.get("updateStatusReason", "The capacity provider cannot be deleted."))


def _associate(context: Context, properties: Properties) -> str:
    call(context.client("ecs"), "put_cluster_capacity_providers", _providers(properties))
    return str(properties["Cluster"])


def _dissociate(context: Context, cluster: str, old: Properties) -> None:
    nothing = _providers({"Cluster": old["Cluster"]})
    gone_is_fine(call, context.client("ecs"), "put_cluster_capacity_providers", nothing)


_ASSOCIATIONS = Handler(
    create=_associate,
    delete=_dissociate,
    update=put_again(_associate),
)

_TASK_DEFINITION = Mapped(
    service="ecs",
    create="register_task_definition",
    identity="taskDefinition.taskDefinitionArn",
    key="taskDefinition",
    delete="deregister_task_definition",
    names={"ProxyConfigurationProperties": "properties"},
    name=Name("Family", 255),
    attributes={"TaskDefinitionArn": "="},
    tagging=Tagging(),
)

_SERVICE_LISTS = (
    "CapacityProviderStrategy",
    "LoadBalancers",
    "PlacementConstraints",
    "PlacementStrategies",
    "ServiceRegistries",
    "VolumeConfigurations",
    "VpcLatticeConfigurations",
)
_SERVICE_VALUES = (
    "AvailabilityZoneRebalancing",
    "DeploymentConfiguration",
    "DeploymentController",
    "DesiredCount",
    "EnableECSManagedTags",
    "EnableExecuteCommand",
    "ForceNewDeployment",
    "GatewayConnectors",
    "HealthCheckGracePeriodSeconds",
    "Monitoring",
    "NetworkConfiguration",
    "PlatformVersion",
    "PropagateTags",
    "ServiceConnectConfiguration",
    "TaskDefinition",
)
_SERVICE_NAMES = {"PlacementStrategies": "placementStrategy"}


def _new_service(context: Context, properties: Properties) -> Properties:
    """A replicated service without a count has one task ("AWS::ECS::Service", DesiredCount)."""
    properties.pop("ForceNewDeployment", None)
    if properties.get("SchedulingStrategy", "REPLICA") == "REPLICA":
        properties.setdefault("DesiredCount", 1)
    return properties


def _service_update(given: Properties) -> Properties:
    force = given.get("ForceNewDeployment")
    if force is None:
        return given
    return {**given, "ForceNewDeployment": boolean(force["EnableForceNewDeployment"])}


_SERVICE = Mapped(
    service="ecs",
    create="create_service",
    identity="service.serviceArn",
    key="service",
    delete="delete_service",
    delete_with={"force": True},
    names=_SERVICE_NAMES,
    name=Name("ServiceName", 255),
    scope=("Cluster",),
    prepare=_new_service,
    steps=(
        Step(
            "update_service",
            (*_SERVICE_LISTS, *_SERVICE_VALUES),
            names=_SERVICE_NAMES,
            at_creation=False,
            build=_service_update,
            empty={name: [] for name in _SERVICE_LISTS},
        ),
    ),
    read=Read("describe_services", "services", "services[0]"),
    attributes={"ServiceArn": "=", "Name": "serviceName"},
    tagging=Tagging(),
)

HANDLERS = handlers(
    {
        "AWS::ECS::Cluster": _CLUSTER,
        "AWS::ECS::CapacityProvider": replace(_CAPACITY_PROVIDER.handler(), delete=_delete_provider),
        "AWS::ECS::ClusterCapacityProviderAssociations": _ASSOCIATIONS,
        "AWS::ECS::TaskDefinition": _TASK_DEFINITION,
        "AWS::ECS::Service": stable(_SERVICE.handler()),
    }
)
