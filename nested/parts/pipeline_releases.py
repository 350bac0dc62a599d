"""Releases of a pipeline: what CodePipeline's action CodeDeployToECS may do to an environment.

Each environment has a role of its own for it. What is released is written down by the source's own code, which may name
any role, revision and deployment group in it: the pipeline's one role would let dev's release reach prod.
"""

from __future__ import annotations

from typing import Any

from troposphere import Equals, GetAtt, Ref, Sub, Template, iam

from nested import inputs
from nested.parts import grants, pipeline_systems
from nested.parts.permissions import Statement, allow, policy
from nested.parts.pipeline_buckets import STORE
from nested.parts.stack_names import RELEASED_BLUEPRINT

BY_CODEDEPLOY = "IsReleasedByCodeDeploy"


def add_to(t: Template, *, pipeline_role: str) -> None:
    """Add the condition that CodeDeploy releases the system, and the roles, which the pipeline's role assumes."""
    t.add_condition(BY_CODEDEPLOY, Equals(Ref(inputs.BLUEPRINT_NAME.name), RELEASED_BLUEPRINT))
    t.add_resource([_role(each, GetAtt(pipeline_role, "Arn")) for each in pipeline_systems.BOTH])


def role(of: pipeline_systems.Environment) -> str:
    """Return the logical id of the role that releases to an environment."""
    return f"{of}ReleaseRole"


def _role(of: pipeline_systems.Environment, pipeline_role_arn: Any) -> iam.Role:
    # In one account a trust policy that names a role is enough ("AssumeRole", AWS STS API Reference); the pipeline's
    # role could not name this one in turn.
    trusted = {"Effect": "Allow", "Principal": {"AWS": pipeline_role_arn}, "Action": "sts:AssumeRole"}
    return iam.Role(
        role(of),
        Condition=BY_CODEDEPLOY,
        AssumeRolePolicyDocument=policy(trusted),
        Policies=[iam.Policy(PolicyName="Release", PolicyDocument=policy(*_release(of)))],
    )


def _release(of: pipeline_systems.Environment) -> list[Statement]:
    # "Amazon Elastic Container Service and CodeDeploy blue-green deployment action reference", AWS CodePipeline User
    # Guide. The artifact, too, is taken by the action's own role. Of an environment's roles only those of its tasks
    # trust ECS; CodeDeploy goes on with its deployment group's own role.
    deploying = ["CreateDeployment", "GetApplication", "GetApplicationRevision", "GetDeployment", "GetDeploymentConfig"]
    return [
        allow(["s3:GetObject", "s3:GetObjectVersion"], Sub(f"${{{STORE}.Arn}}/*")),
        allow(
            [f"codedeploy:{each}" for each in (*deploying, "RegisterApplicationRevision")],
            [*pipeline_systems.of_codedeploy(of), pipeline_systems.deployment_configurations()],
        ),
        *grants.register_revisions(pipeline_systems.task_definitions(of)),
        grants.pass_role(pipeline_systems.roles(of), "ecs-tasks.amazonaws.com"),
    ]
