"""The order: what is to be released, told apart from what was ordered before."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from stackwright.deploy.plan import IMAGE
from stackwright.errors import BadInput
from stackwright.quoting import quoted
from stackwright.resolve.parameters import problems

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from stackwright.aws_shapes import Stack

VERSION = "AppVersion"
_LONGEST = 200  # characters of a description; the API Reference has no figure
_MARK = re.compile(r"\[([0-9a-f]{12})\]$")


@dataclass(frozen=True)
class Order:
    """An image and its version; `definition` and `appspec` are the texts of a user's own files, "" without."""

    image: str
    version: str
    definition: str = ""
    appspec: str = ""

    @property
    def fingerprint(self) -> str:
        """Twelve digits that are the same for the same order, by which it is found again."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:12]

    @property
    def sentence(self) -> str:
        """What is released, in words."""
        own = "a task definition of your own" if self.definition else self.image
        return f"{self.version or 'a revision'} ({own})"

    @property
    def description(self) -> str:
        """What CodeDeploy keeps of it; the fingerprint comes last."""
        return f"{self.sentence[:_LONGEST]} [{self.fingerprint}]"


def fingerprint_in(description: str) -> str:
    """Return the fingerprint of a deployment's description, "" if it is not one of ours."""
    found = _MARK.search(description or "")
    return found[1] if found else ""


def make_order(
    stack: Stack, *, image: str | None, version: str | None, definition: Path | None, appspec: Path | None
) -> Order:
    """Return the order; what is not given stays as the stack has it. Raises BadInput without any image."""
    order = Order(
        image=(image or stack.parameters.get(IMAGE, "")).strip(),
        version=(version or stack.parameters.get(VERSION, "")).strip(),
        definition=_text(definition),
        appspec=_text(appspec),
    )
    if not order.image and not definition:
        raise BadInput(f"{stack.name} has no image yet: give one with --image")
    return order


def check_declared(order: Order, root: Mapping[str, Any]) -> None:
    """Refuse an image or a version that the template would refuse."""
    declared = root.get("Parameters", {})
    for option, name, value in (("--image", IMAGE, order.image), ("--version", VERSION, order.version)):
        wrong = problems({name: declared[name]}, {name: value}) if name in declared and value else []
        if wrong:
            raise BadInput("\n".join(f"{option}: {problem.reason}" for problem in wrong))


def _text(file: Path | None) -> str:
    if file is None:
        return ""
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise BadInput(f"{quoted(str(file))} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{quoted(str(file))} is no UTF-8 text") from error
