"""What a page of the documentation names: files of the repository, tests, and rules."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]


def absent(names: Iterable[str]) -> list[str]:
    """Return those of `path` and `path::test` that are not in the repository."""
    return [each for each in names if not _is_there(*each.partition("::")[::2])]


def _is_there(path: str, test: str) -> bool:
    file = REPOSITORY / path
    return file.is_file() and (not test or test in _tests(file))


@cache
def _tests(file: Path) -> set[str]:
    return set(_functions(ast.parse(file.read_text(encoding="utf-8"))))


def _functions(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield node.name
