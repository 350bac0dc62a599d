"""What CodePipeline's CodeDeployToECS action reads: imageDetail.json, taskdef.json and appspec.json.

Source: "Amazon Elastic Container Service and CodeDeploy blue-green deployment action reference" and "imageDetail.json
file for Amazon ECS blue/green deployment actions", AWS CodePipeline User Guide.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stackwright.release.own import DEFINITION_PLACEHOLDER, IMAGE_PLACEHOLDER, described

if TYPE_CHECKING:
    from stackwright.aws import Aws
    from stackwright.release.group import Group
    from stackwright.release.order import Order


def write(aws: Aws, group: Group, order: Order, folder: Path) -> list[Path]:
    """Write the three files into a folder, which is made if it is not there; return their paths.

    The task definition is the stack's live revision, with the placeholder in the place of its image. It has the
    revision's tags, which the tasks take from it.
    """
    definition = described(aws, group.spec.task_definition)
    for container in definition["containerDefinitions"]:
        if container["name"] == group.spec.container:
            container["image"] = IMAGE_PLACEHOLDER
    contents: dict[str, Any] = {
        "imageDetail.json": json.dumps({"ImageURI": order.image}),
        "taskdef.json": json.dumps(definition, indent=2),
        "appspec.json": replace(group.spec, task_definition=DEFINITION_PLACEHOLDER).text(),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        (folder / name).write_text(f"{content}\n", encoding="utf-8")
    return [folder / name for name in contents]
