"""Template texts: JSON or YAML with short forms, given inline or in S3."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

import yaml

from stackwright.emulator.engine.errors import Invalid

# AWS CloudFormation User Guide, "Understand CloudFormation quotas".
OBJECT_LIMIT = 1_048_576

_HOSTED = re.compile(r"^(?P<bucket>.+)\.(?:s3[.-][a-z0-9.-]+|localhost)$")


def parse(text: str) -> dict[str, Any]:
    """Return the template; a text that is none is refused in CloudFormation's words."""
    try:
        loaded = json.loads(text) if text.lstrip().startswith("{") else yaml.load(text, _Loader)
    except (ValueError, yaml.YAMLError) as error:
        raise Invalid(f"Template format error: {error}") from error
    if not isinstance(loaded, dict):
        raise Invalid("Template format error: unsupported structure.")
    return loaded


def fetch(url: str, client: Callable[..., Any]) -> str:
    """Return the text of a template in S3, by path-style or virtual-hosted URL."""
    bucket, key, version = location(url)
    extra = {"VersionId": version} if version else {}
    try:
        found = client("s3").get_object(Bucket=bucket, Key=key, **extra)
    except Exception as error:
        raise Invalid(f"S3 error: {_said(error)}") from error
    text: str = found["Body"].read().decode("utf-8")
    if len(text.encode()) > OBJECT_LIMIT:
        raise Invalid(f"Template may not exceed {OBJECT_LIMIT} bytes in size.")
    return text


def location(url: str) -> tuple[str, str, str | None]:
    """Return bucket, key and version that a template's URL names."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Invalid("TemplateURL must be a supported URL.")
    path = unquote(parts.path).lstrip("/")
    hosted = _HOSTED.match(parts.hostname)
    bucket, key = (hosted["bucket"], path) if hosted else _split(path)
    if not bucket or not key:
        raise Invalid("TemplateURL must reference a valid S3 object to which you have access.")
    version = re.search(r"(?:^|&)versionId=([^&]+)", parts.query)
    return bucket, key, version[1] if version else None


def _split(path: str) -> tuple[str, str]:
    bucket, _, key = path.partition("/")
    return bucket, key


def _said(error: Exception) -> str:
    response: Mapping[str, Any] = getattr(error, "response", {})
    return str(response.get("Error", {}).get("Message", error))


class _Loader(yaml.CSafeLoader):
    """YAML with CloudFormation's tags; dates and versions stay the strings they are."""


def _short_form(loader: yaml.CSafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
        if suffix == "GetAtt":
            value = str(value).split(".", 1)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    return {name: value}


def _text(loader: yaml.CSafeLoader, node: yaml.ScalarNode) -> str:
    return str(node.value)


_Loader.add_multi_constructor("!", _short_form)
_Loader.add_constructor("tag:yaml.org,2002:timestamp", _text)
