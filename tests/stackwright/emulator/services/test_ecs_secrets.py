"""Secrets of containers: a task starts only if ECS can read every one of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Client = Callable[..., Any]
PUBLIC = "public.ecr.aws/docker/library/python:3.13-slim"
BREAKER = {"enable": True, "rollback": False, "thresholdConfiguration": {"type": "COUNT", "value": 2}}


@pytest.fixture
def stopped(client: Client) -> Callable[[str], set[str]]:
    """Return what the stopped tasks of a new Fargate service say that reads one variable; none if it runs."""
    ecs, ec2 = client("ecs"), client("ec2")
    ecs.create_cluster(clusterName="main", capacityProviders=["FARGATE"])
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]

    def run(source: str) -> set[str]:
        container = {"name": "app", "image": PUBLIC, "secrets": [{"name": "ONE", "valueFrom": source}]}
        task = {"family": "app", "networkMode": "awsvpc", "cpu": "256", "memory": "512"}
        definition = ecs.register_task_definition(
            **task, requiresCompatibilities=["FARGATE"], containerDefinitions=[container]
        )["taskDefinition"]["taskDefinitionArn"]
        ecs.create_service(
            cluster="main",
            serviceName="web",
            taskDefinition=definition,
            desiredCount=1,
            launchType="FARGATE",
            networkConfiguration={"awsvpcConfiguration": {"subnets": [subnet]}},
            deploymentConfiguration={"deploymentCircuitBreaker": BREAKER},
        )
        arns = ecs.list_tasks(cluster="main", serviceName="web", desiredStatus="STOPPED")["taskArns"]
        tasks = ecs.describe_tasks(cluster="main", tasks=arns)["tasks"] if arns else []
        return {f"{each['stopCode']} {each['stoppedReason']}" for each in tasks}

    return run


def secret(client: Client, text: str = '{"URL": "x"}') -> str:
    return str(client("secretsmanager").create_secret(Name="shop/prod", SecretString=text)["ARN"])


def test_a_secret_with_the_key_lets_the_task_run(client: Client, stopped: Callable[[str], set[str]]) -> None:
    assert stopped(f"{secret(client)}:URL::") == set()


def test_a_secret_that_is_missing_is_told_in_the_words_of_aws(stopped: Callable[[str], set[str]]) -> None:
    arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:shop/prod-a1B2c3"
    (told,) = stopped(f"{arn}:URL::")
    assert told.startswith("TaskFailedToStart ResourceInitializationError: unable to pull secrets or registry auth: ")
    assert told.endswith(f"{arn} from secrets manager: ResourceNotFoundException: Secrets Manager can't find the "
                         "specified secret.")  # fmt: skip


def test_the_six_characters_are_the_secrets_own(client: Client, stopped: Callable[[str], set[str]]) -> None:
    (told,) = stopped(f"{secret(client)[:-6]}a1B2c3:URL::")
    assert "ResourceNotFoundException" in told


@pytest.mark.parametrize("text", ['{"OTHER": "x"}', "plain", "[1]"])
def test_a_key_that_is_missing_stops_the_task(client: Client, stopped: Callable[[str], set[str]], text: str) -> None:
    (told,) = stopped(f"{secret(client, text)}:URL::")
    assert told.endswith("did not contain json key URL")


def test_a_secret_that_is_to_be_deleted_is_not_found(client: Client, stopped: Callable[[str], set[str]]) -> None:
    arn = secret(client)
    client("secretsmanager").delete_secret(SecretId=arn)
    (told,) = stopped(f"{arn}:URL::")
    assert "ResourceNotFoundException" in told


@pytest.mark.parametrize("source", ["/shop/prod/LEVEL", "arn:aws:ssm:us-east-1:1:parameter/shop/prod/LEVEL"])
def test_a_parameter_is_found_by_name_and_by_arn(
    client: Client, stopped: Callable[[str], set[str]], source: str
) -> None:
    client("ssm").put_parameter(Name="/shop/prod/LEVEL", Value="DEBUG", Type="String")
    assert stopped(source) == set()


def test_a_parameter_that_is_missing_is_named(stopped: Callable[[str], set[str]]) -> None:
    (told,) = stopped("/shop/prod/LEVEL")
    assert told.endswith("unable to retrieve secrets from ssm: service call has been retried 1 time(s): "
                         "invalid parameters: /shop/prod/LEVEL")  # fmt: skip
