"""Results are kept by content; a cache that fails costs time, never a result."""

from __future__ import annotations

import os
import time
from importlib.metadata import version as slow_version
from pathlib import Path

import pytest

from stackwright.cache import KEPT_DAYS, Cache, digest, version


def test_what_was_put_is_got_again_by_another_run(tmp_path: Path) -> None:
    Cache(tmp_path / "kind").put("key", [{"rule": "E1"}])
    assert Cache(tmp_path / "kind").get("key") == [{"rule": "E1"}]
    assert [path.name for path in (tmp_path / "kind").iterdir()] == ["key.json"]


def test_nothing_kept_and_nothing_found_are_told_apart(tmp_path: Path) -> None:
    Cache(tmp_path).put("clean", [])
    assert Cache(tmp_path).get("clean") == []
    assert Cache(tmp_path).get("unknown") is None


def test_spoilt_entry_counts_as_none(tmp_path: Path) -> None:
    (tmp_path / "key.json").write_text('[{"rule"')
    assert Cache(tmp_path).get("key") is None


def test_folder_that_cannot_be_made_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    cache = Cache(tmp_path / "file" / "below")
    cache.put("key", [])
    cache.prune()
    assert cache.get("key") is None


def test_old_entries_go_and_young_ones_stay(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.put("old", [])
    cache.put("young", [])
    long_ago = time.time() - (KEPT_DAYS + 1) * 86_400
    os.utime(tmp_path / "old.json", (long_ago, long_ago))
    cache.prune()
    assert [path.name for path in tmp_path.iterdir()] == ["young.json"]


def test_digest_tells_where_one_part_ends_and_the_next_begins() -> None:
    assert digest("ab", "c") != digest("a", "bc")
    assert digest("ab", b"c") == digest(b"ab", "c")


@pytest.mark.parametrize(
    ("package", "distribution"),
    [("cfnlint", "cfn-lint"), ("click", "click"), ("yaml", "PyYAML")],
)
def test_version_is_the_installed_one(package: str, distribution: str) -> None:
    assert version(package, distribution) == slow_version(distribution)


def test_package_that_is_not_there_has_no_version() -> None:
    assert version("no_such_package", "no-such-package") is None
