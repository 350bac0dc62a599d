"""Everything can be deleted again: nothing that CloudFormation refuses, waits for, or leaves in the way."""

from __future__ import annotations

from collections.abc import Iterator

from stackwright.resolve.graph import Resource
from stackwright.verify.deployment import Deployment, on
from stackwright.verify.fleet import GROUP, PROVIDER
from stackwright.verify.rule import Finding, Rule

BUCKET = "AWS::S3::Bucket"
REPOSITORY = "AWS::ECR::Repository"
ZONE = "AWS::Route53::HostedZone"
CERTIFICATE = "AWS::CertificateManager::Certificate"
VPC = "AWS::EC2::VPC"
# What stands inside a VPC, and keeps it from going as long as it is there.
_INSIDE = (
    "AWS::EC2::Instance",
    "AWS::EC2::NatGateway",
    "AWS::EC2::NetworkInterface",
    "AWS::EC2::SecurityGroup",
    "AWS::EC2::Subnet",
    "AWS::EC2::VPCEndpoint",
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "AWS::RDS::DBInstance",
)
POLICY = "DeletionPolicy"
KEPT = "RetainExceptOnCreate"


def check(deployment: Deployment) -> Iterator[Finding]:
    """Yield each resource that stops the deletion of its stack half way."""
    for look in (_full, _validated, _protected, _in_the_way):
        yield from look(deployment)


def _full(deployment: Deployment) -> Iterator[Finding]:
    """Yield buckets and registries that CloudFormation is to delete and cannot, because they hold something."""
    for each in deployment.of(BUCKET, REPOSITORY):
        if not _retained(each) and not on(each.properties.get("EmptyOnDelete")):
            problem = "the stack's deletion fails as soon as it holds anything"
            mend = f"set {POLICY} to {KEPT}" + ("" if each.type == BUCKET else ", or EmptyOnDelete")
            yield Finding(each.path, POLICY, each.attributes.get(POLICY), problem, mend)


def _validated(deployment: Deployment) -> Iterator[Finding]:
    """Yield zones in which the validation record of a certificate stays and blocks the deletion."""
    for certificate in deployment.of(CERTIFICATE):
        for zone in deployment.graph.mentioned(certificate.properties):
            if zone.type == ZONE and not _retained(zone):
                problem = f"the validation record of {certificate.path} stays in it, and a zone with records cannot go"
                yield Finding(zone.path, POLICY, zone.attributes.get(POLICY), problem, f"set {POLICY} to {KEPT}")


def _protected(deployment: Deployment) -> Iterator[Finding]:
    """Yield groups whose instances are protected with nobody, neither ECS nor `destroy`, to release them."""
    for group in deployment.of(GROUP):
        if on(group.properties.get("NewInstancesProtectedFromScaleIn")) and not deployment.graph.users(group, PROVIDER):
            name = "NewInstancesProtectedFromScaleIn"
            problem = "the stack's deletion waits for instances that nobody releases"
            yield Finding(group.path, name, True, problem, "set it to false, or give the group a capacity provider")


def _in_the_way(deployment: Deployment) -> Iterator[Finding]:
    """Yield what is kept inside a VPC that is to be deleted."""
    going = [vpc.path for vpc in deployment.of(VPC) if not _retained(vpc)]
    for each in deployment.of(*_INSIDE):
        around = sorted(deployment.graph.waits_for(each.path) & set(going))
        if _retained(each) and around:
            problem = f"it is kept inside {around[0]}, which then cannot be deleted"
            yield Finding(each.path, POLICY, each.attributes.get(POLICY), problem, f"set {POLICY} to Delete")


def _retained(resource: Resource) -> bool:
    return str(resource.attributes.get(POLICY, "Delete")).startswith("Retain")


RULE = Rule(
    claim="No full bucket or registry, validation record, protected instance or kept part of a VPC stops a deletion.",
    why="A deletion that stops half way leaves something that bills, blocks the name, and needs an expert to remove.",
    source="Delete stack fails (Troubleshooting CloudFormation, AWS CloudFormation User Guide)",
    about=(BUCKET, REPOSITORY, ZONE, GROUP, VPC),
    check=check,
)
