"""IAM beyond moto: AWS managed policies when they are named, service-linked roles by their names."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from moto.core.responses import ActionResult
from moto.iam import urls
from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.exceptions import InvalidInput
from moto.iam.models import AWSManagedPolicy
from moto.iam.responses import IamResponse

from stackwright.emulator.services import linked_roles
from stackwright.emulator.services.overlay import made, put_in_place

_MANAGED = "arn:aws:iam::aws:policy/"


class Iam(IamResponse):
    """moto's IAM, which would load all AWS managed policies into every account, or none."""

    def attach_role_policy(self) -> ActionResult:
        """Know the AWS managed policy that is named ("AWS managed policies")."""
        self._know()
        return super().attach_role_policy()

    def attach_user_policy(self) -> ActionResult:
        """Know the AWS managed policy that is named ("AWS managed policies")."""
        self._know()
        return super().attach_user_policy()

    def attach_group_policy(self) -> ActionResult:
        """Know the AWS managed policy that is named ("AWS managed policies")."""
        self._know()
        return super().attach_group_policy()

    def get_policy(self) -> ActionResult:
        """Know the AWS managed policy that is named ("AWS managed policies")."""
        self._know()
        return super().get_policy()

    def get_policy_version(self) -> ActionResult:
        """Know the AWS managed policy that is named ("AWS managed policies")."""
        self._know()
        return super().get_policy_version()

    def _know(self) -> None:
        arn = self._get_param("PolicyArn") or ""
        if not arn.startswith(_MANAGED) or arn in self.backend.managed_policies:
            return
        name = arn.rpartition("/")[2]
        data = _managed_policies().get(name)
        if data is None:
            return
        policy = AWSManagedPolicy.from_data(name, self.current_account, "us-east-1", data)
        if policy.arn == arn:
            self.backend.managed_policies[arn] = policy

    def create_service_linked_role(self) -> ActionResult:
        """There is one per service and account ("CreateServiceLinkedRole": InvalidInput)."""
        service, suffix = self._get_param("AWSServiceName"), self._get_param("CustomSuffix")
        role = linked_roles.role_of(self.backend, service)
        if role and not suffix:
            text = f"Service role name {role.name} has been taken in this account, please try "
            raise InvalidInput(f"{text}a different suffix.")
        result = super().create_service_linked_role()
        linked_roles.named(made(result, "Role"), service, suffix)
        return result


@cache
def _managed_policies() -> dict[str, Any]:
    policies: dict[str, Any] = json.loads(aws_managed_policies_data)
    return policies


def install() -> None:
    """Put the overlay in the place of moto's IAM."""
    put_in_place(urls, Iam)
