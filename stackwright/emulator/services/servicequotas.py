"""Service Quotas beyond moto, which knows those of VPCs alone."""

from __future__ import annotations

import json
from typing import Any

from moto.servicequotas import urls
from moto.servicequotas.exceptions import NoSuchResource
from moto.servicequotas.responses import ServiceQuotasResponse

from stackwright.emulator.services.overlay import put_in_place

# Defaults of "Amazon EC2 instance type quotas" and "Amazon VPC quotas". On-Demand Standard vCPUs are 5 by default, with
# which no account runs a system of two zones; 64 is what one has that has asked for more.
_EC2 = {
    "L-0263D0A3": ("EC2-VPC Elastic IPs", 5.0),
    "L-1216C47A": ("Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances", 64.0),
    "L-6E869C2A": ("Running On-Demand DL instances", 0.0),
    "L-74FC7D96": ("Running On-Demand F instances", 0.0),
    "L-DB2E81BA": ("Running On-Demand G and VT instances", 0.0),
    "L-1945791B": ("Running On-Demand Inf instances", 0.0),
    "L-417A185B": ("Running On-Demand P instances", 0.0),
    "L-2C3B7624": ("Running On-Demand Trn instances", 0.0),
    "L-7295265B": ("Running On-Demand X instances", 0.0),
}


# "AWS Fargate service quotas" in the Amazon ECS Developer Guide.
_FARGATE = {
    "L-3032A538": ("Fargate On-Demand vCPU resource count", 6.0),
    "L-36FBB829": ("Fargate Spot vCPU resource count", 6.0),
}
_SERVICES = {
    "ec2": ("Amazon Elastic Compute Cloud (Amazon EC2)", _EC2),
    "fargate": ("AWS Fargate", _FARGATE),
}


class ServiceQuotas(ServiceQuotasResponse):
    """moto's Service Quotas with those of EC2 and Fargate."""

    def get_service_quota(self) -> str:
        """Answer for EC2 and Fargate too ("GetServiceQuota")."""
        asked = json.loads(self.body)
        service, code = asked.get("ServiceCode"), asked.get("QuotaCode")
        if service not in _SERVICES:
            return str(super().get_service_quota())
        if code not in _SERVICES[service][1]:
            raise NoSuchResource
        return json.dumps({"Quota": self._quota(service, code)})

    def _quota(self, service: str, code: str) -> dict[str, Any]:
        spoken, quotas = _SERVICES[service]
        name, value = quotas[code]
        return {
            "ServiceCode": service,
            "ServiceName": spoken,
            "QuotaArn": f"arn:aws:servicequotas:{self.region}:{self.current_account}:{service}/{code}",
            "QuotaCode": code,
            "QuotaName": name,
            "Value": value,
            "Unit": "None",
            "Adjustable": True,
            "GlobalQuota": False,
        }


def install() -> None:
    """Put the overlay in the place of moto's Service Quotas."""
    put_in_place(urls, ServiceQuotas)
