"""Hosted zones that are to go: what may be taken out of one, and who forbids it.

A certificate renews by its validation record ("DNS validation" in the ACM User Guide), so a record goes only when no
certificate of the account names it, in any region. A record of any other kind is somebody's: it goes only where all is
asked to go, and is told before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from stackwright.aws import listed
from stackwright.aws_errors import AwsError
from stackwright.errors import StackwrightError

if TYPE_CHECKING:
    from stackwright.aws import Aws

OWN = {"NS", "SOA"}  # of the apex: those of another name delegate a part of the zone
# Of one request ("Quotas", Maximums on API requests, in the Amazon Route 53 Developer Guide).
MOST_ELEMENTS = 1000
MOST_CHARACTERS = 32_000
NAMED = 3
VALIDATION = ".acm-validations.aws"
# Without this only RSA of 1024 and 2048 bits is listed ("ListCertificates" in the ACM API Reference).
KEYS = ["RSA_1024", "RSA_2048", "RSA_3072", "RSA_4096", "EC_prime256v1", "EC_secp384r1", "EC_secp521r1"]


def check(aws: Aws, zones: list[str], *, takes_all: bool = False) -> None:
    """Refuse zones with records that a certificate still renews by, and unless `takes_all` with records of others."""
    records = {zone: _records(aws, zone) for zone in zones}
    for zone, found in records.items() if not takes_all else ():
        others = [each for each in found if not _validates(each)]
        if others:
            raise StackwrightError(
                f"hosted zone {zone} has records that are not of this stack: {_named(others)}; nothing was changed"
                "\ndestroy the stacks that wrote them, or delete them, then destroy this one again"
            )
    wanted = {_plain(each["Name"]) for found in records.values() for each in found if each["Type"] == "CNAME"}
    if wanted:
        _check_certificates(aws, wanted)


def told(aws: Aws, zone: str) -> str:
    """Return how many records a zone has, with the first of them: `4 records: www.example.com. A, ...`."""
    found = _records(aws, zone)
    count = f"{len(found)} record{'' if len(found) == 1 else 's'}"
    return f"{count}: {_named(found)}" if found else ""


def _named(records: list[dict[str, Any]]) -> str:
    named = [f"{each['Name']} {each['Type']}".replace(r"\052", "*") for each in records[:NAMED]]
    return ", ".join([*named, *(["..."] if len(records) > NAMED else [])])


def _check_certificates(aws: Aws, names: set[str]) -> None:
    for region in _regions(aws):
        for certificate, name in _used(aws.elsewhere(region)):
            if name in names:
                raise StackwrightError(
                    f"certificate {certificate} still renews by {name}, in a hosted zone that is to go;"
                    " nothing was changed\ndestroy the stack of that certificate, or delete it, then this one again"
                )


def _records(aws: Aws, zone: str) -> list[dict[str, Any]]:
    """Return a zone's records but those that make it a zone; none when it is gone."""
    found: list[dict[str, Any]] = []
    arguments: dict[str, Any] = {"HostedZoneId": zone}
    try:
        while True:
            page = aws.call("route53", "list_resource_record_sets", **arguments)
            found += page["ResourceRecordSets"]
            if not page.get("IsTruncated"):
                break
            arguments |= _next(page)
    except AwsError as error:
        if not error.absent:
            raise
    apex = next((each["Name"] for each in found if each["Type"] == "SOA"), "")
    return [each for each in found if each["Type"] not in OWN or each["Name"] != apex]


def _next(page: dict[str, Any]) -> dict[str, Any]:
    names = {"NextRecordName": "StartRecordName", "NextRecordType": "StartRecordType"}
    names["NextRecordIdentifier"] = "StartRecordIdentifier"
    return {start: page[name] for name, start in names.items() if page.get(name)}


def _validates(record: dict[str, Any]) -> bool:
    values = [_plain(each["Value"]) for each in record.get("ResourceRecords", [])]
    return record["Type"] == "CNAME" and bool(values) and all(each.endswith(VALIDATION) for each in values)


def _plain(name: str) -> str:
    return name.rstrip(".").lower()


def _regions(aws: Aws) -> list[str]:
    """Return the regions that the account can use."""
    return [str(each["RegionName"]) for each in aws.call("ec2", "describe_regions")["Regions"]]


def validation_records(aws: Aws, certificates: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield zone and name of each record that certificates of this region are validated by and a zone of ours has."""
    names = {name for arn in certificates for name in _validated_by(aws, arn)}
    for zone in _all(aws) if names else []:
        there = {_plain(each["Name"]) for each in _records(aws, zone)}
        yield from ((zone, name) for name in sorted(names & there))


def remaining(aws: Aws, records: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return those of the records that are still there."""
    known = sorted(records)
    there = {(zone, _plain(each["Name"])) for zone in {zone for zone, _ in known} for each in _records(aws, zone)}
    return [each for each in known if each in there]


def _all(aws: Aws) -> list[str]:
    """Return the ids of the account's zones."""
    found: list[str] = []
    arguments: dict[str, Any] = {}
    while True:
        page = aws.call("route53", "list_hosted_zones", **arguments)
        found += [str(each["Id"]).rpartition("/")[2] for each in page["HostedZones"]]
        if not page.get("IsTruncated"):
            return found
        arguments["Marker"] = page["NextMarker"]


def _used(aws: Aws) -> Iterator[tuple[str, str]]:
    """Yield each certificate of a region with the names it is validated by."""
    found = listed(aws, "acm", "list_certificates", "CertificateSummaryList", Includes={"keyTypes": KEYS})
    for arn in (each["CertificateArn"] for each in found):
        yield from ((arn, name) for name in _validated_by(aws, arn))


def _validated_by(aws: Aws, certificate: str) -> list[str]:
    """Return the names of the records a certificate renews by; none when it is gone."""
    try:
        described = aws.call("acm", "describe_certificate", CertificateArn=certificate)["Certificate"]
    except AwsError as error:
        if error.absent:
            return []
        raise
    options = described.get("DomainValidationOptions", [])
    return [_plain(each["ResourceRecord"]["Name"]) for each in options if "ResourceRecord" in each]


def empty(aws: Aws, zone: str) -> None:
    """Delete the validation records of a zone; `check` comes right before, because time has passed since the plan."""
    check(aws, [zone])
    _take(aws, zone)


def clear(aws: Aws, zone: str) -> None:
    """Delete every record of a zone, whoever wrote it, unless a certificate still renews by one."""
    check(aws, [zone], takes_all=True)
    _take(aws, zone)


def _take(aws: Aws, zone: str) -> None:
    for records in batches(_records(aws, zone)):
        changes = [{"Action": "DELETE", "ResourceRecordSet": each} for each in records]
        aws.call("route53", "change_resource_record_sets", HostedZoneId=zone, ChangeBatch={"Changes": changes})


def batches(records: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Yield record sets in as few requests as take them; aliases first, ahead of what they point to."""
    batch: list[dict[str, Any]] = []
    elements = characters = 0
    for each in sorted(records, key=lambda record: "AliasTarget" not in record):
        values = [value["Value"] for value in each.get("ResourceRecords", [])]
        more, longer = max(1, len(values)), sum(map(len, values))
        if batch and (elements + more > MOST_ELEMENTS or characters + longer > MOST_CHARACTERS):
            yield batch
            batch, elements, characters = [], 0, 0
        batch, elements, characters = [*batch, each], elements + more, characters + longer
    if batch:
        yield batch


def delete(aws: Aws, zone: str) -> None:
    """Delete a zone with every record."""
    clear(aws, zone)
    try:
        aws.call("route53", "delete_hosted_zone", Id=zone)
    except AwsError as error:
        if not error.absent:
            raise
