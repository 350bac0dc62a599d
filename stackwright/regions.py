"""Which region a verb means: the option, the environment, the profile; offline us-east-1 will do."""

from __future__ import annotations

import configparser
import json
import os
from pathlib import Path

from stackwright.errors import BadInput
from stackwright.quoting import quoted

OFFLINE = "us-east-1"
_MEND = ": give one such as eu-west-1"


def chosen_region(given: str | None, *, profile: str | None = None) -> str | None:
    """Return `given`, else AWS_REGION, AWS_DEFAULT_REGION, the profile's; None when none is set."""
    variables = (os.environ.get(name) for name in ("AWS_REGION", "AWS_DEFAULT_REGION"))
    return given or next(filter(None, variables), None) or _of_profile(profile)


def offline_region(given: str | None) -> str:
    """Return the chosen region, us-east-1 where none is; raises BadInput for one without data."""
    from stackwright.aws_errors import near_misses
    from stackwright.resolve.environment import ZONES

    region = chosen_region(given) or OFFLINE
    known = json.loads(ZONES.read_text(encoding="utf-8"))["zones"]
    if region not in known:
        raise BadInput(f"no AWS region {quoted(region)}{near_misses(region, known) or _MEND}")
    return region


def _of_profile(profile: str | None) -> str | None:
    """Return a profile's region, read as a file because importing boto3 for it takes 150 ms."""
    name = profile or os.environ.get("AWS_PROFILE") or "default"
    section = name if name == "default" else f"profile {name}"
    config = configparser.RawConfigParser()
    path = os.environ.get("AWS_CONFIG_FILE") or "~/.aws/config"
    try:
        config.read(Path(path).expanduser(), encoding="utf-8")
    except (configparser.Error, OSError, UnicodeDecodeError):
        return None
    return config.get(section, "region", fallback=None)
