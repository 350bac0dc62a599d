"""What an instance type offers to tasks, from `data/instance_types.json`.

The data is reduced from moto's copy of DescribeInstanceTypes. To make it anew:

    python -m stackwright.ecs.instance_types PATH/TO/moto/ec2/resources/instance_types.json.gz
"""

from __future__ import annotations

import gzip
import json
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

_FAMILIES = re.compile(r"(t2|t3|t3a|t4g|[mc][5-8][a-z]*|r[5-7][a-z]*)(-flex)?\..*")
_ARCHITECTURES = {"x86_64": "X86_64", "arm64": "ARM64"}

# Of 8,192 MiB of an m4.large its operating system recognises 7,985 ("Reserving Amazon ECS Linux container instance
# memory", Amazon ECS Developer Guide). The agent registers what the operating system recognises, and takes
# ECS_RESERVED_MEMORY from it, which is 0 unless it is set. Types differ; this is the one figure that AWS publishes.
_RECOGNISED = (7985, 8192)

CPU_UNITS = 1024  # of one vCPU


@dataclass(frozen=True)
class InstanceType:
    """`memory` is installed MiB, `interfaces` how many network interfaces, `architecture` X86_64 or ARM64."""

    name: str
    vcpus: int
    memory: int
    interfaces: int
    architecture: str

    @property
    def cpu(self) -> int:
        """CPU units that the agent registers."""
        return self.vcpus * CPU_UNITS

    @property
    def registered_memory(self) -> int:
        """MiB that the agent registers: less than what is installed, by the kernel's share."""
        part, whole = _RECOGNISED
        return self.memory * part // whole

    @property
    def task_interfaces(self) -> int:
        """Tasks in awsvpc mode that fit without trunking: one interface is the instance's own.

        Source: "Task networking for Amazon EC2 instances", Amazon ECS Developer Guide.
        """
        return self.interfaces - 1


@cache
def instance_types() -> Mapping[str, InstanceType]:
    """Return every known type by its name."""
    text = files("stackwright").joinpath("data/instance_types.json").read_text(encoding="utf-8")
    return {name: InstanceType(name, *row) for name, row in json.loads(text)["types"].items()}


def reduced(types: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return vCPUs, memory, interfaces and architecture of the common families out of DescribeInstanceTypes."""
    return {name: _row(types[name]) for name in sorted(types) if _FAMILIES.fullmatch(name)}


def _row(described: Mapping[str, Any]) -> list[Any]:
    return [
        described["VCpuInfo"]["DefaultVCpus"],
        described["MemoryInfo"]["SizeInMiB"],
        described["NetworkInfo"]["MaximumNetworkInterfaces"],
        _ARCHITECTURES[described["ProcessorInfo"]["SupportedArchitectures"][-1]],
    ]


def _main(source: Path) -> None:
    types = reduced(json.loads(gzip.decompress(source.read_bytes())))
    rows = ",\n".join(f"    {json.dumps(name)}: {json.dumps(row)}" for name, row in types.items())
    origin = f"DescribeInstanceTypes as shipped with moto, reduced {date.today().isoformat()}: "
    origin += "vCPUs, memory in MiB, most network interfaces, architecture"
    target = Path(__file__).parents[1] / "data" / "instance_types.json"
    target.write_text(f'{{\n  "_source": {json.dumps(origin)},\n  "types": {{\n{rows}\n  }}\n}}\n', encoding="utf-8")


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
