"""Hosted zones that a plan writes into, as Route 53 has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stackwright.preflight.asking import items, members

if TYPE_CHECKING:
    from stackwright.aws import Aws
    from stackwright.preflight.subject import Subject

RECORD = "AWS::Route53::RecordSet"
ROUTING = (
    "Weight",
    "Region",
    "Failover",
    "GeoLocation",
    "GeoProximityLocation",
    "CidrRoutingConfig",
    "MultiValueAnswer",
)
CERTIFICATE = "AWS::CertificateManager::Certificate"


@dataclass(frozen=True)
class Zone:
    """A hosted zone; names without the last dot."""

    id: str
    name: str
    private: bool
    name_servers: frozenset[str]

    def has(self, name: str) -> bool:
        """Tell whether a name lies in the zone."""
        return plain(name) == self.name or plain(name).endswith(f".{self.name}")


@dataclass(frozen=True)
class Entry:
    """A name that a resource writes into a zone; of both AWS alone may know what they are.

    `policy` is the property that a record is told apart by, `role` its place in a failover.
    """

    path: str
    name: Any
    zone: Any
    kind: str = ""
    set_identifier: str = ""
    policy: str = ""
    role: str = ""


def zone(aws: Aws, zone_id: str) -> Zone:
    """Return a hosted zone; raises AwsError for none."""
    found = aws.call("route53", "get_hosted_zone", Id=zone_id)
    return Zone(
        id=zone_id,
        name=plain(found["HostedZone"]["Name"]),
        private=bool(found["HostedZone"].get("Config", {}).get("PrivateZone")),
        name_servers=frozenset(map(plain, found.get("DelegationSet", {}).get("NameServers", []))),
    )


def entries(subject: Subject) -> list[Entry]:
    """Return what the plan adds to zones whose ids are known: records, and validation records of certificates."""
    found = [*_records(subject), *_validations(subject)]
    return [each for each in found if isinstance(each.zone, str) and isinstance(each.name, str)]


def zones(subject: Subject) -> list[str]:
    """Return the ids of the zones that the plan adds to."""
    return list(dict.fromkeys(each.zone for each in entries(subject)))


def certificates(subject: Subject) -> Iterator[Entry]:
    """Yield the names of the certificates that the plan adds and validates by DNS."""
    return (each for each in _validations(subject) if isinstance(each.name, str))


def plain(name: str) -> str:
    """Return a domain name in small letters, without the last dot; Route 53 writes * as \\052."""
    return name.rstrip(".").lower().replace("\\052", "*")


def policy(record: Mapping[str, Any]) -> str:
    """Return the property by which a record is told apart from others of its name; none for a simple one."""
    return next((each for each in ROUTING if record.get(each) not in (None, "")), "")


def _records(subject: Subject) -> Iterator[Entry]:
    for each in subject.added(RECORD):
        has = each.properties
        identifier = str(has.get("SetIdentifier", ""))
        which = (str(has.get("Type", "")), identifier, policy(has), str(has.get("Failover", "")))
        yield Entry(each.path, has.get("Name", ""), has.get("HostedZoneId"), *which)


def _validations(subject: Subject) -> Iterator[Entry]:
    for each in subject.added(CERTIFICATE):
        if each.properties.get("ValidationMethod") != "DNS":
            continue
        by_name = {
            option.get("DomainName"): option.get("HostedZoneId")
            for option in map(members, items(each.properties.get("DomainValidationOptions")))
        }
        first = each.properties.get("DomainName")
        for name in (first, *items(each.properties.get("SubjectAlternativeNames"))):
            # A name without an option of its own is validated in the zone of the name it is below, or the first.
            above = (by_name[other] for other in by_name if str(name).endswith(f".{other}"))
            yield Entry(each.path, name, by_name.get(name) or next(above, by_name.get(first)))
