"""A service that CodeDeploy deploys, as a person finds it: its traffic, its tasks, and releases that are under way."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from support.accounts import Account, Project
from support.existing_network import BLUEPRINT
from support.stacks import resources

GROUPS = {"TargetGroup": "blue", "AlternateTargetGroup": "green"}


@dataclass(frozen=True)
class System:
    """One deployed environment of `fargate-bluegreen`."""

    project: Project
    environment: str

    @property
    def account(self) -> Account:
        return self.project.account

    @property
    def name(self) -> str:
        return f"{BLUEPRINT}-{self.environment}"

    @cached_property
    def made(self) -> dict[str, dict[str, str]]:
        """Physical ids by nested stack and logical id."""
        return resources(self.account, self.name)

    def outputs(self) -> dict[str, str]:
        """Return the stack's outputs."""
        found = self.account.client("cloudformation").describe_stacks(StackName=self.name)["Stacks"][0]
        return {each["OutputKey"]: each["OutputValue"] for each in found["Outputs"]}

    def run(self, verb: str, *arguments: str, status: int = 0) -> str:
        """Run a verb on this environment without being asked; return what it printed."""
        done = self.project.run(verb, BLUEPRINT, self.environment, "--local", "--yes", *arguments, status=status)
        return done.stdout + done.stderr

    def push(self, tag: str, **annotations: str) -> str:
        """Put an image that behaves as annotated into the registry; return it."""
        uri = self.outputs()["RepositoryUri"]
        told = {f"stackwright.local/{name}": value for name, value in annotations.items()}
        kind = "application/vnd.oci.image.manifest.v1+json"
        manifest = {"schemaVersion": 2, "mediaType": kind, "annotations": {**told, "tag": tag}}
        self.account.client("ecr").put_image(
            repositoryName=uri.partition("/")[2], imageTag=tag, imageManifest=json.dumps(manifest)
        )
        return f"{uri}:{tag}"

    def traffic(self, rule: str = "ListenerRule") -> dict[str, int]:
        """Return the weights of a rule by colour, without those of nothing."""
        return self.weights(rule)[0]

    def weights(self, *rules: str) -> tuple[dict[str, int], ...]:
        """Return what each rule has at one moment, as `traffic` does."""
        arns, colours = self.made["Service"], {self.made["Service"][name]: colour for name, colour in GROUPS.items()}
        found = self.account.client("elbv2").describe_rules(RuleArns=[arns[each] for each in rules])["Rules"]
        groups = {each["RuleArn"]: each["Actions"][0]["ForwardConfig"]["TargetGroups"] for each in found}
        return tuple(
            {colours[each["TargetGroupArn"]]: each["Weight"] for each in groups[arns[rule]] if each["Weight"]}
            for rule in rules
        )

    def service(self) -> dict[str, Any]:
        """Return the service as ECS describes it."""
        ecs = self.account.client("ecs")
        cluster, service = self.made["Cluster"]["Cluster"], self.made["Service"]["Service"]
        found: dict[str, Any] = ecs.describe_services(cluster=cluster, services=[service])["services"][0]
        return found

    def images(self) -> list[str]:
        """Return the images of the tasks that run, by tag where they are the registry's own."""
        ecs, cluster = self.account.client("ecs"), self.made["Cluster"]["Cluster"]
        arns = ecs.list_tasks(cluster=cluster)["taskArns"]
        tasks = ecs.describe_tasks(cluster=cluster, tasks=arns)["tasks"] if arns else []
        return sorted({each["containers"][0]["image"].rpartition(":")[2] for each in tasks})

    @contextmanager
    def releasing(self, *arguments: str) -> Iterator[subprocess.Popen[str]]:
        """Run a release beside the test, which reads its stderr line by line."""
        words = [sys.executable, "build.py", "release", BLUEPRINT, self.environment, "--local", "--yes", *arguments]
        running = subprocess.Popen(
            words, cwd=self.project.folder, env=self.account.environment, stderr=subprocess.PIPE, text=True
        )
        try:
            yield running
        finally:
            running.kill()
            running.communicate()


def heard(running: subprocess.Popen[str], words: str) -> str:
    """Read what a release says until a line has these words; return all of it."""
    assert running.stderr
    told = []
    for line in running.stderr:
        told.append(line)
        if words in line:
            return "".join(told)
    raise AssertionError(f"{words!r} was never said:\n{''.join(told)}")
