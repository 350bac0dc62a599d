from __future__ import annotations

from typing import Any

import pytest
from support.guarantees import STACKS, alone, findings, resource, seeded, told

from stackwright.verify.deployment import Deployment

RULE = "security/resource-policies-are-scoped"
POLICY = "LoadBalancer/AccessLogsPolicy"


@pytest.mark.parametrize("blueprint", ["ec2-alb", "region"])
@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_ours_admit_whom_they_mean(blueprint: str, environment: str) -> None:
    assert findings(RULE, seeded(blueprint=blueprint, environment=environment)) == []


def _seeded(change: dict[str, Any], *, index: int) -> Deployment:
    def seed(stacks: STACKS) -> None:
        resource(stacks, POLICY)["Properties"]["PolicyDocument"]["Statement"][index].update(change)

    return seeded(seed)


def test_anybody_is_found() -> None:
    (line,) = told(RULE, _seeded({"Principal": "*"}, index=0))
    assert line == f"{POLICY} PolicyDocument.Statement.0.Principal: admits anybody, with an AWS account or without"


def test_logs_of_other_accounts_are_found() -> None:
    (line,) = told(RULE, _seeded({"Resource": {"Fn::Sub": "${AccessLogs.Arn}/*"}}, index=0))
    assert line == (
        f"{POLICY} PolicyDocument.Statement.0.Principal.Service: load balancers of other accounts may write their logs"
        " here"
    )


@pytest.mark.parametrize("change", [{"Effect": "Allow"}, {"Condition": {"Bool": {"aws:SecureTransport": "true"}}}])
def test_a_bucket_that_answers_without_tls_is_found(change: dict[str, Any]) -> None:
    found = told(RULE, _seeded({"Principal": {"AWS": "123456789012"}, **change}, index=1))
    assert found == ["LoadBalancer/AccessLogs : it answers without TLS, and anybody on the way can read along"]


def _policy(kind: str = "AWS::SQS::QueuePolicy", name: str = "PolicyDocument", **statement: Any) -> Deployment:
    document = {"Statement": [{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*", **statement}]}
    return alone({"Policy": {"Type": kind, "Properties": {name: document}}, "Other": {"Type": "Custom::Data"}})


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ({"Principal": {"AWS": "*"}}, "admits anybody"),
        ({"NotPrincipal": {"AWS": "123456789012"}}, "admits anybody"),
        ({"Principal": "*", "Condition": {"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "0.0.0.0/0"]}}}, "anybody"),
        ({"Principal": "*", "Condition": {"Bool": {"aws:SecureTransport": "true"}}}, "admits anybody"),
        ({"Principal": {"Service": "sns.amazonaws.com"}}, "for whichever account"),
    ],
)
def test_a_queue_for_everybody_is_found(statement: dict[str, Any], problem: str) -> None:
    (line,) = told(RULE, _policy(**statement))
    assert problem in line


UNKNOWN = {"Fn::GetAtt": ["Other", "Value"]}


@pytest.mark.parametrize(
    "statement",
    [
        {"Principal": {"Service": "sns.amazonaws.com"}, "Condition": {"ArnEquals": {"aws:SourceArn": UNKNOWN}}},
        {"Principal": "*", "Condition": {"ArnEquals": {"AWS:SourceArn": UNKNOWN}}},
        {"Principal": "*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}},
        {"Principal": {"AWS": "999999999999"}},
        {"Principal": {"Service": "events.amazonaws.com"}},
        {"Principal": UNKNOWN},
        {"Principal": "*", "Effect": "Deny"},
    ],
)
def test_somebody_or_not_known_is_no_finding(statement: dict[str, Any]) -> None:
    assert findings(RULE, _policy(**statement)) == []


def test_a_key_of_the_account_and_a_file_system_of_the_network_are_no_finding() -> None:
    root = {"AWS": {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:root"}}
    logs = {"Service": {"Fn::Sub": "logs.${AWS::Region}.amazonaws.com"}}
    for principal in (root, logs):
        assert findings(RULE, _policy("AWS::KMS::Key", "KeyPolicy", Principal=principal, Action="kms:*")) == []
    mounted = {"Bool": {"elasticfilesystem:AccessedViaMountTarget": "true"}}
    assert findings(RULE, _policy("AWS::EFS::FileSystem", "FileSystemPolicy", Principal="*", Condition=mounted)) == []


def test_a_policy_may_name_its_bucket() -> None:
    deny = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": "*",
        "Condition": {"Bool": {"aws:SecureTransport": False}},
    }
    policy = {"Bucket": "ours", "PolicyDocument": {"Statement": [deny]}}
    buckets = {
        "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "ours"}},
        "Policy": {"Type": "AWS::S3::BucketPolicy", "Properties": policy},
    }
    assert findings(RULE, alone(buckets)) == []
    assert len(told(RULE, alone({**buckets, "Another": {"Type": "AWS::S3::Bucket"}}))) == 1
