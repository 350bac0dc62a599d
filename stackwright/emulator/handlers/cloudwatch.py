"""CloudWatch: alarms, composite alarms, dashboards. All three are put, never changed."""

from __future__ import annotations

from stackwright.emulator.handlers import Context, Handler, Properties
from stackwright.emulator.handlers.shapes import call, gone_is_fine
from stackwright.emulator.handlers.tags import Tagging, retag

_TAGS = Tagging(key="ResourceARN", tags="Tags", keys="TagKeys")


def _alarm_arn(context: Context, name: str, properties: Properties) -> str:
    return f"arn:aws:cloudwatch:{context.region}:{context.account}:alarm:{name}"


def _alarm(operation: str) -> Handler:
    """Return the handler of the alarms that `operation` puts."""

    def create(context: Context, properties: Properties) -> str:
        named = {"AlarmName": context.generated_name(255), **properties}
        call(context.client("cloudwatch"), operation, named)
        return str(named["AlarmName"])

    def update(context: Context, name: str, new: Properties, old: Properties) -> None:
        members = {key: value for key, value in new.items() if key != "Tags"}
        call(context.client("cloudwatch"), operation, {**members, "AlarmName": name})
        arn = _alarm_arn(context, name, new)
        retag(context.client("cloudwatch"), _TAGS, arn, new.get("Tags"), old.get("Tags"))

    def delete(context: Context, name: str, old: Properties) -> None:
        gone_is_fine(context.client("cloudwatch").delete_alarms, AlarmNames=[name])

    return Handler(
        create=create,
        delete=delete,
        update=update,
        attributes=lambda context, name, given: {"Arn": _alarm_arn(context, name, given)},
    )


def _put_dashboard(context: Context, properties: Properties) -> str:
    named = {"DashboardName": context.generated_name(255, with_stack=False), **properties}
    call(context.client("cloudwatch"), "put_dashboard", named)
    return str(named["DashboardName"])


def _update_dashboard(context: Context, name: str, new: Properties, old: Properties) -> None:
    _put_dashboard(context, {**new, "DashboardName": name})


def _delete_dashboard(context: Context, name: str, old: Properties) -> None:
    gone_is_fine(context.client("cloudwatch").delete_dashboards, DashboardNames=[name])


HANDLERS = {
    "AWS::CloudWatch::Alarm": _alarm("put_metric_alarm"),
    "AWS::CloudWatch::CompositeAlarm": _alarm("put_composite_alarm"),
    "AWS::CloudWatch::Dashboard": Handler(create=_put_dashboard, delete=_delete_dashboard, update=_update_dashboard),
}
