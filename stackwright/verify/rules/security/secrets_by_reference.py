"""No secret stands where it can be read: each is named, and fetched by who needs it.

A secret is told by its name's last word (DB_PASSWORD, API_KEY; neither TOKEN_TTL nor SECRET_NAME), or by the form of
its value. What Secrets Manager or SSM gives is right, and so is a NoEcho parameter where AWS keeps the property to
itself; an environment it does not keep. Findings never show the value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from stackwright.resolve.graph import Resource
from stackwright.resolve.symbols import Value
from stackwright.verify.deployment import Deployment, at, listed, number, on
from stackwright.verify.origins import origin
from stackwright.verify.rule import Finding, Rule
from stackwright.verify.user_data import text

PARAMETER = "AWS::SSM::Parameter"
_SECRET = re.compile(
    r"(PASSWORDS?|PASSWD|(?<=_)PWD|PASSPHRASE|SECRET|TOKEN|CREDENTIALS?|SECRET_?STRING"
    r"|(API|PRIVATE|SECRET|ACCESS|SIGNING|ENCRYPTION)_?KEY(_BASE)?)(_VALUE)?"
)
_BY_FORM = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----|\b(AKIA|ASIA)[A-Z0-9]{16}\b|\bgh[pousr]_\w{36}|\bxox[abprs]-[\w-]{10,}"
    r"|\b\w+://[^/\s:@]+:[^/\s:@$]+@"
)
# A name, a path, an ARN, an address: it says where the secret is.
_WHERE = re.compile(r"arn:.*|https?://.*|\{\{resolve:.*|[./~].*|[a-z0-9_-]+(/[a-z0-9_.-]+)+")
_ASSIGNED = re.compile(r"(?m)^\s*(?:export\s+|[\w-]+\s+)*?([A-Za-z]\w*)=([\"']?)([^\s\"'$`]+)\2\s*$")
# Environment variables: as a list in ECS, CodeBuild and App Runner, as a map in Lambda.
_LISTS = ("Environment", "EnvironmentVariables", "RuntimeEnvironmentVariables")
_MAP = "Variables"
# It tells one request from the next.
_NO_SECRET = ("ClientToken", "ClientRequestToken")
_BY_REFERENCE = ("PARAMETER_STORE", "SECRETS_MANAGER")
_HIDDEN = "take it from Secrets Manager: {{resolve:secretsmanager:...}}, or let the service manage it"


def check(deployment: Deployment) -> Iterator[Finding]:
    """Yield every secret that stands in an environment, a property, user data or a default."""
    for resource in deployment.graph.resources.values():
        yield from _inside(deployment, resource, resource.properties, ())
        data = at(resource.properties, "LaunchTemplateData.UserData") or resource.properties.get("UserData")
        if _in_script(text(data)):
            mend = "fetch it when the instance starts, by the instance's role"
            yield Finding(resource.path, "UserData", None, "a secret that everybody on the instance can read", mend)
    for parameter in deployment.of(PARAMETER):
        # CloudFormation makes no SecureString; whoever may read parameters reads these.
        name = parameter.properties.get("Name")
        if isinstance(name, str) and secret(name.rpartition("/")[2]) and _literal(parameter.properties.get("Value")):
            problem = "whoever may read parameters can read the secret"
            yield Finding(parameter.path, "Value", None, problem, "make it an AWS::SecretsManager::Secret")
    for name, declared in (deployment.root.get("Parameters") or {}).items():
        if on(at(declared, "NoEcho")) and _literal(str(at(declared, "Default", ""))):
            problem = "a secret that everybody who has the template can read"
            yield Finding("", f"Parameters.{name}.Default", None, problem, "take the default out")


def secret(name: str) -> bool:
    """Tell whether the last word of a variable's or property's name is one for secrets."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).upper().replace("-", "_").replace(".", "_")
    found = re.search(rf"(?:^|_){_SECRET.pattern}\d*$", words)
    return found is not None


def _inside(deployment: Deployment, resource: Resource, value: Value, path: tuple[str, ...]) -> Iterator[Finding]:
    for key, item in _items(value):
        here = (*path, key)
        if key in _LISTS and isinstance(item, list):
            pairs = [(at(each, "Name"), at(each, "Value")) for each in item if at(each, "Type") not in _BY_REFERENCE]
            yield from _environment(resource, pairs, ".".join(here))
        elif key == _MAP and isinstance(item, Mapping):
            yield from _environment(resource, item.items(), ".".join(here))
        elif secret(key) and key not in _NO_SECRET and any(_literal(each) for each in listed(item)):
            yield from _property(deployment, resource, ".".join(here))
        else:
            yield from _inside(deployment, resource, item, here)


def _items(value: Value) -> Iterable[tuple[str, Value]]:
    if isinstance(value, Mapping):
        return [(str(key), item) for key, item in value.items()]
    return [(str(index), item) for index, item in enumerate(value)] if isinstance(value, list) else []


def _environment(resource: Resource, pairs: Iterable[tuple[Value, Value]], place: str) -> Iterator[Finding]:
    for name, value in pairs:
        if isinstance(value, str) and ((secret(str(name)) and _literal(value)) or _BY_FORM.search(value)):
            problem = "whoever may describe it can read the secret"
            mend = "keep it in Secrets Manager and name it: Secrets with ValueFrom, or its ARN for the program to fetch"
            yield Finding(resource.path, f"{place}.{name}", None, problem, mend)


def _property(deployment: Deployment, resource: Resource, place: str) -> Iterator[Finding]:
    found = origin(deployment, resource, place)
    if found is None:
        return
    if not found.parameter:
        yield Finding(resource.path, place, None, "the secret stands in the template", _HIDDEN)
    elif not on(at(found.declared, "NoEcho")):
        problem = f"whoever may describe the stack reads it in the parameter {found.parameter}"
        yield Finding(resource.path, place, None, problem, f"give {found.parameter} NoEcho, or {_HIDDEN}")


def _literal(value: Value) -> bool:
    """Tell whether a text is a secret itself: not nothing, a number, a switch, nor where to find it."""
    if not isinstance(value, str) or not value.strip() or number(value) is not None:
        return False
    return value.lower() not in ("true", "false", "none", "null") and not _WHERE.fullmatch(value)


def _in_script(script: str) -> bool:
    assigned = any(secret(name) and _literal(value) for name, _, value in _ASSIGNED.findall(script))
    return assigned or _BY_FORM.search(script) is not None


RULE = Rule(
    claim="Secrets are named, and never written down.",
    why="What stands in a template, a task definition or user data is read by many, kept for ever and never rotated.",
    source="Pass sensitive data to an Amazon ECS container (ECS Developer Guide), Dynamic references (CloudFormation)",
    about=(),
    check=check,
)
