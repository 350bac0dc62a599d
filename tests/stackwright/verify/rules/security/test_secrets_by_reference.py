from __future__ import annotations

from typing import Any

import pytest
from support.guarantees import STACKS, alone, findings, resource, seeded, told

from stackwright.verify.deployment import Deployment
from stackwright.verify.rules.security.secrets_by_reference import secret

RULE = "security/secrets-by-reference"


@pytest.mark.parametrize("blueprint", ["ec2-alb", "account", "region"])
@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_ours_hold_no_secret(blueprint: str, environment: str) -> None:
    assert findings(RULE, seeded(blueprint=blueprint, environment=environment)) == []


def test_a_reference_is_right_and_the_value_in_its_place_is_found() -> None:
    def spell_out(stacks: STACKS) -> None:
        container = resource(stacks, "Service/TaskDefinition")["Properties"]["ContainerDefinitions"][0]
        container["Environment"] += [{"Name": "DATABASE_URL", "Value": "postgres://app:hunter2@db/app"}]

    given = {"blueprint": "fargate-alb", "SecretId": "shop/prod-a1B2c3", "ParameterPath": "/shop/prod"}
    assert findings(RULE, seeded(**given)) == []
    assert len(findings(RULE, seeded(spell_out, **given))) == 1


def _container(**variables: Any) -> Deployment:
    def seed(stacks: STACKS) -> None:
        container = resource(stacks, "Service/TaskDefinition")["Properties"]["ContainerDefinitions"][0]
        container["Environment"] += [{"Name": name, "Value": value} for name, value in variables.items()]

    return seeded(seed, own_image=True)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DB_PASSWORD", "hunter2"),
        ("API_KEY", "8f14e45fceea167a"),
        ("githubToken", "abcdef"),
        ("DATABASE_URL", "postgres://app:hunter2@db.example.com/app"),
        ("KEY", "-----BEGIN RSA PRIVATE KEY-----"),
    ],
)
def test_a_secret_in_a_containers_environment_is_found_and_not_shown(name: str, value: str) -> None:
    deployment = _container(**{name: value})
    (found,) = findings(RULE, deployment)
    assert told(RULE, deployment) == [
        f"Service/TaskDefinition ContainerDefinitions.0.Environment.{name}: whoever may describe it can read the secret"
    ]
    assert value not in str(found)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TOKEN_TTL", "60"),
        ("TOKEN", "60"),
        ("SECRET_NAME", "database"),
        ("DB_SECRET", "prod/database"),
        ("SECRET_ARN", "arn:aws:secretsmanager:us-east-1:1:secret:a"),
        ("DB_SECRET", "arn:aws:secretsmanager:us-east-1:1:secret:a"),
        ("PASSWORD_POLICY", "strict"),
        ("MAX_TOKENS", "many"),
        ("PWD", "here"),
        ("DB_PASSWORD", "/run/secrets/password"),
        ("DB_PASSWORD", ""),
        ("DB_PASSWORD", "{{resolve:secretsmanager:db:SecretString:password}}"),
        ("DB_PASSWORD", {"Fn::GetAtt": ["ApplicationLogs", "Arn"]}),
        ("REQUIRE_PASSWORD", "true"),
        ("MONKEY", "banana"),
        ("ENDPOINT", "https://user@example.com/a:b@c"),
    ],
)
def test_what_is_about_a_secret_is_none(name: str, value: Any) -> None:
    assert findings(RULE, _container(**{name: value})) == []


@pytest.mark.parametrize("name", ["MasterUserPassword", "AuthToken", "SecretString", "clientSecret", "db.password"])
def test_names_of_secrets(name: str) -> None:
    assert secret(name)
    assert not secret(f"{name}Arn")


PASSWORD = {"Type": "String", "Default": ""}


def _database(password: Any, **parameters: Any) -> Deployment:
    database = {"Type": "AWS::RDS::DBInstance", "Properties": {"MasterUserPassword": password}}
    return alone({"Database": database}, Parameters=parameters)


def test_a_password_in_a_template_is_found() -> None:
    assert told(RULE, _database("hunter22")) == ["Database MasterUserPassword: the secret stands in the template"]


def test_a_parameter_that_everybody_can_read_is_found() -> None:
    (line,) = told(RULE, _database({"Ref": "Password"}, Password={**PASSWORD, "Default": "hunter22"}))
    assert line == "Database MasterUserPassword: whoever may describe the stack reads it in the parameter Password"


def test_a_default_of_a_hidden_parameter_is_found() -> None:
    hidden = {**PASSWORD, "Default": "hunter22", "NoEcho": True}
    (line,) = told(RULE, _database({"Ref": "Password"}, Password=hidden))
    assert line == " Parameters.Password.Default: a secret that everybody who has the template can read"


@pytest.mark.parametrize("password", [{"Ref": "Password"}, "{{resolve:secretsmanager:db:SecretString:password}}"])
def test_a_hidden_parameter_or_a_reference_is_right(password: Any) -> None:
    assert findings(RULE, _database(password, Password={**PASSWORD, "NoEcho": "true"})) == []


def test_a_managed_password_is_right() -> None:
    managed = {"Type": "AWS::RDS::DBInstance", "Properties": {"ManageMasterUserPassword": "true"}}
    assert findings(RULE, alone({"Database": managed})) == []


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ("#!/bin/bash\nexport DB_PASSWORD='hunter2'\n", 1),
        ("aws configure set a AKIAIOSFODNN7EXAMPLE", 1),
        ("TOKEN=$(curl -X PUT http://169.254.169.254/latest/api/token)\n", 0),
        ("export TOKEN_TTL=60\nSECRET=/run/secrets/a\n", 0),
    ],
)
def test_secrets_in_user_data_are_found(script: str, found: int) -> None:
    instance = {"Type": "AWS::EC2::Instance", "Properties": {"UserData": {"Fn::Base64": script}}}
    assert len(told(RULE, alone({"Instance": instance}))) == found


@pytest.mark.parametrize(
    ("kind", "properties", "found"),
    [
        ("Lambda::Function", {"Environment": {"Variables": {"API_KEY": "abc", "A": "b"}}}, 1),
        ("CodeBuild::Project", {"Environment": {"EnvironmentVariables": [{"Name": "API_KEY", "Value": "a"}]}}, 1),
        (
            "CodeBuild::Project",
            {"Environment": {"EnvironmentVariables": [{"Name": "API_KEY", "Type": "SECRETS_MANAGER", "Value": "a"}]}},
            0,
        ),
        ("SSM::Parameter", {"Name": "/app/db-password", "Type": "String", "Value": "hunter2"}, 1),
        ("SSM::Parameter", {"Name": "/app/password/ttl", "Type": "String", "Value": "a day"}, 0),
        ("AmazonMQ::Broker", {"Users": [{"Username": "a", "Password": "hunter2"}]}, 1),
        ("ECS::TaskDefinition", {"ContainerDefinitions": ["odd", {"Environment": "odd", "Secrets": [3]}]}, 0),
    ],
)
def test_other_places(kind: str, properties: dict[str, Any], found: int) -> None:
    assert len(told(RULE, alone({"It": {"Type": f"AWS::{kind}", "Properties": properties}}))) == found
