"""ACM certificates. DNS validation is done as CloudFormation does it: by records in the zone."""

from __future__ import annotations

import uuid
from dataclasses import replace

from stackwright.emulator.handlers import Context, Properties
from stackwright.emulator.handlers.mapped import Mapped, Step, handlers
from stackwright.emulator.handlers.shapes import PropertyError, Unstable, taken_back
from stackwright.emulator.handlers.tags import Tagging

# "AWS::CertificateManager::Certificate": an event of the stack has the record; no page has the words, stack events do.
_CONTENT = "Content of DNS Record is: {{Name: {Name},Type: {Type},Value: {Value}}}"
_VALIDATION_TTL = 300  # seconds; what the console writes ("DNS validation")

_CERTIFICATE = Mapped(
    service="acm",
    create="request_certificate",
    identity="CertificateArn",
    key="CertificateArn",
    delete="delete_certificate",
    names={"CertificateTransparencyLoggingPreference": "Options"},
    local=("DomainValidationOptions", "CertificateTransparencyLoggingPreference"),
    steps=(
        Step(
            "update_certificate_options",
            ("CertificateTransparencyLoggingPreference", "CertificateExport"),
            at_creation=False,
            build=lambda given: {"Options": _options(given)},
        ),
    ),
    attributes={"CertificateArn": "="},
    tagging=Tagging(
        "add_tags_to_certificate",
        "remove_tags_from_certificate",
        "CertificateArn",
        "Tags",
        pairs=True,
    ),
)
_OPTIONS = {
    "CertificateTransparencyLoggingPreference": "CertificateTransparencyLoggingPreference",
    "CertificateExport": "Export",
}


def _options(properties: Properties) -> dict[str, str]:
    return {member: properties[name] for name, member in _OPTIONS.items() if name in properties}


def _create(context: Context, properties: Properties) -> str:
    """Request the certificate, and write the validation records into the zones given for it.

    A name without a zone is for a person to validate: the local AWS says it was. A certificate that is not issued
    with its records written fails, for which AWS takes until the timeout ("AWS::CertificateManager::Certificate": the
    stack stays in CREATE_IN_PROGRESS until the certificate is validated).
    """
    given = {name: value for name, value in properties.items() if name not in _OPTIONS}
    options = _options(properties)
    zones = given.pop("DomainValidationOptions", [])
    if options:
        given["Options"] = options
    by_mail = [each for each in zones if "ValidationDomain" in each]
    if by_mail:
        given["DomainValidationOptions"] = by_mail
    arn = _REQUEST.make(context, given)
    if properties.get("ValidationMethod") == "DNS":
        by_name = {each["DomainName"]: each for each in zones}
        with taken_back(lambda: _CERTIFICATE.remove(context, arn, given)):
            _validate(context, arn, by_name)
        _wait(context, arn, by_name)
    return arn


_REQUEST = replace(_CERTIFICATE, steps=(), local=(), names={})


def _validate(context: Context, arn: str, zones: dict[str, Properties]) -> None:
    certificate = context.client("acm").describe_certificate(CertificateArn=arn)["Certificate"]
    for option in certificate["DomainValidationOptions"]:
        zone = zones.get(option["DomainName"], {}).get("HostedZoneId")
        record = option.get("ResourceRecord")
        if record:
            context.tell(_CONTENT.format(**record))
        if zone and record:
            _write(context, zone, record)
        elif zone:
            raise PropertyError(f"{option['DomainName']}: no validation record to write")


def _wait(context: Context, arn: str, zones: dict[str, Properties]) -> None:
    """Fail a certificate that stays pending though CloudFormation validates all its names.

    A wildcard has the record of the name that it stands under ("AWS Certificate Manager DNS validation").
    """
    certificate = context.client("acm").describe_certificate(CertificateArn=arn)["Certificate"]
    proved = {name.removeprefix("*.") for name in zones}
    ours = all(each["DomainName"].removeprefix("*.") in proved for each in certificate["DomainValidationOptions"])
    if ours and certificate["Status"] == "PENDING_VALIDATION":
        told = 'Resource handler returned message: "Exceeded attempts to wait"'
        told = f"{told} (RequestToken: {uuid.uuid4()}, HandlerErrorCode: NotStabilized)"
        raise Unstable(told, arn, waits=True)


def _write(context: Context, zone: str, record: dict[str, str]) -> None:
    record_set = {
        "Name": record["Name"],
        "Type": record["Type"],
        "TTL": _VALIDATION_TTL,
        "ResourceRecords": [{"Value": record["Value"]}],
    }
    change = {"Action": "UPSERT", "ResourceRecordSet": record_set}
    context.client("route53").change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": [change]})


HANDLERS = handlers({"AWS::CertificateManager::Certificate": replace(_CERTIFICATE.handler(), create=_create)})
