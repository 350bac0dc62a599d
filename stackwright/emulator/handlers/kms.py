"""KMS keys and their aliases."""

from __future__ import annotations

from dataclasses import replace

from stackwright.emulator.handlers import Context, Properties
from stackwright.emulator.handlers.mapped import Mapped, Read, Step, handlers
from stackwright.emulator.handlers.shapes import boolean, call, gone_is_fine, taken_back
from stackwright.emulator.handlers.tags import Tagging

_KEY = Mapped(
    service="kms",
    create="create_key",
    identity="KeyMetadata.KeyId",
    key="KeyId",
    names={"KeyPolicy": "Policy"},
    local=("EnableKeyRotation", "RotationPeriodInDays", "Enabled", "PendingWindowInDays"),
    steps=(
        Step(
            "update_key_description",
            ("Description",),
            at_creation=False,
            empty={"Description": ""},
        ),
        Step("put_key_policy", ("KeyPolicy",), names={"KeyPolicy": "Policy"}, at_creation=False),
    ),
    read=Read("describe_key", "KeyId", "KeyMetadata"),
    attributes={"KeyId": "=", "Arn": "Arn"},
    tagging=Tagging(key="KeyId", tags="Tags", keys="TagKeys"),
)


def _create(context: Context, properties: Properties) -> str:
    key = _KEY.make(context, properties)
    with taken_back(lambda: _delete(context, key, properties)):
        _switch(context, key, properties, {})
    return key


def _update(context: Context, key: str, new: Properties, old: Properties) -> None:
    _KEY.change(context, key, new, old)
    _switch(context, key, new, old)


def _switch(context: Context, key: str, new: Properties, old: Properties) -> None:
    """Set whether the key is rotated and enabled; a new key is enabled and never rotated."""
    kms = context.client("kms")
    rotation = ("EnableKeyRotation", "RotationPeriodInDays")
    if any(new.get(name) != old.get(name) for name in rotation):
        rotated = boolean(new.get("EnableKeyRotation", False))
        period = {name: new[name] for name in rotation[1:] if name in new and rotated}
        operation = "enable_key_rotation" if rotated else "disable_key_rotation"
        call(kms, operation, {"KeyId": key, **period})
    enabled, before = (boolean(each.get("Enabled", True)) for each in (new, old))
    if enabled != before:
        (kms.enable_key if enabled else kms.disable_key)(KeyId=key)


def _delete(context: Context, key: str, old: Properties) -> None:
    """A key is never deleted at once, only scheduled to be; 30 days unless said otherwise."""
    kms = context.client("kms")
    found = gone_is_fine(kms.describe_key, KeyId=key)
    if found and found["KeyMetadata"]["KeyState"] != "PendingDeletion":
        days = int(old.get("PendingWindowInDays", 30))
        kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=days)


_ALIAS = Mapped(
    service="kms",
    create="create_alias",
    identity="=AliasName",
    key="AliasName",
    delete="delete_alias",
    steps=(Step("update_alias", ("TargetKeyId",), at_creation=False),),
)

HANDLERS = handlers(
    {
        "AWS::KMS::Key": replace(_KEY.handler(), create=_create, update=_update, delete=_delete),
        "AWS::KMS::Alias": _ALIAS,
    }
)
