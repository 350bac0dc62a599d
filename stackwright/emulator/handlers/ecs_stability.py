"""A service is done when its tasks run: what CloudFormation says of one whose deployment fails.

On AWS it waits for hours without a circuit breaker; here the end is known at once.
"""

from __future__ import annotations

import uuid
from dataclasses import replace

from stackwright.emulator.handlers import Context, Handler, Properties
from stackwright.emulator.handlers.shapes import Unstable

# As stack events have it since the type left the legacy handlers; no page of the documentation lists the texts.
_BREAKER = "Error occurred during operation 'ECS Deployment Circuit Breaker was triggered'."
_WAITED = "Exceeded attempts to wait"


def stable(handler: Handler) -> Handler:
    """Return the handler of services that fails when the deployment does."""

    def create(context: Context, properties: Properties) -> str:
        service = handler.create(context, properties)
        _look(context, service, properties)
        return service

    def update(context: Context, service: str, new: Properties, old: Properties) -> None:
        if handler.update is not None:
            handler.update(context, service, new, old)
        _look(context, service, new)

    return replace(handler, create=create, update=update)


def _look(context: Context, service: str, properties: Properties) -> None:
    cluster = properties.get("Cluster", "default")
    (found,) = context.client("ecs").describe_services(cluster=cluster, services=[service])["services"]
    if any(each.get("rolloutState") == "FAILED" for each in found["deployments"]):
        raise Unstable(_told(_BREAKER, "GeneralServiceException"), service)
    if found["runningCount"] < found["desiredCount"]:
        raise Unstable(_told(_WAITED, "NotStabilized"), service, waits=True)


def _told(message: str, code: str) -> str:
    return f'Resource handler returned message: "{message}" (RequestToken: {uuid.uuid4()}, HandlerErrorCode: {code})'
