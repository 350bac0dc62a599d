from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from stackwright.aws import Aws
from stackwright.emulator.server import LocalAws
from stackwright.preflight.check import Result
from stackwright.preflight.subject import Subject

Plan = Callable[..., Subject]
Asked = Callable[[str, Subject], Result]


OCI = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
Task = Callable[..., dict[str, Any]]


def uri(aws: Aws, tag: str = "dev-1") -> str:
    return f"{aws.account}.dkr.ecr.{aws.region}.amazonaws.com/app:{tag}"


def push(aws: Aws, manifest: dict[str, Any], tag: str = "dev-1") -> str:
    aws.call("ecr", "create_repository", repositoryName="app")
    text = json.dumps({"schemaVersion": 2, **manifest})
    kind = manifest["mediaType"]
    pushed = aws.call(
        "ecr", "put_image", repositoryName="app", imageManifest=text, imageManifestMediaType=kind, imageTag=tag
    )
    return str(pushed["image"]["imageId"]["imageDigest"])


def index(*architectures: str) -> dict[str, Any]:
    manifests = [{"digest": "sha256:" + "0" * 64, "platform": {"architecture": each}} for each in architectures]
    return {"mediaType": INDEX, "manifests": manifests}


def test_holds_for_a_tag_that_is_there(aws: Aws, plan: Plan, asked: Asked, task: Task) -> None:
    push(aws, {"mediaType": OCI})
    result = asked("image-present", plan({"Task": task(Image=uri(aws))}))
    assert (result.verdict, result.points[0].text) == ("holds", uri(aws))


def test_holds_for_a_digest_that_is_there(aws: Aws, plan: Plan, asked: Asked, task: Task) -> None:
    digest = push(aws, {"mediaType": OCI})
    image = f"{uri(aws).removesuffix(':dev-1')}@{digest}"
    assert asked("image-present", plan({"Task": task(Image=image)})).verdict == "holds"


def test_fails_for_a_tag_that_is_not_there(aws: Aws, plan: Plan, asked: Asked, task: Task) -> None:
    push(aws, {"mediaType": OCI})
    result = asked("image-present", plan({"Task": task(Image=uri(aws, "dev-2"))}))
    assert result.verdict == "fails"
    assert result.points[0].text.startswith(f"Image {uri(aws, 'dev-2')} is not there: ")


def test_fails_for_a_registry_that_is_not_there(aws: Aws, plan: Plan, asked: Asked, task: Task) -> None:
    assert asked("image-present", plan({"Task": task(Image=uri(aws))})).verdict == "fails"


def test_the_registrys_own_region_and_account_are_asked(
    aws: Aws, local: LocalAws, plan: Plan, asked: Asked, task: Task
) -> None:
    other = Aws(region="eu-west-1", endpoint=local.endpoint, keys=("799999999999", "local"))
    push(other, {"mediaType": OCI})
    assert asked("image-present", plan({"Task": task(Image=uri(other))})).verdict == "holds"
    assert asked("image-present", plan({"Task": task(Image=uri(other, "dev-2"))})).verdict == "fails"


def test_holds_for_an_index_that_has_the_architecture(aws: Aws, plan: Plan, asked: Asked, task: Task) -> None:
    push(aws, index("amd64", "arm64", "unknown"))
    result = asked("image-present", plan({"Task": task(Image=uri(aws), architecture="ARM64")}))
    assert (result.verdict, result.points[0].text) == ("holds", f"{uri(aws)}, for ARM64")


def test_fails_for_an_index_of_another_architecture(aws: Aws, plan: Plan, asked: Asked, task: Task) -> None:
    push(aws, index("amd64", "unknown"))
    result = asked("image-present", plan({"Task": task(Image=uri(aws), architecture="ARM64")}))
    assert result.verdict == "fails"
    assert result.points[0].text == f"Image {uri(aws)} is for amd64, and CpuArchitecture is ARM64"


def test_an_image_outside_ecr_is_not_asked_about(plan: Plan, asked: Asked, task: Task) -> None:
    result = asked("image-present", plan({"Task": task(Image="public.ecr.aws/nginx/nginx:1.29")}))
    assert result.verdict == "not applicable"


def test_cannot_be_told_where_the_registry_is_not_shown(
    aws: Aws, plan: Plan, asked: Asked, task: Task, deny: Any
) -> None:
    subject = plan({"Task": task(Image=uri(aws))})
    deny("ecr", "describe_images")
    assert asked("image-present", subject).verdict == "cannot be told"
