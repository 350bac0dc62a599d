"""DNS of the local AWS, asked over UDP as public DNS is."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import boto3
import dns.message
import dns.query
import dns.rcode
import pytest

from stackwright.emulator.server import LocalAws


@pytest.fixture(scope="module")
def aws() -> Iterator[LocalAws]:
    with LocalAws() as running:
        yield running


@pytest.fixture
def route53(aws: LocalAws) -> Any:
    return client(aws, "600000000001")


def client(aws: LocalAws, account: str) -> Any:
    return boto3.client(
        "route53",
        endpoint_url=aws.endpoint,
        region_name="us-east-1",
        aws_access_key_id=account,
        aws_secret_access_key="x",
    )


@pytest.fixture
def ask(aws: LocalAws) -> Callable[..., list[str] | str]:
    """Ask for a name; return the values, or the code's name where there are none."""
    port = int(aws.endpoint.rpartition(":")[2])

    def asked(name: str, kind: str = "NS") -> list[str] | str:
        answered = dns.query.udp(dns.message.make_query(name, kind), "127.0.0.1", port=port, timeout=5)
        return sorted(value.to_text() for each in answered.answer for value in each) or dns.rcode.to_text(
            answered.rcode()
        )

    return asked


@pytest.fixture
def domain() -> str:
    return f"{uuid4().hex[:12]}.example"


def zone(route53: Any, name: str, **config: Any) -> tuple[str, list[str]]:
    made = route53.create_hosted_zone(Name=name, CallerReference=uuid4().hex, **config)
    return made["HostedZone"]["Id"].rpartition("/")[2], sorted(made.get("DelegationSet", {}).get("NameServers", []))


def record(route53: Any, zone_id: str, name: str, kind: str, *values: str) -> None:
    record = {"Name": name, "Type": kind, "TTL": 60, "ResourceRecords": [{"Value": each} for each in values]}
    batch = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}
    route53.change_resource_record_sets(HostedZoneId=zone_id, ChangeBatch=batch)


def test_a_zone_is_delegated_to_its_name_servers(route53: Any, ask: Callable[..., Any], domain: str) -> None:
    _, servers = zone(route53, domain)
    assert ask(domain) == [f"{each}." for each in servers]


def test_names_are_case_blind(route53: Any, ask: Callable[..., Any], domain: str) -> None:
    zone(route53, domain)
    assert len(ask(domain.upper())) == 4


def test_what_no_account_has_is_no_name(ask: Callable[..., Any], domain: str) -> None:
    assert ask(domain) == "NXDOMAIN"


def test_an_undelegated_zone_is_not_found(route53: Any, ask: Callable[..., Any], domain: str) -> None:
    zone_id, _ = zone(route53, domain)
    tag = {"Key": "stackwright:delegated", "Value": "false"}
    route53.change_tags_for_resource(ResourceType="hostedzone", ResourceId=zone_id, AddTags=[tag])
    assert ask(domain) == "NXDOMAIN"


def test_a_private_zone_is_not_found(route53: Any, ask: Callable[..., Any], domain: str) -> None:
    vpc = {"VPCRegion": "us-east-1", "VPCId": "vpc-0a1b2c3d"}
    zone(route53, domain, VPC=vpc, HostedZoneConfig={"PrivateZone": True})
    assert ask(domain) == "NXDOMAIN"


def test_the_zone_above_says_whom_it_refers_to(
    aws: LocalAws, route53: Any, ask: Callable[..., Any], domain: str
) -> None:
    above, _ = zone(client(aws, "600000000002"), domain)
    zone(route53, f"dev.{domain}")
    record(client(aws, "600000000002"), above, f"dev.{domain}", "NS", "ns.elsewhere.example.")
    assert ask(f"dev.{domain}") == ["ns.elsewhere.example."]


def test_records_are_answered_by_type(route53: Any, ask: Callable[..., Any], domain: str) -> None:
    zone_id, _ = zone(route53, domain)
    record(route53, zone_id, f"a.{domain}", "A", "192.0.2.1", "192.0.2.2")
    assert ask(f"a.{domain}", "A") == ["192.0.2.1", "192.0.2.2"]
    assert ask(f"a.{domain}", "AAAA") == "NOERROR"
    assert ask(f"b.{domain}", "A") == "NXDOMAIN"


def test_what_is_no_query_is_passed_over(aws: LocalAws, ask: Callable[..., Any], domain: str) -> None:
    port = int(aws.endpoint.rpartition(":")[2])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"hello", ("127.0.0.1", port))
    assert ask(domain) == "NXDOMAIN"


def test_the_port_is_free_again_after_the_end() -> None:
    running = LocalAws()
    port = int(running.start().rpartition(":")[2])
    running.stop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", port))


def test_a_port_whose_dns_is_taken_is_refused() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        with pytest.raises(OSError):
            LocalAws().start(other.getsockname()[1])
