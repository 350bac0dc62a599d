"""The pipeline: where it takes its source from, what each stage may do, and what it leaves where."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from awscli.clidriver import create_clidriver
from support.pipeline_stack import ECS, RELEASED, about, actions, allowed, listed, resources, statements, template

from nested import inputs
from nested.parts import grants, pipeline_stages
from nested.parts.pipeline_stages import Deploy
from stackwright.capabilities import capabilities
from stackwright.deploy import pointer
from templates import BLUEPRINTS

ROOT = Path(__file__).parents[2]
CONNECTION = "arn:aws:codeconnections:eu-west-1:123456789012:connection/12345678-90ab-cdef-1234-567890abcdef"
KINDS: list[tuple[Deploy, dict[str, str]]] = [("cloudformation", {}), ("cloudformation", RELEASED), ("ecs", {})]
CONNECTED = {"ConnectionArn": CONNECTION, "FullRepositoryId": "octo/app"}


def roles(deploy: Deploy, **parameters: str) -> Iterator[str]:
    yield from (name for name in resources(deploy, **parameters) if name.endswith("Role"))


# -- The pipeline --------------------------------------------------------------------------------------------------


def test_of_changes_that_wait_the_newest_goes_on() -> None:
    made = resources()["Pipeline"]
    assert (made["PipelineType"], made["ExecutionMode"]) == ("V2", "SUPERSEDED")
    assert "Name" not in made


def test_prod_is_reviewed_approved_promoted_and_deployed_under_one_lock() -> None:
    assert {name: each["RunOrder"] for name, each in actions().items() if "Prod/" in name} == {
        "Prod/Review": 1,
        "Prod/Approve": 2,
        "Prod/Promote": 3,
        "Prod/Propose": 4,
        "Prod/Execute": 5,
    }


def test_who_approves_is_asked_by_the_topic_and_shown_what_the_review_found() -> None:
    asked = actions(ApprovalMessage="Is it lunch time?")["Prod/Approve"]["Configuration"]
    assert asked["NotificationArn"] == "${Notifications.Ref}"
    assert asked["ExternalEntityLink"] == "#{Review.REPORT}"
    assert asked["CustomData"].startswith(
        "Is it lunch time? #{Review.GUARANTEES}; #{Review.CHANGES}; image #{Build.IMAGE}"
    )
    assert about("PipelineRole", "sns:Publish")["Resource"] == "${Notifications.Ref}"
    assert about("PipelineRole", "kms:GenerateDataKey*")["Resource"] == "${NotificationKey.Arn}"


def test_the_longest_message_leaves_room_for_what_is_found() -> None:
    assert inputs.APPROVAL_MESSAGE.max_length == 300
    assert len(actions()["Prod/Approve"]["Configuration"]["CustomData"]) < 300


@pytest.mark.parametrize("text", ["#{Build.IMAGE}", "{", "x" * 301])
def test_a_message_is_text_alone(text: str) -> None:
    from stackwright.resolve.parameters import problems

    declared = template("cloudformation")["Parameters"]
    assert problems({"ApprovalMessage": declared["ApprovalMessage"]}, {"ApprovalMessage": text})


# -- Source --------------------------------------------------------------------------------------------------------


def test_an_upload_starts_it_and_nothing_asks() -> None:
    found = resources()
    source = actions()["Source/Upload"]["Configuration"]
    assert source == {"S3Bucket": "${SourceBucket.Ref}", "S3ObjectKey": "source.zip", "PollForSourceChanges": "false"}
    bucket = found["SourceBucket"]
    assert bucket["NotificationConfiguration"] == {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    pattern = found["UploadStarts"]["EventPattern"]
    assert (pattern["source"], pattern["detail-type"]) == (["aws.s3"], ["Object Created"])
    assert pattern["detail"] == {"bucket": {"name": ["${SourceBucket.Ref}"]}, "object": {"key": ["source.zip"]}}


def test_the_rule_may_start_this_pipeline_and_nothing_else() -> None:
    (target,) = resources()["UploadStarts"]["Targets"]
    assert target["RoleArn"] == "${UploadRole.Arn}"
    (statement,) = statements("UploadRole")
    assert statement["Action"] == "codepipeline:StartPipelineExecution"
    assert statement["Resource"] == target["Arn"]
    assert target["Arn"].endswith(":${Pipeline.Ref}")


def test_a_connection_takes_the_place_of_the_bucket() -> None:
    found = resources(**CONNECTED)
    assert not {"SourceBucket", "SourceBucketPolicy", "UploadStarts", "UploadRole"} & found.keys()
    source = actions(**CONNECTED)["Source/Repository"]["Configuration"]
    assert source["ConnectionArn"] == CONNECTION
    assert (source["FullRepositoryId"], source["BranchName"]) == ("octo/app", "main")
    assert about("PipelineRole", "codeconnections:UseConnection", **CONNECTED)["Resource"] == CONNECTION
    twin = about("PipelineRole", "codestar-connections:UseConnection", **CONNECTED)["Resource"]
    assert twin == f"arn:aws:codestar-connections:*:123456789012:{CONNECTION.rpartition(':')[2]}"
    text = json.dumps(found)
    assert "SourceBucket" not in text


@pytest.mark.parametrize("bucket", ["SourceBucket", "ArtifactStore"])
def test_buckets_are_private_encrypted_and_forget(bucket: str) -> None:
    made = resources()[bucket]
    assert set(made["PublicAccessBlockConfiguration"].values()) == {True}
    assert made["VersioningConfiguration"] == {"Status": "Enabled"}
    assert made["BucketEncryption"]
    assert {each["Id"] for each in made["LifecycleConfiguration"]["Rules"]} >= {"ExpireOldVersions"}
    (refused,) = resources()[f"{bucket}Policy"]["PolicyDocument"]["Statement"]
    assert refused["Effect"] == "Deny" and refused["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_artifacts_outlast_an_approval() -> None:
    rules = {each["Id"]: each for each in resources()["ArtifactStore"]["LifecycleConfiguration"]["Rules"]}
    days_of_an_approval = 7  # "Quotas in AWS CodePipeline"
    assert rules["ExpireArtifacts"]["ExpirationInDays"] > days_of_an_approval


# -- Deployment by CloudFormation ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("stage", "image"), [("Dev", "#{Build.IMAGE}"), ("Prod", "#{Promote.IMAGE}")])
def test_an_environment_gets_its_parameters_and_the_image_of_its_own_registry(stage: str, image: str) -> None:
    proposed = actions()[f"{stage}/Propose"]["Configuration"]
    assert proposed["StackName"] == f"fargate-alb-{stage.lower()}"
    assert proposed["TemplatePath"] == "BuildOutput::build/fargate-alb/packaged.json"
    assert proposed["TemplateConfiguration"] == f"BuildOutput::params/fargate-alb/{stage.lower()}.json"
    assert json.loads(proposed["ParameterOverrides"]) == {"Image": image}
    executed = actions()[f"{stage}/Execute"]["Configuration"]
    assert executed["ActionMode"] == "CHANGE_SET_EXECUTE"
    assert {executed[key] for key in ("StackName", "ChangeSetName")} <= set(proposed.values())


def test_the_capability_is_enough_for_every_system() -> None:
    systems = [made for made in (make() for make in BLUEPRINTS.values()) if not made.flat]
    assert {capabilities([made.root, *made.nested.values()]) for made in systems} == {(pipeline_stages.CAPABILITY,)}


def test_it_changes_the_two_stacks_by_the_execution_role_and_its_own_change_set() -> None:
    written = about("PipelineRole", "cloudformation:CreateChangeSet")
    assert [each.rpartition(":")[2] for each in written["Resource"]] == [
        "stack/fargate-alb-dev/*",
        "stack/fargate-alb-prod/*",
    ]
    own = {"StringEqualsIfExists": {"cloudformation:ChangeSetName": "pipeline"}}
    assert written["Condition"].keys() == {"StringEquals", *own}
    assert written["Condition"]["StringEquals"].keys() == {"cloudformation:RoleArn"}
    assert about("PipelineRole", "cloudformation:ExecuteChangeSet")["Condition"] == own


# -- What each may -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("deploy", "parameters"), KINDS)
def test_roles_are_passed_to_named_services(deploy: Deploy, parameters: dict[str, str]) -> None:
    for role in roles(deploy, **parameters):
        for statement in statements(role, deploy, **parameters):
            if "iam:PassRole" not in listed(statement["Action"]):
                continue
            to_ecs = ["ecs-tasks", "ecs"] if role == "PipelineRole" and deploy == "ecs" else ["cloudformation"]
            services = ["ecs-tasks"] if role.endswith("ReleaseRole") else to_ecs
            passed = listed(statement["Condition"]["StringEquals"]["iam:PassedToService"])
            assert passed == [f"{each}.amazonaws.com" for each in services]
            assert "*" not in listed(statement["Resource"])


@pytest.mark.parametrize(
    ("role", "deploy", "parameters"),
    [("DevReleaseRole", "cloudformation", RELEASED), ("PipelineRole", "ecs", {})],
)
def test_a_revision_is_tagged_only_as_it_is_registered(role: str, deploy: Deploy, parameters: dict[str, str]) -> None:
    tags = about(role, "ecs:TagResource", deploy, **parameters)
    assert tags["Condition"] == {"StringEquals": {"ecs:CreateAction": "RegisterTaskDefinition"}}
    assert tags["Resource"] == about(role, "ecs:RegisterTaskDefinition", deploy, **parameters)["Resource"]


@pytest.mark.parametrize(("deploy", "parameters"), KINDS)
def test_every_role_is_anothers(deploy: Deploy, parameters: dict[str, str]) -> None:
    found = resources(deploy, **parameters)
    used = [each["ServiceRole"] for each in found.values() if "ServiceRole" in each]
    used += [found["Pipeline"]["RoleArn"], found["UploadStarts"]["Targets"][0]["RoleArn"]]
    used += [each["RoleArn"] for each in actions(deploy, **parameters).values() if "RoleArn" in each]
    assert sorted(used) == sorted(f"${{{role}.Arn}}" for role in roles(deploy, **parameters))


def test_the_review_changes_nothing() -> None:
    changes = {"cloudformation:CreateChangeSet", "cloudformation:DeleteChangeSet", "iam:PassRole"}
    looks = ("Get", "List", "Describe")
    rest = {each for each in allowed("ReviewRole") - changes if not each.partition(":")[2].startswith(looks)}
    assert rest == {"logs:CreateLogStream", "logs:PutLogEvents"}
    written = about("ReviewRole", "cloudformation:CreateChangeSet")
    assert written["Condition"]["StringLike"] == {"cloudformation:ChangeSetName": "stackwright-*"}
    assert all("fargate-alb-prod" in each for each in written["Resource"])


def test_the_review_may_ask_what_a_deployment_asks_before_it_moves_traffic() -> None:
    for action in {action for each in grants.look_at_traffic("*") for action in listed(each["Action"])}:
        assert about("ReviewRole", action)["Resource"]
    asked = listed(about("ReviewRole", "ecs:DescribeServices")["Resource"])
    assert [each.rpartition(":service/")[2] for each in asked] == ["fargate-alb-prod-*/*"]


@pytest.mark.parametrize(("role", "registry"), [("BuildRole", "dev"), ("PromoteRole", "prod")])
def test_images_are_pushed_to_one_registry(role: str, registry: str) -> None:
    pushed = about(role, "ecr:PutImage")["Resource"]
    assert [each.rpartition("/")[2] for each in pushed] == [f"fargate-alb-{registry}-*"]


def test_nothing_of_a_build_reaches_prod() -> None:
    assert "prod" not in json.dumps(statements("BuildRole"))


@pytest.mark.parametrize(("deploy", "parameters"), KINDS)
def test_projects_are_the_pipelines_and_log_into_one_group_that_forgets(
    deploy: Deploy, parameters: dict[str, str]
) -> None:
    found = resources(deploy, BuildLogRetentionDays="14", **parameters)
    projects = {name: each for name, each in found.items() if name.endswith("Project")}
    for project in projects.values():
        assert project["Source"]["Type"] == project["Artifacts"]["Type"] == "CODEPIPELINE"
        assert project["LogsConfig"]["CloudWatchLogs"]["GroupName"] == "${BuildLogs.Ref}"
    assert [name for name, each in projects.items() if each["Environment"].get("PrivilegedMode")] == ["BuildProject"]
    assert found["BuildLogs"]["RetentionInDays"] == found["ExecutionLogs"]["RetentionInDays"] == "14"
    started = about("PipelineRole", "codebuild:StartBuild", deploy, **parameters)["Resource"]
    assert sorted(started) == sorted(f"${{{name}.Arn}}" for name in projects)


def test_images_are_built_on_the_processor_that_runs_them() -> None:
    kinds = {
        architecture: resources(CpuArchitecture=architecture)["BuildProject"]["Environment"]
        for architecture in ("X86_64", "ARM64")
    }
    assert (kinds["X86_64"]["Type"], kinds["ARM64"]["Type"]) == ("LINUX_CONTAINER", "ARM_CONTAINER")
    assert "aarch64" in kinds["ARM64"]["Image"] and "x86_64" in kinds["X86_64"]["Image"]


# -- Who is told ---------------------------------------------------------------------------------------------------


def test_events_alone_tell_the_topic() -> None:
    for document in (
        resources()["NotificationsPolicy"]["PolicyDocument"],
        resources()["NotificationKey"]["KeyPolicy"],
    ):
        services = [each["Principal"].get("Service") for each in document["Statement"]]
        assert [each for each in services if each] == ["events.amazonaws.com"]


def test_a_failure_is_told_and_every_action_is_logged() -> None:
    found = resources()
    told, logged = found["FailureIsTold"], found["ActionsAreLogged"]
    assert told["EventPattern"]["detail"] == {"pipeline": ["${Pipeline.Ref}"], "state": ["FAILED"]}
    assert told["Targets"][0]["Arn"] == "${Notifications.Ref}"
    assert "CodePipeline Action Execution State Change" in logged["EventPattern"]["detail-type"]
    assert logged["Targets"][0]["Arn"].endswith(":log-group:${ExecutionLogs.Ref}")
    (writes,) = found["ExecutionLogPolicy"]["PolicyDocument"]["Statement"]
    assert "events.amazonaws.com" in writes["Principal"]["Service"]
    assert writes["Resource"] == "${ExecutionLogs.Arn}"


# -- Deployment by ECS ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("stage", "image"), [("Dev", "#{Build.IMAGE}"), ("Prod", "#{Promote.IMAGE}")])
def test_the_pointer_is_written_once_the_image_runs(stage: str, image: str) -> None:
    made = actions("ecs")
    deployed, pointed = made[f"{stage}/Deploy"], made[f"{stage}/Point"]
    assert deployed["Configuration"]["ClusterName"] == ECS[f"{stage}ClusterName"]
    assert deployed["RunOrder"] < pointed["RunOrder"]
    variables = {each["name"]: each["value"] for each in json.loads(pointed["Configuration"]["EnvironmentVariables"])}
    assert variables == {"IMAGE": image, "ENV": stage.lower()}


def test_what_the_images_are_called_comes_from_the_registry_they_lie_in() -> None:
    made = actions("ecs")
    taken = {name: made[name]["InputArtifacts"][0]["Name"] for name in ("Dev/Deploy", "Prod/Deploy")}
    given = {each["OutputArtifacts"][0]["Name"]: name for name, each in made.items() if "OutputArtifacts" in each}
    assert {name: given[artifact] for name, artifact in taken.items()} == {
        "Dev/Deploy": "Build/Build",
        "Prod/Deploy": "Prod/Promote",
    }


def test_each_environment_has_a_pointer_that_says_something() -> None:
    found = resources("ecs")
    for stage in ("Dev", "Prod"):
        made = found[f"{stage}Image"]
        assert made["Name"] == pointer.parameter(f"fargate-alb-{stage.lower()}")
        assert made["Value"] == pointer.NONE != ""
    assert not [name for name in resources() if name.endswith("Image")]


def test_only_the_pointers_are_written() -> None:
    written = about("PointRole", "ssm:PutParameter", "ecs")["Resource"]
    assert [each.partition(":parameter")[2] for each in written] == [
        pointer.parameter("fargate-alb-dev"),
        pointer.parameter("fargate-alb-prod"),
    ]


def test_the_pointer_is_written_by_a_command_that_aws_has() -> None:
    spec = yaml.safe_load(resources("ecs")["PointProject"]["Source"]["BuildSpec"])
    (command,) = spec["phases"]["build"]["commands"]
    _, service, operation, *rest = command.split()
    known = (
        create_clidriver().create_help_command().command_table[service].create_help_command().command_table[operation]
    )
    assert {
        word[2:] for word in rest if word.startswith("--")
    } <= known.create_help_command().arg_table.keys() | known.arg_table.keys()
    assert pointer.parameter("$BLUEPRINT-$ENV") in command


def test_services_and_revisions_are_those_of_the_two_systems() -> None:
    for action in ("ecs:UpdateService", "ecs:RegisterTaskDefinition", "iam:PassRole"):
        named = about("PipelineRole", action, "ecs")["Resource"]
        assert all("fargate-alb-dev-" in each or "fargate-alb-prod-" in each for each in named)
    assert "cloudformation:CreateChangeSet" not in allowed("PipelineRole", "ecs")
