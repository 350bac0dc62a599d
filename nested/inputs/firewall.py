"""What is asked of a request before it is let through."""

from __future__ import annotations

from nested.shape import Input

_FIREWALL = "Firewall"

FIREWALL = Input(
    "Firewall",
    "String",
    _FIREWALL,
    "Web application firewall",
    "on: AWS WAF blocks what its rules match. count: it only counts and logs it. off: there is none; it is charged.",
    default="off",
    allowed=("off", "count", "on"),
    shared=True,
)
REQUEST_LIMIT = Input(
    "RequestLimit",
    "Number",
    _FIREWALL,
    "Requests of one address",
    "Requests that one IP address may make in five minutes before the firewall blocks it.",
    default="2000",
    # RateBasedStatement, AWS WAFV2 API Reference.
    minimum=10,
    maximum=2000000000,
    shared=True,
)
FIREWALL_LOGS_RETENTION_DAYS = Input(
    "FirewallLogsRetentionDays",
    "Number",
    _FIREWALL,
    "Firewall log retention (days)",
    "Days that the firewall's log of what it blocked or counted is kept.",
    default="30",
    allowed=("7", "14", "30", "60", "90", "180", "365"),
    shared=True,
)
