"""An image of a folder: built by Docker for the tasks' architecture and pushed to the stack's registry."""

from __future__ import annotations

import base64
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from stackwright.errors import BadInput, StackwrightError
from stackwright.preflight.checks.image_present import PLATFORMS
from stackwright.quoting import quoted

if TYPE_CHECKING:
    from stackwright.aws import Aws
    from stackwright.aws_shapes import Stack

_NO_TAG = re.compile(r"[^A-Za-z0-9_.-]+")
_STDERR = 2
_LONGEST_TAG = 128  # "Image tags", Amazon ECR User Guide


def built(aws: Aws, stack: Stack, folder: Path, *, environment: str, version: str) -> str:
    """Build the folder's Dockerfile, push it under `<environment>-<version>` and return the image by its digest.

    Tags are immutable: a version that was pushed before is refused by the registry.
    """
    if not (folder / "Dockerfile").is_file():
        raise BadInput(f"--folder {quoted(str(folder))}: there is no Dockerfile in it")
    repository = stack.outputs["RepositoryUri"]
    tag = _NO_TAG.sub("-", f"{environment}-{version}")[:_LONGEST_TAG]
    image = f"{repository}:{tag}"
    platform = PLATFORMS[stack.parameters.get("CpuArchitecture", "X86_64")]
    _docker("build", "--platform", f"linux/{platform}", "--tag", image, str(folder))
    _login(aws, repository.partition("/")[0])
    _docker("push", image)
    where = {"repositoryName": repository.partition("/")[2], "imageIds": [{"imageTag": tag}]}
    found = aws.call("ecr", "describe_images", **where)["imageDetails"]
    return f"{repository}@{found[0]['imageDigest']}"


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
