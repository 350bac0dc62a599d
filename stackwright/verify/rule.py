"""A rule: one promise to whoever runs the system, and the function that looks whether it is kept.

Each is a module of its own below `rules/<promise>/`, with one `RULE`; the path is its name
(`rules/security/https_only.py` is `security/https-only`), and the tree is the list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any

from stackwright.resolve.symbols import Value, rendered
from stackwright.verify.deployment import Deployment


@dataclass(frozen=True)
class Finding:
    """A promise that is not kept: by which resource's property and value, what follows, and the mend.

    `resource` is the path in the graph (`Service/TargetGroup`), empty for the deployment as a whole; `property` the
    way to the value (`HealthCheckPath`, `Policies.0.PolicyDocument`).
    """

    resource: str
    property: str
    value: Value
    problem: str
    mend: str

    def to_json(self) -> dict[str, Any]:
        """Return the finding as JSON has it, unknown values as `${Path.Attribute}`."""
        return {**asdict(self), "value": rendered(self.value)}


@dataclass(frozen=True)
class Rule:
    """One promise: its claim in a sentence, why it matters, the AWS document it rests on, and the check.

    A deployment that has no resource of the types in `about` makes no such promise; the rule is not counted then.
    """

    claim: str
    why: str
    source: str
    about: tuple[str, ...]
    check: Callable[[Deployment], Iterable[Finding]]

    def applies(self, deployment: Deployment) -> bool:
        """Tell whether the deployment has anything the rule is about; no types at all: always."""
        return not self.about or bool(deployment.graph.of_type(*self.about))
