"""How many tasks run."""

from __future__ import annotations

from nested.shape import Input

_SCALING = "Scaling"

MIN_TASKS = Input(
    "MinTasks",
    "Number",
    _SCALING,
    "Tasks, least",
    "Fewest tasks.",
    default="2",
    minimum=0,
    maximum=500,
)
MAX_TASKS = Input(
    "MaxTasks",
    "Number",
    _SCALING,
    "Tasks, most",
    "Most tasks.",
    default="4",
    minimum=1,
    maximum=500,
)
OFF_HOURS_BEGIN = Input(
    "OffHoursBegin",
    "String",
    _SCALING,
    "Off hours begin",
    "When fewer tasks are enough; empty is never.",
    default="",
    pattern=r"^$|^cron\(([^\s()]+ ){5}[^\s()]+\)$",
    constraint="A cron expression of six fields, for example cron(0 20 ? * MON-FRI *), or nothing.",
)
OFF_HOURS_END = Input(
    "OffHoursEnd",
    "String",
    _SCALING,
    "Off hours end",
    "When MinTasks and MaxTasks hold again; empty is never.",
    default="",
    pattern=r"^$|^cron\(([^\s()]+ ){5}[^\s()]+\)$",
    constraint="A cron expression of six fields, for example cron(0 7 ? * MON-FRI *), or nothing.",
)
OFF_HOURS_TIMEZONE = Input(
    "OffHoursTimezone",
    "String",
    _SCALING,
    "Time zone of the off hours",
    "IANA time zone that begin and end are told in.",
    default="Etc/UTC",
    pattern=r"^[A-Za-z_]+(/[A-Za-z0-9_+-]+)+$",
    constraint="The canonical name of a time zone, for example Europe/Berlin.",
)
OFF_HOURS_MIN_TASKS = Input(
    "OffHoursMinTasks",
    "Number",
    _SCALING,
    "Tasks in off hours, least",
    "Fewest tasks in off hours.",
    default="1",
    minimum=0,
    maximum=500,
)
OFF_HOURS_MAX_TASKS = Input(
    "OffHoursMaxTasks",
    "Number",
    _SCALING,
    "Tasks in off hours, most",
    "Most tasks in off hours; 0 stops the service until they end.",
    default="2",
    minimum=0,
    maximum=500,
)
CPU_TARGET = Input(
    "CpuTarget",
    "Number",
    _SCALING,
    "CPU target (%)",
    "Average CPU of the service that scaling holds.",
    default="70",
    minimum=10,
    maximum=95,
)
MEMORY_TARGET = Input(
    "MemoryTarget",
    "Number",
    _SCALING,
    "Memory target (%)",
    "Average memory of the service that scaling holds.",
    default="80",
    minimum=10,
    maximum=95,
)
CPU_HIGH = Input(
    "CpuHigh",
    "Number",
    _SCALING,
    "CPU that adds a task (%)",
    "Average CPU of the service at or above which a task is added.",
    default="80",
    minimum=50,
    maximum=100,
)
CPU_LOW = Input(
    "CpuLow",
    "Number",
    _SCALING,
    "CPU that removes a task (%)",
    "Average CPU of the service at or below which a task is removed.",
    default="10",
    minimum=0,
    maximum=40,
)
REQUESTS_PER_TARGET = Input(
    "RequestsPerTarget",
    "Number",
    _SCALING,
    "Requests per task and minute",
    "Requests per target and minute that scaling holds.",
    default="1000",
    minimum=1,
    maximum=1000000,
)
