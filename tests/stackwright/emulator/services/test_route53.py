"""Records of one name: all simple or all of one policy, and each goes alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

Client = Callable[..., Any]
Change = Callable[..., None]
SIMPLE: dict[str, Any] = {}
PRIMARY = {"SetIdentifier": "us-east-1", "Failover": "PRIMARY"}
SECONDARY = {"SetIdentifier": "eu-west-1", "Failover": "SECONDARY"}
NEAREST = {"SetIdentifier": "eu-west-1", "Region": "eu-west-1"}


@pytest.fixture
def zone(client: Client) -> tuple[Change, Callable[[], set[tuple[str, str]]]]:
    """Change records of a new zone, and list them by name and identifier."""
    route53, domain = client("route53"), f"{uuid4().hex[:12]}.example"
    zone_id = route53.create_hosted_zone(Name=domain, CallerReference=domain)["HostedZone"]["Id"]

    def change(*changes: tuple[str, str, dict[str, Any]]) -> None:
        batch = [
            {
                "Action": action,
                "ResourceRecordSet": {
                    "Name": f"{name}.{domain}",
                    "Type": "A",
                    "TTL": 60,
                    "ResourceRecords": [{"Value": "192.0.2.1"}],
                    **members,
                },
            }
            for action, name, members in changes
        ]
        route53.change_resource_record_sets(HostedZoneId=zone_id, ChangeBatch={"Changes": batch})

    def listed() -> set[tuple[str, str]]:
        found = route53.list_resource_record_sets(HostedZoneId=zone_id)["ResourceRecordSets"]
        return {
            (each["Name"].partition(".")[0], each.get("SetIdentifier", "")) for each in found if each["Type"] == "A"
        }

    return change, listed


def test_two_of_a_failover_live_together(zone: Any) -> None:
    change, listed = zone
    change(("CREATE", "www", PRIMARY))
    change(("CREATE", "www", SECONDARY))
    assert listed() == {("www", "us-east-1"), ("www", "eu-west-1")}


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        (SIMPLE, PRIMARY, "SetIdentifier us-east-1 cannot be created as a non-failover set exists"),
        (PRIMARY, NEAREST, "SetIdentifier eu-west-1 cannot be created as a non-latency set exists"),
        (PRIMARY, SIMPLE, "cannot be created as other RRSets exist with the same name and type"),
    ],
)
@pytest.mark.parametrize("action", ["CREATE", "UPSERT"])
def test_records_that_route_another_way_are_refused(zone: Any, first: Any, second: Any, told: str, action: str) -> None:
    change, listed = zone
    change(("CREATE", "www", first))
    before = listed()
    with pytest.raises(ClientError, match="InvalidChangeBatch") as refused:
        change((action, "www", second))
    assert told in str(refused.value)
    assert listed() == before


def test_in_one_batch_one_kind_takes_the_place_of_the_other(zone: Any) -> None:
    change, listed = zone
    change(("CREATE", "www", SIMPLE))
    change(("DELETE", "www", SIMPLE), ("CREATE", "www", PRIMARY))
    assert listed() == {("www", "us-east-1")}


def test_a_record_that_goes_takes_none_of_another_name_along(zone: Any) -> None:
    change, listed = zone
    change(("CREATE", "www", PRIMARY), ("CREATE", "app", PRIMARY))
    change(("DELETE", "www", PRIMARY))
    assert listed() == {("app", "us-east-1")}
