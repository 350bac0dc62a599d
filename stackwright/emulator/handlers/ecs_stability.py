"""A service is done when its tasks run: what CloudFormation says of one whose deployment fails.

On AWS it waits for hours without a circuit breaker; here the end is known at once. For a deployment that shifts traffic
it asks service deployments until one has ended.
"""

from __future__ import annotations

import time
import uuid
from dataclasses import replace
from typing import Any

from stackwright.emulator.handlers import Context, Handler, Properties
from stackwright.emulator.handlers.shapes import Unstable

# As stack events have it since the type left the legacy handlers; no page of the documentation lists the texts.
_BREAKER = "Error occurred during operation 'ECS Deployment Circuit Breaker was triggered'."
_WAITED = "Exceeded attempts to wait"
_WENT_BACK = "Error occurred during operation '{}'."

_UNDER_WAY = ["PENDING", "IN_PROGRESS", "ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS"]
_LOOKS_EVERY = 0.1  # seconds


def stable(handler: Handler) -> Handler:
    """Return the handler of services that fails when the deployment does."""

    def create(context: Context, properties: Properties) -> str:
        service = handler.create(context, properties)
        _look(context, service, properties)
        return service

    def update(context: Context, service: str, new: Properties, old: Properties) -> None:
        before = _shifts(context, service, new)
        if handler.update is not None:
            handler.update(context, service, new, old)
        _await_shift(context, service, new, before)
        _look(context, service, new)

    return replace(handler, create=create, update=update)


def _shifts(context: Context, service: str, properties: Properties, **status: Any) -> list[Any]:
    """Return the service's deployments that shifted traffic, the newest first."""
    asked = {"cluster": _cluster(properties), "service": service, **status}
    found: list[Any] = context.client("ecs").list_service_deployments(**asked)["serviceDeployments"]
    return found


def _await_shift(context: Context, service: str, properties: Properties, before: list[Any]) -> None:
    """Wait for the deployment that an update has begun, if it has; fail if that went back."""
    while _shifts(context, service, properties, status=_UNDER_WAY):
        time.sleep(_LOOKS_EVERY)
    after = _shifts(context, service, properties)
    begun = after[: len(after) - len(before)]
    for each in begun[:1]:
        if each["status"].startswith("ROLLBACK"):
            raise Unstable(_told(_WENT_BACK.format(each["statusReason"]), "GeneralServiceException"), service)


def _cluster(properties: Properties) -> str:
    return str(properties.get("Cluster", "default"))


def _look(context: Context, service: str, properties: Properties) -> None:
    named = {"cluster": _cluster(properties), "services": [service]}
    (found,) = context.client("ecs").describe_services(**named)["services"]
    if any(each.get("rolloutState") == "FAILED" for each in found["deployments"]):
        raise Unstable(_told(_BREAKER, "GeneralServiceException"), service)
    if found["runningCount"] < found["desiredCount"]:
        raise Unstable(_told(_WAITED, "NotStabilized"), service, waits=True)


def _told(message: str, code: str) -> str:
    return f'Resource handler returned message: "{message}" (RequestToken: {uuid.uuid4()}, HandlerErrorCode: {code})'
