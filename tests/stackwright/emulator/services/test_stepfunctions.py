"""State machines that Step Functions could not read are refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

Client = Callable[..., Any]
ROLE = "arn:aws:iam::123456789012:role/one"
GOOD = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}


@pytest.mark.parametrize("definition", ["", "{", json.dumps({"StartAt": "A"}), json.dumps({**GOOD, "Odd": 1})])
def test_a_definition_that_is_none_is_refused(client: Client, definition: str) -> None:
    machines = client("stepfunctions")
    with pytest.raises(ClientError, match="InvalidDefinition"):
        machines.create_state_machine(name="one", roleArn=ROLE, definition=definition or " ")
    arn = machines.create_state_machine(name="one", roleArn=ROLE, definition=json.dumps(GOOD))["stateMachineArn"]
    with pytest.raises(ClientError, match="InvalidDefinition"):
        machines.update_state_machine(stateMachineArn=arn, definition=definition or " ")
    assert json.loads(machines.describe_state_machine(stateMachineArn=arn)["definition"]) == GOOD
