"""What the delivery files of CodeBuild, GitHub and GitLab run, read from the files themselves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from nested import deploy_role

REPOSITORY = Path(__file__).resolve().parents[2]
BUILDSPEC = REPOSITORY / "buildspec.yml"
GITLAB = REPOSITORY / ".gitlab-ci.yml"
WORKFLOWS = sorted((REPOSITORY / ".github" / "workflows").glob("*.yml"))


@dataclass(frozen=True)
class Script:
    """What one shell is given to run; `place` names file and step."""

    place: str
    text: str


def loaded(file: Path) -> dict[str, Any]:
    """The file as YAML has it; GitHub's `on` is what YAML takes for True."""
    content: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return {"on" if key is True else key: value for key, value in content.items()}


def jobs() -> list[tuple[str, str, dict[str, Any]]]:
    """Every job of every workflow: file, name, content."""
    return [(file.stem, name, job) for file in WORKFLOWS for name, job in loaded(file)["jobs"].items()]


def scripts() -> Iterator[Script]:
    """Everything that any of the three runs, shell by shell."""
    phases = loaded(BUILDSPEC)["phases"]
    yield Script("buildspec.yml", "\n".join(line for phase in phases.values() for line in phase["commands"]))
    for file, name, job in jobs():
        for step in job.get("steps", []):
            if "run" in step:
                yield Script(f"{file}.yml {name}: {step['run'].splitlines()[0]}", step["run"])
    yield from _gitlab()


def _gitlab() -> Iterator[Script]:
    content = loaded(GITLAB)
    for name, job in content.items():
        if isinstance(job, dict) and "script" in job:
            before = content[job["extends"]]["before_script"] if "extends" in job else []
            yield Script(f".gitlab-ci.yml {name}", "\n".join(before + job["script"]))


def deploy_role_actions() -> list[str]:
    """What the deploy role of `account` may, as IAM writes it."""
    policies = deploy_role.template(stacks=["ec2-alb-*"]).to_dict()["Resources"]["DeployRole"]["Properties"]["Policies"]
    statements = [each for policy in policies for each in policy["PolicyDocument"]["Statement"]]
    asked = [each["Action"] for each in statements]
    return [action for each in asked for action in ([each] if isinstance(each, str) else each)]
