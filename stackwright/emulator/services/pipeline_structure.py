"""What CodePipeline refuses of a pipeline's structure before any execution.

Sources: "CodePipeline pipeline structure reference", "Quotas in AWS CodePipeline" and "Variables reference" in the AWS
CodePipeline User Guide; lengths and patterns from the API Reference.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from moto.codepipeline.exceptions import InvalidStructureException
from moto.core.exceptions import JsonRESTError

from stackwright.emulator.services.pipeline_actions import ACTION_TYPES, CLOUDFORMATION_MODES, ActionType

_NAME = re.compile(r"[A-Za-z0-9.@\-_]{1,100}")
_NAMESPACE = re.compile(r"[A-Za-z0-9@\-_]{1,100}")
_ARTIFACT = re.compile(r"[a-zA-Z0-9_\-]{1,100}")
_REFERENCE = re.compile(r"#\{([^{}]*)\}")
_NAMES_ARTIFACT = re.compile(r"PrimarySource|(TaskDefinition|AppSpec)TemplateArtifact|Image[1-4]ArtifactName")
_VALUE = 1000  # ActionConfigurationValue; parameter overrides of CloudFormation and approval texts among them
_STAGES = range(2, 51)
_ACTIONS = range(1, 51)
_OF_V2 = {"QUEUED", "PARALLEL"}
_IMPLICIT = {"PipelineExecutionId"}

Action = Mapping[str, Any]


# A member that is too long or of another form than its shape, an action that is not declared as its type wants it, a
# stage that does not stand where it may.
ValidationException = partial(JsonRESTError, "ValidationException")
InvalidActionDeclarationException = partial(JsonRESTError, "InvalidActionDeclarationException")
InvalidStageDeclarationException = partial(JsonRESTError, "InvalidStageDeclarationException")


def check(pipeline: Mapping[str, Any]) -> None:
    """Raise what CodePipeline says of the first thing that is wrong with a pipeline."""
    _check_head(pipeline)
    _check_stages(pipeline["stages"])
    for stage in pipeline["stages"]:
        for action in stage["actions"]:
            _check_action(stage["name"], action)
    _check_artifacts(pipeline["stages"])
    _check_variables(pipeline)


def _check_head(pipeline: Mapping[str, Any]) -> None:
    _matches("pipeline.name", pipeline["name"], _NAME)
    if ("artifactStore" in pipeline) == ("artifactStores" in pipeline):
        raise InvalidStructureException("Pipeline must have one of artifactStore and artifactStores")
    if pipeline.get("pipelineType", "V1") == "V2":
        return
    mode = pipeline.get("executionMode", "SUPERSEDED")
    if mode in _OF_V2:
        raise InvalidStructureException(f"Pipeline execution mode {mode} is only supported for pipelines of type V2")
    for member in ("variables", "triggers"):
        if pipeline.get(member):
            raise InvalidStructureException(f"Pipeline {member} are only supported for pipelines of type V2")


def _check_stages(stages: list[Any]) -> None:
    if len(stages) not in _STAGES:
        few = "a minimum of 2" if len(stages) < _STAGES.start else "a maximum of 50"
        raise InvalidStructureException(
            f"Pipeline has {len(stages)} stage(s). There should be {few} stages in a pipeline"
        )
    _unique([stage["name"] for stage in stages], "Stage names must be unique within a pipeline")
    for index, stage in enumerate(stages):
        _matches("stage name", stage["name"], _NAME)
        if len(stage["actions"]) not in _ACTIONS:
            raise InvalidStageDeclarationException(
                f"Stage {stage['name']} has {len(stage['actions'])} actions, 1 to 50 are allowed"
            )
        _unique([action["name"] for action in stage["actions"]], "Action names must be unique within a stage")
        sources = [action["actionTypeId"]["category"] == "Source" for action in stage["actions"]]
        if index == 0 and not all(sources):
            raise InvalidStageDeclarationException("The first stage of a pipeline must contain source actions only")
        if index and any(sources):
            raise InvalidStageDeclarationException("Only the first stage of a pipeline can contain source actions")


def _check_action(stage: str, action: Action) -> None:
    name, kind = action["name"], action["actionTypeId"]
    _matches("action name", name, _NAME)
    known = ACTION_TYPES.get((kind["category"], kind["provider"]))
    if known is None or (kind["owner"], kind["version"]) != ("AWS", "1"):
        told = f"{kind['owner']} {kind['category']} {kind['provider']} {kind['version']}"
        raise InvalidActionDeclarationException(
            f"ActionType ({told}) in action '{name}' is not available in this region"
        )
    _check_configuration(stage, action, known)
    for member, many in (("inputArtifacts", known.takes), ("outputArtifacts", known.gives)):
        count = len(action.get(member, []))
        if count not in many:
            raise InvalidActionDeclarationException(
                f"Action '{name}' has {count} {member}, {kind['provider']} takes {many.start} to {many.stop - 1}"
            )
    if action.get("runOrder", 1) < 1:
        raise InvalidActionDeclarationException(f"Action '{name}': runOrder must be a positive integer")
    if "timeoutInMinutes" in action and kind["category"] != "Approval":
        raise InvalidActionDeclarationException(f"Action '{name}': a timeout is available for manual approvals only")


def _check_configuration(stage: str, action: Action, known: ActionType) -> None:
    given: Mapping[str, str] = action.get("configuration", {})
    prefix = f"Action configuration for action '{action['name']}'"
    for key, value in given.items():
        if key not in known.required | known.optional:
            raise InvalidActionDeclarationException(f"{prefix} contains unknown configuration '{key}'")
        if not 1 <= len(value) <= _VALUE:
            raise ValidationException(
                f"Value at 'pipeline.stages.{stage}.actions.{action['name']}.configuration.{key}' failed to satisfy"
                f" constraint: Member must have length less than or equal to {_VALUE}, greater than or equal to 1"
            )
    required = set(known.required)
    if action["actionTypeId"]["provider"] == "CloudFormation":
        required |= _of_mode(given, prefix)
    for key in sorted(required - given.keys()):
        raise InvalidActionDeclarationException(f"{prefix} is missing required configuration '{key}'")
    _check_json(given, prefix)
    _check_paths(action, given, prefix)


def _of_mode(given: Mapping[str, str], prefix: str) -> frozenset[str]:
    mode = given.get("ActionMode", "")
    if mode and mode not in CLOUDFORMATION_MODES:
        raise InvalidActionDeclarationException(f"{prefix} contains invalid value '{mode}' for ActionMode")
    return CLOUDFORMATION_MODES.get(mode, frozenset())


def _check_json(given: Mapping[str, str], prefix: str) -> None:
    for key, kind in (("ParameterOverrides", dict), ("EnvironmentVariables", list)):
        if key not in given:
            continue
        try:
            found = json.loads(given[key])
        except ValueError:
            found = None
        if not isinstance(found, kind):
            raise InvalidActionDeclarationException(f"{prefix}: {key} is not a valid JSON {kind.__name__}")


def _check_paths(action: Action, given: Mapping[str, str], prefix: str) -> None:
    """Refuse what names an artifact that is none of the action's inputs."""
    inputs = {each["name"] for each in action.get("inputArtifacts", [])}
    named = {key: given[key].partition("::")[0] for key in ("TemplatePath", "TemplateConfiguration") if key in given}
    named |= {key: value for key, value in given.items() if _NAMES_ARTIFACT.fullmatch(key)}
    for key, artifact in named.items():
        if artifact not in inputs:
            raise InvalidActionDeclarationException(
                f"{prefix}: {key} names '{artifact}', which is no input artifact of it"
            )
    if action["actionTypeId"]["provider"] == "CodeBuild" and len(inputs) > 1 and "PrimarySource" not in given:
        raise InvalidActionDeclarationException(f"{prefix} is missing required configuration 'PrimarySource'")


def _check_artifacts(stages: list[Any]) -> None:
    """Refuse an artifact that two actions give, and one that nobody gave before."""
    given: list[str] = []
    for _, actions in _in_order(stages):
        known = set(given)
        for action in actions:
            for each in action.get("inputArtifacts", []):
                if each["name"] not in known:
                    raise InvalidActionDeclarationException(
                        f"Input artifact '{each['name']}' of action '{action['name']}' is no output of an earlier one"
                    )
            for each in action.get("outputArtifacts", []):
                _matches("artifact name", each["name"], _ARTIFACT)
                given.append(each["name"])
        _unique(given, "Output artifact names must be unique within a pipeline")


def _check_variables(pipeline: Mapping[str, Any]) -> None:
    """Refuse a reference to a namespace that no action before has, or to a key that it does not export."""
    artifacts = {
        each["name"] for stage in pipeline["stages"] for a in stage["actions"] for each in a.get("outputArtifacts", [])
    }
    known: dict[str, frozenset[str] | None] = {"codepipeline": frozenset(_IMPLICIT)}
    known["variables"] = frozenset(each["name"] for each in pipeline.get("variables", []))
    for stage, actions in _in_order(pipeline["stages"]):
        for action in actions:
            for key, text in _references(action):
                _check_reference(known, stage, action["name"], key, text)
        for action in actions:
            namespace = action.get("namespace")
            if namespace is None:
                continue
            _matches("namespace", namespace, _NAMESPACE)
            if namespace in known or namespace in artifacts:
                raise InvalidActionDeclarationException(
                    f"Namespace '{namespace}' of action '{action['name']}' is taken"
                )
            known[namespace] = ACTION_TYPES[
                action["actionTypeId"]["category"], action["actionTypeId"]["provider"]
            ].exports


def _check_reference(known: Mapping[str, frozenset[str] | None], stage: str, action: str, key: str, text: str) -> None:
    namespace, _, name = text.partition(".")
    keys = known.get(namespace, frozenset())
    if not name or (keys is not None and name not in keys):
        raise InvalidActionDeclarationException(
            "Valid format for a pipeline execution variable reference is a namespace and a key separated by a period."
            " The following pipeline execution variables are referencing a namespace or key that does not exist:"
            f" StageName=[{stage}], ActionName=[{action}], ActionConfigurationKey=[{key}],"
            f" VariableReferenceText=[{text}]"
        )


def _references(action: Action) -> Iterator[tuple[str, str]]:
    for key, value in action.get("configuration", {}).items():
        yield from ((key, text) for text in _REFERENCE.findall(value))


def _in_order(stages: list[Any]) -> Iterator[tuple[str, list[Action]]]:
    """Yield the actions that run side by side, with their stage's name, in the order in which they do."""
    for stage in stages:
        for order in sorted({action.get("runOrder", 1) for action in stage["actions"]}):
            yield stage["name"], [each for each in stage["actions"] if each.get("runOrder", 1) == order]


def _unique(names: list[str], told: str) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InvalidStructureException(f"{told}: {', '.join(twice)}")


def _matches(member: str, value: str, pattern: re.Pattern[str]) -> None:
    if not pattern.fullmatch(value):
        raise ValidationException(
            f"Value '{value}' at '{member}' failed to satisfy constraint: Member must satisfy regular expression"
            f" pattern: {pattern.pattern}"
        )
