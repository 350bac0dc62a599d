"""References: what a container reads from Secrets Manager and Parameter Store, and the right to read it.

The build names the variables, an environment says where their values are, or nothing: then the container has none of
them. ECS reads them when a task starts, with the execution role; a value that changes reaches no task that runs.
Source: "Pass sensitive data to an Amazon ECS container", Amazon ECS Developer Guide.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from troposphere import If, NoValue, Or, Sub, Template
from troposphere.ecs import Secret
from troposphere.iam import Policy

from nested import inputs
from nested.parts.permissions import Statement, allow, policy
from nested.parts.rules import given
from nested.shape import needs

# The whole ARN: one without the six characters at its end is a search, which fails for some names ("Finding a secret
# from a partial ARN", AWS Secrets Manager User Guide). Region and account are the stack's own, whatever is given.
SECRET_ARN = "arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:${SecretId}"

_PARAMETER_ARN = "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter${ParameterPath}/"
_KEY_ARN = "arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/${KmsKeyId}"

_SECRET = "HasSecret"
_VALUES = "HasParameterPath"
_KEY = "HasKmsKey"
_ANY = "ReadsByReference"


@dataclass(frozen=True)
class References:
    """Names of environment variables: each of `secrets` a key of one secret that is JSON, each of `values` a parameter.

    Raises ValueError for a name that is no variable's, given twice, or `taken`.
    """

    secrets: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    taken: Collection[str] = ()

    def __post_init__(self) -> None:
        names = [*self.secrets, *self.values]
        for name in names:
            if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
                raise ValueError(f"variable {name!r}: letters, digits and _, no digit first")
            if name in self.taken or names.count(name) > 1:
                raise ValueError(f"variable {name}: the container has one of that name already")

    def __bool__(self) -> bool:
        return bool(self.secrets or self.values)


NOTHING = References()


def declare(t: Template, reads: References) -> None:
    """Add the parameters that say where the values are, and their conditions; nothing where nothing is read."""
    if reads.secrets:
        needs(t, inputs.SECRET_ID)
        t.add_condition(_SECRET, given(inputs.SECRET_ID))
    if reads.values:
        needs(t, inputs.PARAMETER_PATH)
        t.add_condition(_VALUES, given(inputs.PARAMETER_PATH))
    if reads:
        needs(t, inputs.KMS_KEY_ID)
        t.add_condition(_KEY, given(inputs.KMS_KEY_ID))
    if reads.secrets and reads.values:
        t.add_condition(_ANY, Or({"Condition": _SECRET}, {"Condition": _VALUES}))


def variables(reads: References) -> dict[str, Any]:
    """Return the container's property Secrets, as keyword arguments."""
    if not reads:
        return {}
    secrets = [_variable(_SECRET, name, Sub(f"{SECRET_ARN}:{name}::")) for name in reads.secrets]
    values = [_variable(_VALUES, name, Sub(_PARAMETER_ARN + name)) for name in reads.values]
    return {"Secrets": If(_condition(reads), secrets + values, NoValue)}


def policies(reads: References) -> list[If]:
    """Return the execution role's policy: to read this secret and these parameters, by their key if they have one."""
    if not reads:
        return []
    statements: list[Any] = []
    if reads.secrets:
        statements.append(If(_SECRET, allow("secretsmanager:GetSecretValue", Sub(SECRET_ARN)), NoValue))
    if reads.values:
        arns = [Sub(_PARAMETER_ARN + name) for name in reads.values]
        statements.append(If(_VALUES, allow("ssm:GetParameters", arns), NoValue))
    document = policy(*statements, If(_KEY, _decrypt(reads), NoValue))
    return [If(_condition(reads), Policy(PolicyName="ReadReferences", PolicyDocument=document), NoValue)]


def _decrypt(reads: References) -> Statement:
    # "kms:ViaService", AWS KMS Developer Guide: the role decrypts nothing by itself.
    services = [*(["secretsmanager"] if reads.secrets else []), *(["ssm"] if reads.values else [])]
    via = [Sub(f"{each}.${{AWS::Region}}.${{AWS::URLSuffix}}") for each in services]
    return allow("kms:Decrypt", Sub(_KEY_ARN), when={"StringEquals": {"kms:ViaService": via}})


def _condition(reads: References) -> str:
    if reads.secrets and reads.values:
        return _ANY
    return _SECRET if reads.secrets else _VALUES


def _variable(condition: str, name: str, source: Sub) -> If:
    return If(condition, Secret(Name=name, ValueFrom=source), NoValue)
