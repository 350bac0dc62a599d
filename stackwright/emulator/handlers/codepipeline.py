"""Pipelines of CodePipeline."""

from __future__ import annotations

from typing import Any

from stackwright.emulator.handlers import Context, Handler, Properties
from stackwright.emulator.handlers.shapes import PropertyError, boolean, call, gone_is_fine
from stackwright.emulator.handlers.tags import Tagging, retag

_TAGS = Tagging()
_LIMIT = 100  # "Quotas in AWS CodePipeline": characters of a pipeline's name
_OF_CLOUDFORMATION = ("Name", "RestartExecutionOnUpdate", "Tags")


def _pipeline(name: str, properties: Properties) -> Properties:
    """Return the structure that the API takes: artifact stores by region, and a name."""
    if "DisableInboundStageTransitions" in properties:
        raise PropertyError("Property DisableInboundStageTransitions: the local AWS runs no stage")
    structure = {key: value for key, value in properties.items() if key not in _OF_CLOUDFORMATION}
    if "ArtifactStores" in structure:
        structure["ArtifactStores"] = {each["Region"]: each["ArtifactStore"] for each in structure["ArtifactStores"]}
    return {**structure, "Name": name}


def _create(context: Context, properties: Properties) -> str:
    name: str = properties.get("Name", context.generated_name(_LIMIT))
    members: dict[str, Any] = {"pipeline": _pipeline(name, properties), "tags": properties.get("Tags", [])}
    call(context.client("codepipeline"), "create_pipeline", members)
    return name


def _update(context: Context, name: str, new: Properties, old: Properties) -> None:
    client = context.client("codepipeline")
    if _pipeline(name, new) != _pipeline(name, old):
        call(client, "update_pipeline", {"pipeline": _pipeline(name, new)})
        if boolean(new.get("RestartExecutionOnUpdate", False)):
            client.start_pipeline_execution(name=name)
    retag(client, _TAGS, _arn(context, name), new.get("Tags"), old.get("Tags"))


def _delete(context: Context, name: str, old: Properties) -> None:
    gone_is_fine(context.client("codepipeline").delete_pipeline, name=name)


def _arn(context: Context, name: str) -> str:
    return f"arn:aws:codepipeline:{context.region}:{context.account}:{name}"


def _attributes(context: Context, name: str, properties: Properties) -> Properties:
    version = context.client("codepipeline").get_pipeline(name=name)["pipeline"]["version"]
    return {"Version": str(version), "Arn": _arn(context, name)}


HANDLERS = {
    "AWS::CodePipeline::Pipeline": Handler(create=_create, delete=_delete, update=_update, attributes=_attributes)
}
