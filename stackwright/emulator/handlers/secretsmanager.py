"""Secrets Manager secrets, given or generated."""

from __future__ import annotations

import json
from dataclasses import replace

from stackwright.emulator.handlers import Context, Properties
from stackwright.emulator.handlers.mapped import Mapped, Name, Step, handlers
from stackwright.emulator.handlers.shapes import call
from stackwright.emulator.handlers.tags import Tagging

_OF_THE_TEMPLATE = ("SecretStringTemplate", "GenerateStringKey")

_SECRET = Mapped(
    service="secretsmanager",
    create="create_secret",
    identity="ARN",
    key="SecretId",
    delete="delete_secret",
    delete_with={"ForceDeleteWithoutRecovery": True},
    names={"ReplicaRegions": "AddReplicaRegions"},
    name=Name("Name", 512, with_stack=False),
    local=("GenerateSecretString",),
    steps=(
        Step("update_secret", ("Description", "KmsKeyId", "SecretString"), at_creation=False),
        Step(
            "replicate_secret_to_regions",
            ("ReplicaRegions",),
            names={"ReplicaRegions": "AddReplicaRegions"},
            at_creation=False,
        ),
    ),
    attributes={"Id": "="},
    tagging=Tagging(key="SecretId", tags="Tags", keys="TagKeys"),
)


def _generated(context: Context, properties: Properties) -> Properties:
    """Return the properties with the secret that GenerateSecretString describes."""
    if "GenerateSecretString" not in properties:
        return properties
    how = properties["GenerateSecretString"]
    options = {name: value for name, value in how.items() if name not in _OF_THE_TEMPLATE}
    client = context.client("secretsmanager")
    password: str = call(client, "get_random_password", options)["RandomPassword"]
    if "GenerateStringKey" not in how:
        return {**properties, "SecretString": password}
    content = {**json.loads(how["SecretStringTemplate"]), how["GenerateStringKey"]: password}
    return {**properties, "SecretString": json.dumps(content)}


def _create(context: Context, properties: Properties) -> str:
    return _SECRET.make(context, _generated(context, properties))


def _update(context: Context, arn: str, new: Properties, old: Properties) -> None:
    """A changed description of the secret generates a new one ("AWS::SecretsManager::Secret")."""
    if new.get("GenerateSecretString") != old.get("GenerateSecretString"):
        new = _generated(context, new)
    _SECRET.change(context, arn, new, old)


HANDLERS = handlers({"AWS::SecretsManager::Secret": replace(_SECRET.handler(), create=_create, update=_update)})
