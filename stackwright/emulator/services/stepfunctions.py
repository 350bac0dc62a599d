"""Step Functions beyond moto: a definition that is no Amazon States Language is refused."""

from __future__ import annotations

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.stepfunctions import urls
from moto.stepfunctions.responses import StepFunctionResponse

from stackwright.emulator.services.overlay import put_in_place


class InvalidDefinition(ServiceException):
    """ "CreateStateMachine", Errors."""

    code = "InvalidDefinition"


class StepFunctions(StepFunctionResponse):
    """moto's Step Functions, which takes any text for a definition where it runs none."""

    def create_state_machine(self) -> ActionResult:
        """Refuse what cannot be read ("CreateStateMachine", InvalidDefinition)."""
        _check(self._get_param("definition"))
        return super().create_state_machine()

    def update_state_machine(self) -> ActionResult:
        """Refuse what cannot be read ("UpdateStateMachine", InvalidDefinition)."""
        if self._get_param("definition"):
            _check(self._get_param("definition"))
        return super().update_state_machine()


def _check(definition: str) -> None:
    # A second to load, and few stacks have a state machine.
    from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser

    try:
        AmazonStateLanguageParser.parse(definition)
    except Exception as error:
        raise InvalidDefinition(f"Invalid State Machine Definition: '{error}'") from error


def install() -> None:
    """Put the overlay in the place of moto's Step Functions."""
    put_in_place(urls, StepFunctions)
