"""CI access: what a workflow of one repository may do to one service, and no more than that.

It ships an image: push to this registry, register a revision of this service's family, deploy it, wait. It passes the
two roles that the service's tasks have, to ECS tasks alone, and has no right on any stack: whoever ships so tells the
stack afterwards (`deploy --image`), and until then `deploy` refuses to bring the stack's image back. The deploy role of
`account` is the other way, which changes stacks and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from troposphere import Equals, GetAtt, If, Ref, Sub, Template, iam

from nested import inputs
from nested.parts import grants, oidc
from nested.parts.permissions import Statement, allow, policy
from nested.shape import gives, needs

Forge = Literal["github", "gitlab"]

_CREATES_PROVIDER = "CreatesIdentityProvider"
_FORGES: dict[Forge, tuple[str, Callable[[Template], Any]]] = {
    "github": (oidc.GITHUB, oidc.github),
    "gitlab": (oidc.GITLAB, oidc.gitlab),
}

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
    issuer, subject_of = _FORGES[forge]
    needs(t, inputs.CI_PROVIDER)
    t.add_condition(_CREATES_PROVIDER, Equals(Ref(inputs.CI_PROVIDER.name), "created"))
    subject = subject_of(t)
    needs(t, inputs.REPOSITORY_ARN, inputs.CLUSTER_NAME, inputs.SERVICE_NAME)
    needs(t, inputs.TASK_FAMILY, inputs.TASK_ROLE_ARN, inputs.TASK_EXECUTION_ROLE_ARN)
    provider = If(_CREATES_PROVIDER, Ref("IdentityProvider"), oidc.provider_arn(issuer))
    t.add_resource(oidc.provider(issuer, Condition=_CREATES_PROVIDER))
    role = t.add_resource(_role(oidc.trust(issuer, provider, subject)))
    gives(t, {inputs.CI_ROLE_ARN: GetAtt(role, "Arn")})
    return t


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
        grants.pass_role(roles, "ecs-tasks.amazonaws.com"),
    ]
