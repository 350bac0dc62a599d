"""`pipeline` from an upload to both environments: each action gets what others left, and prod what dev ran."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from support.accounts import REGION, Account, Project
from support.delivery import REPOSITORY
from support.existing_network import BLUEPRINT, given, network
from support.inventory import everything, held, unseen
from support.pipelines import Run, zipped
from support.released import System
from support.stacks import Stack

BY_ECS = "fargate-alb"
PARTS = ["build.py", ".cfnlintrc", "nested", "params", "templates", "Makefile", "delivery.mk", "setup.cfg"]
PARTS += ["pyproject.toml", "constraints.txt", "buildspec.yml", "buildspec-review.yml", "buildspec-promote.yml"]
PARTS += ["buildspec-release.yml"]
HERE = ("--yes", "--region", REGION)


@dataclass(frozen=True)
class Delivery:
    """Both environments of a system and their pipeline, in one account."""

    project: Project
    folder: Path
    blueprint: str

    @property
    def account(self) -> Account:
        return self.project.account

    @property
    def pipeline(self) -> Stack:
        return Stack(self.account, "pipeline", self.blueprint)

    def system(self, environment: str) -> Stack:
        return Stack(self.account, self.blueprint, environment)

    def upload(self, name: str) -> Run:
        """Upload the source as a person does; return the execution that it starts."""
        body = zipped(self.project.folder, PARTS, self.folder / f"{name}.zip")
        self.account.client("s3").put_object(
            Bucket=self.pipeline.output("SourceBucketName"), Key="source.zip", Body=body
        )
        results = self.project.folder / ".cache/stackwright"
        return Run(self.account, self.pipeline.output("PipelineName"), self.folder / name, results)

    def running(self, environment: str) -> set[str]:
        """The images of the tasks that run."""
        client, stack = self.account.client("ecs"), self.system(environment)
        arns = client.list_tasks(cluster=stack.output("ClusterName"))["taskArns"]
        tasks = client.describe_tasks(cluster=stack.output("ClusterName"), tasks=arns)["tasks"]
        return {each["image"] for task in tasks for each in task["containers"]}

    def given(self, environment: str) -> str:
        """The image that CloudFormation knows of."""
        parameters = self.system(environment).stacks()[f"{self.blueprint}-{environment}"]["Parameters"]
        return next(str(each["ParameterValue"]) for each in parameters if each["ParameterKey"] == "Image")

    def pointer(self, environment: str) -> str:
        name = f"/stackwright/{self.blueprint}-{environment}/image"
        return str(self.account.client("ssm").get_parameter(Name=name)["Parameter"]["Value"])


def deployed(project: Project, folder: Path, blueprint: str) -> Delivery:
    """Both environments, as persons deploy them first, without an image."""
    project.run("deploy", blueprint, "dev", "--local", "--yes")
    project.run("deploy", blueprint, "prod", *HERE)
    return Delivery(project, folder, blueprint)


@pytest.fixture(scope="module")
def delivery(make_project: Callable[[Path], Project], tmp_path_factory: pytest.TempPathFactory) -> Delivery:
    """The system whose stages have all that a deployment by CloudFormation has, and a release."""
    project = make_project(tmp_path_factory.mktemp("project"))
    # Both in the account, and so the zone, of dev.
    project.set(BLUEPRINT, "prod", DomainName="prod.dev.example.com")
    for environment in ("dev", "prod"):
        given(project, environment, TrafficShift="AllAtOnce", TerminationWaitMinutes="0")
    found = deployed(project, tmp_path_factory.mktemp("runs"), BLUEPRINT)
    project.run("deploy", "pipeline", BLUEPRINT, *HERE)
    return found


@pytest.fixture(scope="module")
def ran(delivery: Delivery) -> Run:
    """An execution to its end; on its way traffic is where the stage before has left it."""
    dev, prod = (System(delivery.project, each) for each in ("dev", "prod"))
    run = delivery.upload("first").go(before="Dev/Write")
    assert delivery.given("dev") == run.variables["Build", "IMAGE"]
    assert dev.traffic() == {"blue": 100}, "moved by the stack"
    run.go(before="Prod/Write")
    assert (dev.traffic(), prod.traffic()) == ({"green": 100}, {"blue": 100})
    return run.go()


def test_an_upload_starts_it(delivery: Delivery) -> None:
    events = delivery.account.client("events")
    listed = delivery.account.client("cloudformation").list_stack_resources(StackName=delivery.pipeline.name)
    stack = {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in listed["StackResourceSummaries"]}
    pattern = json.loads(events.describe_rule(Name=stack["UploadStarts"])["EventPattern"])
    bucket = delivery.pipeline.output("SourceBucketName")
    assert pattern["detail"] == {"bucket": {"name": [bucket]}, "object": {"key": ["source.zip"]}}
    (target,) = events.list_targets_by_rule(Rule=stack["UploadStarts"])["Targets"]
    assert target["Arn"].endswith(f":{delivery.pipeline.output('PipelineName')}")
    notified = delivery.account.client("s3").get_bucket_notification_configuration(Bucket=bucket)
    assert "EventBridgeConfiguration" in notified


def test_the_build_leaves_what_the_later_actions_ask_for(delivery: Delivery, ran: Run) -> None:
    left = ran.artifacts["BuildOutput"]
    for environment in ("Dev", "Prod"):
        for key in ("TemplatePath", "TemplateConfiguration"):
            artifact, _, path = ran.configured[f"{environment}/Propose"][key].partition("::")
            assert (ran.artifacts[artifact] / path).is_file()
    for environment in ("Dev", "Prod"):
        asked = ran.configured[f"{environment}/Release"]
        for key in ("TaskDefinitionTemplate", "AppSpecTemplate"):
            assert (ran.artifacts[asked[f"{key}Artifact"]] / asked[f"{key}Path"]).is_file()
    assert json.loads((left / "imagedefinitions.json").read_text())[0]["name"] == "app"
    assert "pytest" in (ran.folder / "Build/Build/noted").read_text()


def test_a_version_of_s3_becomes_a_tag(delivery: Delivery, ran: Run) -> None:
    revision = ran.variables["", "revision"]
    images = delivery.account.client("ecr").describe_images(
        repositoryName=delivery.system("dev").output("RepositoryUri").partition("/")[2]
    )["imageDetails"]
    assert [f"dev-{revision}"] in [each["imageTags"] for each in images]


def test_the_approval_shows_the_tree_and_the_guarantees(ran: Run) -> None:
    shown = ran.printed["Prod/Review"]
    assert "~ TaskDefinition (task definition) REPLACED, the old one kept" in shown
    assert "guarantees hold" in shown
    asked = ran.configured["Prod/Approve"]["CustomData"]
    assert "fargate-bluegreen prod: " in asked and "guarantees hold" in asked
    assert "to change" in asked and "REPLACED" in asked
    assert ran.variables["Build", "IMAGE"] in asked
    assert ran.configured["Prod/Approve"]["ExternalEntityLink"].startswith(f"https://{REGION}.console.aws.amazon.com/")


def test_dev_and_prod_run_one_digest_each_from_its_own_registry(delivery: Delivery, ran: Run) -> None:
    images = {environment: delivery.running(environment) for environment in ("dev", "prod")}
    for environment, (image,) in images.items():
        registry, _, digest = image.partition("@")
        assert registry == delivery.system(environment).output("RepositoryUri")
        assert digest == ran.variables["Build", "IMAGE"].partition("@")[2]
        assert delivery.system(environment).image() == image


def test_what_codedeploy_released_is_what_the_stack_has_registered(delivery: Delivery, ran: Run) -> None:
    for environment in ("dev", "prod"):
        system = System(delivery.project, environment)
        assert system.traffic() == {"green": 100}
        (primary,) = (each for each in system.service()["taskSets"] if each["status"] == "PRIMARY")
        live, registered = primary["taskDefinition"], delivery.system(environment).output("TaskDefinitionArn")
        assert live != registered and live.rpartition(":")[0] == registered.rpartition(":")[0]


def test_a_person_deploys_or_releases_after_it_and_changes_nothing(delivery: Delivery, ran: Run) -> None:
    for environment in ("dev", "prod"):
        told = delivery.project.run("deploy", BLUEPRINT, environment, *HERE).stderr
        assert "no changes" in told and "not released" not in told
        assert "is live already" in delivery.project.run("release", BLUEPRINT, environment, *HERE).stderr


def test_what_a_deployment_refuses_stops_before_the_approval(ran: Run, tmp_path: Path) -> None:
    """From the review on, with a source that would move prod to another network."""
    source = shutil.copytree(ran.artifacts["SourceOutput"], tmp_path / "source")
    Project(source, ran.account).set(BLUEPRINT, "prod", **network(ran.account))
    done = {name: given for name, given in ran.configured.items() if not name.startswith("Prod/")}
    again = replace(ran, folder=tmp_path, artifacts=ran.artifacts | {"SourceOutput": source}, configured=done)
    with pytest.raises(AssertionError, match="would replace what traffic or data hangs on"):
        again.go()
    assert "Prod/Approve" not in again.configured


def test_a_project_may_do_what_its_role_may_and_nothing_else(ran: Run, tmp_path: Path) -> None:
    done = {name: given for name, given in ran.configured.items() if name != "Dev/Write"}
    again = replace(ran, folder=tmp_path, configured=done, lacking="ecs:DescribeTaskDefinition")
    with pytest.raises(AssertionError, match="refused ecs:DescribeTaskDefinition"):
        again.go()


def test_another_deployment_of_it_changes_nothing(delivery: Delivery) -> None:
    """And one with another parameter only what that says."""
    deploy = ("deploy", "pipeline", BLUEPRINT, *HERE)
    assert "no changes" in delivery.project.run(*deploy).stderr
    before = delivery.pipeline.events()
    delivery.project.set("pipeline", BLUEPRINT, BuildLogRetentionDays="30")
    delivery.project.run(*deploy)
    updated = {what for what, status in delivery.pipeline.events() - before if status == "UPDATE_COMPLETE"}
    assert updated == {delivery.pipeline.name, "BuildLogs", "ExecutionLogs"}


@pytest.fixture(scope="module")
def by_ecs(make_project: Callable[[Path], Project], tmp_path_factory: pytest.TempPathFactory) -> Delivery:
    """The same with the document's own deployment: the pipeline gives ECS the image, and CloudFormation nothing."""
    project = make_project(tmp_path_factory.mktemp("project"))
    blueprint = project.folder / "templates/pipeline.py"
    blueprint.write_text(blueprint.read_text().replace("pipeline.template()", 'pipeline.template(deploy="ecs")'))
    found = deployed(project, tmp_path_factory.mktemp("runs"), BY_ECS)
    outputs = {f"{name.title()}{key}": found.system(name).output(key) for name in ("dev", "prod") for key in NAMES}
    project.set("pipeline", BY_ECS, **outputs)
    project.run("deploy", "pipeline", BY_ECS, *HERE)
    return found


NAMES = ("ClusterName", "ServiceName")


@pytest.fixture(scope="module")
def given_to_ecs(by_ecs: Delivery) -> Run:
    """An execution to its end; on its way a pointer is written once the image runs, and not before."""
    assert {by_ecs.pointer(each) for each in ("dev", "prod")} == {"none"}
    run = by_ecs.upload("first").go(before="Prod/Approve")
    built = run.variables["Build", "IMAGE"]
    assert (by_ecs.running("dev"), by_ecs.pointer("dev")) == ({built}, built)
    assert by_ecs.pointer("prod") == "none", "written before its approval"
    run.go(before="Prod/Point")
    promoted = run.variables["Promote", "IMAGE"]
    assert (by_ecs.running("prod"), by_ecs.pointer("prod")) == ({promoted}, "none")
    refused = by_ecs.project.run("deploy", BY_ECS, "prod", *HERE, status=2).stderr
    assert f"the service runs image {promoted}, which the stack does not know of" in refused
    run.go()
    assert by_ecs.pointer("prod") == promoted
    return run


def test_an_update_of_the_stack_keeps_the_image_that_ecs_was_given(by_ecs: Delivery, given_to_ecs: Run) -> None:
    """The document's gap: its next `apply` would bring the image before back."""
    for environment, action in (("dev", "Build"), ("prod", "Promote")):
        image = given_to_ecs.variables[action, "IMAGE"]
        assert by_ecs.given(environment) == ""
        by_ecs.project.set(BY_ECS, environment, TaskMemory="1024")
        by_ecs.project.run("deploy", BY_ECS, environment, *HERE)
        assert by_ecs.given(environment) == image
        assert by_ecs.running(environment) == {image}


def test_a_change_set_moves_a_rolling_service_to_the_image(by_ecs: Delivery, given_to_ecs: Run, tmp_path: Path) -> None:
    """The same pipeline with change sets again, from prod's on, as if another image had been promoted."""
    for part in ("templates/pipeline.py", f"params/pipeline/{BY_ECS}.json"):
        shutil.copy(REPOSITORY / part, by_ecs.project.folder / part)
    by_ecs.project.run("deploy", "pipeline", BY_ECS, *HERE)
    image = f"{by_ecs.system('prod').output('RepositoryUri')}:prod-next"
    by_ecs.account.push(image)
    done = given_to_ecs.configured | {"Dev/Propose": {}, "Dev/Execute": {}}
    variables = given_to_ecs.variables | {("Promote", "IMAGE"): image}
    again = replace(given_to_ecs, folder=tmp_path, configured={**done}, variables=variables).go()
    assert [name for name in again.configured if name not in done] == ["Prod/Propose", "Prod/Execute"]
    assert (by_ecs.given("prod"), by_ecs.running("prod")) == (image, {image})


@pytest.mark.parametrize("deployed_by", ["delivery", "by_ecs"])
def test_destroying_it_with_its_data_leaves_nothing(request: pytest.FixtureRequest, deployed_by: str) -> None:
    found: Delivery = request.getfixturevalue(deployed_by)
    s3, source = found.account.client("s3"), found.pipeline.output("SourceBucketName")
    s3.put_object(Bucket=source, Key="source.zip", Body=b"again")
    s3.delete_object(Bucket=source, Key="source.zip")
    assert not unseen(found.account, found.pipeline.name)
    own = held(found.account, found.pipeline.name)
    gone = found.project.run("destroy", "pipeline", found.blueprint, *HERE, "--delete-data").stderr
    assert "delete with every version of every object ArtifactStore" in gone
    remains = everything(found.account)
    pointers_and_named = {each for each in remains if found.pipeline.name in each or each.endswith("/image")}
    assert pointers_and_named | (own & remains) == set()
    assert "nothing to do" in found.project.run("destroy", "pipeline", found.blueprint, *HERE).stderr
