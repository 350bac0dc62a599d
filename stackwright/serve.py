"""The local AWS kept running until it is interrupted, with what points a client at it."""

from __future__ import annotations

import re
import shlex
import socket
from collections.abc import Iterable

from stackwright import console
from stackwright.aws_errors import near_misses
from stackwright.errors import BadInput
from stackwright.quoting import named, quoted
from stackwright.regions import offline_region

_SECONDS = re.compile(r"[0-9]{1,5}(\.[0-9]{1,3})?")  # more than a day is no rehearsal


def serve(*, port: int, delay: Iterable[str], region: str | None) -> int:
    """Serve on loopback until SIGINT or SIGTERM; the exports go to stdout.

    `delay` holds `TYPE=SECONDS`. Raises BadInput for one that is not, and for a port that is taken.
    """
    delays, where = dict(map(_delay, delay)), offline_region(region)
    _refuse_taken(port)
    try:
        from stackwright.emulator.server import LocalAws, exports
    except ModuleNotFoundError as error:
        raise BadInput(f"the local AWS needs {error.name}: pip install 'stackwright[local]'") from error
    local = LocalAws(delays=delays)
    for name, value in exports(local.start(port), region=where).items():
        console.out(f"export {name}={shlex.quote(value)}")
    console.say("local AWS is running; paste the lines above into another shell, Ctrl-C ends it")
    console.say('an AWS CLI before 1.29 or 2.13 goes to the real AWS: give it --endpoint-url "$AWS_ENDPOINT_URL"')
    local.serve()
    return 0


def _delay(text: str) -> tuple[str, float]:
    from stackwright.schemas import types

    kind, _, seconds = text.partition("=")
    if kind not in types():
        raise BadInput(f"--delay {named(text)}: no resource type {quoted(kind)}{near_misses(kind, types())}")
    if not _SECONDS.fullmatch(seconds):
        raise BadInput(f"--delay {named(text)}: write TYPE=SECONDS, as AWS::ECS::Service=20; at most 99999")
    return kind, float(seconds)


def _refuse_taken(port: int) -> None:
    """Refuse a port that something listens on: the server would wait for ever in its thread."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise BadInput(f"--port {port}: {error.strerror}; give another, or 0 for a free one") from error
