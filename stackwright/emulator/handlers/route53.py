"""Route 53: hosted zones, records, health checks."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

from stackwright.emulator.handlers import Context, Handler, Properties
from stackwright.emulator.handlers.mapped import Mapped, Read, Step, handlers
from stackwright.emulator.handlers.shapes import PropertyError, boolean, call, gone_is_fine, taken_back
from stackwright.emulator.handlers.tags import Tagging


def _tagging(kind: str) -> Tagging:
    change = "change_tags_for_resource"
    extra = {"ResourceType": kind}
    return Tagging(change, change, "ResourceId", "AddTags", "RemoveTagKeys", extra=extra)


def _new_zone(context: Context, properties: Properties) -> Properties:
    """The call takes one network, and wants a reference that no other call has."""
    networks = properties.pop("VPCs", [])
    if networks:
        properties["VPC"] = networks[0]
    return {**properties, "CallerReference": str(uuid.uuid4())}


_ZONE = Mapped(
    service="route53",
    create="create_hosted_zone",
    identity=lambda answer, _: str(answer["HostedZone"]["Id"]).rpartition("/")[2],
    key="Id",
    delete="delete_hosted_zone",
    prepare=_new_zone,
    local=("VPCs", "QueryLoggingConfig"),
    steps=(
        Step(
            "update_hosted_zone_comment",
            ("HostedZoneConfig",),
            at_creation=False,
            build=lambda given: given["HostedZoneConfig"],
        ),
    ),
    read=Read("get_hosted_zone", "Id", "@"),
    attributes={"Id": "=", "NameServers": "DelegationSet.NameServers || `[]`"},
    tagging=_tagging("hostedzone"),
    tag_property="HostedZoneTags",
    tag_later=True,
)


def _create_zone(context: Context, properties: Properties) -> str:
    given = {"Name": "", **properties}
    networks = given.get("VPCs", [])
    zone = replace(_ZONE, local=("QueryLoggingConfig",)).make(context, given)
    with taken_back(lambda: _delete_zone(context, zone, given)):
        _set_networks(context, zone, networks[1:], [])
        _log_queries(context, zone, given)
    return zone


def _update_zone(context: Context, zone: str, new: Properties, old: Properties) -> None:
    _set_networks(context, zone, new.get("VPCs", []), old.get("VPCs", []))
    if new.get("QueryLoggingConfig") != old.get("QueryLoggingConfig"):
        _stop_logging(context, zone)
        _log_queries(context, zone, new)
    _ZONE.change(context, zone, new, old)


def _set_networks(context: Context, zone: str, new: list[Any], old: list[Any]) -> None:
    client = context.client("route53")
    for network in (each for each in new if each not in old):
        call(client, "associate_vpc_with_hosted_zone", {"HostedZoneId": zone, "VPC": network})
    for network in (each for each in old if each not in new):
        call(client, "disassociate_vpc_from_hosted_zone", {"HostedZoneId": zone, "VPC": network})


def _log_queries(context: Context, zone: str, properties: Properties) -> None:
    logging = properties.get("QueryLoggingConfig")
    if logging:
        members = {"HostedZoneId": zone, **logging}
        call(context.client("route53"), "create_query_logging_config", members)


def _stop_logging(context: Context, zone: str) -> None:
    client = context.client("route53")
    for each in client.list_query_logging_configs(HostedZoneId=zone)["QueryLoggingConfigs"]:
        client.delete_query_logging_config(Id=each["Id"])


def _delete_zone(context: Context, zone: str, old: Properties) -> None:
    if old.get("QueryLoggingConfig"):
        gone_is_fine(_stop_logging, context, zone)
    _ZONE.remove(context, zone, old)


_NOT_OF_THE_RECORD = ("HostedZoneId", "HostedZoneName", "Comment")


def _zone_of(context: Context, properties: Properties) -> str:
    """Return the id of a record's zone: given, or found by the zone's name."""
    if "HostedZoneId" in properties:
        return str(properties["HostedZoneId"])
    name = properties["HostedZoneName"]
    zones = context.client("route53").list_hosted_zones_by_name(DNSName=name)["HostedZones"]
    found = [zone["Id"] for zone in zones if zone["Name"].rstrip(".") == name.rstrip(".")]
    if len(found) != 1:
        raise PropertyError(f"Property HostedZoneName: {len(found)} zones are called {name}")
    return str(found[0]).rpartition("/")[2]


def _record(properties: Properties) -> Properties:
    """Return the API's record set: values as objects, the alias' health switch always said."""
    record = {k: v for k, v in properties.items() if k not in _NOT_OF_THE_RECORD}
    if "ResourceRecords" in record:
        record["ResourceRecords"] = [{"Value": value} for value in record["ResourceRecords"]]
    if "AliasTarget" in record:
        alias = {"EvaluateTargetHealth": False, **record["AliasTarget"]}
        record["AliasTarget"] = {**alias, "EvaluateTargetHealth": _health(alias)}
    return record


def _health(alias: Properties) -> bool:
    return boolean(alias["EvaluateTargetHealth"], "AliasTarget.EvaluateTargetHealth")


def _change(context: Context, zone: str, comment: str, *changes: tuple[str, Properties]) -> None:
    batch: Properties = {"Changes": [{"Action": action, "ResourceRecordSet": record} for action, record in changes]}
    if comment:
        batch["Comment"] = comment
    members = {"HostedZoneId": zone, "ChangeBatch": batch}
    call(context.client("route53"), "change_resource_record_sets", members)


def _identity(record: Properties) -> tuple[Any, ...]:
    return tuple(record.get(name) for name in ("Name", "Type", "SetIdentifier"))


def _create_record(context: Context, properties: Properties) -> str:
    zone, comment = _zone_of(context, properties), properties.get("Comment", "")
    _change(context, zone, comment, ("CREATE", _record(properties)))
    return str(properties["Name"])


def _update_record(context: Context, _: str, new: Properties, old: Properties) -> None:
    zone, now, before = _zone_of(context, new), _record(new), _record(old)
    if _identity(now) == _identity(before):
        _change(context, zone, new.get("Comment", ""), ("UPSERT", now))
    else:
        _change(context, zone, new.get("Comment", ""), ("DELETE", before), ("CREATE", now))


def _delete_record(context: Context, _: str, old: Properties) -> None:
    gone_is_fine(_delete_records, context, old, [old])


def _delete_records(context: Context, zone: Properties, records: list[Properties]) -> None:
    changes = [("DELETE", _record(record)) for record in records]
    _change(context, _zone_of(context, zone), "", *changes)


def _create_records(context: Context, properties: Properties) -> str:
    _upsert_group(context, properties, {})
    return context.generated_name(64)


def _upsert_group(context: Context, new: Properties, old: Properties) -> None:
    now = [_record(each) for each in new.get("RecordSets", [])]
    before = [_record(each) for each in old.get("RecordSets", [])]
    kept = {_identity(record) for record in now}
    changes = [("DELETE", record) for record in before if _identity(record) not in kept]
    changes += [("UPSERT", record) for record in now if record not in before]
    if changes:
        _change(context, _zone_of(context, new), new.get("Comment", ""), *changes)


def _delete_group(context: Context, _: str, old: Properties) -> None:
    for record in old.get("RecordSets", []):
        gone_is_fine(_delete_records, context, {**record, **old}, [record])


_FIXED_CHECK = ("Type", "RequestInterval", "MeasureLatency")


def _check_update(given: Properties) -> Properties:
    config = given["HealthCheckConfig"]
    return {name: value for name, value in config.items() if name not in _FIXED_CHECK}


_HEALTH_CHECK = Mapped(
    service="route53",
    create="create_health_check",
    identity="HealthCheck.Id",
    key="HealthCheckId",
    delete="delete_health_check",
    prepare=lambda _, given: {**given, "CallerReference": str(uuid.uuid4())},
    steps=(Step("update_health_check", ("HealthCheckConfig",), at_creation=False, build=_check_update),),
    attributes={"HealthCheckId": "="},
    tagging=_tagging("healthcheck"),
    tag_property="HealthCheckTags",
    tag_later=True,
)

HANDLERS = handlers(
    {
        "AWS::Route53::HostedZone": replace(
            _ZONE.handler(), create=_create_zone, update=_update_zone, delete=_delete_zone
        ),
        "AWS::Route53::RecordSet": Handler(create=_create_record, delete=_delete_record, update=_update_record),
        "AWS::Route53::RecordSetGroup": Handler(
            create=_create_records,
            delete=_delete_group,
            update=lambda context, _, new, old: _upsert_group(context, new, old),
        ),
        "AWS::Route53::HealthCheck": _HEALTH_CHECK,
    }
)
