"""EC2 Auto Scaling beyond moto: what a group is given stays, hooks hold, and what is in use is not deleted."""

from __future__ import annotations

from typing import Any

from moto.autoscaling import urls
from moto.autoscaling.exceptions import AutoscalingClientError
from moto.autoscaling.models import FakeAutoScalingGroup
from moto.autoscaling.responses import AutoScalingResponse
from moto.core.responses import ActionResult, EmptyResult

from stackwright.emulator.services import autoscaling_hooks, linked_roles
from stackwright.emulator.services.overlay import keep, made, put_in_place

# The members of "CreateAutoScalingGroup" and "UpdateAutoScalingGroup" that moto does not store.
_KEPT = (
    "AvailabilityZoneDistribution",
    "AvailabilityZoneImpairmentPolicy",
    "CapacityRebalance",
    "CapacityReservationSpecification",
    "Context",
    "DefaultCooldown",
    "DefaultInstanceWarmup",
    "DeletionProtection",
    "DesiredCapacityType",
    "InstanceLifecyclePolicy",
    "InstanceMaintenancePolicy",
    "MaxInstanceLifetime",
    "MixedInstancesPolicy",
    "PlacementGroup",
    "ServiceLinkedRoleARN",
    "TerminationPolicies",
)

# The basic metrics of "Amazon CloudWatch metrics for Amazon EC2 Auto Scaling".
_METRICS = (
    "GroupMinSize",
    "GroupMaxSize",
    "GroupDesiredCapacity",
    "GroupInServiceInstances",
    "GroupPendingInstances",
    "GroupStandbyInstances",
    "GroupTerminatingInstances",
    "GroupTotalInstances",
)
_NOT_EMPTY = (
    "You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) "
    "still in the group."
)
_NO_ROLE = "Access denied when attempting to assume role {}. Validating load balancer configuration failed."
_set_desired_capacity = FakeAutoScalingGroup.set_desired_capacity
_type_of_template = FakeAutoScalingGroup.instance_type.fget


class AutoScaling(AutoScalingResponse):
    """moto's Auto Scaling with what it drops."""

    def create_auto_scaling_group(self) -> ActionResult:
        """Refuse the first of a fresh account ("Service-linked roles for Amazon EC2 Auto Scaling"); keep what was
        given ("CreateAutoScalingGroup")."""
        if not linked_roles.found(self.current_account, linked_roles.AUTO_SCALING):
            role = linked_roles.arn(self.current_account, linked_roles.AUTO_SCALING)
            raise AutoscalingClientError("ValidationError", _NO_ROLE.format(role))
        result = super().create_auto_scaling_group()
        keep(self._group(), self.params, _KEPT)
        return result

    def update_auto_scaling_group(self) -> ActionResult:
        """Keep what was given ("UpdateAutoScalingGroup")."""
        result = super().update_auto_scaling_group()
        keep(self._group(), self.params, _KEPT)
        return result

    def delete_auto_scaling_group(self) -> ActionResult:
        """Refuse a group that has instances, unless forced ("DeleteAutoScalingGroup"); by force, protected
        instances go too, which moto leaves running."""
        group = self.autoscaling_backend.autoscaling_groups.get(self._get_param("AutoScalingGroupName"))
        if group is None:
            return super().delete_auto_scaling_group()
        autoscaling_hooks.expire(group)
        if group.instance_states and not self._get_bool_param("ForceDelete"):
            raise AutoscalingClientError("ResourceInUse", _NOT_EMPTY)
        autoscaling_hooks.forget(group)
        for state in group.instance_states:
            state.protected_from_scale_in = False
        return super().delete_auto_scaling_group()

    def describe_auto_scaling_groups(self) -> ActionResult:
        """A hook's heartbeat may have run out meanwhile ("PutLifecycleHook", HeartbeatTimeout)."""
        for group in list(self.autoscaling_backend.autoscaling_groups.values()):
            autoscaling_hooks.expire(group)
        return super().describe_auto_scaling_groups()

    def complete_lifecycle_action(self) -> ActionResult:
        """Let an instance go that a hook holds ("CompleteLifecycleAction"); moto has no such action."""
        named = (self._get_param(name) for name in ("LifecycleHookName", "InstanceId", "LifecycleActionResult"))
        autoscaling_hooks.complete(self._group(), *named)
        return EmptyResult()

    def enable_metrics_collection(self) -> ActionResult:
        """Without a list, all metrics are meant ("EnableMetricsCollection")."""
        self.params.setdefault("Metrics", list(_METRICS))
        return super().enable_metrics_collection()

    def put_scaling_policy(self) -> ActionResult:
        """The answer's member is PolicyARN ("PutScalingPolicy"); moto spells it otherwise."""
        result = super().put_scaling_policy()
        return ActionResult({"PolicyARN": made(result, "PolicyArn"), "Alarms": []})

    def _group(self) -> Any:
        name = self._get_param("AutoScalingGroupName")
        return self.autoscaling_backend.autoscaling_groups[name]


def _all_of_it(group: Any, capacity: int | None) -> None:
    """A share of On-Demand and Spot that is no whole number is rounded up ("Allocation strategies
    for multiple instance types"); moto rounds both down and starts too few."""
    autoscaling_hooks.scaled(group, capacity, _set_desired_capacity)
    policy = group.mixed_instances_policy or {}
    overrides = policy.get("LaunchTemplate", {}).get("Overrides", [])
    weighted = any(str(each.get("WeightedCapacity", "1")) != "1" for each in overrides)
    missing = (group.desired_capacity or 0) - len(group.active_instances())
    if overrides and not weighted and missing > 0:
        group.replace_autoscaling_group_instances(missing, group.get_propagated_tags())


def _first_override(group: Any) -> Any:
    """An override's instance type goes before the launch template's, in the order that they are listed in
    ("LaunchTemplateOverrides"); moto launches without a type, as if it were of any size."""
    policy = group.mixed_instances_policy or {}
    overrides = policy.get("LaunchTemplate", {}).get("Overrides", [])
    named = (each["InstanceType"] for each in overrides if each.get("InstanceType"))
    return next(named, None) or _type_of_template(group)


def install() -> None:
    """Put the overlay in the place of moto's Auto Scaling."""
    put_in_place(urls, AutoScaling)
    FakeAutoScalingGroup.set_desired_capacity = _all_of_it
    FakeAutoScalingGroup.instance_type = property(_first_override)
