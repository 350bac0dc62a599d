"""What an account has once per region: API Gateway's log role, GuardDuty, Security Hub."""

from __future__ import annotations

from stackwright.emulator.handlers import Context, Handler, Properties
from stackwright.emulator.handlers.mapped import Mapped, Step, handlers, put_again
from stackwright.emulator.handlers.shapes import call, gone_is_fine
from stackwright.emulator.handlers.tags import Tagging


def _set_log_role(context: Context, properties: Properties) -> str:
    """The role stays when the resource goes: the account's setting has no deletion
    ("AWS::ApiGateway::Account")."""
    role = properties.get("CloudWatchRoleArn", "")
    change = {"op": "replace", "path": "/cloudwatchRoleArn", "value": role}
    context.client("apigateway").update_account(patchOperations=[change])
    return context.generated_name(64)


_API_GATEWAY = Handler(
    create=_set_log_role,
    delete=lambda _, __, ___: None,
    update=put_again(_set_log_role),
    attributes=lambda _, physical_id, __: {"Id": physical_id},
)

_DETECTOR = Mapped(
    service="guardduty",
    create="create_detector",
    identity="DetectorId",
    key="DetectorId",
    delete="delete_detector",
    steps=(
        Step(
            "update_detector",
            ("Enable", "FindingPublishingFrequency", "DataSources", "Features"),
            at_creation=False,
        ),
    ),
    attributes={"Id": "="},
    tagging=Tagging(key="resourceArn"),
    tag_by=lambda context, detector, _: f"arn:aws:guardduty:{context.region}:{context.account}:detector/{detector}",
)


def _enable_hub(context: Context, properties: Properties) -> str:
    """Enable Security Hub; Ref is its ARN."""
    hub = context.client("securityhub")
    call(hub, "enable_security_hub", {k: v for k, v in properties.items() if k != _CONTROLS})
    return f"arn:aws:securityhub:{context.region}:{context.account}:hub/default"


def _disable_hub(context: Context, _: str, old: Properties) -> None:
    gone_is_fine(context.client("securityhub").disable_security_hub)


_CONTROLS = "AutoEnableControls"
_HUB = Handler(
    create=_enable_hub,
    delete=_disable_hub,
    attributes=lambda context, arn, _: {"ARN": arn},
)

HANDLERS = handlers(
    {
        "AWS::ApiGateway::Account": _API_GATEWAY,
        "AWS::GuardDuty::Detector": _DETECTOR,
        "AWS::SecurityHub::Hub": _HUB,
    }
)
