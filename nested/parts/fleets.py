"""Fleets: the names by which an administrator account and those of its stacks find each other."""

from __future__ import annotations

# In every account of a fleet, known to the administrator before the account is: so it has this name.
EXECUTION_ROLE = "stackwright-fleet-execution"

# The administrator's role, whose stack and logical id its name begins with.
ADMINISTRATION_ROLE = "AdministrationRole"
ADMINISTRATORS = f"fleet-*{ADMINISTRATION_ROLE}-*"

# Stacks are named StackSet-<stack set>-<uuid>, and what has small letters only after that in small letters.
STACKS = ("StackSet-fleet-*", "stackset-fleet-*")
