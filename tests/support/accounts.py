"""What an end-to-end test holds in its hands: an account of the local AWS, and a project a person works in."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import boto3
from support.commands import Command

REGION = "us-east-1"


@dataclass(frozen=True)
class Account:
    """One account of the local AWS, empty when a test begins, and the region that is asked."""

    id: str
    endpoint: str
    region: str = REGION

    @property
    def environment(self) -> dict[str, str]:
        """What points any client here, and nothing of the machine's own AWS configuration."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return kept | {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": self.id,
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_DEFAULT_REGION": self.region,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def at(self, region: str) -> Account:
        """Return the account with another region asked."""
        return replace(self, region=region)

    def client(self, service: str, region: str = "") -> Any:
        return _client(self.endpoint, self.id, service, region or self.region)

    def push(self, image: str) -> None:
        """Put an image, "uri:tag", into the account's registry, as `docker push` does: without it no task starts."""
        uri, _, tag = image.rpartition(":")
        kind = "application/vnd.oci.image.manifest.v1+json"
        manifest = json.dumps({"schemaVersion": 2, "mediaType": kind, "annotations": {"tag": tag}})
        name = uri.partition("/")[2]
        self.client("ecr").put_image(repositoryName=name, imageManifest=manifest, imageTag=tag)


@cache
def _client(endpoint: str, account: str, service: str, region: str) -> Any:
    return boto3.client(
        service,
        region_name=region,
        endpoint_url=endpoint,
        aws_access_key_id=account,
        aws_secret_access_key="local",
    )


@dataclass(frozen=True)
class Project:
    """A copy of the project, on which the command line runs as a person would run it."""

    folder: Path
    account: Account

    def begin(self, *arguments: str, stdin: str | None = None, prelude: str = "") -> Command:
        """Begin to run `build.py`, after the Python of `prelude`."""
        return Command(
            *arguments, folder=self.folder, environment=self.account.environment, stdin=stdin, prelude=prelude
        )

    def run(
        self, *arguments: str, status: int = 0, stdin: str | None = None, prelude: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run `build.py`, hold its exit status and return what it printed."""
        done = self.begin(*arguments, stdin=stdin, prelude=prelude).ended()
        assert done.returncode == status, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr
        return done

    def set(self, blueprint: str, environment: str, **parameters: str) -> None:
        """Change parameters in an environment's file."""
        path = self.folder / "params" / blueprint / f"{environment}.json"
        content: dict[str, Any] = json.loads(path.read_text())
        content["Parameters"] |= parameters
        path.write_text(json.dumps(content))

    def tag(self, blueprint: str, environment: str, **tags: str) -> None:
        """Change tags in an environment's file."""
        path = self.folder / "params" / blueprint / f"{environment}.json"
        content: dict[str, Any] = json.loads(path.read_text())
        content["Tags"] |= tags
        path.write_text(json.dumps(content))

    def parameters(self, blueprint: str, environment: str) -> Mapping[str, str]:
        path = self.folder / "params" / blueprint / f"{environment}.json"
        found: dict[str, str] = json.loads(path.read_text())["Parameters"]
        return found
