"""CloudWatch Logs beyond moto: classes, keys, protection of log groups."""

from __future__ import annotations

import json
from typing import Any

from moto.logs import urls
from moto.logs.exceptions import InvalidParameterException
from moto.logs.models import LogGroup

from stackwright.emulator.services.logs_deliveries import Deliveries
from stackwright.emulator.services.overlay import put_in_place

_describe = LogGroup.to_describe_dict


class Logs(Deliveries):
    """moto's Logs with what it lacks."""

    def create_log_group(self) -> str:
        """Keep class and deletion protection ("CreateLogGroup")."""
        answer: str = super().create_log_group()
        group = self._group("logGroupName")
        group.log_group_class = self._get_param("logGroupClass", "STANDARD")
        group.deletion_protection = bool(self._get_param("deletionProtectionEnabled"))
        return answer

    def delete_log_group(self) -> str:
        """Refuse a protected one ("DeleteLogGroup")."""
        name = self._get_param("logGroupName")
        known = self.logs_backend.groups.get(name)
        if known is not None and getattr(known, "deletion_protection", False):
            raise InvalidParameterException(
                msg="The log group is protected from deletion.", constraint="", parameter=""
            )
        answer: str = super().delete_log_group()
        return answer

    def associate_kms_key(self) -> str:
        """Encrypt with another key ("AssociateKmsKey")."""
        self._group("logGroupName").kms_key_id = self._get_param("kmsKeyId")
        return ""

    def disassociate_kms_key(self) -> str:
        """Encrypt with the service's own key ("DisassociateKmsKey")."""
        self._group("logGroupName").kms_key_id = None
        return ""

    def put_log_group_deletion_protection(self) -> str:
        """Protect a group or stop to ("PutLogGroupDeletionProtection")."""
        group = self._group("logGroupIdentifier")
        group.deletion_protection = bool(self._get_param("deletionProtectionEnabled"))
        return ""

    def put_data_protection_policy(self) -> str:
        """Keep the policy of a group ("PutDataProtectionPolicy")."""
        name, policy = (self._get_param(n) for n in ("logGroupIdentifier", "policyDocument"))
        self._group("logGroupIdentifier").data_protection_policy = policy
        return json.dumps({"logGroupIdentifier": name, "policyDocument": policy})

    def get_data_protection_policy(self) -> str:
        """Return the policy of a group ("GetDataProtectionPolicy")."""
        group = self._group("logGroupIdentifier")
        policy = getattr(group, "data_protection_policy", None)
        return json.dumps({"policyDocument": policy} if policy else {})

    def delete_data_protection_policy(self) -> str:
        """Forget the policy of a group ("DeleteDataProtectionPolicy")."""
        self._group("logGroupIdentifier").data_protection_policy = None
        return ""

    def _group(self, member: str) -> Any:
        name = self._get_param(member).removesuffix(":*").rpartition(":log-group:")[2]
        return self.logs_backend.groups[name]


def _with_class(group: Any) -> dict[str, Any]:
    described: dict[str, Any] = _describe(group)
    described["logGroupClass"] = getattr(group, "log_group_class", "STANDARD")
    described["deletionProtectionEnabled"] = getattr(group, "deletion_protection", False)
    return described


def install() -> None:
    """Put the overlay in the place of moto's Logs."""
    put_in_place(urls, Logs)
    LogGroup.to_describe_dict = _with_class
