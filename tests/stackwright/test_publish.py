from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from stackwright.aws import Aws
from stackwright.compose import Blueprint
from stackwright.emulator.middleware import DEFAULT_ACCOUNT
from stackwright.emulator.server import LocalAws
from stackwright.errors import BadInput, StackwrightError
from stackwright.project import Project
from stackwright.publish import (
    BUCKET_PARAMETER,
    artifact_bucket,
    command,
    publish,
    read_built,
    upload,
)
from stackwright.render import render

NESTED = "AWS::CloudFormation::Stack"
ROOT = {
    "Parameters": {"Size": {"Type": "String"}},
    "Resources": {
        "Vpc": {"Type": NESTED, "Properties": {"TemplateURL": "nested/vpc.json"}},
        "Role": {"Type": "AWS::IAM::Role", "Properties": {}},
    },
}
BLUEPRINT = Blueprint("shop", ROOT, {"nested/vpc.json": {"Resources": {"V": {"Type": "AWS::EC2::VPC"}}}})
FLAT = Blueprint("plain", {"Resources": {"B": {"Type": "AWS::S3::Bucket"}}}, {})


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with LocalAws() as local:
        yield local.endpoint


def account(endpoint: str, number: str = DEFAULT_ACCOUNT) -> Aws:
    return Aws(region="eu-west-1", endpoint=endpoint, keys=(number, "secret"))


@pytest.fixture
def aws(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Aws:
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    return account(endpoint)


@pytest.fixture
def bucket(aws: Aws, request: pytest.FixtureRequest) -> str:
    name = "artifacts-" + sha256(request.node.name.encode()).hexdigest()[:12]
    where = {"LocationConstraint": "eu-west-1"}
    aws.call("s3", "create_bucket", Bucket=name, CreateBucketConfiguration=where)
    return name


@pytest.fixture
def build(tmp_path: Path) -> Path:
    render([BLUEPRINT, FLAT], tmp_path / "build")
    return tmp_path / "build"


@pytest.fixture
def project(build: Path) -> Project:
    for name, parameters in (("shop", {"Size": "1 2"}), ("plain", {})):
        for environment in ("dev", "prod"):
            path = build.parent / "params" / name / f"{environment}.json"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps({"Parameters": parameters, "Tags": {"Project": name}}))
    return Project(build.parent, {"shop": lambda: BLUEPRINT, "plain": lambda: FLAT})


def test_keys_are_the_hash_of_what_they_hold(aws: Aws, bucket: str, build: Path) -> None:
    published = upload(aws, read_built(build, "shop"), bucket)
    keys, _ = aws.keys(bucket, "stackwright/shop/")
    for key in keys:
        body = aws.call("s3", "get_object", Bucket=bucket, Key=key)["Body"].read()
        assert key == f"stackwright/shop/{sha256(body).hexdigest()}.json"
    assert set(published.uploaded) == {"root.json", "nested/vpc.json"} and len(keys) == 2


def test_packaged_root_has_absolute_urls_and_changes_nothing_else(aws: Aws, bucket: str, build: Path) -> None:
    published = upload(aws, read_built(build, "shop"), bucket)
    root = json.loads((build / "shop" / "packaged.json").read_text())
    url = root["Resources"]["Vpc"]["Properties"]["TemplateURL"]
    assert url.startswith(f"https://{bucket}.s3.eu-west-1.amazonaws.com/stackwright/shop/")
    assert published.nested[url] == BLUEPRINT.nested["nested/vpc.json"]
    root["Resources"]["Vpc"]["Properties"]["TemplateURL"] = "nested/vpc.json"
    assert root["Resources"] == ROOT["Resources"]


def test_a_second_run_uploads_nothing(aws: Aws, bucket: str, build: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    upload(aws, read_built(build, "shop"), bucket)
    monkeypatch.setattr(aws, "put", lambda *_: pytest.fail("uploaded again"))
    again = upload(aws, read_built(build, "shop"), bucket)
    assert (again.uploaded, again.kept) == ((), 2)


def test_an_interrupted_run_is_mended_by_the_next(
    aws: Aws, bucket: str, build: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put, sent = aws.put, []

    def interrupted(bucket: str, key: str, body: bytes) -> None:
        if sent:
            raise KeyboardInterrupt
        sent.append(key)
        put(bucket, key, body)

    monkeypatch.setattr(aws, "put", interrupted)
    with pytest.raises(KeyboardInterrupt):
        upload(aws, read_built(build, "shop"), bucket)
    assert not (build / "shop" / "packaged.json").exists()
    monkeypatch.setattr(aws, "put", put)
    assert upload(aws, read_built(build, "shop"), bucket).uploaded == ("root.json",)


def test_a_missing_bucket_says_who_makes_one(aws: Aws, build: Path) -> None:
    with pytest.raises(BadInput, match="`region` blueprint"):
        upload(aws, read_built(build, "shop"), "no-such-bucket-here")


def test_a_bucket_that_is_not_ours_is_refused(
    aws: Aws, bucket: str, build: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, Any]] = []

    def denied(**arguments: Any) -> None:
        from botocore.exceptions import ClientError

        asked.append(arguments)
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "Access Denied"}}, "List")

    monkeypatch.setattr(aws.client("s3"), "list_objects_v2", denied)
    with pytest.raises(BadInput, match=f"{bucket} is not account {aws.account}'s"):
        upload(aws, read_built(build, "shop"), bucket)
    assert asked[0]["ExpectedBucketOwner"] == aws.account


def test_bucket_is_given_or_read_from_ssm(aws: Aws) -> None:
    with pytest.raises(BadInput, match=BUCKET_PARAMETER):
        artifact_bucket(aws, None)
    assert artifact_bucket(aws, "mine-123") == "mine-123"
    aws.call("ssm", "put_parameter", Name=BUCKET_PARAMETER, Value="ours-123", Type="String")
    assert artifact_bucket(aws, None) == "ours-123"


@pytest.mark.parametrize("name", ["Shop", "a", "under_score", "s3://shop"])
def test_what_cannot_be_a_bucket_is_refused(aws: Aws, name: str) -> None:
    with pytest.raises(BadInput, match="--bucket"):
        artifact_bucket(aws, name)


def test_what_was_edited_after_the_build_is_refused(build: Path) -> None:
    (build / "shop" / "nested" / "vpc.json").write_text("{}")
    with pytest.raises(BadInput, match=r"vpc\.json is not what .*manifest\.json says"):
        read_built(build, "shop")


def test_what_was_never_built_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="build shop"):
        read_built(tmp_path, "shop")


def test_command_is_quoted_for_a_shell() -> None:
    line = command(
        template="build/shop/packaged.json",
        stack_name="shop-dev",
        parameters={"Size": "1 2", "Empty": ""},
        tags={"Project": "a shop"},
        capabilities=("CAPABILITY_IAM",),
        region="eu-west-1",
        bucket="artifacts",
    )
    assert shlex.split(line) == [
        *["aws", "cloudformation", "deploy", "--template-file", "build/shop/packaged.json"],
        *["--stack-name", "shop-dev", "--region", "eu-west-1"],
        *["--s3-bucket", "artifacts", "--s3-prefix", "stackwright"],
        *["--capabilities", "CAPABILITY_IAM"],
        *["--parameter-overrides", "Size=1 2", "Empty=", "--tags", "Project=a shop"],
    ]


def test_publish_prints_one_command_per_environment(
    project: Project,
    endpoint: str,
    bucket: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    assert publish(project, blueprint="shop", local=True, bucket=bucket, region="eu-west-1") == 0
    lines = [shlex.split(line) for line in capsys.readouterr().out.splitlines()]
    assert [line[line.index("--stack-name") + 1] for line in lines] == ["shop-dev", "shop-prod"]
    assert all("Size=1 2" in line and "CAPABILITY_IAM" in line for line in lines)
    assert not any("--s3-bucket" in line for line in lines)


def test_flat_blueprints_are_not_published_but_get_their_command(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    assert publish(project, blueprint="plain", environment="dev", region="eu-west-1") == 0
    told = capsys.readouterr()
    assert "never published" in told.err
    assert shlex.split(told.out)[4].endswith("build/plain/root.json")


def test_a_root_too_long_for_text_goes_by_s3(
    build: Path, aws: Aws, bucket: str, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stackwright.publish.BYTES_AS_TEXT", 10)
    assert upload(aws, read_built(build, "shop"), bucket).as_text_too_long


def test_unknown_environment_is_refused_before_aws_is_asked(project: Project) -> None:
    with pytest.raises(StackwrightError, match="prod"):
        publish(project, blueprint="shop", environment="prdo")
