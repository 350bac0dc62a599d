"""Every command in the delivery files and in make's recipes for them exists, and is one that its program takes."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import pytest
from awscli.clidriver import create_clidriver
from support.delivery import REPOSITORY, Script, ci_role_actions, deploy_role_actions, scripts

from stackwright.cli import verbs

MAKEFILE = "".join((REPOSITORY / each).read_text(encoding="utf-8") for each in ("Makefile", "delivery.mk"))
TARGETS = {*re.findall(r"^([a-z-]+):", MAKEFILE, flags=re.MULTILINE), ".venv/.installed"}
DELIVERY = re.findall(r"^STEPS := (.+)$", MAKEFILE, flags=re.MULTILINE)[0].split()
SHELLCHECK = Path(sys.executable).with_name("shellcheck")
GIVEN = {"$BLUEPRINT": "ec2-alb", "$ENV": "dev", "$IMAGE": "example/app@sha256:0", "$$BLUEPRINT": "ec2-alb"}
PROGRAMS = {"make", ".venv/bin/python", "apt-get", "apk", "dnf", "tail"}
OF_THE_SHELL = {"[", "test", "echo", "printf", "export", "exit", "}", "set"}
ACTIONS = {
    "cloudformation describe-stacks": "cloudformation:DescribeStacks",
    "ecr get-login-password": "ecr:GetAuthorizationToken",
    "ecr describe-images": "ecr:DescribeImages",
    "ecr describe-repositories": "ecr:DescribeRepositories",
    "ecs describe-services": "ecs:DescribeServices",
    "ecs describe-task-definition": "ecs:DescribeTaskDefinition",
    "ecs register-task-definition": "ecs:RegisterTaskDefinition",
    "ecs update-service": "ecs:UpdateService",
    "ecs wait": "ecs:DescribeServices",
}
SCRIPTS = [pytest.param(script, id=script.place) for script in scripts()]


@cache
def recipe(target: str) -> str:
    """What make would run for a target; a line with `$(MAKE)` runs all the same, so what is in it does nothing."""
    nothing = ["MAKE=true", *(["PUSHED=true"] if target == "ship" else [])]
    command = ["make", "--dry-run", "--old-file", ".venv/.installed", target, *nothing]
    own = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    environment = own | {"REPOSITORY": "host/name", "IMAGE": "a@b"}
    ended = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=True)
    return ended.stdout


RECIPES = [pytest.param(target, id=target) for target in DELIVERY]


@pytest.mark.parametrize("script", SCRIPTS)
def test_scripts_have_no_finding_of_shellcheck(script: Script) -> None:
    assert shellcheck(script.text, "bash") == ""


@pytest.mark.parametrize("target", RECIPES)
def test_recipes_have_no_finding_of_shellcheck(target: str) -> None:
    assert shellcheck(recipe(target), "sh") == ""


def test_what_is_delivered_is_told_to_the_steps_alone() -> None:
    shown = subprocess.run(
        ["make", "-s", "--eval", "tell:; @printenv COMMIT || echo nothing", "tell"],
        cwd=REPOSITORY,
        env={name: value for name, value in os.environ.items() if name not in {"COMMIT", "MAKEFLAGS"}},
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout.strip() == "nothing"


def shellcheck(text: str, shell: str) -> str:
    command = [SHELLCHECK, "--shell", shell, "--format", "gcc", "-"]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=False).stdout


def test_shellcheck_finds_what_is_unquoted() -> None:
    assert "SC2086" in shellcheck("make $FOLDER", "bash")


@pytest.mark.parametrize("script", SCRIPTS)
def test_make_targets_are_there(script: Script) -> None:
    assert set(re.findall(r"(?:^|\()make (?:-s )?([\w./-]+)", script.text, flags=re.MULTILINE)) <= TARGETS


@pytest.mark.parametrize("script", SCRIPTS)
def test_programs_are_those_that_the_machine_has_or_gets(script: Script) -> None:
    assert set(_programs(script.text)) <= PROGRAMS | OF_THE_SHELL


def _programs(text: str) -> Iterator[str]:
    """The first word of each simple command, without the variables set before it."""
    for command in re.split(r"\n|&&|\|\||;|\{ |\$\(|\)\"", text):
        words = [word for word in command.split() if not re.match(r'"?\w+="?', word) and word != '"']
        yield from words[:1]


def _ours() -> Iterator[str]:
    for script in scripts():
        yield from (line.strip() for line in re.findall(r"\bbuild\.py ([^|)\n]+)", script.text))
    for target in DELIVERY:
        yield from re.findall(r"\bbuild\.py (.+)", recipe(target))


@pytest.mark.parametrize("line", sorted(set(_ours())))
def test_verbs_are_understood(line: str) -> None:
    written = re.sub(r"\$\{(\w+):\+.*?\}", lambda match: f"--{match[1].lower().replace('_', '-')}", line)
    verb, *arguments = [GIVEN.get(word, word) for word in shlex.split(written)]
    given = verbs.commands[verb].make_context(verb, list(arguments)).params
    answered = {"--yes", "--no-execute", "--write"} & set(arguments)
    assert answered or "yes" not in given, "it would ask, where nobody answers"


def test_verbs_are_found() -> None:
    assert {line.split()[0] for line in _ours()} == {"build", "verify", "publish", "deploy", "release", "destroy"}


def _asked_of_aws(*targets: str) -> set[str]:
    lines = "\n".join(recipe(target) for target in targets or DELIVERY).replace("\\\n", " ")
    return set(re.findall(r"\baws [a-z]+ [a-z-]+[^|;)\n]*(?:\|\| *i[^|;)\n]*)?", lines))


@pytest.mark.parametrize("line", sorted(_asked_of_aws()))
def test_aws_knows_service_operation_and_options(line: str) -> None:
    _, service, operation, *rest = line.split()
    driver = create_clidriver()
    services = driver.create_help_command().command_table
    command = services[service].create_help_command().command_table[operation]
    if operation == "wait":
        command = command.subcommand_table[rest[0]]
    asked = {word[2:] for word in rest if re.fullmatch(r"--[a-z-]+", word)}
    assert asked <= command.arg_table.keys() | driver.create_help_command().arg_table.keys()


def _within(operations: set[str], allowed: list[str]) -> set[str]:
    return {each for each in operations if any(fnmatchcase(ACTIONS[each], action) for action in allowed)}


def _operations(*targets: str) -> set[str]:
    return {" ".join(line.split()[1:3]) for line in _asked_of_aws(*targets)}


def test_aws_is_asked_what_the_deploy_role_may() -> None:
    operations = _operations(*(each for each in DELIVERY if each != "revise"))
    assert operations - _within(operations, deploy_role_actions()) == set()


def test_who_ships_past_the_stack_asks_what_its_role_may() -> None:
    operations = _operations("login", "ship", "push", "digest", "revise")
    assert "ecs update-service" in operations
    assert operations - _within(operations, ci_role_actions()) == set()
