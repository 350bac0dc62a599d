"""Publishing: rendered templates to S3 by content, and the root that points to them.

A template's key is the SHA-256 of its bytes, so what is there never needs to go again, nothing is
ever overwritten, and an interrupted run is mended by the same command. `packaged.json` is the root
with absolute URLs: `aws cloudformation deploy` takes it as it is. Flat blueprints are passed to
CloudFormation as text and so never published.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stackwright import console
from stackwright.aws_errors import AccessDenied, AwsError
from stackwright.capabilities import capabilities
from stackwright.errors import BadInput
from stackwright.params import Settings, settings
from stackwright.place import place
from stackwright.regions import OFFLINE, chosen_region
from stackwright.render import MANIFEST, ROOT
from stackwright.wiring.text import BYTES_AS_TEXT, as_text

if TYPE_CHECKING:
    from stackwright.aws import Aws
    from stackwright.project import Project

PACKAGED = "packaged.json"
PREFIX = "stackwright"
BUCKET_PARAMETER = "/stackwright/artifact-bucket"
ROLE_PARAMETER = "/stackwright/execution-role-arn"
BUCKET_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")  # "General purpose bucket naming rules"
DOMAINS = {"aws-cn": "amazonaws.com.cn"}
MEND = "deploy the `region` blueprint, which makes one, or give another with --bucket"


@dataclass(frozen=True)
class Built:
    """A blueprint's files in `build/`, as the manifest says they are."""

    name: str
    folder: Path
    files: dict[str, bytes]

    @property
    def root(self) -> dict[str, Any]:
        return dict(json.loads(self.files[ROOT]))

    @property
    def nested(self) -> dict[str, dict[str, Any]]:
        """Nested templates by relative path, as TemplateURL names them."""
        return {path: json.loads(body) for path, body in self.files.items() if path != ROOT}

    @property
    def flat(self) -> bool:
        return len(self.files) == 1


@dataclass(frozen=True)
class Published:
    """What a publication came to; `root_url` is where the packaged root itself lies."""

    bucket: str
    root: dict[str, Any]
    root_url: str
    packaged: Path
    uploaded: tuple[str, ...]
    kept: int
    nested: dict[str, dict[str, Any]]

    def sentence(self) -> str:
        """Return what was done in words."""
        return f"published to {self.bucket}: {len(self.uploaded)} uploaded, {self.kept} there already"

    @property
    def as_text_too_long(self) -> bool:
        """Whether the packaged root is too long to be passed to CloudFormation as text."""
        return len(as_text(self.root).encode()) > BYTES_AS_TEXT


def publish(
    project: Project,
    *,
    blueprint: str,
    environment: str | None = None,
    local: bool = False,
    profile: str | None = None,
    bucket: str | None = None,
    role_arn: str | None = None,
    region: str | None = None,
) -> int:
    """Upload a built blueprint and print the aws command per environment; return the exit status."""
    project.names([blueprint])
    names = [environment] if environment else project.environments(blueprint)
    built = read_built(project.build, blueprint)
    files = {name: _settings(project, built, name) for name in names}
    if built.flat:
        console.say(f"{blueprint} is flat: it is passed as text and never published")
        place_region = chosen_region(region, profile=profile) or OFFLINE
        _print_commands(project, built, files, region=place_region, profile=profile)
        return 0
    with place(local=local, profile=profile, region=region) as aws:
        console.say(f"account {aws.account}, region {aws.region}")
        published = upload(aws, built, artifact_bucket(aws, bucket))
        console.say(published.sentence())
        console.say(f"root: {published.root_url}")
        role = execution_role(aws, role_arn)
        _print_commands(project, built, files, region=aws.region, profile=profile, published=published, role=role)
    return 0


def _settings(project: Project, built: Built, environment: str) -> Settings:
    path = project.parameter_file(built.name, environment)
    return settings(path, built.root, shown=project.shown(path))


def _print_commands(
    project: Project,
    built: Built,
    files: Mapping[str, Settings],
    *,
    region: str,
    profile: str | None,
    published: Published | None = None,
    role: str | None = None,
) -> None:
    path = published.packaged if published else built.folder / ROOT
    for name, file in files.items():
        console.out(
            command(
                template=project.shown(path),
                stack_name=f"{built.name}-{name}",
                parameters=file.parameters,
                tags=file.tags,
                capabilities=capabilities([built.root, *built.nested.values()]),
                region=region,
                profile=profile,
                bucket=published.bucket if published and published.as_text_too_long else None,
                role=role,
            )
        )


def read_built(build: Path, name: str) -> Built:
    """Return a blueprint's files; raises BadInput when `build/` is not what its manifest says."""
    folder = build / name
    try:
        listed = json.loads((build / MANIFEST).read_text())["blueprints"][name]
        files = {path: (folder / path).read_bytes() for path in listed}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput(f"{folder} is not built: run `python build.py build {name}`") from error
    for path, body in files.items():
        if sha256(body).hexdigest() != listed[path]:
            raise BadInput(
                f"{folder / path} is not what {build / MANIFEST} says: edit the blueprint instead,"
                f" and run `python build.py build {name}`"
            )
    return Built(name=name, folder=folder, files=files)


def artifact_bucket(aws: Aws, given: str | None) -> str:
    """Return the bucket: given, else the one that the `region` blueprint wrote to SSM."""
    bucket = given or aws.parameter(BUCKET_PARAMETER)
    if not bucket:
        raise BadInput(f"no artifact bucket: SSM parameter {BUCKET_PARAMETER} is absent; {MEND}")
    if not BUCKET_NAME.fullmatch(bucket):
        raise BadInput(f"{bucket!r} cannot be a bucket's name: give another with --bucket")
    return bucket


def execution_role(aws: Aws, given: str | None) -> str | None:
    """Return the role CloudFormation is to act with: given, else what `account` wrote to SSM.

    None, as for an empty one given, leaves CloudFormation to the caller's own permissions.
    """
    return (aws.parameter(ROLE_PARAMETER) if given is None else given) or None


def upload(aws: Aws, built: Built, bucket: str) -> Published:
    """Upload what is not there yet and write packaged.json beside the built files.

    Raises BadInput for a bucket that is absent or not this account's.
    """
    there, region = _keys(aws, bucket, f"{PREFIX}/{built.name}/")
    address = f"https://{bucket}.s3.{region}.{DOMAINS.get(aws.partition, 'amazonaws.com')}"
    objects = {path: body for path, body in built.files.items() if path != ROOT}
    keys = {path: _key(built.name, body) for path, body in objects.items()}
    root = packaged(built.root, {path: f"{address}/{key}" for path, key in keys.items()})
    body = as_text(root).encode()
    objects[ROOT], keys[ROOT] = body, _key(built.name, body)
    # The root goes last: where it is, all that it points to is.
    missing = [path for path in objects if keys[path] not in there]
    for path in missing:
        aws.put(bucket, keys[path], objects[path])
    return Published(
        bucket=bucket,
        root=root,
        root_url=f"{address}/{keys[ROOT]}",
        packaged=_write(built.folder / PACKAGED, body),
        uploaded=tuple(missing),
        kept=len(objects) - len(missing),
        nested={f"{address}/{keys[path]}": each for path, each in built.nested.items()},
    )


def packaged(root: Mapping[str, Any], urls: Mapping[str, str]) -> dict[str, Any]:
    """Return the root with each relative TemplateURL replaced by its absolute one."""
    resources = {name: _pointed(resource, urls) for name, resource in root.get("Resources", {}).items()}
    return {**root, "Resources": resources}


def _pointed(resource: dict[str, Any], urls: Mapping[str, str]) -> dict[str, Any]:
    properties = resource.get("Properties", {})
    if resource.get("Type") != "AWS::CloudFormation::Stack":
        return resource
    return {
        **resource,
        "Properties": {**properties, "TemplateURL": urls[properties["TemplateURL"]]},
    }


def command(
    *,
    template: str,
    stack_name: str,
    parameters: Mapping[str, str],
    tags: Mapping[str, str],
    capabilities: tuple[str, ...],
    region: str,
    profile: str | None = None,
    bucket: str | None = None,
    role: str | None = None,
) -> str:
    """Return the stock AWS CLI's command that deploys a template, quoted for a shell.

    Parameters are inline, because versions 1 and 2 of the CLI read no parameter file alike;
    `bucket` is for a root too long to be passed as text.
    """
    words = ["aws", "cloudformation", "deploy", "--template-file", template]
    words += ["--stack-name", stack_name, "--region", region]
    words += ["--profile", profile] if profile else []
    words += ["--s3-bucket", bucket, "--s3-prefix", PREFIX] if bucket else []
    words += ["--role-arn", role] if role else []
    words += ["--capabilities", *capabilities] if capabilities else []
    for option, pairs in (("--parameter-overrides", parameters), ("--tags", tags)):
        words += [option, *(f"{key}={value}" for key, value in pairs.items())] if pairs else []
    return shlex.join(words)


def _keys(aws: Aws, bucket: str, prefix: str) -> tuple[set[str], str]:
    try:
        return aws.keys(bucket, prefix)
    except AccessDenied as error:
        raise BadInput(
            f"bucket {bucket} is not account {aws.account}'s, or this identity may not list it"
            " (s3:ListBucket): give another with --bucket"
        ) from error
    except AwsError as error:
        if error.code == "NoSuchBucket":
            raise BadInput(f"bucket {bucket} does not exist: {MEND}") from error
        raise


def _key(name: str, body: bytes) -> str:
    return f"{PREFIX}/{name}/{sha256(body).hexdigest()}.json"


def _write(path: Path, body: bytes) -> Path:
    """Replace a file as a whole, so that an interruption leaves the old one or the new."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        partial.write_bytes(body)
        partial.replace(path)
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error.strerror}") from error
    return path
