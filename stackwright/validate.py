"""cloudformation-validate, AWS's own validator: it knows rules that cfn-lint lacks.

Its wheels are for some platforms only, so that it is optional. It runs in a process of its own, beside
cfn-lint, which leaves a core idle while it loads its rules.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stackwright.cache import digest, version
from stackwright.errors import StackwrightError
from stackwright.findings import Finding, Job

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

Found = list[list[Finding]]

# Warnings and above; below is noise (I9001 on every create-only property). What is ignored, and why:
IGNORED: Mapping[str, str] = {
    "W1001": "fires in Outputs on every reference that an Fn::If guards; cfn-lint's W1001 sees the guard",
    "W1030": "takes an empty default for the value behind an Fn::If that guards it; cfn-lint's W1030 sees the guard",
    "W2509": "takes a parameter with Secret in its name for one; verify's security/secrets-by-reference looks closer",
}
IGNORED_IN_ROOTS: Mapping[str, str] = {
    "W3002": "as cfn-lint's, in .cfnlintrc: `publish` packages the relative TemplateURLs of a root",
}


class Unusable(StackwrightError):
    """The package is installed and cannot be imported here."""


def installed() -> str | None:
    """Return the version of the validator, None when there is none for this platform."""
    return version("cloudformation_validate", "cloudformation-validate")


def salt() -> str:
    """Return what a result hangs on beside the template: tool and this module."""
    return digest(installed() or "", Path(__file__).read_bytes())


@contextmanager
def alongside(jobs: Sequence[Job]) -> Iterator[Callable[[], Found]]:
    """Validate these templates in another process; the function it yields waits for the findings.

    That function raises Unusable when the package's library does not load.
    """
    if not jobs or not hasattr(os, "fork"):
        yield lambda: _run(jobs) if jobs else []
        return
    from multiprocessing import get_context

    here, there = get_context("fork").Pipe(duplex=False)
    process = get_context("fork").Process(target=_answer, args=(jobs, there), daemon=True)
    process.start()
    there.close()
    try:
        yield lambda: _received(here)
    finally:
        process.terminate()
        process.join()


def _answer(jobs: Sequence[Job], reply: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        reply.send(_run(jobs))
    except Unusable as error:
        reply.send(error)
    except Exception as error:
        reply.send(StackwrightError(f"cloudformation-validate failed: {error}"))


def _received(reply: Connection) -> Found:
    try:
        answer = reply.recv()
    except EOFError:
        answer = Unusable("its process ended without an answer")
    if isinstance(answer, StackwrightError):
        raise answer
    found: Found = answer
    return found


def _run(jobs: Sequence[Job]) -> Found:
    try:
        import cloudformation_validate as validator
    except (ImportError, OSError) as error:
        raise Unusable(str(error)) from error
    engine = validator.CompositeEngine()
    config = validator.ValidateConfig(
        severity_level=validator.Severity.WARN, detail_level=validator.DetailLevel.STANDARD
    )
    return [_findings(engine.validate_template(job.path, config), job) for job in jobs]


def _findings(report: Any, job: Job) -> list[Finding]:
    ignored = {*IGNORED, *(IGNORED_IN_ROOTS if job.root else ())}
    found = {_finding(each) for each in report.diagnostics if each.rule_id not in ignored}
    return sorted(found, key=lambda finding: (finding.path, finding.rule, finding.message))


def _finding(diagnostic: Any) -> Finding:
    entity, within = diagnostic.entity, (diagnostic.property_path or "").replace(".", "/")
    if entity and not within.startswith(f"{entity.entity_type.name.title()}s/"):
        place = f"{entity.entity_type.name.title()}s/{entity.logical_id}"
        within = f"{place}/{within}" if within else place
    return Finding(within, diagnostic.rule_id, diagnostic.severity.name.lower(), diagnostic.message)
