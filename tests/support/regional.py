"""Deploys a published blueprint to every region of `.taskcat.yml` side by side, by taskcat, and deletes it again.

Run by taskcat's own interpreter, with whose pins nothing else here can live, and with -P: a neighbour is `numbers`.
Prints status and outputs per region as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import yaml
from taskcat.exceptions import TaskCatException
from taskcat.testing import CFNTest

REGION = "$[taskcat_current_region]"  # taskcat's word for the region it deploys to
POLL_SECONDS = 5


class Printer:
    """Follows the stacks. taskcat's own printer looks at AWS once a minute only."""

    def __init__(self) -> None:
        self.told: dict[str, str] = {}

    def report_test_progress(self, stacker: Any) -> None:
        """Return when no stack is in progress."""
        while True:
            for stack in stacker.stacks:
                stack.refresh()
                self._tell(stack)
            if not stacker.status()["IN_PROGRESS"]:
                return
            time.sleep(POLL_SECONDS)

    def _tell(self, stack: Any) -> None:
        if self.told.get(stack.id) == stack.status:
            return
        self.told[stack.id] = stack.status
        _say(f"{stack.region_name} {stack.status}")
        if "FAILED" in stack.status:
            for event in stack.error_events(refresh=True):
                _say(f"    {event.logical_id}: {event.status_reason}")


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def _configuration(project: Path, blueprint: str, environment: str) -> dict[str, Any]:
    """Return `.taskcat.yml` with an environment's parameters, save those that it names itself.

    Each region gets a domain name of its own below the environment's, if there is one: a hosted zone is global, and
    all are in one.
    """
    content: dict[str, Any] = yaml.safe_load((project / ".taskcat.yml").read_text(encoding="utf-8"))
    file = project / "params" / blueprint / f"{environment}.json"
    parameters: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))["Parameters"]
    if "DomainName" in parameters:
        parameters["DomainName"] = f"{REGION}.{parameters['DomainName']}"
    test = content["tests"][blueprint]
    content["tests"] = {blueprint: test | {"parameters": parameters | test.get("parameters", {})}}
    return content


def _prepared(project: Path, blueprint: str, environment: str) -> CFNTest:
    test = CFNTest.from_dict(
        _configuration(project, blueprint, environment), project_root=str(project / "build" / blueprint)
    )
    test.printer = Printer()
    test.lint_disable = True  # `build.py build` lints, for all regions
    test.dont_wait_for_delete = False
    # taskcat 0.9.58 makes a second bucket when it cleans up, and deletes that one
    buckets = test.config.get_buckets()
    test.config.get_buckets = lambda *_: buckets
    return test


def _results(stacks: Any) -> dict[str, Any]:
    return {
        stack.region_name: {
            "status": stack.status,
            "stack": stack.id,
            "outputs": {output.key: output.value for output in stack.outputs},
        }
        for stack in stacks
    }


def main(blueprint: str, environment: str) -> int:
    """Deploy, print the results, delete; return 0 if every region came up and went again."""
    try:
        with _prepared(Path.cwd(), blueprint, environment) as stacks:
            results = _results(stacks)
            json.dump(results, sys.stdout, indent=2)
            sys.stdout.write("\n")
    except TaskCatException as error:
        _say(f"error: {error}")
        return 1
    gone = all(stack.status == "DELETE_COMPLETE" for stack in stacks)
    return 0 if gone and all(each["status"] == "CREATE_COMPLETE" for each in results.values()) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
