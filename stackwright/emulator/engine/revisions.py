"""From what a caller sends, or a parent's resource says, to a revision ready to be evaluated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from stackwright.emulator.engine import admission, templates
from stackwright.emulator.engine.constraints import values_allowed
from stackwright.emulator.engine.errors import Invalid
from stackwright.emulator.engine.evaluation import Binding, Services, environment, scope
from stackwright.emulator.engine.stacks import Properties, Revision, Stack
from stackwright.resolve.errors import Refusal, ResolveError
from stackwright.resolve.functions import joined
from stackwright.resolve.parameters import bind
from stackwright.resolve.symbols import as_text, symbols_in

Request = Mapping[str, Any]


def requested(services: Services, stack: Stack, request: Request, previous: Revision | None = None) -> Revision:
    """Return the revision a request asks for; `previous` is what an update starts from.

    Raises Invalid for everything AWS refuses before it begins.
    """
    body = _body(services, stack, request, previous)
    template = templates.parse(body)
    admission.template_allowed(template)
    admission.capabilities_allowed(template, request.get("Capabilities", ()))
    parameters = _given(request, template, previous)
    revision = Revision(
        template=template,
        body=body,
        parameters=parameters,
        tags=_tags(request, previous),
        notification_arns=_notifications(request, previous),
        capabilities=tuple(request.get("Capabilities", ())),
        role_arn=request.get("RoleARN") or (previous.role_arn if previous else None),
    )
    return checked(services, stack, revision)


def nested(services: Services, child: Stack, parent: Revision, properties: Properties) -> Revision:
    """Return the revision that a nested stack's properties ask for; values may hold symbols."""
    url = properties.get("TemplateURL")
    if not isinstance(url, str):
        raise Invalid("TemplateURL must be a supported URL.")
    body = templates.fetch(url, lambda name: services.client(name, child.account, child.region))
    template = templates.parse(body)
    admission.template_allowed(template)
    admission.capabilities_allowed(template, parent.capabilities)
    given = {key: _joined(item) for key, item in (properties.get("Parameters") or {}).items()}
    own = {pair["Key"]: str(pair["Value"]) for pair in properties.get("Tags") or []}
    revision = replace(
        parent,
        template=template,
        body=body,
        parameters=_complete(template, given),
        tags={**parent.tags, **own},
        notification_arns=tuple(properties.get("NotificationARNs") or parent.notification_arns),
    )
    return checked(services, child, revision)


def checked(services: Services, stack: Stack, revision: Revision) -> Revision:
    """Return the revision with its parameters bound, its rules and its order having held."""
    binding = Binding(services, stack)
    with refused():
        values_allowed(revision.template.get("Parameters") or {}, revision.parameters)
        bound = bind(
            revision.template.get("Parameters", {}),
            revision.parameters,
            environment(binding),
            template=stack.name,
        )
        revision = replace(revision, bound=bound)
        evaluated = scope(binding, revision)
        evaluated.check_rules()
        evaluated.order()
    return revision


@contextmanager
def refused() -> Iterator[None]:
    """Turn what the resolver refuses into what CloudFormation answers."""
    try:
        yield
    except (Refusal, ResolveError) as error:
        raise Invalid(str(error)) from error


def shown(revision: Revision, unknown: str) -> list[dict[str, Any]]:
    """Return the parameters as the API shows them: NoEcho masked, unknown ones as `unknown`."""
    declared = revision.template.get("Parameters", {})
    return [_shown(key, declared[key], revision, unknown) for key in declared]


def _shown(key: str, declared: Mapping[str, Any], revision: Revision, unknown: str) -> dict[str, Any]:
    value = revision.parameters.get(key, "")
    if str(declared.get("NoEcho", "")).lower() == "true":
        return {"ParameterKey": key, "ParameterValue": "****"}
    known = not any(True for _ in symbols_in(value))
    entry = {"ParameterKey": key, "ParameterValue": str(value) if known else unknown}
    if known and str(declared.get("Type", "")).startswith("AWS::SSM::Parameter::Value"):
        resolved = revision.bound.get(key)
        items = resolved if isinstance(resolved, list) else [resolved]
        entry["ResolvedValue"] = ",".join(map(str, items))
    return entry


def _body(services: Services, stack: Stack, request: Request, previous: Revision | None) -> str:
    if request.get("UsePreviousTemplate"):
        if previous is None:
            raise Invalid("UsePreviousTemplate cannot be used when creating a stack")
        return previous.body
    if request.get("TemplateURL"):
        url = request["TemplateURL"]
        return templates.fetch(url, lambda name: services.client(name, stack.account, stack.region))
    body = request.get("TemplateBody")
    if not body:
        raise Invalid("Either Template URL or Template Body must be specified.")
    admission.body_allowed(body)
    return str(body)


def _given(request: Request, template: Mapping[str, Any], previous: Revision | None) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for parameter in request.get("Parameters") or []:
        key = parameter["ParameterKey"]
        if parameter.get("UsePreviousValue"):
            given[key] = _previous(key, previous)
        else:
            given[key] = parameter.get("ParameterValue", "")
    return _complete(template, given)


def _previous(key: str, previous: Revision | None) -> Any:
    if previous is None or key not in previous.parameters:
        raise Invalid(
            f"Invalid input for parameter key {key}. Cannot specify usePreviousValue as true for a "
            "parameter key not in the previous template"
        )
    return previous.parameters[key]


def _complete(template: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    declared = template.get("Parameters") or {}
    admission.parameters_allowed(declared, given)
    return {key: given[key] if key in given else str(as_text(each["Default"])) for key, each in declared.items()}


def _tags(request: Request, previous: Revision | None) -> Mapping[str, str]:
    if request.get("Tags") is None and previous is not None:
        return previous.tags
    return {pair["Key"]: pair["Value"] for pair in request.get("Tags") or []}


def _notifications(request: Request, previous: Revision | None) -> tuple[str, ...]:
    if request.get("NotificationARNs") is None and previous is not None:
        return previous.notification_arns
    return tuple(request.get("NotificationARNs") or ())


def _joined(value: Any) -> Any:
    return joined(",", value) if isinstance(value, list) else as_text(value)
