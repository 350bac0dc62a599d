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


class NoSuchStackSet(Invalid):
    """There is no such stack set."""

    code = "StackSetNotFoundException"


class NoSuchInstance(Invalid):
    """The stack set has no such instance."""

    code = "StackInstanceNotFoundException"


class NoSuchOperation(Invalid):
    """The stack set had no such operation."""

    code = "OperationNotFoundException"


class NameTaken(Invalid):
    """The account and region have a stack set of that name."""

    code = "NameAlreadyExistsException"


class NotEmpty(Invalid):
    """The stack set still has instances."""

    code = "StackSetNotEmptyException"


class OperationInProgress(Invalid):
    """Another operation of the stack set runs."""

    code = "OperationInProgressException"


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
