"""Whose a system is, and which of its environments."""

from __future__ import annotations

from nested.shape import Input

_IDENTITY = "Identity"

PROJECT_NAME = Input(
    "ProjectName",
    "String",
    _IDENTITY,
    "Project",
    "Value of the tag Project on everything, tasks, instances and volumes included.",
    pattern="^[A-Za-z][A-Za-z0-9-]{0,62}$",
    max_length=63,
    constraint="Letters, digits and hyphens, a letter first, at most 63 characters.",
    shared=True,
)
ENVIRONMENT_NAME = Input(
    "EnvironmentName",
    "String",
    _IDENTITY,
    "Environment",
    "Environment this is, for example dev or prod; the prefix of its image tags.",
    pattern="^[a-z][a-z0-9]{0,15}$",
    max_length=16,
    constraint="Lower-case letters and digits, a letter first, at most 16 characters.",
    shared=True,
)
