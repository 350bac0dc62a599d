"""Linting: every distinct template once, by cfn-lint and cloudformation-validate, results kept.

A result is found again by the template's content, for a root its nested files' too, and by settings,
tools and our own modules; so an unchanged build lints nothing and imports neither linter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stackwright import cfn_lint, validate
from stackwright.cache import Cache, digest, version
from stackwright.findings import Finding, Job

if TYPE_CHECKING:
    from stackwright.render import Rendered

SETTINGS = ".cfnlintrc"


@dataclass(frozen=True)
class Report:
    """Findings of every file by blueprint and relative path, how many were linted now, and by what."""

    findings: Mapping[tuple[str, str], list[Finding]]
    linted: int
    tools: str


def lint(
    rendered: Sequence[Rendered],
    *,
    settings: Path,
    cache: Path,
    watched: Callable[[int], AbstractContextManager[Any]],
) -> Report:
    """Return what the linters say of these blueprints' files; `settings` is a `.cfnlintrc`.

    `watched` is told how many templates there are to lint, and entered while that goes on.
    Raises BadInput when the settings cannot be read.
    """
    jobs = {(each.blueprint, file): _job(each, file) for each in rendered for file in each.files}
    distinct = list({job.content: job for job in jobs.values()}.values())
    first = _Kept(Cache(cache / "cfn-lint"), cfn_lint.salt(settings), distinct)
    second = _Kept(Cache(cache / "validate"), validate.salt(), distinct if validate.installed() else [])
    linted = len({job.content for job in first.missing + second.missing})
    with watched(linted), validate.alongside(second.missing) as validated:
        first.keep(cfn_lint.run(first.missing, settings))
        trouble = _keep_validated(second, validated)
    found = {key: first.of(job) + second.of(job) for key, job in jobs.items()}
    return Report(found, linted, _tools(trouble))


class _Kept:
    """What one linter found in these templates, as far as it was kept."""

    def __init__(self, cache: Cache, salt: str, jobs: Sequence[Job]) -> None:
        self._cache = cache
        self._keys = {job.content: digest(salt, job.content) for job in jobs}
        kept = {content: cache.get(key) for content, key in self._keys.items()}
        self._found: dict[str, list[Finding]] = {
            content: [Finding(**each) for each in findings]
            for content, findings in kept.items()
            if findings is not None
        }
        self.missing = [job for job in jobs if job.content not in self._found]

    def keep(self, findings: Sequence[list[Finding]]) -> None:
        """Keep the findings of what was missing, in its order."""
        for job, found in zip(self.missing, findings, strict=True):
            self._found[job.content] = found
            self._cache.put(self._keys[job.content], [each.to_json() for each in found])
        if self.missing:
            self._cache.prune()

    def of(self, job: Job) -> list[Finding]:
        """Return the findings of a template, none if the linter did not run."""
        return self._found.get(job.content, [])


def _job(rendered: Rendered, file: str) -> Job:
    root = rendered.folder / file == rendered.root
    if root:
        content = digest("root", *(part for item in rendered.files.items() for part in item))
    else:
        content = rendered.files[file]
    return Job(str((rendered.folder / file).absolute()), root, content)


def _keep_validated(second: _Kept, validated: Callable[[], validate.Found]) -> str:
    """Keep what the validator found; return why it did not run, if so."""
    try:
        second.keep(validated())
    except validate.Unusable as error:
        return str(error)
    return ""


def _tools(trouble: str) -> str:
    first = f"cfn-lint {version('cfnlint', 'cfn-lint')}"
    installed = validate.installed()
    if installed is None:
        return f"{first}; cloudformation-validate did not run: it is not installed"
    if trouble:
        return f"{first}; cloudformation-validate {installed} did not run: {trouble}"
    return f"{first}, cloudformation-validate {installed}"
