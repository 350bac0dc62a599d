"""What a module in `nested` is."""

from __future__ import annotations

from collections import Counter
from importlib import import_module
from pkgutil import iter_modules

import pytest

import nested
from nested import inputs
from nested.shape import Input

FRAME = {"inputs", "shape", "parts"}


@pytest.mark.parametrize("name", sorted({module.name for module in iter_modules(nested.__path__)} - FRAME))
def test_each_module_is_a_stack(name: str) -> None:
    assert callable(import_module(f"nested.{name}").template)


def test_a_part_is_no_stack() -> None:
    parts = import_module("nested.parts")
    modules = [import_module(f"nested.parts.{module.name}") for module in iter_modules(parts.__path__)]
    assert modules
    assert not [each.__name__ for each in modules if hasattr(each, "template")]


def test_no_name_is_declared_twice() -> None:
    modules = [import_module(f"nested.inputs.{module.name}") for module in iter_modules(inputs.__path__)]
    declared = [each for module in modules for each in vars(module).values() if isinstance(each, Input)]
    assert len(declared) > 100
    assert not [name for name, times in Counter(each.name for each in declared).items() if times > 1]
