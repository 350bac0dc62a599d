"""Claim: deploying ec2-alb to a running local AWS takes under 5 s, and again without a change under 2 s."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.measure import REPOSITORY, RUNS, Row, once, row

DEPLOY = ["build.py", "deploy", "ec2-alb", "dev", "--local", "--yes"]
# The local AWS takes a key of twelve digits for the account, so that each run finds an empty one.
FIRST_ACCOUNT = 200_000_000_000


def rows() -> list[Row]:
    """Deploy into empty accounts, each a second time."""
    with _local_aws() as endpoint:
        first, again = zip(*(_deployed(endpoint, FIRST_ACCOUNT + run) for run in range(RUNS)), strict=True)
    return [
        row("deploy ec2-alb to a running local AWS, the account's first stacks included", first, limit=5),
        row("deploy it again without a change", again, limit=2),
    ]


def _deployed(endpoint: str, account: int) -> tuple[float, float]:
    where = {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": str(account),
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_REGION": "us-east-1",
    }
    return once(DEPLOY, extra=where), once(DEPLOY, extra=where)


@contextmanager
def _local_aws() -> Iterator[str]:
    command = [sys.executable, "-u", "build.py", "emulator"]
    server = subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True, env=os.environ)
    try:
        yield _endpoint(server)
    finally:
        server.terminate()
        server.wait()


def _endpoint(server: subprocess.Popen[str]) -> str:
    for line in server.stdout or ():
        found = re.search(r"http://localhost:\d+", line)
        if found:
            return found[0]
    raise RuntimeError("the local AWS did not start")
