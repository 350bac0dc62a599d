"""One system in many regions or accounts."""

from __future__ import annotations

from nested.shape import Input

_FLEET = "Fleet"

TEMPLATE_URL = Input(
    "TemplateUrl",
    "String",
    _FLEET,
    "Template",
    "URL of the published root that every stack is made of; publish tells it, and a release has another.",
    pattern=r"^https://[a-z0-9.-]+\.s3[.a-z0-9-]*\.amazonaws\.com(\.cn)?/[A-Za-z0-9._/-]+$",
    max_length=1024,
    constraint="The https URL of an object in S3, of a root that was published.",
    shared=True,
)
FLEET_ACCOUNTS = Input(
    "FleetAccounts",
    "CommaDelimitedList",
    _FLEET,
    "Accounts",
    "Accounts that get a stack in each region; each has the stack of the fleet-account blueprint first.",
    shared=True,
)
FLEET_REGIONS = Input(
    "FleetRegions",
    "CommaDelimitedList",
    _FLEET,
    "Regions, in order",
    "Regions that get a stack in each account, one after the other in this order.",
    shared=True,
)
FAILURE_TOLERANCE = Input(
    "FailureTolerance",
    "Number",
    _FLEET,
    "Failures tolerated",
    "Accounts of a region that may fail before nothing further is tried, there and in all later regions.",
    default="0",
    minimum=0,
    maximum=1000,
    shared=True,
)
CONCURRENT_ACCOUNTS = Input(
    "ConcurrentAccounts",
    "Number",
    _FLEET,
    "Accounts at one time",
    "Accounts of a region that are worked on at one time; at most one more than may fail are.",
    default="1",
    minimum=1,
    maximum=1000,
    shared=True,
)
FLEET_ADMINISTRATOR = Input(
    "FleetAdministrator",
    "String",
    _FLEET,
    "Administrator account",
    "Account whose fleet stack may make stacks in this one.",
    pattern=r"^\d{12}$",
    constraint="An account's twelve digits.",
    shared=True,
)
