"""Where a template is evaluated: account, region, stack, and the one seam to what AWS knows."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from stackwright.resolve.errors import Refusal
from stackwright.resolve.symbols import Symbol, Text, Unknown, Value, apply

ZONES = Path(__file__).parent.parent / "data" / "zones.json"
STACK_ID = Symbol("AWS", "StackId")


@dataclass(frozen=True)
class Environment:
    """The pseudo parameters of one stack, and what is known of the world around it.

    This one knows nothing that only AWS knows. To bind symbols, derive from it and override
    `lookup`; every value of `Ref`, `Fn::GetAtt`, `Fn::ImportValue`, an SSM parameter or a dynamic
    reference passes through there.
    """

    region: str
    account_id: str = "123456789012"
    stack_name: Value = "stack"
    stack_id: Value = STACK_ID
    notification_arns: tuple[str, ...] = ()

    @property
    def partition(self) -> str:
        """The partition of the region: aws, aws-cn or aws-us-gov."""
        prefixes = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}
        return next((name for start, name in prefixes.items() if self.region.startswith(start)), "aws")

    @property
    def url_suffix(self) -> str:
        """The domain of the region's services."""
        return "amazonaws.com.cn" if self.partition == "aws-cn" else "amazonaws.com"

    def lookup(self, symbol: Symbol) -> Value:
        """Return the symbol's value once it is known, else the symbol itself.

        Raises Refusal when it is known that there is no such value.
        """
        return symbol

    def find(self, path: str | Unknown | Text) -> Value:
        """Return what is kept outside the stack under a path: `ssm:/name`, `import:Name`, …."""
        return self.lookup(Symbol(path, "Value")) if isinstance(path, str) else apply("find", path)

    def zones(self, region: str) -> list[str]:
        """Return what `Fn::GetAZs` returns there; a region not in the data is refused."""
        known = _zones()
        if region not in known:
            raise Refusal(f"no availability zones are known for region {region!r}")
        return list(known[region])


@cache
def _zones() -> dict[str, list[str]]:
    data: dict[str, list[str]] = json.loads(ZONES.read_text(encoding="utf-8"))["zones"]
    return data
