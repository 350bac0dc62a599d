"""What instance types offer to tasks."""

from __future__ import annotations

from stackwright.ecs.instance_types import instance_types


def test_type_registers_less_memory_than_is_installed() -> None:
    medium = instance_types()["t3.medium"]
    assert (medium.cpu, medium.memory, medium.registered_memory) == (2048, 4096, 3992)


def test_one_interface_is_the_instances_own() -> None:
    assert instance_types()["t3.medium"].task_interfaces == 2


def test_graviton_is_told_from_the_rest() -> None:
    types = instance_types()
    assert (types["t4g.medium"].architecture, types["c7i.large"].architecture) == ("ARM64", "X86_64")


def test_common_families_are_there() -> None:
    families = {name.partition(".")[0] for name in instance_types()}
    assert {"t2", "t3", "t3a", "t4g", "m5", "m8g", "c6g", "c8i", "r5", "r7a", "m7i-flex"} <= families
