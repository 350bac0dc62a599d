"""CloudWatch Logs: groups, the filters that make metrics of them, and policies that let services write."""

from __future__ import annotations

from stackwright.emulator.handlers import Context, Handler, Properties
from stackwright.emulator.handlers.mapped import Mapped, Name, Step, handlers
from stackwright.emulator.handlers.shapes import call, gone_is_fine
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


def _filter(properties: Properties) -> Properties:
    """The call's members begin in lower case, and a dimension is an entry of a map."""
    one = {key[0].lower() + key[1:]: value for key, value in properties.items()}
    return (
        one | {"dimensions": {each["Key"]: each["Value"] for each in one["dimensions"]}} if "dimensions" in one else one
    )


def _put_filter(context: Context, properties: Properties) -> str:
    named = {"FilterName": context.generated_name(512), **properties}
    named["MetricTransformations"] = [_filter(each) for each in named["MetricTransformations"]]
    call(context.client("logs"), "put_metric_filter", named)
    return str(named["FilterName"])


def _update_filter(context: Context, name: str, new: Properties, old: Properties) -> None:
    """Put it once more; moto would keep both, AWS the last ("PutMetricFilter")."""
    _delete_filter(context, name, old)
    _put_filter(context, {**new, "FilterName": name})


def _delete_filter(context: Context, name: str, old: Properties) -> None:
    gone_is_fine(context.client("logs").delete_metric_filter, logGroupName=old["LogGroupName"], filterName=name)


_RESOURCE_POLICY = Mapped(
    service="logs",
    create="put_resource_policy",
    identity="=PolicyName",
    key="policyName",
    delete="delete_resource_policy",
    steps=(Step("put_resource_policy", ("PolicyDocument",), at_creation=False),),
)
HANDLERS = handlers({"AWS::Logs::LogGroup": _LOG_GROUP, "AWS::Logs::ResourcePolicy": _RESOURCE_POLICY}) | {
    "AWS::Logs::MetricFilter": Handler(create=_put_filter, delete=_delete_filter, update=_update_filter)
}
