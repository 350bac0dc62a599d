"""Deploy role: what a GitHub workflow of one repository may do, and no more than that.

It calls CloudFormation on this library's stacks, and only with the execution role, so that it has itself no
permission on any resource; it publishes templates, pushes images, lets CodeDeploy release them and reads this library's
SSM parameters. The bootstrap stacks are not among its stacks, so it cannot widen itself, and lifting a stack's
termination protection is a person's decision.
"""

from __future__ import annotations

from collections.abc import Sequence

from troposphere import Equals, GetAtt, If, Ref, Sub, Template, iam

from nested import inputs
from nested.parts import grants, oidc, shared_parameters
from nested.parts.permissions import Statement, allow, policy
from nested.parts.stack_names import RELEASED, arns
from nested.shape import gives, needs

_CREATES_PROVIDER = "CreatesIdentityProvider"

# An hour, the least that a role can have; a deployment that takes longer is followed by CloudFormation, not by us.
_SESSION_SECONDS = 3600


def template(*, stacks: Sequence[str]) -> Template:
    """Emit the role, GitHub's identity provider unless there is one, and the role's SSM parameter.

    `stacks` are patterns of stack names. Needs GitHubRepository, GitHubBranch, GitHubEnvironment, GitHubProviderArn
    and ExecutionRoleArn; gives DeployRoleArn.
    """
    t = Template(Description="Deploy role for one GitHub repository")
    t.add_condition(_CREATES_PROVIDER, Equals(Ref(inputs.GITHUB_PROVIDER_ARN.name), ""))
    subject = oidc.github(t)
    needs(t, inputs.GITHUB_PROVIDER_ARN, inputs.EXECUTION_ROLE_ARN)
    t.add_resource(oidc.provider(oidc.GITHUB, Condition=_CREATES_PROVIDER))
    t.add_resource(_role(stacks, subject))
    arn = GetAtt("DeployRole", "Arn")
    t.add_resource(shared_parameters.shared("DeployRoleParameter", shared_parameters.DEPLOY_ROLE_ARN, arn))
    gives(t, {inputs.DEPLOY_ROLE_ARN: arn})
    return t


def _role(stacks: Sequence[str], subject: If) -> iam.Role:
    provider = If(_CREATES_PROVIDER, Ref("IdentityProvider"), Ref(inputs.GITHUB_PROVIDER_ARN.name))
    repositories = arns(stacks, "ecr:*:${AWS::AccountId}:repository/{}")
    return iam.Role(
        "DeployRole",
        Description="Deploys this library's stacks from one GitHub repository",
        AssumeRolePolicyDocument=oidc.trust(oidc.GITHUB, provider, subject),
        MaxSessionDuration=_SESSION_SECONDS,
        Policies=[
            iam.Policy(PolicyName="Deploy", PolicyDocument=policy(*_deploy(stacks))),
            iam.Policy(PolicyName="Publish", PolicyDocument=policy(*_publish())),
            iam.Policy(PolicyName="PushImages", PolicyDocument=policy(*grants.push(repositories))),
            iam.Policy(PolicyName="Release", PolicyDocument=policy(*_release())),
        ],
    )


def _deploy(stacks: Sequence[str]) -> list[Statement]:
    # "Actions, resources, and condition keys for AWS CloudFormation", Service Authorization Reference. Executing a
    # change set has no role of its own: the one it was created with is what runs it.
    own = arns(stacks, "cloudformation:*:${AWS::AccountId}:stack/{}/*")
    execution_role = Ref(inputs.EXECUTION_ROLE_ARN.name)
    by_execution_role = {"StringEquals": {"cloudformation:RoleArn": execution_role}}
    change = ["ContinueUpdateRollback", "CreateChangeSet", "DeleteStack", "RollbackStack"]
    follow = ["CancelUpdateStack", "DeleteChangeSet", "Describe*", "ExecuteChangeSet", "Get*", "List*"]
    look = ["GetTemplateSummary", "ListStacks", "ValidateTemplate"]
    return [
        allow([f"cloudformation:{each}" for each in change], own, when=by_execution_role),
        allow([f"cloudformation:{each}" for each in follow], own),
        allow([f"cloudformation:{each}" for each in look], "*"),
        grants.pass_role(execution_role, "cloudformation.amazonaws.com"),
        grants.read_parameters(),
        *grants.look_at_traffic(arns(stacks, "ecs:*:${AWS::AccountId}:service/{}")),
    ]


def _publish() -> list[Statement]:
    # The bucket of each region has a name of CloudFormation's making; another account's bucket of such a name is out.
    bucket = "arn:${AWS::Partition}:s3:::*-artifactbucket-*"
    own = {"StringEquals": {"aws:ResourceAccount": Ref("AWS::AccountId")}}
    return [
        allow(["s3:GetBucketLocation", "s3:ListBucket"], Sub(bucket), when=own),
        allow(["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"], Sub(f"{bucket}/*"), when=own),
    ]


def _release() -> list[Statement]:
    # "Actions, resources, and condition keys for AWS CodeDeploy": deployments belong to their group. CodeDeploy acts
    # with the group's own role; what is looked at beside it tells where the traffic is and why tasks stopped.
    configurations = "codedeploy:*:${AWS::AccountId}:deploymentconfig:CodeDeployDefault.*"
    ship = """
        CreateDeployment GetApplicationRevision GetDeployment GetDeploymentConfig GetDeploymentGroup ListDeployments
        RegisterApplicationRevision
    """
    own = arns(RELEASED, "codedeploy:*:${AWS::AccountId}:*:{}", configurations)
    look = [
        *("codedeploy:GetDeploymentTarget", "codedeploy:ListDeploymentTargets"),
        *("ecs:DescribeTaskDefinition", "ecs:DescribeTasks", "ecs:ListTasks"),
    ]
    return [allow([f"codedeploy:{each}" for each in ship.split()], own), allow(look, "*")]
