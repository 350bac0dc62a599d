"""The files are what CodeBuild, GitHub and GitLab take, by the schemas that check-jsonschema has with it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from support.delivery import BUILDSPEC, BUILDSPECS, GITLAB, WORKFLOWS

CHECKER = Path(sys.executable).with_name("check-jsonschema")
OWN = Path(__file__).with_name("buildspec.schema.json")
SCHEMAS = {
    "github": ["--builtin-schema", "vendor.github-workflows"],
    "gitlab": ["--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci"],
    "codebuild": ["--schemafile", str(OWN)],
}
FILES = {"github": WORKFLOWS, "gitlab": [GITLAB], "codebuild": BUILDSPECS}


def checked(kind: str, *files: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [CHECKER, "--no-cache", *SCHEMAS[kind], *files], capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.parametrize("kind", SCHEMAS)
def test_files_are_valid(kind: str) -> None:
    ended = checked(kind, *FILES[kind])
    assert ended.returncode == 0, ended.stdout


def test_a_job_by_the_name_of_a_keyword_is_refused(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yml"
    wrong.write_text(GITLAB.read_text().replace("\nbuild:\n", "\nimage:\n"))
    assert checked("gitlab", wrong).returncode == 1


@pytest.mark.parametrize("line", ["on-failure: STOP", "command: [make quick]", "runtime-versions: [python]"])
def test_a_phase_that_codebuild_does_not_know_is_refused(line: str, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yml"
    wrong.write_text(BUILDSPEC.read_text().replace("  pre_build:\n    on-failure: ABORT", f"  pre_build:\n    {line}"))
    assert checked("codebuild", wrong).returncode == 1
