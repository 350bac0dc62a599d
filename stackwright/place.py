"""Which AWS a verb works on: a real account, or the local one for as long as the verb runs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from stackwright.aws import Aws, address, local_keys
from stackwright.errors import BadInput
from stackwright.quoting import quoted
from stackwright.regions import OFFLINE, chosen_region

LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@contextmanager
def place(*, local: bool, profile: str | None, region: str | None) -> Iterator[Aws]:
    """Yield AWS; `local` starts one unless AWS_ENDPOINT_URL points to one that runs."""
    if not local:
        yield Aws(profile=profile, region=chosen_region(region, profile=profile))
        return
    check_local(profile)
    with _endpoint() as endpoint:
        yield Aws(region=chosen_region(region) or OFFLINE, endpoint=endpoint, keys=local_keys(os.environ))


def check_local(profile: str | None) -> None:
    """Refuse what contradicts --local: a profile, and an AWS_ENDPOINT_URL that is not on this machine."""
    if profile:
        raise BadInput("--local needs no --profile: give one of the two")
    running = os.environ.get("AWS_ENDPOINT_URL")
    if running and address(running)[0] not in LOOPBACK:
        raise BadInput(f"--local, but AWS_ENDPOINT_URL is {quoted(running)}: unset one of the two")


@contextmanager
def _endpoint() -> Iterator[str]:
    running = os.environ.get("AWS_ENDPOINT_URL")
    if running:
        yield running
        return
    from stackwright.emulator.server import LocalAws

    server = LocalAws()
    endpoint = server.start()
    try:
        yield endpoint
    finally:
        server.stop()
