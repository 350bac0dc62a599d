"""cfn-lint over many templates, the one way that is both fast and complete.

Its rules are loaded once, with the collector off, and then shared with forked workers that never touch
them; templates go by path, because only so does a root see its nested files (E3043, E1010).
"""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import chdir, contextmanager
from pathlib import Path
from typing import Any

from stackwright.cache import digest, version
from stackwright.errors import BadInput
from stackwright.findings import Finding, Job

# What `.cfnlintrc` ignores for a root only, although the command-line tool knows no such distinction.
# W3002 asks for `aws cloudformation package` wherever a TemplateURL is a relative path: `publish` does
# that for the root, and nothing else has any.
ROOTS_ONLY = ("W3002",)

_loaded: tuple[Any, Any] | None = None  # settings and rules, inherited by the workers as they are


def salt(settings: Path) -> str:
    """Return what a result hangs on beside the template: tool, settings and this module."""
    try:
        content = settings.read_bytes()
    except OSError as error:
        raise BadInput(f"{settings} cannot be read: {error.strerror}; it says what to lint") from error
    return digest(version("cfnlint", "cfn-lint") or "", content, Path(__file__).read_bytes())


def run(jobs: Sequence[Job], settings: Path) -> list[list[Finding]]:
    """Return the findings of each template, in order; nothing is imported for no jobs."""
    if not jobs:
        return []
    largest_first = sorted(jobs, key=lambda job: -Path(job.path).stat().st_size)
    with _rules(settings):
        found = dict(zip(largest_first, _spread(largest_first), strict=True))
    return [found[job] for job in jobs]


@contextmanager
def _rules(settings: Path) -> Iterator[None]:
    global _loaded
    gc.disable()  # before the import: a collection walks the schemas, and writes to what is shared
    try:
        from cfnlint.config import ConfigMixIn
        from cfnlint.core import get_rules

        config = ConfigMixIn(["--config-file", str(settings)])
        _loaded = config, get_rules([], [], config.include_checks, config.configure_rules)
        gc.freeze()  # for good: the collections at the process's end would walk it all, 0.2 s
        yield
    finally:
        _loaded = None
        gc.enable()


def _spread(jobs: Sequence[Job]) -> list[list[Finding]]:
    processes = min(len(jobs), len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2)
    if processes < 2 or not hasattr(os, "fork"):
        return [_lint(job) for job in jobs]
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    pool = ProcessPoolExecutor(processes, get_context("fork"), initializer=_leave_interrupts_to_us)
    try:
        return list(pool.map(_lint, jobs))
    finally:
        pool.shutdown(cancel_futures=True)


def _leave_interrupts_to_us() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _lint(job: Job) -> list[Finding]:
    from cfnlint.runner.template.runner import run_template_by_file_path

    assert _loaded is not None
    config, rules = _loaded
    # cfn-lint opens nested templates only below the working directory, and is silent about others.
    with chdir(Path(job.path).parent):
        matches = list(run_template_by_file_path(job.path, config, rules, False))
    found = {_finding(match) for match in matches if not _ignored(match.rule.id, job, config)}
    return sorted(found, key=lambda finding: (finding.path, finding.rule, finding.message))


def _ignored(rule: str, job: Job, config: Any) -> bool:
    named = any(rule.startswith(prefix) for prefix in config.ignore_checks)
    return named and (job.root or rule not in ROOTS_ONLY)


def _finding(match: Any) -> Finding:
    path = "/".join(str(step) for step in getattr(match, "path", None) or ())
    return Finding(path, match.rule.id, match.rule.severity, match.message)
