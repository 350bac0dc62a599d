"""CloudWatch Logs."""

from __future__ import annotations

from stackwright.emulator.handlers import Context, Properties
from stackwright.emulator.handlers.mapped import Mapped, Name, Step, handlers
from stackwright.emulator.handlers.tags import Tagging


def _arn(context: Context, group: str, properties: Properties) -> str:
    """CloudFormation's Arn of a log group ends in `:*`; the tagging calls' does not."""
    return f"arn:aws:logs:{context.region}:{context.account}:log-group:{group}:*"


_LOG_GROUP = Mapped(
    service="logs",
    create="create_log_group",
    identity="=LogGroupName",
    key="logGroupName",
    delete="delete_log_group",
    name=Name("LogGroupName", 512),
    steps=(
        Step("put_retention_policy", ("RetentionInDays",), clear="delete_retention_policy"),
        Step("associate_kms_key", ("KmsKeyId",), clear="disassociate_kms_key", at_creation=False),
        Step(
            "put_data_protection_policy",
            ("DataProtectionPolicy",),
            names={"DataProtectionPolicy": "policyDocument"},
            key="logGroupIdentifier",
            clear="delete_data_protection_policy",
        ),
        Step(
            "put_log_group_deletion_protection",
            ("DeletionProtectionEnabled",),
            key="logGroupIdentifier",
        ),
    ),
    attributes={"Arn": _arn},
    tagging=Tagging(),
    tag_by=lambda context, group, given: _arn(context, group, given).removesuffix(":*"),
)
HANDLERS = handlers({"AWS::Logs::LogGroup": _LOG_GROUP})
