"""What destroy does beside the deletion: interrupted anywhere, refused where it must be."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from stackwright.deploy import destroy as module
from stackwright.deploy.show_teardown import plan_lines
from stackwright.deploy.teardown import Doomed, Task, plan
from stackwright.deploy.zones import batches
from stackwright.errors import BadInput, StackwrightError

KEPT = {"DeletionPolicy": "Retain"}
MEDIA = "application/vnd.docker.distribution.manifest.v2+json"
MANIFEST = json.dumps({"schemaVersion": 2, "mediaType": MEDIA, "config": {}, "layers": []})
GROUP = {
    "MinSize": "1",
    "MaxSize": "1",
    "LaunchTemplate": {"LaunchTemplateId": {"Ref": "Launch"}, "Version": "1"},
    "AvailabilityZones": ["us-east-1a"],
    "NewInstancesProtectedFromScaleIn": True,
}
TASK = {"Name": "app", "Image": "scratch", "Memory": 64}


def resources(image: str) -> dict[str, Any]:
    launch = {"LaunchTemplateData": {"ImageId": image, "InstanceType": "t3.micro"}}
    return {
        "Launch": {"Type": "AWS::EC2::LaunchTemplate", "Properties": launch},
        "Group": {"Type": "AWS::AutoScaling::AutoScalingGroup", "Properties": GROUP},
        "Going": {"Type": "AWS::S3::Bucket"},
        "Images": {"Type": "AWS::ECR::Repository"},
        "Task": {"Type": "AWS::ECS::TaskDefinition", "Properties": {"ContainerDefinitions": [TASK]}},
        "Logs": {"Type": "AWS::Logs::LogGroup", **KEPT},
        "Archive": {"Type": "AWS::S3::Bucket", **KEPT},
    }


def make(shop: Any, template: dict[str, Any]) -> dict[str, str]:
    """Make the stack that `destroy` looks for; return physical ids."""
    body = json.dumps({"Resources": template})
    shop.aws.call("cloudformation", "create_stack", StackName="shop-dev", TemplateBody=body)
    shop.aws.client("cloudformation").get_waiter("stack_create_complete").wait(StackName="shop-dev")
    return {each.logical_id: each.physical_id for each in shop.aws.held("shop-dev")}


def fill(shop: Any, ids: dict[str, str]) -> None:
    for name in ("Going", "Archive"):
        shop.aws.call("s3", "put_object", Bucket=ids[name], Key="one", Body=b"1")
    images = {"repositoryName": ids["Images"], "imageManifest": MANIFEST}
    shop.aws.call("ecr", "put_image", **images, imageTag="one")


def left(shop: Any) -> list[Any]:
    buckets = [each["Name"] for each in shop.aws.call("s3", "list_buckets")["Buckets"]]
    return [
        *(each for each in buckets if each.startswith("shop")),
        *shop.aws.call("logs", "describe_log_groups")["logGroups"],
        *shop.aws.call("ecr", "describe_repositories")["repositories"],
        *shop.aws.call("autoscaling", "describe_auto_scaling_groups")["AutoScalingGroups"],
        *shop.aws.call("ecs", "list_task_definitions", status="ACTIVE")["taskDefinitionArns"],
    ]


@pytest.mark.parametrize("early", [True, False], ids=["before a step", "after a step"])
def test_interrupted_at_every_step_it_still_ends(shop: Any, monkeypatch: pytest.MonkeyPatch, early: bool) -> None:
    image = shop.aws.call("ec2", "describe_images")["Images"][0]["ImageId"]
    fill(shop, make(shop, resources(image)))
    interrupted: set[str] = set()

    def once(kind: str, work: Callable[..., None]) -> Callable[..., None]:
        def worked(aws: Any, physical_id: str) -> None:
            first = kind not in interrupted
            interrupted.add(kind)
            if not (first and early):
                work(aws, physical_id)
            if first:
                raise KeyboardInterrupt

        return worked

    monkeypatch.setattr(module, "DOING", {kind: once(kind, work) for kind, work in module.DOING.items()})
    expected = ["release", "empty bucket", "empty registry", "revisions", "delete log group", "delete bucket"]
    for _ in expected:
        with pytest.raises(KeyboardInterrupt):
            shop.destroy(delete_data=True)
    assert interrupted == set(expected)
    assert shop.destroy(delete_data=True) == 0
    assert shop.status() is None
    assert left(shop) == []


def zone(shop: Any) -> str:
    shop.aws.call("route53", "create_hosted_zone", Name="unrelated.example", CallerReference="1")
    properties = {"Name": "example.com"}
    return make(shop, {"Zone": {"Type": "AWS::Route53::HostedZone", "Properties": properties, **KEPT}})["Zone"]


def write(shop: Any, zone_id: str, name: str, kind: str, value: str) -> None:
    record = {"Name": name, "Type": kind, "TTL": 60, "ResourceRecords": [{"Value": value}]}
    batch = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}
    shop.aws.call("route53", "change_resource_record_sets", HostedZoneId=zone_id, ChangeBatch=batch)


def zones(shop: Any) -> set[str]:
    return {each["Name"] for each in shop.aws.call("route53", "list_hosted_zones")["HostedZones"]}


def test_zone_goes_when_its_certificates_have_gone(shop: Any) -> None:
    zone_id = zone(shop)
    acm = shop.aws._session.client("acm", region_name="eu-west-1", endpoint_url=shop.aws.endpoint)
    arn = acm.request_certificate(DomainName="example.com", ValidationMethod="DNS")["CertificateArn"]
    (option,) = acm.describe_certificate(CertificateArn=arn)["Certificate"]["DomainValidationOptions"]
    record = option["ResourceRecord"]
    write(shop, zone_id, record["Name"], "CNAME", record["Value"])
    with pytest.raises(StackwrightError, match=f"{arn} still renews by"):
        shop.destroy(delete_data=True)
    assert shop.status() == "CREATE_COMPLETE"
    acm.delete_certificate(CertificateArn=arn)
    assert shop.destroy(delete_data=True) == 0
    assert zones(shop) == {"unrelated.example."}


def going_zone(shop: Any) -> str:
    properties = {"Name": "example.com"}
    return make(shop, {"Zone": {"Type": "AWS::Route53::HostedZone", "Properties": properties}})["Zone"]


def test_zone_that_goes_with_records_of_others_is_refused_without_the_flag(shop: Any) -> None:
    zone_id = going_zone(shop)
    write(shop, zone_id, "team.example.com", "NS", "ns.elsewhere.example")
    with pytest.raises(StackwrightError, match=r"not of this stack: team\.example\.com\. NS;"):
        shop.destroy()
    assert shop.status() == "CREATE_COMPLETE"


@pytest.mark.parametrize("make_zone", [zone, going_zone])
def test_zone_goes_with_the_records_of_others_when_data_is_to_go(
    shop: Any, make_zone: Callable[[Any], str], capsys: pytest.CaptureFixture[str]
) -> None:
    zone_id = make_zone(shop)
    for name in ("a", "*", "team", "www"):
        kind, value = ("NS", "ns.elsewhere.example") if name == "team" else ("A", "192.0.2.1")
        write(shop, zone_id, f"{name}.example.com", kind, value)
    capsys.readouterr()
    assert shop.destroy(delete_data=True) == 0
    told = next(line for line in capsys.readouterr().err.splitlines() if "every record" in line)
    assert re.search(rf"- delete (with )?every record (in )?Zone \({zone_id}\): 4 records: ", told)
    assert "team.example.com. NS" in told and told.endswith(", ...")
    assert "example.com." not in zones(shop)


def test_zone_whose_record_validates_stays_with_all_in_it(shop: Any) -> None:
    zone_id = zone(shop)
    write(shop, zone_id, "www.example.com", "A", "192.0.2.1")
    acm = shop.aws._session.client("acm", region_name="eu-west-1", endpoint_url=shop.aws.endpoint)
    arn = acm.request_certificate(DomainName="example.com", ValidationMethod="DNS")["CertificateArn"]
    (option,) = acm.describe_certificate(CertificateArn=arn)["Certificate"]["DomainValidationOptions"]
    write(shop, zone_id, option["ResourceRecord"]["Name"], "CNAME", option["ResourceRecord"]["Value"])
    with pytest.raises(StackwrightError, match=f"{arn} still renews by"):
        shop.destroy(delete_data=True)
    assert len(shop.aws.call("route53", "list_resource_record_sets", HostedZoneId=zone_id)["ResourceRecordSets"]) == 4


def test_zone_of_production_keeps_the_records_of_others(shop: Any) -> None:
    write(shop, going_zone(shop), "www.example.com", "A", "192.0.2.1")
    shop.parameters("prod")
    with pytest.raises(StackwrightError, match=r"not of this stack: www\.example\.com\. A"):
        shop.destroy("prod", stack_name="shop-dev", delete_data=True, unprotect=True)
    assert "example.com." in zones(shop)


def record(name: str, *values: str, **others: Any) -> dict[str, Any]:
    given = {"ResourceRecords": [{"Value": value} for value in values]} if values else {}
    return {"Name": name, "Type": "TXT", "TTL": 60, **given, **others}


def test_records_go_in_requests_that_route_53_takes() -> None:
    """1,000 elements and 32,000 characters of values; an alias has an element and no value."""
    many = [record(str(number), "a", "b", "c") for number in range(400)]
    assert [len(batch) for batch in batches(many)] == [333, 67]
    long = [record(str(number), "x" * 10_000) for number in range(7)]
    assert [len(batch) for batch in batches(long)] == [3, 3, 1]
    alias = record("alias", AliasTarget={"DNSName": "0"})
    (first, *_), *_ = batches([*many, alias])
    assert first == alias
    assert list(batches([])) == []


def test_what_never_came_to_be_is_not_counted() -> None:
    known = [
        Doomed("Vpc", "AWS::EC2::VPC", "vpc-1", stays=False),
        Doomed("Subnet", "AWS::EC2::Subnet", "", stays=False),
    ]
    assert plan_lines("shop-dev", plan(known))[0].text == "- shop-dev: 1 resources to DELETE"


def test_data_of_prod_takes_both_flags_even_when_the_stack_is_gone(shop: Any) -> None:
    shop.parameters("prod")
    shop.deploy("prod")
    shop.destroy("prod", unprotect=True)
    with pytest.raises(BadInput, match="--unprotect"):
        shop.destroy("prod", delete_data=True)
    assert shop.aws.call("logs", "describe_log_groups")["logGroups"]
    assert shop.destroy("prod", unprotect=True, delete_data=True) == 0
    names = [each["logGroupName"] for each in shop.aws.call("logs", "describe_log_groups")["logGroups"]]
    assert not [name for name in names if name.startswith("shop-prod")]


def test_tasks_end_before_instances_and_nothing_starts_them_again() -> None:
    known = [
        Doomed("Group", "AWS::AutoScaling::AutoScalingGroup", "group", stays=False),
        Doomed("Service", "AWS::ECS::Service", "service", stays=False),
        Doomed("Limits", "AWS::ApplicationAutoScaling::ScalableTarget", "limits", stays=False),
        Doomed("Kept", "AWS::S3::Bucket", "kept", stays=True),
        Doomed("Gone", "AWS::S3::Bucket", "gone", stays=False, gone=True),
    ]
    assert plan(known).before == (
        Task("deregister", "Limits", "limits"),
        Task("drain", "Service", "service"),
        Task("release", "Group", "group"),
    )
    assert plan(known).after == ()
    assert plan(known, delete_data=True).after == (Task("delete bucket", "Kept", "kept"),)


def test_log_group_that_comes_back_for_a_deleted_cluster_goes(shop: Any) -> None:
    ids = make(shop, {"Cluster": {"Type": "AWS::ECS::Cluster"}})
    late = f"/aws/ecs/containerinsights/{ids['Cluster']}/performance"
    for name in (late, f"{late}-of-another"):
        shop.aws.call("logs", "create_log_group", logGroupName=name)
    assert shop.destroy() == 0
    groups = shop.aws.call("logs", "describe_log_groups")["logGroups"]
    assert [each["logGroupName"] for each in groups] == [f"{late}-of-another"]
