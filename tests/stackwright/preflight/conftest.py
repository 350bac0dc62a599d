"""An account of the local AWS for each test, and plans that a check can be asked about."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from botocore.stub import Stubber
from support.account_numbers import account_id

from stackwright.aws import Aws
from stackwright.emulator.server import LocalAws
from stackwright.preflight.check import Result
from stackwright.preflight.examine import checks, points_of
from stackwright.preflight.subject import Subject
from stackwright.preflight.world import World
from stackwright.resolve.nested import resolve

REGION = "us-east-1"


@pytest.fixture(scope="session")
def local() -> Iterator[LocalAws]:
    with LocalAws() as running:
        yield running


@pytest.fixture
def aws(local: LocalAws) -> Aws:
    return Aws(region=REGION, endpoint=local.endpoint, keys=(account_id(), "local"))


@pytest.fixture
def plan(aws: Aws) -> Callable[..., Subject]:
    """Make the subject of a plan: resources, and what the stack holds of them already."""

    def make(
        resources: dict[str, Any],
        *,
        held: dict[str, str] | None = None,
        declared: dict[str, Any] | None = None,
        parameters: dict[str, str] | None = None,
        role: str | None = None,
    ) -> Subject:
        world = World(aws=aws, region=aws.region)
        root = {"Parameters": declared or {}, "Resources": resources}
        return Subject(
            aws=aws,
            environment="dev",
            stack_name="shop-dev",
            graph=resolve(
                root,
                {},
                parameters or {},
                region=aws.region,
                stack_name="shop-dev",
                account_id=aws.account,
                environment=world,
            ),
            held=held or {},
            declared=declared or {},
            parameters=parameters or {},
            world=world,
            role=role,
            deploying="python build.py deploy {} dev --profile mine".format,
        )

    return make


@pytest.fixture
def asked() -> Callable[[str, Subject], Result]:
    """Ask one check by its name."""

    def ask(name: str, subject: Subject) -> Result:
        (check,) = (each for each in checks() if each.name == name)
        return Result(check, points_of(subject, check))

    return ask


@pytest.fixture
def deny(aws: Aws) -> Iterator[Callable[..., None]]:
    """Let AWS deny an operation of a service once; every other one of that service is an error."""
    stubs: list[Stubber] = []

    def denied(service: str, operation: str, code: str = "AccessDenied") -> None:
        stub = Stubber(aws.client(service))
        stub.add_client_error(operation, code, "not you")
        stub.activate()
        stubs.append(stub)

    yield denied
    for stub in stubs:
        stub.deactivate()


@pytest.fixture
def domain() -> str:
    """A domain that no other test has: DNS knows no accounts."""
    return f"{uuid4().hex[:12]}.example"


@pytest.fixture
def make_zone(aws: Aws) -> Callable[..., str]:
    """Make a hosted zone and return its id."""

    def make(name: str, *, delegated: bool = True) -> str:
        made = aws.call("route53", "create_hosted_zone", Name=name, CallerReference=uuid4().hex)
        zone = str(made["HostedZone"]["Id"]).rpartition("/")[2]
        if not delegated:
            tags = [{"Key": "stackwright:delegated", "Value": "false"}]
            aws.call("route53", "change_tags_for_resource", ResourceType="hostedzone", ResourceId=zone, AddTags=tags)
        return zone

    return make


@pytest.fixture
def write_record(aws: Aws) -> Callable[..., None]:
    """Write a record into a hosted zone."""

    def write(zone: str, name: str, kind: str, value: str, **others: Any) -> None:
        record = {"Name": name, "Type": kind, "TTL": 60, "ResourceRecords": [{"Value": value}], **others}
        batch = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}
        aws.call("route53", "change_resource_record_sets", HostedZoneId=zone, ChangeBatch=batch)

    return write


@pytest.fixture
def record() -> Callable[..., dict[str, Any]]:
    """Return a record of a template."""

    def make(zone: Any, name: str, kind: str = "A", **others: Any) -> dict[str, Any]:
        properties = {"HostedZoneId": zone, "Name": name, "Type": kind, "TTL": "60", "ResourceRecords": ["192.0.2.1"]}
        return {"Type": "AWS::Route53::RecordSet", "Properties": properties | others}

    return make


@pytest.fixture
def certificate() -> Callable[..., dict[str, Any]]:
    """Return a certificate of a template, validated by DNS."""

    def make(zone: Any, name: str, *others: str) -> dict[str, Any]:
        properties = {
            "DomainName": name,
            "SubjectAlternativeNames": list(others),
            "ValidationMethod": "DNS",
            "DomainValidationOptions": [{"DomainName": name, "HostedZoneId": zone}],
        }
        return {"Type": "AWS::CertificateManager::Certificate", "Properties": properties}

    return make


@pytest.fixture
def fleet() -> Callable[..., dict[str, Any]]:
    """Return an Auto Scaling group with launch template and two subnets of a template."""

    def make(*types: str, most: str = "2", zones: tuple[str, ...] = (), image: str = "") -> dict[str, Any]:
        zones = zones or ("us-east-1a", "us-east-1b")
        subnets = {
            f"Subnet{number}": {
                "Type": "AWS::EC2::Subnet",
                "Properties": {"VpcId": "vpc-0a1b2c3d", "AvailabilityZone": zone, "CidrBlock": f"10.0.{number}.0/24"},
            }
            for number, zone in enumerate(zones)
        }
        template = {"LaunchTemplateId": {"Ref": "Template"}, "Version": "1"}
        policy = {
            "LaunchTemplate": {
                "LaunchTemplateSpecification": template,
                "Overrides": [{"InstanceType": each} for each in types],
            }
        }
        group = {
            "MinSize": "1",
            "MaxSize": most,
            "VPCZoneIdentifier": [{"Ref": name} for name in subnets],
            "MixedInstancesPolicy": policy,
        }
        return subnets | {
            "Template": {
                "Type": "AWS::EC2::LaunchTemplate",
                "Properties": {"LaunchTemplateData": {"ImageId": image} if image else {}},
            },
            "Group": {"Type": "AWS::AutoScaling::AutoScalingGroup", "Properties": group},
        }

    return make


@pytest.fixture
def task() -> Callable[..., dict[str, Any]]:
    """Return a task definition of a template with one container."""

    def make(*, architecture: str = "X86_64", **container: Any) -> dict[str, Any]:
        properties = {
            "RuntimePlatform": {"CpuArchitecture": architecture},
            "ContainerDefinitions": [{"Name": "app", "Image": "nginx", **container}],
        }
        return {"Type": "AWS::ECS::TaskDefinition", "Properties": properties}

    return make
