"""A network that was there before: what `fargate-bluegreen` is given, made by plain calls."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from support.accounts import REGION, Account, Project

BLUEPRINT = "fargate-bluegreen"
_KEY = ec.generate_private_key(ec.SECP256R1())


def given(project: Project, environment: str, **parameters: str) -> dict[str, str]:
    """Make a network and a certificate in the project's account, and name them in the environment's parameters."""
    file = project.folder / "params" / BLUEPRINT / f"{environment}.json"
    content = json.loads(file.read_text())
    values = content["Parameters"]
    domain = values["DomainName"]
    values |= {**network(project.account), "CertificateArn": certificate(project.account, domain), **parameters}
    file.write_text(json.dumps(content))
    return dict(values)


def network(account: Account, region: str = REGION) -> dict[str, str]:
    """Make a VPC with a public and a private subnet in each of two zones; return its ids as parameters."""
    ec2 = account.client("ec2", region)
    vpc = ec2.create_vpc(CidrBlock="10.20.0.0/16")["Vpc"]["VpcId"]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    zones = [each["ZoneName"] for each in ec2.describe_availability_zones()["AvailabilityZones"]][:2]
    public = [_subnet(ec2, vpc, f"10.20.{at}.0/24", zone) for at, zone in enumerate(zones)]
    private = [_subnet(ec2, vpc, f"10.20.{10 + at}.0/24", zone) for at, zone in enumerate(zones)]
    _route(ec2, vpc, public, GatewayId=gateway)
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    nat = ec2.create_nat_gateway(SubnetId=public[0], AllocationId=address)["NatGateway"]["NatGatewayId"]
    _route(ec2, vpc, private, NatGatewayId=nat)
    return {"VpcId": vpc, "PublicSubnetIds": ",".join(public), "PrivateSubnetIds": ",".join(private)}


def _subnet(ec2: Any, vpc: str, cidr: str, zone: str) -> str:
    return str(ec2.create_subnet(VpcId=vpc, CidrBlock=cidr, AvailabilityZone=zone)["Subnet"]["SubnetId"])


def _route(ec2: Any, vpc: str, subnets: list[str], **target: str) -> None:
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", **target)
    for each in subnets:
        ec2.associate_route_table(RouteTableId=table, SubnetId=each)


def certificate(account: Account, domain: str, region: str = REGION) -> str:
    """Import a certificate of the domain's; return its ARN."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, domain)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, _KEY.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=90))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(domain)]), critical=False)
        .sign(_KEY, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    key = _KEY.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    imported = account.client("acm", region).import_certificate(Certificate=made.public_bytes(pem), PrivateKey=key)
    return str(imported["CertificateArn"])
