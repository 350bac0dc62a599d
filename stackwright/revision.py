"""A task definition with another image, as RegisterTaskDefinition takes it: for a workflow that ships past the stack.

aws ecs describe-task-definition ... --query taskDefinition | python -m stackwright.revision IMAGE
"""

from __future__ import annotations

import json
import sys
from typing import Any

from stackwright.errors import BadInput, StackwrightError

# What only DescribeTaskDefinition tells: "TaskDefinition", Amazon ECS API Reference.
TOLD = (
    "compatibilities",
    "deregisteredAt",
    "registeredAt",
    "registeredBy",
    "requiresAttributes",
    "revision",
    "status",
    "taskDefinitionArn",
)


def revised(definition: dict[str, Any], image: str) -> dict[str, Any]:
    """Return the definition with this image in its first container.

    Raises BadInput where that container is the bootstrap one, whose command no other image could run.
    """
    first, *others = definition["containerDefinitions"]
    if first.get("entryPoint"):
        raise BadInput("the service runs the bootstrap container: ship the first image by the stack, deploy --image")
    kept = {key: value for key, value in definition.items() if key not in TOLD}
    return kept | {"containerDefinitions": [first | {"image": image}, *others]}


def main() -> int:
    """Read a definition on stdin, write the revised one on stdout; return the exit status."""
    try:
        json.dump(revised(json.load(sys.stdin), sys.argv[1]), sys.stdout)
    except (StackwrightError, IndexError, KeyError, json.JSONDecodeError) as error:
        sys.stderr.write(f"error: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
