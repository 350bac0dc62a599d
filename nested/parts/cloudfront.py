"""CloudFront: how it gets into a load balancer, and how that knows that requests come from our distribution."""

from __future__ import annotations

from troposphere import FindInMap, GetAtt, If, Ref, Sub, Template
from troposphere.ec2 import SecurityGroup, SecurityGroupRule
from troposphere.secretsmanager import GenerateSecretString, Secret

from nested import inputs
from nested.parts.egress import nowhere
from nested.parts.rules import given
from nested.shape import needs

# What CloudFront sends the secret in.
HEADER = "X-Origin-Verify"

# A rule compares 128 characters at most, without regard to case ("Condition types for listener rules", User Guide for
# Application Load Balancers).
SECRET_LENGTH = 64

# com.amazonaws.global.cloudfront.origin-facing ("Available AWS-managed prefix lists", Amazon VPC User Guide) by region,
# the same in every account. Preflight asks the region whether it is so; OriginFacingPrefixListId overrides it, but not
# for a region that is missing here: a map is looked into on either side of an If
# (aws-cloudformation/aws-cloudformation-templates#271).
PREFIX_LISTS = {
    "ap-northeast-1": "pl-58a04531",
    "ap-northeast-2": "pl-22a6434b",
    "ap-northeast-3": "pl-31a14458",
    "ap-south-1": "pl-9aa247f3",
    "ap-southeast-1": "pl-31a34658",
    "ap-southeast-2": "pl-b8a742d1",
    "ca-central-1": "pl-38a64351",
    "eu-central-1": "pl-a3a144ca",
    "eu-north-1": "pl-fab65393",
    "eu-west-1": "pl-4fa04526",
    "eu-west-2": "pl-93a247fa",
    "eu-west-3": "pl-75b1541c",
    "sa-east-1": "pl-5da64334",
    "us-east-1": "pl-3b927c52",
    "us-east-2": "pl-b6a144df",
    "us-west-1": "pl-4ea04527",
    "us-west-2": "pl-82a045eb",
}
_NAMED = "NamesPrefixList"


def add_groups(t: Template) -> list[GetAtt]:
    """Add the groups that let CloudFront, and nobody else, into a load balancer; return their ids.

    The prefix list counts as 55 of the 60 rules that a group may have ("AWS-managed prefix list weight", Amazon VPC
    User Guide), so each port has a group of its own. Both are there at all times: when a certificate comes or goes,
    both listeners serve until CloudFront has changed over.
    """
    needs(t, inputs.ORIGIN_FACING_PREFIX_LIST_ID)
    t.add_condition(_NAMED, given(inputs.ORIGIN_FACING_PREFIX_LIST_ID))
    t.add_mapping("CloudFront", {region: {"PrefixList": each} for region, each in PREFIX_LISTS.items()})
    groups = (t.add_resource(_group(title, port)) for title, port in (("HttpEntrance", 80), ("HttpsEntrance", 443)))
    return [GetAtt(each, "GroupId") for each in groups]


def _group(title: str, port: int) -> SecurityGroup:
    known = FindInMap("CloudFront", Ref("AWS::Region"), "PrefixList")
    rule = SecurityGroupRule(
        IpProtocol="tcp",
        FromPort=port,
        ToPort=port,
        SourcePrefixListId=If(_NAMED, Ref(inputs.ORIGIN_FACING_PREFIX_LIST_ID.name), known),
        Description="CloudFront",
    )
    return SecurityGroup(
        title,
        GroupDescription=f"Load balancer: port {port} from CloudFront only",
        VpcId=Ref(inputs.VPC_ID.name),
        SecurityGroupIngress=[rule],
        SecurityGroupEgress=[nowhere("Nowhere; the load balancer has another group for that")],
    )


def secret() -> Secret:
    """Return the secret OriginSecret, which nobody chooses and nobody has to know."""
    made = GenerateSecretString(ExcludePunctuation=True, PasswordLength=SECRET_LENGTH)
    return Secret(
        "OriginSecret",
        Description="Header by which the origin knows CloudFront",
        GenerateSecretString=made,
        # Without rule and distribution it is of no use to anybody.
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Delete",
    )


def secret_value() -> Sub:
    """Return the reference that CloudFormation replaces by the secret; the template needs OriginSecretArn."""
    return Sub("{{resolve:secretsmanager:${OriginSecretArn}:SecretString}}")
