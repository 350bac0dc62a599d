"""What the engine refuses, in CloudFormation's words and codes."""

from __future__ import annotations


class Invalid(Exception):
    """A request CloudFormation refuses; nothing was changed. `code` is the error's code."""

    code = "ValidationError"


class AlreadyExists(Invalid):
    """A stack or change set of that name is there already."""

    code = "AlreadyExistsException"


class NoSuchChangeSet(Invalid):
    """The change set is not there."""

    code = "ChangeSetNotFound"


class WrongChangeSetStatus(Invalid):
    """The change set cannot be executed or deleted as it is."""

    code = "InvalidChangeSetStatus"


class MissingCapability(Invalid):
    """The template does something that must be acknowledged."""

    code = "InsufficientCapabilitiesException"


class ResourceFailed(Exception):
    """One resource of a running operation failed; its event has been written."""

    def __init__(self, logical_id: str, verb: str) -> None:
        super().__init__(f"The following resource(s) failed to {verb}: [{logical_id}]. ")


class TimedOut(Exception):
    """The stack had a timeout, and one of its resources would have gone on waiting."""

    def __init__(self) -> None:
        super().__init__("Stack creation time exceeded the specified timeout")


class Cancelled(Exception):
    """Somebody cancelled the update that is running."""
