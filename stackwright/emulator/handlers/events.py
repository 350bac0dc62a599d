"""EventBridge: rules with their targets, and API destinations with the connections that they authorise by."""

from __future__ import annotations

from stackwright.emulator.handlers import Context, Handler, Properties
from stackwright.emulator.handlers.mapped import Mapped, Name, Read, Step, handlers
from stackwright.emulator.handlers.shapes import call, gone_is_fine
from stackwright.emulator.handlers.tags import Tagging, retag

_TAGS = Tagging(key="ResourceARN", tags="Tags", keys="TagKeys")


def _bus(properties: Properties) -> dict[str, str]:
    return {"EventBusName": properties["EventBusName"]} if "EventBusName" in properties else {}


def _put(context: Context, name: str, new: Properties, old: Properties) -> None:
    """Put the rule, its targets, and take the targets away that it no longer has."""
    events = context.client("events")
    rule = {key: value for key, value in new.items() if key != "Targets"}
    call(events, "put_rule", {**rule, "Name": name})
    targets = new.get("Targets", [])
    kept = {target["Id"] for target in targets}
    gone = [t["Id"] for t in old.get("Targets", []) if t["Id"] not in kept]
    if gone:
        call(events, "remove_targets", {"Rule": name, "Ids": gone, **_bus(new)})
    if targets:
        call(events, "put_targets", {"Rule": name, "Targets": targets, **_bus(new)})


def _create(context: Context, properties: Properties) -> str:
    name: str = properties.get("Name", context.generated_name(64))
    _put(context, name, properties, {})
    bus = properties.get("EventBusName", "default")
    return name if bus == "default" else f"{bus}|{name}"


def _name(physical_id: str) -> str:
    return physical_id.rpartition("|")[2]


def _arn(context: Context, physical_id: str) -> str:
    path = physical_id.replace("|", "/")
    return f"{_base(context)}:rule/{path}"


def _base(context: Context) -> str:
    return f"arn:aws:events:{context.region}:{context.account}"


def _update(context: Context, physical_id: str, new: Properties, old: Properties) -> None:
    rule = {key: value for key, value in new.items() if key != "Tags"}
    _put(context, _name(physical_id), rule, old)
    arn = _arn(context, physical_id)
    retag(context.client("events"), _TAGS, arn, new.get("Tags"), old.get("Tags"))


def _delete(context: Context, physical_id: str, old: Properties) -> None:
    events, rule = context.client("events"), _name(physical_id)
    ids = [target["Id"] for target in old.get("Targets", [])]
    if ids:
        gone_is_fine(call, events, "remove_targets", {"Rule": rule, "Ids": ids, **_bus(old)})
    gone_is_fine(call, events, "delete_rule", {"Name": rule, **_bus(old)})


_CONNECTION = Mapped(
    service="events",
    create="create_connection",
    identity="=Name",
    key="Name",
    delete="delete_connection",
    name=Name("Name", 64),
    steps=(
        Step(
            "update_connection",
            (
                "AuthorizationType",
                "AuthParameters",
                "Description",
                "InvocationConnectivityParameters",
                "KmsKeyIdentifier",
            ),
            at_creation=False,
        ),
    ),
    read=Read("describe_connection", "Name", "@"),
    attributes={
        "Arn": "ConnectionArn",
        "ArnForPolicy": lambda context, name, _: f"{_base(context)}:connection/{name}",
        "SecretArn": "SecretArn",
    },
)

_DESTINATION = Mapped(
    service="events",
    create="create_api_destination",
    identity="=Name",
    key="Name",
    delete="delete_api_destination",
    name=Name("Name", 64),
    steps=(
        Step(
            "update_api_destination",
            ("ConnectionArn", "Description", "HttpMethod", "InvocationEndpoint", "InvocationRateLimitPerSecond"),
            at_creation=False,
        ),
    ),
    read=Read("describe_api_destination", "Name", "@"),
    attributes={
        "Arn": "ApiDestinationArn",
        "ArnForPolicy": lambda context, name, _: f"{_base(context)}:api-destination/{name}",
    },
)

HANDLERS = handlers(
    {
        "AWS::Events::ApiDestination": _DESTINATION,
        "AWS::Events::Connection": _CONNECTION,
        "AWS::Events::Rule": Handler(
            create=_create,
            delete=_delete,
            update=_update,
            attributes=lambda context, physical_id, _: {
                "Arn": _arn(context, physical_id),
                "RuleName": _name(physical_id),
            },
        ),
    }
)
