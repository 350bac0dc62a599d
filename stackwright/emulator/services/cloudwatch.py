"""CloudWatch beyond moto: composite alarms, and what an alarm is given stays."""

from __future__ import annotations

from typing import Any

from moto.cloudwatch import urls
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult

from stackwright.emulator.services import step_scaling
from stackwright.emulator.services.overlay import keep, put_in_place

_KEPT = (
    "ActionsSuppressor",
    "ActionsSuppressorExtensionPeriod",
    "ActionsSuppressorWaitPeriod",
    "EvaluationCriteria",
    "EvaluationInterval",
)


class CloudWatch(CloudWatchResponse):
    """moto's CloudWatch with what it lacks."""

    def put_metric_alarm(self) -> ActionResult:
        """Actions are enabled unless said otherwise ("PutMetricAlarm", ActionsEnabled); an alarm
        that is put again keeps its state."""
        name = self._get_param("AlarmName")
        before = self.cloudwatch_backend.alarms.get(name)
        self.params.setdefault("ActionsEnabled", True)
        result = super().put_metric_alarm()
        alarm: Any = self.cloudwatch_backend.alarms[name]
        keep(alarm, self.params, _KEPT)
        if before is not None:
            alarm.state_value = before.state_value
        return result

    def set_alarm_state(self) -> ActionResult:
        """An alarm that goes off carries out its actions ("SetAlarmState"): those that are scaling policies."""
        result = super().set_alarm_state()
        alarm: Any = self.cloudwatch_backend.alarms[self._get_param("AlarmName")]
        if self._get_param("StateValue") == "ALARM" and alarm.actions_enabled:
            for action in alarm.alarm_actions or []:
                step_scaling.act(self.current_account, self.region, action)
        return result

    def put_composite_alarm(self) -> ActionResult:
        """moto has no such action, but an alarm with a rule ("PutCompositeAlarm")."""
        return self.put_metric_alarm()


def install() -> None:
    """Put the overlay in the place of moto's CloudWatch."""
    put_in_place(urls, CloudWatch)
