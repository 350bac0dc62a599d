"""Who is told what."""

from __future__ import annotations

from nested.shape import Input

_OBSERVABILITY = "Observability"

ALARM_EMAIL = Input(
    "AlarmEmail",
    "String",
    _OBSERVABILITY,
    "E-mail address for alarms",
    "Who alarms and the budget tell, once the address has confirmed it; empty subscribes nobody.",
    default="",
    pattern=r"^$|^[^@\s,]+@[^@\s,]+\.[^@\s,]+$",
    max_length=254,
    constraint="One e-mail address, or nothing.",
    shared=True,
)
SLOW_RESPONSE_SECONDS = Input(
    "SlowResponseSeconds",
    "Number",
    _OBSERVABILITY,
    "Slow response (s)",
    "Seconds at or above which an answer is slow; the alarm rings when one in twenty is, for five minutes.",
    default="1",
    minimum=1,
    maximum=60,
)
MONTHLY_BUDGET = Input(
    "MonthlyBudget",
    "Number",
    _OBSERVABILITY,
    "Budget (US dollars a month)",
    "What everything tagged with this project and environment may cost a month; 0 makes no budget.",
    default="0",
    minimum=0,
    maximum=1000000,
    shared=True,
)
NOTIFICATION_TOPIC_ARN = Input(
    "NotificationTopicArn",
    "String",
    _OBSERVABILITY,
    "Topic of notifications",
    "SNS topic that alarms, events and the budget tell, as far as the stack has them.",
    shared=True,
    public=True,
)
