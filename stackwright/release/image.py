"""An image of a folder: built by Docker for the tasks' architecture and pushed to the stack's registry."""

from __future__ import annotations

import base64
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from stackwright.aws_errors import AwsError
from stackwright.errors import BadInput, StackwrightError
from stackwright.preflight.checks.image_present import PLATFORMS
from stackwright.quoting import quoted

if TYPE_CHECKING:
    from stackwright.aws import Aws
    from stackwright.aws_shapes import Stack

_NO_TAG = re.compile(r"[^A-Za-z0-9_.-]+")
_STDERR = 2
_LONGEST_TAG = 128  # "Image tags", Amazon ECR User Guide


def tagged(stack: Stack, *, environment: str, version: str) -> str:
    """Return the image of a version in the stack's registry, under the tag `<environment>-<version>`."""
    tag = _NO_TAG.sub("-", f"{environment}-{version}")[:_LONGEST_TAG]
    return f"{stack.outputs['RepositoryUri']}:{tag}"


def built(aws: Aws, stack: Stack, folder: Path, image: str) -> str:
    """Build the folder's Dockerfile, push it as this image and return the image by its digest.

    Tags are immutable: raises BadInput, before anything is built, for one that was pushed before.
    """
    if not (folder / "Dockerfile").is_file():
        raise BadInput(f"--folder {quoted(str(folder))}: there is no Dockerfile in it")
    if _digest(aws, image):
        raise BadInput(f"{image} was pushed before: release it with --image, or give another --version")
    platform = PLATFORMS[stack.parameters.get("CpuArchitecture", "X86_64")]
    _docker("build", "--platform", f"linux/{platform}", "--tag", image, str(folder))
    _login(aws, image.partition("/")[0])
    _docker("push", image)
    digest = _digest(aws, image)
    if digest is None:
        raise StackwrightError(
            f"{image} was pushed, and the registry does not have it: nothing was released\n"
            "next: the same again, which looks for it before it builds"
        )
    return f"{image.rpartition(':')[0]}@{digest}"


def _digest(aws: Aws, image: str) -> str | None:
    """Return the digest that the registry has under an image's tag, None where it has none."""
    repository, _, tag = image.partition("/")[2].rpartition(":")
    try:
        found = aws.call("ecr", "describe_images", repositoryName=repository, imageIds=[{"imageTag": tag}])
    except AwsError as error:
        if error.code != "ImageNotFoundException":
            raise
        return None
    return str(found["imageDetails"][0]["imageDigest"])


def _login(aws: Aws, registry: str) -> None:
    token = aws.call("ecr", "get_authorization_token")["authorizationData"][0]["authorizationToken"]
    user, _, password = base64.b64decode(token).decode().partition(":")
    _docker("login", "--username", user, "--password-stdin", registry, given=password)


def _docker(*arguments: str, given: str | None = None) -> None:
    try:
        # To standard error: standard output is for data, which --json prints.
        done = subprocess.run(["docker", *arguments], input=given, stdout=_STDERR, text=True, check=False)
    except FileNotFoundError as error:
        raise BadInput("--folder needs docker on the PATH; or push an image and give it with --image") from error
    if done.returncode:
        raise StackwrightError(f"docker {arguments[0]} ended with status {done.returncode}: nothing was released")
