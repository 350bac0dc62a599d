from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from stackwright.aws import Aws
from stackwright.params import settings
from stackwright.preflight.check import Result
from stackwright.preflight.subject import Subject
from stackwright.preflight.world import World
from stackwright.resolve.nested import resolve
from templates import fargate_alb

Plan = Callable[..., Subject]
Asked = Callable[[str, Subject], Result]


Task = Callable[..., dict[str, Any]]


def create(aws: Aws, name: str = "shop/db", text: str = '{"password": "p-4711"}') -> str:
    return str(aws.call("secretsmanager", "create_secret", Name=name, SecretString=text)["ARN"])


def secret(value: str) -> dict[str, Any]:
    return {"Secrets": [{"Name": "PASSWORD", "ValueFrom": value}]}


def test_holds_for_a_secret_with_its_key(aws: Aws, plan: Plan, asked: Asked, task: Task) -> None:
    arn = create(aws)
    result = asked("secrets-present", plan({"Task": task(**secret(f"{arn}:password::"))}))
    assert (result.verdict, result.points[0].text) == ("holds", f"{arn} with password")


def test_fails_for_a_secret_that_is_not_there(aws: Aws, plan: Plan, asked: Asked, task: Task) -> None:
    arn = f"arn:aws:secretsmanager:us-east-1:{aws.account}:secret:shop/db-AbCdEf"
    result = asked("secrets-present", plan({"Task": task(**secret(arn))}))
    assert (result.verdict, result.points[0].text) == ("fails", f"Task: secret {arn} is not in us-east-1")


def test_fails_for_a_key_that_the_secret_has_not(aws: Aws, plan: Plan, asked: Asked, task: Task) -> None:
    arn = create(aws)
    result = asked("secrets-present", plan({"Task": task(**secret(f"{arn}:passwd::"))}))
    assert (result.verdict, result.points[0].text) == ("fails", f"Task: secret {arn} has no key passwd")
    assert "p-4711" not in str(result)


def test_fails_for_a_key_of_a_secret_that_is_plain_text(aws: Aws, plan: Plan, asked: Asked, task: Task) -> None:
    arn = create(aws, text="p-4711")
    assert asked("secrets-present", plan({"Task": task(**secret(f"{arn}:password::"))})).verdict == "fails"


def test_fails_for_a_secret_that_is_to_be_deleted(aws: Aws, plan: Plan, asked: Asked, task: Task) -> None:
    arn = create(aws)
    aws.call("secretsmanager", "delete_secret", SecretId=arn, RecoveryWindowInDays=7)
    result = asked("secrets-present", plan({"Task": task(**secret(arn))}))
    assert result.verdict == "fails"
    assert "restore-secret" in result.points[0].mend


def test_a_secret_of_another_region_is_asked_for_there(aws: Aws, plan: Plan, asked: Asked, task: Task) -> None:
    arn = create(aws.elsewhere("eu-west-1"))
    assert asked("secrets-present", plan({"Task": task(**secret(arn))})).verdict == "holds"


@pytest.mark.parametrize("form", ["{name}", "arn:aws:ssm:us-east-1:{account}:parameter{name}"])
def test_parameters_are_secrets_too(form: str, aws: Aws, plan: Plan, asked: Asked, task: Task) -> None:
    subject = plan({"Task": task(**secret(form.format(name="/shop/key", account=aws.account)))})
    assert asked("secrets-present", subject).verdict == "fails"
    aws.call("ssm", "put_parameter", Name="/shop/key", Value="k-4711", Type="SecureString")
    result = asked("secrets-present", subject)
    assert result.verdict == "holds"
    assert "k-4711" not in str(result)


def test_a_parameter_without_a_slash_is_found_by_its_arn(aws: Aws, plan: Plan, asked: Asked, task: Task) -> None:
    aws.call("ssm", "put_parameter", Name="key", Value="k", Type="SecureString")
    arn = f"arn:aws:ssm:us-east-1:{aws.account}:parameter/key"
    assert asked("secrets-present", plan({"Task": task(**secret(arn))})).verdict == "holds"


def test_dynamic_references_are_read(aws: Aws, plan: Plan, asked: Asked, task: Task) -> None:
    environment = [{"Name": "PASSWORD", "Value": "{{resolve:secretsmanager:shop/db:SecretString:password}}"}]
    subject = plan({"Task": task(Environment=environment)})
    assert asked("secrets-present", subject).verdict == "fails"
    create(aws)
    assert asked("secrets-present", subject).verdict == "holds"


def test_credentials_of_a_registry_and_options_of_a_log_driver_are_read(
    aws: Aws, plan: Plan, asked: Asked, task: Task
) -> None:
    gone = f"arn:aws:secretsmanager:us-east-1:{aws.account}:secret:gone-AbCdEf"
    container = {
        "RepositoryCredentials": {"CredentialsParameter": gone},
        "LogConfiguration": {"SecretOptions": [{"Name": "token", "ValueFrom": f"{gone}2"}]},
    }
    result = asked("secrets-present", plan({"Task": task(**container)}))
    assert [each.verdict for each in result.points] == ["fails", "fails"]


def test_cannot_be_told_where_the_secret_is_not_shown(
    aws: Aws, plan: Plan, asked: Asked, task: Task, deny: Any
) -> None:
    subject = plan({"Task": task(**secret(create(aws)))})
    deny("secretsmanager", "describe_secret", "AccessDeniedException")
    assert asked("secrets-present", subject).verdict == "cannot be told"


def test_a_blueprints_own_secret_and_values_are_asked_for(aws: Aws, plan: Plan, asked: Asked) -> None:
    identifier = create(aws, "shop/prod", '{"DATABASE_URL": "x"}').partition(":secret:")[2]
    made = fargate_alb.blueprint()
    given = settings(Path("params/fargate-alb/prod.json"), made.root).parameters

    def verdicts(**parameters: str) -> list[tuple[str, str]]:
        graph = resolve(
            made.root,
            made.nested,
            {**given, **parameters},
            region=aws.region,
            stack_name="shop",
            account_id=aws.account,
            environment=World(aws=aws, region=aws.region),
        )
        return [(each.verdict, each.text) for each in asked("secrets-present", replace(plan({}), graph=graph)).points]

    assert [each for each, _ in verdicts()] == ["not applicable"]
    secret, value = verdicts(SecretId=identifier, ParameterPath="/shop")
    assert (secret[0], value[0]) == ("holds", "fails")
    assert "no parameter /shop/LOG_LEVEL" in value[1]
