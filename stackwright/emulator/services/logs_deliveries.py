"""Deliveries of logs beyond moto: who may send from where, and what goes first.

Source: "PutDeliverySource" and its like, Amazon CloudWatch Logs API Reference.
"""

from __future__ import annotations

import json
from typing import Any

from moto.cloudfront.models import cloudfront_backends
from moto.logs.exceptions import ConflictException, ResourceNotFoundException, ValidationException
from moto.logs.responses import LogsResponse
from moto.s3.models import s3_backends

_CLOUDFRONT = ":cloudfront:"
_HOME = "us-east-1"


class Deliveries(LogsResponse):
    """moto's deliveries with the refusals of AWS."""

    def put_delivery_source(self) -> str:
        """A distribution sends from us-east-1, and by one source ("PutDeliverySource")."""
        resource = self._get_param("resourceArn")
        if _CLOUDFRONT in resource:
            self._check_distribution(resource)
        answer: str = super().put_delivery_source()
        return answer

    def _check_distribution(self, resource: str) -> None:
        if self.region != _HOME:
            said = "Delivery sources of Amazon CloudFront can be created in the Region us-east-1 only."
            raise ValidationException(said)
        number = resource.rpartition("/")[2]
        if number not in cloudfront_backends[self.current_account]["aws"].distributions:
            raise ResourceNotFoundException(msg=f"The resource {resource} does not exist.")
        others = (each for each in self.logs_backend.delivery_sources.values() if each.name != self._get_param("name"))
        if any(resource in each.resource_arns for each in others):
            raise ConflictException(msg="A Delivery Source already exists for this resource and log type.")

    def put_delivery_destination(self) -> str:
        """A bucket is there first ("PutDeliveryDestination")."""
        resource = self._get_param("deliveryDestinationConfiguration")["destinationResourceArn"]
        service, name = resource.split(":")[2], resource.rpartition(":")[2].partition("/")[0]
        if service == "s3" and name not in s3_backends.bucket_accounts:
            raise ResourceNotFoundException(msg=f"The resource {resource} does not exist.")
        answer: str = super().put_delivery_destination()
        return answer

    def update_delivery_configuration(self) -> str:
        """moto has no such action ("UpdateDeliveryConfiguration")."""
        delivery: Any = self.logs_backend.get_delivery(self._get_param("id"))
        delivery.record_fields = self._get_param("recordFields") or delivery.record_fields
        delivery.field_delimiter = self._get_param("fieldDelimiter") or delivery.field_delimiter
        wanted = self._get_param("s3DeliveryConfiguration") or {}
        delivery.s3_delivery_configuration = {**delivery.s3_delivery_configuration, **wanted}
        return json.dumps({})

    def delete_delivery_source(self) -> str:
        """Refuse while a delivery is from it ("DeleteDeliverySource")."""
        name = self._get_param("name")
        if any(each.delivery_source_name == name for each in self.logs_backend.deliveries.values()):
            raise ConflictException(msg="Cannot delete a Delivery Source that is associated with a Delivery.")
        answer: str = super().delete_delivery_source()
        return answer

    def delete_delivery_destination(self) -> str:
        """Refuse while a delivery is to it ("DeleteDeliveryDestination")."""
        known = self.logs_backend.delivery_destinations.get(self._get_param("name"))
        arns = {each.delivery_destination_arn for each in self.logs_backend.deliveries.values()}
        if known is not None and known.arn in arns:
            raise ConflictException(msg="Cannot delete a Delivery Destination that is associated with a Delivery.")
        answer: str = super().delete_delivery_destination()
        return answer
