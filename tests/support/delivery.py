"""What the delivery files of CodeBuild, GitHub and GitLab run, read from the files themselves."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from support.roles import granted
from troposphere import Template

from nested import ci_access, deploy_role

REPOSITORY = Path(__file__).resolve().parents[2]
BUILDSPEC = REPOSITORY / "buildspec.yml"
BUILDSPECS = [BUILDSPEC, *(REPOSITORY / f"buildspec-{each}.yml" for each in ("review", "promote", "release"))]
GITLAB = REPOSITORY / ".gitlab-ci.yml"
WORKFLOWS = sorted((REPOSITORY / ".github" / "workflows").glob("*.yml"))
KIND = "application/vnd.docker.distribution.manifest.v2+json"

# Stands in for docker and skopeo: it notes what it was asked, and what it is to push arrives in the registry.
STAND_IN = f"""#!{sys.executable}
import hashlib, json, os, sys
from pathlib import Path
program, words = Path(sys.argv[0]).name, sys.argv[1:]
with open(os.environ["NOTED"], "a") as notes:
    print(program, *words, file=notes)
def arrived(reference, manifest):
    import boto3
    name, _, tag = reference.partition("/")[2].partition(":")
    digest = "sha256:" + hashlib.sha256(manifest.encode()).hexdigest()
    boto3.client("ecr").put_image(repositoryName=name, imageTag=tag, imageManifest=manifest, imageDigest=digest)
if words[0] == "login":
    assert sys.stdin.read()
elif words[0] == "push":
    arrived(words[1], json.dumps({{"schemaVersion": 2, "mediaType": "{KIND}", "built": os.environ["COMMIT"]}}))
elif words[0] == "manifest-digest":
    print("sha256:" + hashlib.sha256(Path(words[1]).read_bytes()).hexdigest())
elif words[0] == "copy" and words[-1].startswith("docker://"):
    arrived(words[-1].removeprefix("docker://"), Path(words[-2].removeprefix("dir:"), "manifest.json").read_text())
elif words[0] == "copy" and words[-1].startswith("dir:"):
    import boto3
    name, _, digest = words[-2].removeprefix("docker://").partition("/")[2].partition("@")
    asked = {{"repositoryName": name, "imageIds": [{{"imageDigest": digest}}]}}
    (found,) = boto3.client("ecr").batch_get_image(**asked)["images"]
    Path(words[-1].removeprefix("dir:"), "manifest.json").write_text(found["imageManifest"])
elif words[0] == "run":
    print("container")
elif words[0] == "inspect":
    print(os.environ.get("HEALTH", "healthy"))
elif words[0] == "wait":
    print(os.environ.get("STATUS", "0"))
elif words[:2] == ["buildx", "build"]:
    Path(words[-1], ".cache/image.new").mkdir(parents=True)
"""


@dataclass(frozen=True)
class Script:
    """What one shell is given to run; `place` names file and step."""

    place: str
    text: str


def stand_in(folder: Path) -> None:
    """Put what stands in for docker and skopeo into a folder, to go first on the path."""
    folder.mkdir()
    for program in ("docker", "skopeo"):
        (folder / program).write_text(STAND_IN)
        (folder / program).chmod(0o755)


def loaded(file: Path) -> dict[str, Any]:
    """The file as YAML has it; GitHub's `on` is what YAML takes for True."""
    content: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return {"on" if key is True else key: value for key, value in content.items()}


def jobs() -> list[tuple[str, str, dict[str, Any]]]:
    """Every job of every workflow: file, name, content."""
    return [(file.stem, name, job) for file in WORKFLOWS for name, job in loaded(file)["jobs"].items()]


def scripts() -> Iterator[Script]:
    """Everything that any of the three runs, shell by shell."""
    for file in BUILDSPECS:
        yield Script(file.name, "\n".join(commands(file)))
    for file, name, job in jobs():
        for step in job.get("steps", []):
            if "run" in step:
                yield Script(f"{file}.yml {name}: {step['run'].splitlines()[0]}", step["run"])
    yield from _gitlab()


def commands(buildspec: Path) -> list[str]:
    """What CodeBuild runs, one after the other, in one shell."""
    return [line for phase in loaded(buildspec)["phases"].values() for line in phase["commands"]]


def _gitlab() -> Iterator[Script]:
    content = loaded(GITLAB)
    for name, job in content.items():
        if isinstance(job, dict) and "script" in job:
            before = content[job["extends"]]["before_script"] if "extends" in job else []
            yield Script(f".gitlab-ci.yml {name}", "\n".join(before + job["script"]))


def deploy_role_actions() -> list[str]:
    """What the deploy role of `account` may, as IAM writes it."""
    return _actions(deploy_role.template(stacks=["ec2-alb-*"]), "DeployRole")


def ci_role_actions() -> list[str]:
    """What the role may that ships an image past its stack."""
    return _actions(ci_access.template(), "CiRole")


def _actions(template: Template, role: str) -> list[str]:
    policies = template.to_dict()["Resources"][role]["Properties"]["Policies"]
    return granted(each["PolicyDocument"] for each in policies)
