"""Alarms that an ECS deployment rolls back on: which it watches, which ring, and which would.

Nothing measures anything here. An alarm rings because somebody set its state, or because the tasks are known to do what
its metric counts; then it is in ALARM until the deployment has gone back. Source: "How CloudWatch alarms detect Amazon
ECS deployment failures", Amazon ECS Developer Guide: one that rings already when a deployment begins is ignored, and
with it the others.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from moto.cloudwatch.models import cloudwatch_backends

# What metrics of AWS/Events and AWS/ApplicationELB count.
FAILED_TASKS = frozenset({"MatchedEvents", "TriggeredRules"})
UNHEALTHY_TARGETS = frozenset({"UnHealthyHostCount"})
SERVER_ERRORS = frozenset({"HTTPCode_Target_5XX_Count"})

_RINGS, _IS_QUIET = "ALARM", "OK"


class Watch:
    """The alarms of one deployment; empty where the service has none, or one of them rings already."""

    def __init__(self, service: Any) -> None:
        given = (getattr(service, "deployment_configuration", None) or {}).get("alarms") or {}
        known = cloudwatch_backends[service._account_id][service.region_name].alarms
        found = [known[name] for name in given.get("alarmNames") or [] if given.get("enable") and name in known]
        self.alarms = [] if any(each.state_value == _RINGS for each in found) else found
        self.rolls_back = bool(given.get("rollback"))
        self._rung: list[Any] = []

    def ringing(self) -> list[str]:
        """Return the names of those that ring."""
        return [each.name for each in self.alarms if each.state_value == _RINGS]

    def ring(self, metrics: Collection[str]) -> list[str]:
        """Let those ring that look at one of the metrics; return the names of all that do."""
        for alarm in self.alarms:
            if set(_metrics(alarm)) & set(metrics):
                _turn(alarm, _RINGS)
                self._rung.append(alarm)
        return self.ringing()

    def quiet(self) -> None:
        """Let those go quiet that the tasks made ring."""
        for alarm in self._rung:
            _turn(alarm, _IS_QUIET)


def _metrics(alarm: Any) -> Iterator[str]:
    if alarm.metric_name:
        yield alarm.metric_name
    for query in alarm.metric_data_queries or []:
        if query.metric_stat is not None:
            yield query.metric_stat.metric.metric_name


def _turn(alarm: Any, state: str) -> None:
    alarm.update_state("Threshold Crossed: the tasks of a deployment", "{}", state)
