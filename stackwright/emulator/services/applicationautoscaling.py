"""Application Auto Scaling beyond moto: a service follows its limits, targets carry tags."""

from __future__ import annotations

import json
from typing import Any

from moto.applicationautoscaling import urls
from moto.applicationautoscaling.models import FakeApplicationAutoscalingPolicy
from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse
from moto.core.exceptions import JsonRESTError
from moto.ecs.models import ecs_backends

from stackwright.emulator.services import linked_roles
from stackwright.emulator.services.ecs_rollout import settle
from stackwright.emulator.services.overlay import put_in_place

_COUNT = "ecs:service:DesiredCount"


class ApplicationAutoScaling(ApplicationAutoScalingResponse):
    """moto's Application Auto Scaling with what it lacks."""

    def register_scalable_target(self) -> str:
        """Refuse the first of a fresh account ("Service-linked roles for Application Auto Scaling"). Bring the count
        within the limits ("RegisterScalableTarget": a change of the limits that the capacity is out of scales it), and
        keep the tags."""
        ecs = self._get_param("ServiceNamespace") == "ecs"
        if ecs and not linked_roles.found(self.current_account, linked_roles.TASK_SCALING):
            role = linked_roles.arn(self.current_account, linked_roles.TASK_SCALING)
            raise JsonRESTError("ValidationException", f"Unable to assume IAM role: {role}")
        answer: str = super().register_scalable_target()
        target = self._target(json.loads(answer)["ScalableTargetARN"])
        tags = getattr(target, "tags", {})
        target.tags = {**tags, **(self._get_param("Tags") or {})}
        if target.scalable_dimension == _COUNT:
            self._limit(target)
        return answer

    def deregister_scalable_target(self) -> str:
        """One that is not there has an error of its own ("DeregisterScalableTarget": ObjectNotFoundException)."""
        known = self.applicationautoscaling_backend.targets.get(self._get_param("ScalableDimension"), {})
        if self._get_param("ResourceId") not in known:
            named = ("ServiceNamespace", "ResourceId", "ScalableDimension")
            space, resource, dimension = (self._get_param(name) for name in named)
            raise JsonRESTError(
                "ObjectNotFoundException",
                f"No scalable target found for service namespace: {space}, resource ID: {resource},"
                f" scalable dimension: {dimension}",
            )
        answer: str = super().deregister_scalable_target()
        return answer

    def _limit(self, target: Any) -> None:
        _, cluster, name = target.resource_id.split("/")
        ecs = ecs_backends[self.current_account][self.region]
        service = ecs.describe_services(cluster, [name])[0][0]
        wanted = min(max(service.desired_count, target.min_capacity), target.max_capacity)
        if wanted != service.desired_count:
            named = {"cluster": cluster, "service": name, "desired_count": wanted}
            ecs.update_service(named)
            settle(ecs, service)

    def put_scaling_policy(self) -> str:
        """A policy that is put again keeps its ARN, and its alarms are replaced ("PutScalingPolicy")."""
        key = FakeApplicationAutoscalingPolicy.formulate_key(
            *(self._get_param(name) for name in ("ServiceNamespace", "ResourceId")),
            *(self._get_param(name) for name in ("ScalableDimension", "PolicyName")),
        )
        known = self.applicationautoscaling_backend.policies.get(key)
        if known:
            known.delete_alarms(self.current_account, self.region)
        answer: str = super().put_scaling_policy()
        if not known:
            return answer
        policy = self.applicationautoscaling_backend.policies[key]
        policy.policy_arn, made = known.policy_arn, policy.policy_arn
        for alarm in policy.alarms:
            alarm.alarm_actions = [policy.policy_arn if each == made else each for each in alarm.alarm_actions]
        return json.dumps(json.loads(answer) | {"PolicyARN": policy.policy_arn})

    def tag_resource(self) -> str:
        """Tag a target ("TagResource")."""
        self._target(self._get_param("ResourceARN")).tags.update(self._get_param("Tags"))
        return json.dumps({})

    def untag_resource(self) -> str:
        """Take tags from a target ("UntagResource")."""
        tags = self._target(self._get_param("ResourceARN")).tags
        for key in self._get_param("TagKeys"):
            tags.pop(key, None)
        return json.dumps({})

    def list_tags_for_resource(self) -> str:
        """List a target's tags ("ListTagsForResource")."""
        return json.dumps({"Tags": self._target(self._get_param("ResourceARN")).tags})

    def _target(self, arn: str) -> Any:
        by_dimension = self.applicationautoscaling_backend.targets.values()
        for target in (each for targets in by_dimension for each in targets.values()):
            if target.arn == arn:
                return target
        raise JsonRESTError("ResourceNotFoundException", f"Resource not found: {arn}")


def install() -> None:
    """Put the overlay in the place of moto's Application Auto Scaling."""
    put_in_place(urls, ApplicationAutoScaling)
