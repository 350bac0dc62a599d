"""CI access: one repository's one branch or environment, and nothing but this service, its registry and its roles."""

from __future__ import annotations

from typing import Any

import pytest

from nested import ci_access
from nested.ci_access import Forge
from stackwright.resolve.nested import resolve
from stackwright.resolve.symbols import rendered

ACCOUNT = "123456789012"
GITHUB = "token.actions.githubusercontent.com"
GIVEN = {
    "GitHubRepository": "octo-org/octo-app",
    "GitLabProject": "octo/tools/app",
    "RepositoryArn": f"arn:aws:ecr:eu-west-1:{ACCOUNT}:repository/shop",
    "ClusterName": "cluster-1",
    "ServiceName": "service-1",
    "TaskFamily": "shop-prod-Service-1",
    "TaskRoleArn": f"arn:aws:iam::{ACCOUNT}:role/task",
    "TaskExecutionRoleArn": f"arn:aws:iam::{ACCOUNT}:role/start",
}


def resources(forge: Forge = "github", **parameters: str) -> dict[str, dict[str, Any]]:
    template = ci_access.template(forge=forge).to_dict()
    fed = {name: value for name, value in (GIVEN | parameters).items() if name in template["Parameters"]}
    graph = resolve(template, {}, fed, region="eu-west-1", stack_name="shop-prod-CiAccess-1")
    return {path: rendered(each.properties) for path, each in graph.resources.items()}


def trust(forge: Forge = "github", **parameters: str) -> dict[str, Any]:
    (statement,) = resources(forge, **parameters)["CiRole"]["AssumeRolePolicyDocument"]["Statement"]
    found: dict[str, Any] = statement
    return found


def allowed() -> dict[str, Any]:
    """Resources, and conditions, by action."""
    policies = [each["PolicyDocument"]["Statement"] for each in resources()["CiRole"]["Policies"]]
    statements = [each for one in policies for each in one]
    asked = [(action, each) for each in statements for action in _listed(each["Action"])]
    return {action: (_listed(each["Resource"]), each.get("Condition")) for action, each in asked}


def _listed(value: Any) -> list[Any]:
    return [value] if isinstance(value, str) else list(value)


@pytest.mark.parametrize(
    ("parameters", "subject"),
    [
        ({}, "repo:octo-org/octo-app:ref:refs/heads/main"),
        ({"GitHubBranch": "release"}, "repo:octo-org/octo-app:ref:refs/heads/release"),
        ({"GitHubEnvironment": "prod"}, "repo:octo-org/octo-app:environment:prod"),
    ],
)
def test_only_one_branch_or_environment_may_assume_it(parameters: dict[str, str], subject: str) -> None:
    assert trust(**parameters)["Condition"] == {
        "StringEquals": {f"{GITHUB}:aud": "sts.amazonaws.com", f"{GITHUB}:sub": subject}
    }


def test_on_gitlab_it_is_one_branch_of_one_project() -> None:
    subject = "project_path:octo/tools/app:ref_type:branch:ref:main"
    assert trust("gitlab")["Condition"] == {
        "StringEquals": {"gitlab.com:aud": "sts.amazonaws.com", "gitlab.com:sub": subject}
    }


@pytest.mark.parametrize(("forge", "issuer"), [("github", GITHUB), ("gitlab", "gitlab.com")])
def test_the_accounts_provider_is_taken_unless_this_stack_is_to_make_it(forge: Forge, issuer: str) -> None:
    assert trust(forge)["Principal"]["Federated"].endswith(f":oidc-provider/{issuer}")
    assert "IdentityProvider" not in resources(forge)
    made = resources(forge, CiProvider="created")["IdentityProvider"]
    assert (made["Url"], made["ClientIdList"]) == (f"https://{issuer}", ["sts.amazonaws.com"])
    # IAM trusts the forge's certificate by its own library; a pinned one breaks the day that it is renewed.
    assert "ThumbprintList" not in made
    assert trust(forge, CiProvider="created")["Principal"] == {"Federated": "${IdentityProvider.Ref}"}


def test_it_pushes_to_this_registry_only() -> None:
    pushes = {action: where for action, (where, _) in allowed().items() if action.startswith("ecr:")}
    assert pushes.pop("ecr:GetAuthorizationToken") == ["*"]
    assert {each for where in pushes.values() for each in where} == {GIVEN["RepositoryArn"]}
    assert "ecr:PutImage" in pushes


def test_it_deploys_this_service_of_this_cluster_only() -> None:
    ecs = {action: where for action, (where, _) in allowed().items() if action.startswith("ecs:")}
    (service,) = ecs["ecs:UpdateService"]
    assert service.endswith(":service/cluster-1/service-1")
    (revisions,) = ecs["ecs:RegisterTaskDefinition"]
    assert revisions.endswith(":task-definition/shop-prod-Service-1:*")
    assert {action for action, where in ecs.items() if where == ["*"]} == {"ecs:DescribeTaskDefinition"}
    assert not {"ecs:RunTask", "ecs:CreateService", "ecs:DeleteService"} & ecs.keys()


def test_it_passes_the_two_roles_of_the_tasks_to_tasks_only() -> None:
    where, when = allowed()["iam:PassRole"]
    assert where == [GIVEN["TaskRoleArn"], GIVEN["TaskExecutionRoleArn"]]
    assert when == {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}


def test_it_may_nothing_else() -> None:
    assert {action.partition(":")[0] for action in allowed()} == {"ecr", "ecs", "iam"}
    assert [action for action in allowed() if action.startswith("iam:")] == ["iam:PassRole"]
