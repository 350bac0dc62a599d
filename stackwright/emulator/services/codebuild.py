"""CodeBuild beyond moto: projects of pipelines, whatever a project is given, and its update. Nothing is built."""

from __future__ import annotations

import json
from typing import Any

from moto.codebuild import urls
from moto.codebuild.exceptions import InvalidInputException, ResourceAlreadyExistsException, ResourceNotFoundException
from moto.codebuild.responses import CodeBuildResponse, _validate_required_params_service_role
from moto.core.responses import ActionResult
from moto.core.utils import unix_time

from stackwright.emulator.services.overlay import put_in_place

_PIPELINE = "CODEPIPELINE"
# "CreateProject", AWS CodeBuild API Reference.
_MINUTES = {"timeoutInMinutes": range(5, 2161), "queuedTimeoutInMinutes": range(5, 481)}
_DEFAULTS = {"timeoutInMinutes": 60, "queuedTimeoutInMinutes": 480}
_REQUIRED = ("source", "artifacts", "environment", "serviceRole")
_ENVIRONMENTS = ("LINUX_CONTAINER", "ARM_CONTAINER")


class CodeBuild(CodeBuildResponse):
    """moto's CodeBuild with what it lacks."""

    def create_project(self) -> ActionResult:
        """Keep every member; a pipeline's project has no place of its own for its source ("CreateProject")."""
        given = json.loads(self.body)
        name = given["name"]
        self._check(given)
        if name in self.codebuild_backend.codebuild_projects:
            raise ResourceAlreadyExistsException(f"Project already exists: {self._arn(name)}")
        made = self.codebuild_backend.create_project(
            name, None, *(given[each] for each in _REQUIRED), None, None, None, None, None, None, None
        )
        made.update({**_DEFAULTS, **given})
        return ActionResult({"project": made})

    def update_project(self) -> ActionResult:
        """Change what is given and keep the rest ("UpdateProject")."""
        given = json.loads(self.body)
        name = given["name"]
        project: Any = self.codebuild_backend.codebuild_projects.get(name)
        if project is None:
            raise ResourceNotFoundException(f"Project cannot be found: {self._arn(name)}")
        merged = {**project.project_metadata, **given}
        self._check(merged)
        project.project_metadata = {**merged, "lastModifiedDate": unix_time()}
        return ActionResult({"project": project.project_metadata})

    def _check(self, given: dict[str, Any]) -> None:
        _validate_required_params_service_role(self.current_account, self.region, given["serviceRole"])
        source, artifacts = given["source"], given["artifacts"]
        if (source["type"] == _PIPELINE) != (artifacts["type"] == _PIPELINE):
            raise InvalidInputException(
                "Invalid artifacts: CODEPIPELINE is the type of both source and artifacts, or of none"
            )
        if source["type"] == _PIPELINE and ("location" in source or "location" in artifacts):
            raise InvalidInputException("Invalid project source: location must not be set for source type CODEPIPELINE")
        if source["type"] not in (_PIPELINE, "NO_SOURCE") and not source.get("location"):
            raise InvalidInputException("Project source location is required")
        if given["environment"]["type"] not in _ENVIRONMENTS:
            raise InvalidInputException(f"Invalid type provided: {given['environment']['type']}")
        for member, minutes in _MINUTES.items():
            if given.get(member, minutes.start) not in minutes:
                raise InvalidInputException(
                    f"Invalid {member}: it must be between {minutes.start} and {minutes.stop - 1}"
                )

    def _arn(self, name: str) -> str:
        return f"arn:aws:codebuild:{self.region}:{self.current_account}:project/{name}"


def install() -> None:
    """Put the overlay in the place of moto's CodeBuild."""
    put_in_place(urls, CodeBuild)
