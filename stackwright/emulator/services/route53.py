"""Route 53 beyond moto: records of one name and type route alike, and each goes by its own identifier.

Words of the refusals as users quote them from the API.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from moto.route53.exceptions import Route53ClientError
from moto.route53.models import Route53Backend

_change = Route53Backend.change_resource_record_sets
_POLICIES = {
    "Weight": "weighted",
    "Region": "latency",
    "Failover": "failover",
    "GeoLocation": "geolocation",
    "MultiValueAnswer": "multivalue",
}
_ATTRIBUTES = {"MultiValueAnswer": "multi_value_answer", "GeoLocation": "geo_location"}
_Key = tuple[str, str, str]


def _changed(backend: Any, zoneid: str, change_list: list[dict[str, Any]]) -> None:
    """Refuse what cannot live together; moto deletes every record of an identifier, whatever its name."""
    zone = backend.get_hosted_zone(zoneid)
    _check({_key_of(each): _policy_of(each) for each in zone.rrsets}, change_list)
    deleted = {_key(each["ResourceRecordSet"]) for each in change_list if each["Action"] == "DELETE"}
    before = list(zone.rrsets)
    _change(backend, zoneid, change_list)
    lost = [each for each in before if each not in zone.rrsets and each.set_identifier]
    zone.rrsets += [each for each in lost if _key_of(each) not in deleted and _key_of(each) not in _keys(zone)]


def _check(there: dict[_Key, str], changes: Sequence[Mapping[str, Any]]) -> None:
    """Refuse a batch after which a name would have records of two kinds ("ChangeResourceRecordSets")."""
    for each in changes:
        record = each["ResourceRecordSet"]
        key, policy = _key(record), _policy(record)
        there.pop(key, None)
        if each["Action"] == "DELETE":
            continue
        others = {kind for other, kind in there.items() if other[:2] == key[:2]}
        name = f"RRSet with DNS name {key[0]}., type {key[1]}"
        if not key[2] and others:
            text = f"{name} cannot be created as other RRSets exist with the same name and type."
            raise Route53ClientError("InvalidChangeBatch", f"[{text}]")
        if others - {policy}:
            text = f"{name}, SetIdentifier {key[2]} cannot be created as a non-{policy} set exists with the same name"
            raise Route53ClientError("InvalidChangeBatch", f"[{text} and type.]")
        there[key] = policy


def _keys(zone: Any) -> set[_Key]:
    return {_key_of(each) for each in zone.rrsets}


def _key(record: Mapping[str, Any]) -> _Key:
    return str(record["Name"]).rstrip(".").lower(), str(record["Type"]), str(record.get("SetIdentifier") or "")


def _key_of(rrset: Any) -> _Key:
    return _key({"Name": rrset.name, "Type": rrset.type, "SetIdentifier": rrset.set_identifier})


def _policy(record: Mapping[str, Any]) -> str:
    return next((word for name, word in _POLICIES.items() if record.get(name) not in (None, "")), "simple")


def _policy_of(rrset: Any) -> str:
    return _policy({name: getattr(rrset, _ATTRIBUTES.get(name, name.lower()), None) for name in _POLICIES})


def install() -> None:
    """Put the refusals in the place of moto's own."""
    Route53Backend.change_resource_record_sets = _changed
