"""The zone outlives its stack, and others find it without it."""

from __future__ import annotations

from nested import certificate, dns, hosted_zone, zone_reference
from stackwright.resolve.nested import resolve
from stackwright.resolve.symbols import rendered

TEMPLATE = hosted_zone.template().to_dict()
GRAPH = resolve(TEMPLATE, {}, {"HostedZoneName": "example.com"}, region="us-east-1", stack_name="account")


def test_a_new_delegation_is_never_needed_by_accident() -> None:
    zone = TEMPLATE["Resources"]["HostedZone"]
    assert zone["DeletionPolicy"] == "RetainExceptOnCreate"
    assert zone["UpdateReplacePolicy"] == "Retain"
    assert zone["Properties"] == {"Name": {"Ref": "HostedZoneName"}}


def test_its_name_servers_are_an_output_for_the_person_who_delegates() -> None:
    assert str(GRAPH.outputs["NameServers"]) == '${Join(",", HostedZone.NameServers)}'


def test_its_id_is_where_certificates_and_records_look_for_it() -> None:
    written = rendered(GRAPH.resources["HostedZoneParameter"].properties)
    assert written["Value"] == "${HostedZone.Ref}"
    for reader in (certificate, dns):
        assert reader.template().to_dict()["Parameters"]["HostedZoneId"]["Default"] == written["Name"]


def test_another_region_gets_a_reference_only_when_it_asks() -> None:
    template = zone_reference.template().to_dict()
    asked = resolve(template, {}, {"ElsewhereZoneId": "Z0123"}, region="eu-west-1", stack_name="region")
    assert asked.resources["ZoneReference"].properties["Value"] == "Z0123"
    assert asked.resources["ZoneReference"].properties["Name"] == "/stackwright/hosted-zone-id"
    assert not resolve(template, {}, {}, region="eu-west-1", stack_name="region").resources
