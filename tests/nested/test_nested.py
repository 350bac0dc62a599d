"""What a module in `nested` is."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

import pytest

import nested

FRAME = {"inputs", "shape", "parts"}


@pytest.mark.parametrize("name", sorted({module.name for module in iter_modules(nested.__path__)} - FRAME))
def test_each_module_is_a_stack(name: str) -> None:
    assert callable(import_module(f"nested.{name}").template)


def test_a_part_is_no_stack() -> None:
    parts = import_module("nested.parts")
    modules = [import_module(f"nested.parts.{module.name}") for module in iter_modules(parts.__path__)]
    assert modules
    assert not [each.__name__ for each in modules if hasattr(each, "template")]
