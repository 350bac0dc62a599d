"""Budgets: one service for all regions, and it cannot change a budget's notifications, only replace the budget."""

from __future__ import annotations

from stackwright.emulator.handlers import Context, Handler, Properties
from stackwright.emulator.handlers.shapes import PropertyError, call, gone_is_fine

_REGION = "us-east-1"


def _create(context: Context, properties: Properties) -> str:
    budget = {"BudgetName": context.generated_name(100), **properties["Budget"]}
    # The API takes an amount as text.
    if "BudgetLimit" in budget:
        budget["BudgetLimit"] = {key: str(value) for key, value in budget["BudgetLimit"].items()}
    members = {"AccountId": context.account, "Budget": budget}
    for name in ("NotificationsWithSubscribers", "ResourceTags"):
        if name in properties:
            members[name] = properties[name]
    call(context.client("budgets", _REGION), "create_budget", members)
    return str(budget["BudgetName"])


def _update(context: Context, name: str, new: Properties, old: Properties) -> None:
    """Make it anew under its name: moto cannot change one, and nothing is lost with it."""
    if new["Budget"].get("BudgetType") != old["Budget"].get("BudgetType"):
        raise PropertyError("Property BudgetType: the type of a budget cannot be changed")
    _delete(context, name, old)
    _create(context, {**new, "Budget": {**new["Budget"], "BudgetName": name}})


def _delete(context: Context, name: str, old: Properties) -> None:
    gone_is_fine(context.client("budgets", _REGION).delete_budget, AccountId=context.account, BudgetName=name)


HANDLERS = {"AWS::Budgets::Budget": Handler(create=_create, delete=_delete, update=_update)}
