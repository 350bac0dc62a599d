"""Who may do what: no stored keys, no right too many, no step from untrusted text, no two deployments at once."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from support.delivery import BUILDSPECS, GITLAB, REPOSITORY, WORKFLOWS, jobs, loaded, scripts

from nested.parts.task import CONTAINER
from templates import BLUEPRINTS

FILES = [*BUILDSPECS, GITLAB, *WORKFLOWS]
JOBS = [pytest.param(file, name, job, id=f"{file} {name}") for file, name, job in jobs()]
RUN_HERE = [each for each in JOBS if "steps" in each.values[2]]
ASSUMES = "aws-actions/configure-aws-credentials"
# What a person makes and deletes, with permissions that no role of a workflow has.
A_PERSONS = {"account", "region", "pipeline", "fleet", "fleet-account"}


def uses(job: dict[str, Any]) -> list[dict[str, Any]]:
    return [step for step in job.get("steps", []) if "uses" in step]


def assumes_role(job: dict[str, Any]) -> bool:
    return any(step["uses"].startswith(ASSUMES) for step in uses(job))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_no_file_has_a_key_or_asks_for_a_stored_one(file: Any) -> None:
    text = file.read_text(encoding="utf-8")
    assert not re.findall(r"secrets\.|A[KS]IA[A-Z0-9]{16}|(?i:secret_access_key|access-key-id|access_key_id)", text)
    assert not re.findall(r"\b\d{12}\b", text), "an account's number"


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_a_workflow_grants_nothing_of_itself(file: Any) -> None:
    assert loaded(file)["permissions"] == {}


@pytest.mark.parametrize(("file", "name", "job"), JOBS)
def test_only_jobs_that_assume_a_role_get_a_token(file: str, name: str, job: dict[str, Any]) -> None:
    assert job["permissions"] == {"contents": "read"} | ({"id-token": "write"} if assumes_role(job) else {})


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_no_workflow_runs_with_rights_for_somebody_elses_code(file: Any) -> None:
    assert not {"pull_request_target", "workflow_run", "issue_comment"} & loaded(file)["on"].keys()


def test_what_runs_for_a_pull_request_assumes_no_role() -> None:
    asked = [file.stem for file in WORKFLOWS if "pull_request" in loaded(file)["on"]]
    assert asked == ["ci"]
    assert not any(assumes_role(job) for file, _, job in jobs() if file in asked)


@pytest.mark.parametrize(("file", "name", "job"), RUN_HERE)
def test_actions_are_pinned_by_commit_with_their_version(file: str, name: str, job: dict[str, Any]) -> None:
    text = (REPOSITORY / ".github" / "workflows" / f"{file}.yml").read_text(encoding="utf-8")
    for step in uses(job):
        assert re.search(rf"uses: {step['uses']} # v\d+\.\d+\.\d+$", text, flags=re.MULTILINE), step["uses"]
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", step["uses"])


def test_an_action_has_one_pin() -> None:
    pins = {tuple(step["uses"].split("@")) for _, _, job in jobs() for step in uses(job)}
    assert len({action for action, _ in pins}) == len(pins)


@pytest.mark.parametrize("script", [pytest.param(each, id=each.place) for each in scripts()])
def test_no_script_is_made_of_what_somebody_typed(script: Any) -> None:
    assert "${{" not in script.text
    assert "eval " not in script.text


@pytest.mark.parametrize(("file", "name", "job"), RUN_HERE)
def test_jobs_end(file: str, name: str, job: dict[str, Any]) -> None:
    # The role's session, and with it all that the job could do, ends after an hour.
    assert job["timeout-minutes"] <= 60


@pytest.mark.parametrize(("file", "name", "job"), [each for each in RUN_HERE if assumes_role(each.values[2])])
def test_two_never_change_an_environment_at_once(file: str, name: str, job: dict[str, Any]) -> None:
    environment = job["env"]["ENV"]
    assert job["concurrency"] == {"group": f"stacks-{environment}", "cancel-in-progress": False}


def test_gitlab_never_changes_an_environment_twice_at_once() -> None:
    content = loaded(GITLAB)
    changing = {name: job for name, job in content.items() if "make standing" in str(job) or " deploy " in str(job)}
    assert changing.keys() == {"system", "dev", "prod"}
    for job in changing.values():
        assert job["resource_group"] == f"stacks-{job['environment']['name']}"


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_jobs_are_in_the_environment_that_the_deploy_role_trusts(environment: str) -> None:
    file = REPOSITORY / "params" / "account" / f"{environment}.json"
    trusted = json.loads(file.read_text(encoding="utf-8"))["Parameters"]
    (job,) = (job for file, name, job in jobs() if (file, name) == ("deploy", environment))
    assert job.get("environment", "") == trusted["GitHubEnvironment"]
    assert loaded(REPOSITORY / ".github/workflows/deploy.yml")["on"]["push"]["branches"] == [trusted["GitHubBranch"]]


def test_prod_is_a_persons_decision() -> None:
    (github,) = (job for file, name, job in jobs() if (file, name) == ("deploy", "prod"))
    assert github["environment"] == "prod" and github["needs"] == "dev"
    assert [rule["when"] for rule in loaded(GITLAB)["prod"]["rules"]] == ["manual"]


@pytest.mark.parametrize("file", ["setup", "destroy", "destroy-account"])
def test_what_the_deploy_role_may_not_is_for_administration(file: str) -> None:
    ((_, _, job),) = (each for each in jobs() if each[0] == file)
    assert loaded(REPOSITORY / f".github/workflows/{file}.yml")["on"].keys() == {"workflow_dispatch"}
    assert job["environment"] == "${{ inputs.environment }}-administration"
    roles = [step["with"]["role-to-assume"] for step in uses(job) if step["uses"].startswith(ASSUMES)]
    assert roles == ["${{ vars.ADMINISTRATION_ROLE_ARN }}"]


@pytest.mark.parametrize("file", ["destroy", "destroy-account"])
def test_nothing_is_destroyed_before_its_name_is_compared(file: str) -> None:
    ((_, _, job),) = (each for each in jobs() if each[0] == file)
    assert job["steps"][0]["run"].startswith('[ "$TYPED" = ')
    assert "exit 1" in job["steps"][0]["run"]


def test_every_system_can_be_destroyed() -> None:
    inputs = loaded(REPOSITORY / ".github/workflows/destroy.yml")["on"]["workflow_dispatch"]["inputs"]
    assert set(inputs["blueprint"]["options"]) >= BLUEPRINTS.keys() - A_PERSONS


def test_what_cloudfront_needs_is_destroyed_where_it_is() -> None:
    ((_, _, job),) = (each for each in jobs() if each[0] == "destroy")
    (region,) = [step["with"]["aws-region"] for step in uses(job) if step["uses"].startswith(ASSUMES)]
    assert region == "${{ inputs.blueprint == 'edge' && 'us-east-1' || vars.AWS_REGION }}"


@pytest.mark.parametrize("file", BUILDSPECS, ids=lambda file: file.stem)
def test_codebuild_ends_with_the_first_error(file: Any) -> None:
    assert {phase["on-failure"] for phase in loaded(file)["phases"].values()} == {"ABORT"}


def test_codebuild_names_the_container_of_the_task_definition() -> None:
    written = re.findall(r'"name":"(\w+)"', "".join(file.read_text(encoding="utf-8") for file in BUILDSPECS))
    assert written == [CONTAINER, CONTAINER]
