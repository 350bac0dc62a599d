from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from stackwright.errors import BadInput
from stackwright.revision import revised

DEFINITION: dict[str, Any] = {
    "taskDefinitionArn": "arn:aws:ecs:eu-west-1:123456789012:task-definition/shop:4",
    "family": "shop",
    "revision": 4,
    "status": "ACTIVE",
    "compatibilities": ["EC2"],
    "registeredAt": "2026-01-01T00:00:00Z",
    "cpu": "256",
    "taskRoleArn": "arn:aws:iam::123456789012:role/task",
    "containerDefinitions": [{"name": "app", "image": "shop:1", "user": "10001"}, {"name": "log", "image": "log:1"}],
}


def test_the_image_of_the_first_container_changes_and_nothing_else() -> None:
    assert revised(DEFINITION, "shop:2") == {
        "family": "shop",
        "cpu": "256",
        "taskRoleArn": "arn:aws:iam::123456789012:role/task",
        "containerDefinitions": [
            {"name": "app", "image": "shop:2", "user": "10001"},
            {"name": "log", "image": "log:1"},
        ],
    }


def test_what_runs_the_bootstrap_container_is_refused() -> None:
    first = DEFINITION["containerDefinitions"][0] | {"entryPoint": ["python"]}
    with pytest.raises(BadInput, match="deploy --image"):
        revised(DEFINITION | {"containerDefinitions": [first]}, "shop:2")


@pytest.mark.parametrize(("given", "status"), [(json.dumps(DEFINITION), 0), ("{}", 2), ("nothing", 2)])
def test_it_reads_and_writes_json(given: str, status: int) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "stackwright.revision", "shop:2"],
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == status
    assert "Traceback" not in done.stderr
    if not status:
        assert json.loads(done.stdout)["containerDefinitions"][0]["image"] == "shop:2"
