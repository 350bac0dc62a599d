"""Pipeline: from an uploaded or pushed source to both environments of one system, the second after an approval.

Put together from `parts`: buckets (`pipeline_buckets`), CodeBuild projects with their roles (`pipeline_projects`),
stages (`pipeline_stages`), releases (`pipeline_releases`), events (`pipeline_events`), and the topic that is told
(`notifications`). Here are the pipeline itself and its role, which passes the execution role to CloudFormation: so a
person makes this stack, and no role of ours.
"""

from __future__ import annotations

from typing import Any

from troposphere import Equals, GetAtt, If, Not, NoValue, Ref, Select, Split, Sub, Template, iam
from troposphere.codepipeline import ArtifactStore, Pipeline

from nested import inputs
from nested.parts import (
    grants,
    notifications,
    pipeline_buckets,
    pipeline_events,
    pipeline_projects,
    pipeline_releases,
    pipeline_systems,
)
from nested.parts.permissions import Statement, allow, policy, trust
from nested.parts.pipeline_buckets import SOURCE, STORE
from nested.parts.pipeline_stages import CONNECTED, SOURCE_KEY, Deploy, stages
from nested.parts.shared_parameters import image_pointer, shared
from nested.shape import gives, needs

_UNCONNECTED = "HasSourceBucket"
_PIPELINE, _ROLE = pipeline_events.PIPELINE, "PipelineRole"

# SSM refuses an empty value, and no image is called so: it stands until the first deployment.
NO_IMAGE = "none"


def template(*, deploy: Deploy = "cloudformation") -> Template:
    """Emit the pipeline's stack.

    With `deploy` cloudformation an environment gets its templates and its image by a change set; where CodeDeploy
    deploys the service, CodePipeline's action CodeDeployToECS then has it release that image. With ecs it gets the
    image alone, by ECS's deploy action, which CloudFormation knows nothing of: each environment then has a pointer, an
    SSM parameter that the pipeline writes once the image runs and that the stack's next update takes it from.
    Needs the blueprint and its environments, a connection or none, and where to publish and what to deploy with; gives
    PipelineName, SourceBucketName, ArtifactStoreName, BuildLogGroupName and NotificationTopicArn.
    """
    t = Template(Description="Delivery pipeline of one system")
    _declare(t)
    pipeline_buckets.add_to(t, unless_connected=_UNCONNECTED)
    notifications.add_to(t, ["events"])
    pipeline_projects.add_to(t, releases=deploy == "cloudformation")
    if deploy == "ecs":
        _point(t)
    else:
        pipeline_projects.add_writer_to(t)
        pipeline_releases.add_to(t, pipeline_role=_ROLE)
    t.add_resource([_role(deploy), _pipeline(deploy)])
    pipeline_events.add_to(t, unless_connected=_UNCONNECTED)
    gives(
        t,
        {
            inputs.PIPELINE_NAME: Ref(_PIPELINE),
            inputs.SOURCE_BUCKET_NAME: If(_UNCONNECTED, Ref(SOURCE), ""),
            inputs.ARTIFACT_STORE_NAME: Ref(STORE),
            inputs.BUILD_LOG_GROUP_NAME: Ref(pipeline_projects.LOGS),
            inputs.NOTIFICATION_TOPIC_ARN: Ref("Notifications"),
        },
    )
    return t


def _declare(t: Template) -> None:
    needs(t, inputs.PROJECT_NAME, inputs.ENVIRONMENT_NAME)
    needs(t, inputs.BLUEPRINT_NAME, inputs.DEV_ENVIRONMENT, inputs.PROD_ENVIRONMENT)
    needs(t, inputs.CONNECTION_ARN, inputs.FULL_REPOSITORY_ID, inputs.BRANCH_NAME)
    needs(t, inputs.IMAGE_FOLDER, inputs.CPU_ARCHITECTURE, inputs.APPROVAL_MESSAGE, inputs.ALARM_EMAIL)
    needs(t, inputs.BUILD_LOG_RETENTION_DAYS, inputs.TEMPLATE_BUCKET, inputs.EXECUTION_ROLE)
    connection = Equals(Ref(inputs.CONNECTION_ARN.name), "")
    t.add_condition(CONNECTED, Not(connection))
    t.add_condition(_UNCONNECTED, connection)


def _point(t: Template) -> None:
    """Add what a deployment by ECS needs: names of clusters and services, the pointers, and the project that writes."""
    needs(t, inputs.DEV_CLUSTER_NAME, inputs.DEV_SERVICE_NAME, inputs.PROD_CLUSTER_NAME, inputs.PROD_SERVICE_NAME)
    for environment in pipeline_systems.BOTH:
        name = Sub(image_pointer(pipeline_systems.stack_name(environment)))
        t.add_resource(shared(f"{environment}Image", name, NO_IMAGE))
    pipeline_projects.add_pointer_to(t, _pointers())


def _pointers() -> list[Any]:
    own = "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter"
    return [Sub(own + image_pointer(pipeline_systems.stack_name(each))) for each in pipeline_systems.BOTH]


def _pipeline(deploy: Deploy) -> Pipeline:
    return Pipeline(
        _PIPELINE,
        PipelineType="V2",
        # Of several changes that wait for an environment the newest goes on, as with GitHub and GitLab; queued, each
        # would have to be approved or rejected in its turn.
        ExecutionMode="SUPERSEDED",
        RoleArn=GetAtt(_ROLE, "Arn"),
        ArtifactStore=ArtifactStore(Type="S3", Location=Ref(STORE)),
        Stages=stages(deploy),
    )


def _role(deploy: Deploy) -> iam.Role:
    # "Create the CodePipeline service role", AWS CodePipeline User Guide: its trust has no condition.
    by_kind = _by_cloudformation() if deploy == "cloudformation" else _by_ecs()
    return iam.Role(
        _ROLE,
        AssumeRolePolicyDocument=trust("codepipeline.amazonaws.com"),
        Policies=[
            iam.Policy(PolicyName="HandOn", PolicyDocument=policy(*_artifacts())),
            iam.Policy(PolicyName="TakeSource", PolicyDocument=policy(*_source())),
            iam.Policy(PolicyName="Run", PolicyDocument=policy(_builds(deploy), *_asks())),
            iam.Policy(PolicyName="Deploy", PolicyDocument=policy(*by_kind)),
        ],
    )


def _artifacts() -> list[Statement]:
    # "Manage the CodePipeline service role", AWS CodePipeline User Guide.
    objects = ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"]
    bucket = ["s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning"]
    return [allow(objects, Sub(f"${{{STORE}.Arn}}/*")), allow(bucket, GetAtt(STORE, "Arn"))]


def _source() -> list[Any]:
    # "Amazon S3 source action reference" and "CodeStarSourceConnection action reference", AWS CodePipeline User Guide.
    objects = [f"s3:Get{each}" for each in ("Object", "ObjectTagging", "ObjectVersion", "ObjectVersionTagging")]
    bucket = ["s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning", "s3:ListBucket"]
    uploads = [
        allow(objects, Sub(f"${{{SOURCE}.Arn}}/{SOURCE_KEY}")),
        allow(bucket, GetAtt(SOURCE, "Arn")),
    ]
    given = Ref(inputs.CONNECTION_ARN.name)
    # The policy that CodePipeline's console writes names a connection by its old service, too.
    twin = Sub("arn:${AWS::Partition}:codestar-connections:*:${AWS::AccountId}:${Id}", Id=Select(5, Split(":", given)))
    connection = allow("codeconnections:UseConnection", given), allow("codestar-connections:UseConnection", twin)
    return [
        *(If(_UNCONNECTED, each, NoValue) for each in uploads),
        *(If(CONNECTED, each, NoValue) for each in connection),
    ]


def _builds(deploy: Deploy) -> Statement:
    projects = [pipeline_projects.BUILD, pipeline_projects.REVIEW, pipeline_projects.PROMOTE]
    arns: list[Any] = [GetAtt(each, "Arn") for each in projects]
    if deploy == "ecs":
        arns.append(GetAtt(pipeline_projects.POINT, "Arn"))
    else:
        arns.append(If(pipeline_releases.BY_CODEDEPLOY, GetAtt(pipeline_projects.WRITE, "Arn"), NoValue))
    return allow(["codebuild:BatchGetBuilds", "codebuild:StartBuild"], arns)


def _asks() -> list[Statement]:
    """Ask for the approval by the topic, whose key is another role's to use only where its policy says so."""
    return [
        allow("sns:Publish", Ref("Notifications")),
        allow(["kms:Decrypt", "kms:GenerateDataKey*"], GetAtt("NotificationKey", "Arn")),
    ]


def _by_cloudformation() -> list[Statement]:
    # "AWS CloudFormation deploy action reference", AWS CodePipeline User Guide, without what makes and deletes stacks.
    # Executing a change set takes no role: the one it was written with is what runs it.
    both = pipeline_systems.roots(*pipeline_systems.BOTH)
    own = {"StringEqualsIfExists": {"cloudformation:ChangeSetName": pipeline_systems.CHANGE_SET}}
    written = own | {"StringEquals": {"cloudformation:RoleArn": Ref(inputs.EXECUTION_ROLE.name)}}
    changes = [f"cloudformation:{each}ChangeSet" for each in ("Delete", "Describe", "Execute")]
    look = ["DescribeStackEvents", "DescribeStackResources", "DescribeStacks", "GetTemplate"]
    return [
        allow("cloudformation:CreateChangeSet", both, when=written),
        allow(changes, both, when=own),
        allow([f"cloudformation:{each}" for each in look], both),
        pipeline_projects.pass_execution_role(),
        grants.read_parameters(),
    ]


def _by_ecs() -> list[Statement]:
    # "Amazon Elastic Container Service deploy action reference", AWS CodePipeline User Guide. What describes and lists
    # knows no resource, or one that is only found by it.
    services = ["ecs-tasks.amazonaws.com", "ecs.amazonaws.com"]
    look = [f"ecs:{each}" for each in ("DescribeTaskDefinition", "DescribeTasks", "ListTasks")]
    return [
        allow(["ecs:DescribeServices", "ecs:UpdateService"], pipeline_systems.services(*pipeline_systems.BOTH)),
        *grants.register_revisions(pipeline_systems.task_definitions(*pipeline_systems.BOTH)),
        allow(look, "*"),
        grants.pass_role(pipeline_systems.roles(*pipeline_systems.BOTH), services),
    ]
