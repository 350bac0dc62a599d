"""Step Functions: state machines, their definition given as text or as an object."""

from __future__ import annotations

import json
from dataclasses import replace

from stackwright.emulator.handlers import Context, Properties
from stackwright.emulator.handlers.mapped import Mapped, Name, Read, Step, handlers
from stackwright.emulator.handlers.shapes import text
from stackwright.emulator.handlers.tags import Tagging

_CHANGED = (
    "DefinitionString",
    "RoleArn",
    "LoggingConfiguration",
    "TracingConfiguration",
    "EncryptionConfiguration",
)

_MACHINE = Mapped(
    service="stepfunctions",
    create="create_state_machine",
    identity="stateMachineArn",
    key="stateMachineArn",
    delete="delete_state_machine",
    name=Name("StateMachineName", 80, with_stack=False),
    names={"StateMachineName": "name", "StateMachineType": "type", "DefinitionString": "definition"},
    steps=(Step("update_state_machine", _CHANGED, names={"DefinitionString": "definition"}, at_creation=False),),
    read=Read("describe_state_machine", "stateMachineArn", "@"),
    # "DescribeStateMachine": the revision of one that was never updated.
    attributes={"Arn": "=", "Name": "name", "StateMachineRevisionId": "revisionId || 'INITIAL'"},
    tagging=Tagging(),
)


def _written(properties: Properties) -> Properties:
    """Return the properties with the definition as text, what stands between ${ and } replaced.

    Source: "AWS::StepFunctions::StateMachine", DefinitionSubstitutions.
    """
    taken = {"Definition", "DefinitionString", "DefinitionSubstitutions"}
    given = properties.get("DefinitionString") or json.dumps(properties.get("Definition", {}))
    for name, value in properties.get("DefinitionSubstitutions", {}).items():
        given = given.replace(f"${{{name}}}", text(value))
    return {key: value for key, value in properties.items() if key not in taken} | {"DefinitionString": given}


def _create(context: Context, properties: Properties) -> str:
    return _MACHINE.make(context, _written(properties))


def _update(context: Context, arn: str, new: Properties, old: Properties) -> None:
    _MACHINE.change(context, arn, _written(new), _written(old))


HANDLERS = handlers({"AWS::StepFunctions::StateMachine": replace(_MACHINE.handler(), create=_create, update=_update)})
