from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from stackwright.emulator.server import LocalAws, exports

BODY = {
    "Parameters": {"Value": {"Type": "String", "Default": "one"}},
    "Resources": {
        "Setting": {
            "Type": "AWS::SSM::Parameter",
            "Properties": {"Type": "String", "Value": {"Ref": "Value"}},
        }
    },
    "Outputs": {"Name": {"Value": {"Ref": "Setting"}}},
}


@pytest.fixture(scope="module")
def aws() -> Iterator[LocalAws]:
    with LocalAws(handlers=_recorded) as server:
        yield server


def _recorded(kind: str) -> Any:
    from stackwright.emulator.handlers import recorded

    return recorded(kind)


def client(aws: LocalAws, service: str, account: str = "123456789012") -> Any:
    return boto3.client(
        service,
        endpoint_url=aws.endpoint,
        region_name="eu-west-1",
        aws_access_key_id=account,
        aws_secret_access_key="x",
    )


def test_a_twelve_digit_access_key_is_the_account(aws: LocalAws) -> None:
    assert client(aws, "sts", "300000000001").get_caller_identity()["Account"] == "300000000001"
    assert client(aws, "sts", "AKIAEXAMPLEEXAMPLE01").get_caller_identity()["Account"] == ("123456789012")


def test_buckets_are_apart_and_readable_by_presigned_url(aws: LocalAws) -> None:
    import urllib.request

    s3 = client(aws, "s3", "300000000002")
    where = {"LocationConstraint": "eu-west-1"}
    s3.create_bucket(Bucket="mine-300000000002", CreateBucketConfiguration=where)
    s3.put_object(Bucket="mine-300000000002", Key="a", Body=b"text")
    found = {"Bucket": "mine-300000000002", "Key": "a"}
    with urllib.request.urlopen(s3.generate_presigned_url("get_object", Params=found)) as answer:
        assert answer.read() == b"text"
    assert client(aws, "s3", "300000000003").list_buckets()["Buckets"] == []


def test_the_journal_tells_clients_from_the_engine(aws: LocalAws) -> None:
    account = "300000000004"
    before = len(aws.journal)
    cloudformation = client(aws, "cloudformation", account)
    client(aws, "ssm", account).put_parameter(Name="/a", Value="b", Type="String")
    body = json.dumps({**BODY, "Parameters": {"Value": _looked_up("/a")}})
    cloudformation.create_stack(StackName="app", TemplateBody=body)
    cloudformation.describe_stacks(StackName="app")

    calls = [call for call in aws.journal if call.account == account]

    assert len(aws.journal) > before
    assert [(call.origin, call.service, call.action) for call in calls][:3] == [
        ("client", "ssm", "PutParameter"),
        ("client", "cloudformation", "CreateStack"),
        ("engine", "ssm", "GetParameter"),
    ]
    assert calls[0].parameters["Value"] == "b"
    assert calls[1].parameters["StackName"] == "app"
    assert calls[1].region == "eu-west-1"
    assert aws.journal.calls("ssm", account=account, origin="client") == calls[:1]


def _looked_up(name: str) -> dict[str, str]:
    return {"Type": "AWS::SSM::Parameter::Value<String>", "Default": name}


def test_rest_services_are_named_by_operation(aws: LocalAws) -> None:
    client(aws, "s3", "300000000005").list_buckets()
    assert aws.journal.calls(account="300000000005")[0].action == "ListBuckets"


def test_a_delay_slows_a_type_and_events_do_not_wait_for_it(aws: LocalAws) -> None:
    cloudformation = client(aws, "cloudformation", "300000000006")
    aws.delays["AWS::SSM::Parameter"] = 1.5
    try:
        made = cloudformation.create_stack(StackName="app", TemplateBody=json.dumps(BODY))
        started = time.monotonic()
        cloudformation.describe_stack_events(StackName="app")
        by_id = cloudformation.describe_stacks(StackName=made["StackId"])["Stacks"][0]
        by_name = cloudformation.describe_stacks(StackName="app")["Stacks"][0]
        waited = time.monotonic() - started
    finally:
        aws.delays.clear()
    assert by_id["StackStatus"] == "CREATE_IN_PROGRESS"
    assert by_name["StackStatus"] == "CREATE_COMPLETE"
    assert waited > 0.5


def test_yaml_with_short_forms_by_path_style_and_virtual_hosted_url(aws: LocalAws) -> None:
    account = "300000000007"
    cloudformation = client(aws, "cloudformation", account)
    s3 = client(aws, "s3", account)
    bucket = f"templates-{account}"
    where = {"LocationConstraint": "eu-west-1"}
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=where)
    s3.put_object(Bucket=bucket, Key="a/root.yaml", Body=YAML.encode())
    port = aws.endpoint.rpartition(":")[2]
    for number, url in enumerate(
        (
            f"{aws.endpoint}/{bucket}/a/root.yaml",
            f"http://{bucket}.localhost:{port}/a/root.yaml",
            f"https://{bucket}.s3.amazonaws.com/a/root.yaml",
            f"https://{bucket}.s3.eu-west-1.amazonaws.com/a/root.yaml",
            f"https://s3.eu-west-1.amazonaws.com/{bucket}/a/root.yaml",
            f"https://s3-eu-west-1.amazonaws.com/{bucket}/a/root.yaml",
        )
    ):
        cloudformation.create_stack(StackName=f"app{number}", TemplateURL=url)
        stack = cloudformation.describe_stacks(StackName=f"app{number}")["Stacks"][0]
        assert stack["StackStatus"] == "CREATE_COMPLETE"
        assert stack["Outputs"][0]["OutputValue"] == f"eu-west-1 app{number} 300000000007"


YAML = """
AWSTemplateFormatVersion: 2010-09-09
Resources:
  Setting:
    Type: AWS::SSM::Parameter
    Properties:
      Type: String
      Value: !Join [" ", [!Ref AWS::Region, !Sub "${AWS::StackName}"]]
Outputs:
  Text:
    Value: !Sub
      - "${AWS::Region} ${Stack} ${AWS::AccountId}"
      - Stack: !Ref AWS::StackName
  Id:
    Value: !GetAtt Setting.Type
    Condition: Never
Conditions:
  Never: !Not [!Equals [a, a]]
"""


def test_a_summary_tells_what_a_template_needs(aws: LocalAws) -> None:
    cloudformation = client(aws, "cloudformation", "300000000008")
    role = {"Type": "AWS::IAM::Role", "Properties": {}}
    body = json.dumps({**BODY, "Resources": {**BODY["Resources"], "Role": role}})
    found = cloudformation.get_template_summary(TemplateBody=body)
    assert found["Capabilities"] == ["CAPABILITY_IAM"]
    assert found["ResourceTypes"] == ["AWS::IAM::Role", "AWS::SSM::Parameter"]
    assert found["Parameters"][0]["DefaultValue"] == "one"
    assert cloudformation.validate_template(TemplateBody=body)["Parameters"] == [
        {"ParameterKey": "Value", "DefaultValue": "one", "NoEcho": False}
    ]


def test_describing_pages_and_templates(aws: LocalAws) -> None:
    cloudformation = client(aws, "cloudformation", "300000000009")
    names = [f"app{number}" for number in range(3)]
    for name in names:
        cloudformation.create_stack(StackName=name, TemplateBody=json.dumps(BODY))
        cloudformation.get_waiter("stack_create_complete").wait(StackName=name)
    pages = cloudformation.get_paginator("describe_stacks").paginate()
    assert sorted(each["StackName"] for page in pages for each in page["Stacks"]) == names
    found = cloudformation.get_template(StackName="app0")["TemplateBody"]
    assert json.loads(json.dumps(found)) == BODY
    resource = cloudformation.describe_stack_resource(StackName="app0", LogicalResourceId="Setting")[
        "StackResourceDetail"
    ]
    assert resource["ResourceStatus"] == "CREATE_COMPLETE"
    listed = cloudformation.list_stack_resources(StackName="app0")["StackResourceSummaries"]
    assert listed[0]["PhysicalResourceId"] == resource["PhysicalResourceId"]
    by_physical = cloudformation.describe_stack_resources(PhysicalResourceId=resource["PhysicalResourceId"])[
        "StackResources"
    ]
    assert by_physical[0]["StackName"] == "app0"


def test_the_stock_cli_deploys_by_s3_and_says_no_changes(aws: LocalAws, tmp_path: Path) -> None:
    account = "300000000010"
    where = {"LocationConstraint": "eu-west-1"}
    client(aws, "s3", account).create_bucket(Bucket=f"artifacts-{account}", CreateBucketConfiguration=where)
    template = tmp_path / "root.json"
    template.write_text(json.dumps(BODY))
    command = [
        str(Path(sys.executable).parent / "aws"),
        "cloudformation",
        "deploy",
        f"--template-file={template}",
        "--stack-name=app",
        f"--s3-bucket=artifacts-{account}",
        "--no-fail-on-empty-changeset",
    ]
    first = _run([*command, "--parameter-overrides", "Value=two", "--tags", "a=b"], aws, account)
    again = _run([*command, "--tags", "a=b"], aws, account)

    assert "Successfully created/updated stack - app" in first.stdout, first.stderr
    assert "No changes to deploy. Stack app is up to date" in again.stdout, again.stderr
    stack = client(aws, "cloudformation", account).describe_stacks(StackName="app")["Stacks"][0]
    assert stack["Parameters"] == [{"ParameterKey": "Value", "ParameterValue": "two"}]


def _run(command: list[str], aws: LocalAws, account: str) -> subprocess.CompletedProcess[str]:
    pointed = exports(aws.endpoint, account=account, region="eu-west-1")
    return subprocess.run(command, env={**os.environ, **pointed}, capture_output=True, text=True, timeout=60)


def test_serving_ends_on_a_signal() -> None:
    script = (
        "from stackwright.emulator.server import LocalAws\n"
        "aws = LocalAws()\nprint(aws.start(), flush=True)\naws.serve()\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, cwd=Path.cwd())
    try:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("http://localhost:")
        threading.Timer(0.2, process.send_signal, [signal.SIGTERM]).start()
        assert process.wait(timeout=10) == 0
    finally:
        process.kill()


def test_a_taken_port_is_an_error_and_a_stopped_server_is_gone(aws: LocalAws) -> None:
    with pytest.raises(OSError, match="in use"):
        LocalAws().start(int(aws.endpoint.rpartition(":")[2]))


def test_events_come_in_pages_newest_first(aws: LocalAws) -> None:
    cloudformation = client(aws, "cloudformation", "300000000011")
    many = {f"Setting{n}": BODY["Resources"]["Setting"] for n in range(45)}
    body = json.dumps({"Parameters": BODY["Parameters"], "Resources": many})
    cloudformation.create_stack(StackName="app", TemplateBody=body)
    cloudformation.describe_stacks(StackName="app")
    pages = list(cloudformation.get_paginator("describe_stack_events").paginate(StackName="app"))
    events = [event for page in pages for event in page["StackEvents"]]
    assert [len(page["StackEvents"]) for page in pages] == [100, 37]
    assert len({event["EventId"] for event in events}) == 137
    assert events[0]["ResourceStatus"] == "CREATE_COMPLETE"
    assert events[-1]["LogicalResourceId"] == "app"


def test_aws_managed_policies_are_there_in_every_account(aws: LocalAws) -> None:
    role = {"RoleName": "one", "AssumeRolePolicyDocument": "{}"}
    arn = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
    client(aws, "iam", "300000000012").create_role(**role)
    client(aws, "iam", "300000000012").attach_role_policy(RoleName="one", PolicyArn=arn)
    for number in range(5):
        found = client(aws, "iam", f"31000000000{number}").get_policy(PolicyArn=arn)["Policy"]
        assert found["AttachmentCount"] == 0


def test_an_operation_that_is_not_there_is_said(aws: LocalAws) -> None:
    with pytest.raises(ClientError, match="no CloudFormation operation ListTypes") as refused:
        client(aws, "cloudformation").list_types()
    assert refused.value.response["Error"]["Code"] == "InvalidAction"


def test_macros_are_refused_and_language_extensions_are_not(aws: LocalAws) -> None:
    body = {"Transform": "AWS::LanguageExtensions", "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
    stacks = client(aws, "cloudformation")
    capabilities = ["CAPABILITY_AUTO_EXPAND"]
    stacks.create_stack(StackName="extended", TemplateBody=json.dumps(body), Capabilities=capabilities)
    body["Transform"] = ["AWS::LanguageExtensions", "AWS::Serverless-2016-10-31"]
    with pytest.raises(ClientError, match="no transforms: AWS::Serverless-2016-10-31"):
        stacks.create_stack(StackName="macro", TemplateBody=json.dumps(body), Capabilities=capabilities)
