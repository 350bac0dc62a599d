"""Names that a template fixes and an account has once: how to ask whether one is taken, by resource type."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stackwright.aws_errors import AwsError

if TYPE_CHECKING:
    from stackwright.aws import Aws

Question = Callable[["Aws", str], bool]


@dataclass(frozen=True)
class Named:
    """A type's property that fixes a name, whether it is taken, and the mend.

    `identity` tells that the physical id is the name, so that a stack which holds the resource may still rename it.
    """

    property: str
    taken: Question
    identity: bool = True
    mend: str = ""


def _described(service: str, operation: str, argument: str, *, many: bool = False) -> Question:
    """Return the question that AWS answers with an error where there is no such name."""

    def taken(aws: Aws, name: str) -> bool:
        given: Any = [name] if many else name
        try:
            aws.call(service, operation, **{argument: given})
        except AwsError as error:
            if error.absent:
                return False
            raise
        return True

    return taken


def _log_group(aws: Aws, name: str) -> bool:
    found = aws.call("logs", "describe_log_groups", logGroupNamePrefix=name)["logGroups"]
    return any(each["logGroupName"] == name for each in found)


def _policy(aws: Aws, name: str) -> bool:
    arn = f"arn:{aws.partition}:iam::{aws.account}:policy/{name}"
    return _described("iam", "get_policy", "PolicyArn")(aws, arn)


def _provider(aws: Aws, url: str) -> bool:
    providers = aws.call("iam", "list_open_id_connect_providers")["OpenIDConnectProviderList"]
    address = url.removeprefix("https://").rstrip("/")
    return any(each["Arn"].partition(":oidc-provider/")[2] == address for each in providers)


def _service_role(aws: Aws, service: str) -> bool:
    return bool(aws.call("iam", "list_roles", PathPrefix=f"/aws-service-role/{service}/")["Roles"])


NAMED = {
    "AWS::ECR::Repository": Named(
        "RepositoryName", _described("ecr", "describe_repositories", "repositoryNames", many=True)
    ),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": Named(
        "Name", _described("elbv2", "describe_load_balancers", "Names", many=True), identity=False
    ),
    "AWS::ElasticLoadBalancingV2::TargetGroup": Named(
        "Name", _described("elbv2", "describe_target_groups", "Names", many=True), identity=False
    ),
    "AWS::IAM::InstanceProfile": Named(
        "InstanceProfileName", _described("iam", "get_instance_profile", "InstanceProfileName")
    ),
    "AWS::IAM::ManagedPolicy": Named("ManagedPolicyName", _policy, identity=False),
    "AWS::IAM::OIDCProvider": Named(
        "Url",
        _provider,
        identity=False,
        mend="use the one there is: put its ARN into GitHubProviderArn",
    ),
    "AWS::IAM::Role": Named("RoleName", _described("iam", "get_role", "RoleName")),
    "AWS::IAM::ServiceLinkedRole": Named(
        "AWSServiceName",
        _service_role,
        identity=False,
        mend="an account has one for all: set its switch in the parameter file to off",
    ),
    "AWS::Logs::LogGroup": Named("LogGroupName", _log_group),
    "AWS::S3::Bucket": Named("BucketName", _described("s3", "head_bucket", "Bucket")),
    "AWS::SSM::Parameter": Named("Name", _described("ssm", "get_parameter", "Name")),
    "AWS::SecretsManager::Secret": Named(
        "Name", _described("secretsmanager", "describe_secret", "SecretId"), identity=False
    ),
}
