"""References: which variables the container has, where their values come from, and who may read them."""

from __future__ import annotations

from typing import Any

import pytest

from nested.service import template
from tests.support.services import deployed, properties

SECRETS, VALUES = ("DATABASE_URL", "API_KEY"), ("LOG_LEVEL",)
SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop/prod-a1B2c3"
PARAMETER = "arn:aws:ssm:eu-west-1:123456789012:parameter/shop/prod/LOG_LEVEL"
KEY = "1234abcd-12ab-34cd-56ef-1234567890ab"
BOTH = {"SecretId": "shop/prod-a1B2c3", "ParameterPath": "/shop/prod"}


def variables(**given: str) -> dict[str, str] | None:
    definition = properties(deployed(secrets=SECRETS, values=VALUES, **given), "TaskDefinition")
    (container,) = definition["ContainerDefinitions"]
    found = container.get("Secrets")
    return None if found is None else {each["Name"]: each["ValueFrom"] for each in found}


def statements(**given: str) -> list[dict[str, Any]]:
    policies = properties(deployed(secrets=SECRETS, values=VALUES, **given), "ExecutionRole")["Policies"]
    found = [each["PolicyDocument"]["Statement"] for each in policies if each["PolicyName"] == "ReadReferences"]
    return found[0] if found else []


def test_each_secret_is_a_key_of_one_secret_and_each_value_a_parameter_of_its_own() -> None:
    assert variables(**BOTH) == {
        "DATABASE_URL": f"{SECRET}:DATABASE_URL::",
        "API_KEY": f"{SECRET}:API_KEY::",
        "LOG_LEVEL": PARAMETER,
    }


def test_ecs_may_read_this_secret_and_these_parameters_and_nothing_else() -> None:
    assert statements(**BOTH) == [
        {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": SECRET},
        {"Effect": "Allow", "Action": "ssm:GetParameters", "Resource": [PARAMETER]},
    ]


def test_a_key_of_ones_own_is_used_through_the_two_services_only() -> None:
    *_, decrypt = statements(**BOTH, KmsKeyId=KEY)
    assert (decrypt["Action"], decrypt["Resource"]) == (
        "kms:Decrypt",
        f"arn:aws:kms:eu-west-1:123456789012:key/{KEY}",
    )
    via = ["secretsmanager.eu-west-1.amazonaws.com", "ssm.eu-west-1.amazonaws.com"]
    assert decrypt["Condition"] == {"StringEquals": {"kms:ViaService": via}}


@pytest.mark.parametrize(
    ("given", "names"),
    [("SecretId", {"DATABASE_URL", "API_KEY"}), ("ParameterPath", {"LOG_LEVEL"})],
)
def test_an_environment_may_have_one_of_the_two(given: str, names: set[str]) -> None:
    found = variables(**{given: BOTH[given]})
    assert found is not None and found.keys() == names
    assert len(statements(**{given: BOTH[given]})) == 1


def test_an_environment_without_either_has_no_variable_and_grants_nothing() -> None:
    assert variables() is None
    assert statements(KmsKeyId=KEY) == []


def test_a_service_that_reads_nothing_asks_for_nothing() -> None:
    assert not {"SecretId", "ParameterPath", "KmsKeyId"} & set(template().parameters)
    assert "ParameterPath" not in template(secrets=SECRETS).parameters
    assert "SecretId" not in template(values=VALUES).parameters


def test_one_kind_alone_is_enough() -> None:
    definition = properties(deployed(values=VALUES, ParameterPath="/shop"), "TaskDefinition")
    assert [each["Name"] for each in definition["ContainerDefinitions"][0]["Secrets"]] == ["LOG_LEVEL"]


@pytest.mark.parametrize("name", ["1ST", "a-b", "", "PORT", "API_KEY"])
def test_a_name_that_the_container_could_not_have_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="variable"):
        template(secrets=SECRETS, values=(name,))


@pytest.mark.parametrize(
    "given",
    [
        "arn:aws:secretsmanager:us-east-1:123456789012:secret:shop/prod-a1B2c3",
        "arn:aws:secretsmanager:eu-west-1:210987654321:secret:shop/prod-a1B2c3",
        "shop/prod",
    ],
)
def test_a_secret_elsewhere_or_without_its_six_characters_is_refused(given: str) -> None:
    with pytest.raises(Exception, match="SecretId"):
        deployed(secrets=SECRETS, SecretId=given)


@pytest.mark.parametrize("given", ["shop", "/shop/", "/shop prod", "arn:aws:ssm:us-east-1:1:parameter/shop"])
def test_a_path_that_is_none_is_refused(given: str) -> None:
    with pytest.raises(Exception, match="ParameterPath"):
        deployed(values=VALUES, ParameterPath=given)
