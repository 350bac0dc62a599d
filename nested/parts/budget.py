"""Budget: what the system may cost a month, and who is told before it does.

It counts what carries the stack's tags Project and Environment, and those count from the day they are activated as
cost allocation tags in the billing account. Until then it sees nothing and never tells.
"""

from __future__ import annotations

from typing import Any

from troposphere import Equals, Not, Ref, Template
from troposphere.budgets import (
    Budget,
    BudgetData,
    Expression,
    Notification,
    NotificationWithSubscribers,
    Spend,
    Subscriber,
    TagValues,
)

from nested import inputs

_CONDITION = "HasBudget"

# Percent of the limit: told when it has been spent to this, and when the month is forecast to end above the limit.
_SPENT = 80
_FORECAST = 100


def add_to(t: Template) -> None:
    """Add the budget; the template needs MonthlyBudget, where 0 is none, and the notifications' topic."""
    t.add_condition(_CONDITION, Not(Equals(Ref(inputs.MONTHLY_BUDGET.name), "0")))
    t.add_resource(
        Budget(
            "Budget",
            Condition=_CONDITION,
            # The topic's policy admits budgets: one that cannot publish is refused.
            DependsOn="NotificationsPolicy",
            Budget=BudgetData(
                BudgetType="COST",
                TimeUnit="MONTHLY",
                BudgetLimit=Spend(Amount=Ref(inputs.MONTHLY_BUDGET.name), Unit="USD"),
                Metrics=["UnblendedCost"],
                FilterExpression=Expression(
                    And=[_tagged("Project", inputs.PROJECT_NAME.name), _tagged("Environment", _ENVIRONMENT)]
                ),
            ),
            NotificationsWithSubscribers=[_notification("ACTUAL", _SPENT), _notification("FORECASTED", _FORECAST)],
        )
    )


_ENVIRONMENT = inputs.ENVIRONMENT_NAME.name


def _tagged(key: str, parameter: str) -> dict[str, Any]:
    found: dict[str, Any] = Expression(Tags=TagValues(Key=key, Values=[Ref(parameter)])).to_dict()
    return found


def _notification(kind: str, percent: int) -> NotificationWithSubscribers:
    return NotificationWithSubscribers(
        Notification=Notification(
            NotificationType=kind,
            ComparisonOperator="GREATER_THAN",
            Threshold=percent,
            ThresholdType="PERCENTAGE",
        ),
        Subscribers=[Subscriber(SubscriptionType="SNS", Address=Ref("Notifications"))],
    )
