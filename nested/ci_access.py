"""CI access: what a workflow of one repository may do to one service, and no more than that.

It ships an image: push to this registry, register a revision of this service's family, deploy it, wait. It passes the
two roles that the service's tasks have, to ECS tasks alone, and has no right on any stack: whoever ships so tells the
stack afterwards (`deploy --image`), and until then `deploy` refuses to bring the stack's image back. The deploy role of
`account` is the other way, which changes stacks and nothing else.
"""

from __future__ import annotations

from typing import Any, Literal

from troposphere import Equals, GetAtt, If, Not, Ref, Sub, Template, iam

from nested import inputs
from nested.parts import grants, oidc
from nested.parts.permissions import Statement, allow, policy
from nested.shape import gives, needs

Forge = Literal["github", "gitlab"]

_CREATES_PROVIDER = "CreatesIdentityProvider"
_HAS_ENVIRONMENT = "HasGitHubEnvironment"
_ISSUERS: dict[Forge, str] = {"github": oidc.GITHUB, "gitlab": oidc.GITLAB}

# An hour, the least that a role can have.
_SESSION_SECONDS = 3600

_ECS = "arn:${AWS::Partition}:ecs:${AWS::Region}:${AWS::AccountId}:"
_SERVICE = Sub(_ECS + "service/${ClusterName}/${ServiceName}")
_REVISIONS = Sub(_ECS + "task-definition/${TaskFamily}:*")


def template(*, forge: Forge = "github") -> Template:
    """Emit the role, and the forge's identity provider where CiProvider says that this stack makes it.

    Needs the repository and its branch (on GitHub or its environment), the cluster, the service, its family and roles,
    and the registry; gives CiRoleArn.
    """
    t = Template(Description="What a workflow of one repository may do to one service")
    _declare(t, forge)
    issuer = _ISSUERS[forge]
    t.add_resource(oidc.provider(issuer, Condition=_CREATES_PROVIDER))
    role = t.add_resource(_role(_trust(forge, issuer)))
    gives(t, {inputs.CI_ROLE_ARN: GetAtt(role, "Arn")})
    return t


def _declare(t: Template, forge: Forge) -> None:
    needs(t, inputs.CI_PROVIDER)
    t.add_condition(_CREATES_PROVIDER, Equals(Ref(inputs.CI_PROVIDER.name), "created"))
    if forge == "github":
        needs(t, inputs.GITHUB_REPOSITORY, inputs.GITHUB_BRANCH, inputs.GITHUB_ENVIRONMENT)
        t.add_condition(_HAS_ENVIRONMENT, Not(Equals(Ref(inputs.GITHUB_ENVIRONMENT.name), "")))
    else:
        needs(t, inputs.GITLAB_PROJECT, inputs.GITLAB_BRANCH)
    needs(t, inputs.REPOSITORY_ARN, inputs.CLUSTER_NAME, inputs.SERVICE_NAME)
    needs(t, inputs.TASK_FAMILY, inputs.TASK_ROLE_ARN, inputs.TASK_EXECUTION_ROLE_ARN)


def _trust(forge: Forge, issuer: str) -> dict[str, Any]:
    provider = If(_CREATES_PROVIDER, Ref("IdentityProvider"), oidc.provider_arn(issuer))
    by_branch: Any = Sub(oidc.GITHUB_BRANCH if forge == "github" else oidc.GITLAB_BRANCH)
    subject = If(_HAS_ENVIRONMENT, Sub(oidc.GITHUB_ENVIRONMENT), by_branch) if forge == "github" else by_branch
    return oidc.trust(issuer, provider, subject)


def _role(trust: dict[str, Any]) -> iam.Role:
    return iam.Role(
        "CiRole",
        Description="Ships images of one repository to one service",
        AssumeRolePolicyDocument=trust,
        MaxSessionDuration=_SESSION_SECONDS,
        Policies=[
            iam.Policy(PolicyName="PushImages", PolicyDocument=policy(*grants.push([Ref(inputs.REPOSITORY_ARN.name)]))),
            iam.Policy(PolicyName="DeployRevisions", PolicyDocument=policy(*_deploy())),
        ],
    )


def _deploy() -> list[Statement]:
    # "Actions, resources, and condition keys for Amazon Elastic Container Service", Service Authorization Reference.
    roles = [Ref(inputs.TASK_ROLE_ARN.name), Ref(inputs.TASK_EXECUTION_ROLE_ARN.name)]
    return [
        allow(["ecs:DescribeServices", "ecs:UpdateService"], _SERVICE),
        allow("ecs:RegisterTaskDefinition", _REVISIONS),
        # It knows no resource that it could be limited to.
        allow("ecs:DescribeTaskDefinition", "*"),
        allow("iam:PassRole", roles, when={"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}),
    ]
