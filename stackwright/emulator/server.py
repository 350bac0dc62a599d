"""The local AWS as a server: moto's services, our overlays on them and our own CloudFormation.

`LocalAws` starts moto's server in a thread on a loopback port, after it has put our CloudFormation
and every overlay of `services/` into moto's URL tables; on the UDP port of the same number it
answers DNS. One process has one set of moto backends: two servers at once have each its own stacks
and share everything else, so only account ids keep them apart.
"""

from __future__ import annotations

import logging
import signal
import socket
import threading
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any

from stackwright.emulator import lookups, managed_policies, services, stackset_responses
from stackwright.emulator.clients import Clients
from stackwright.emulator.engine.evaluation import Services
from stackwright.emulator.engine.service import Engine
from stackwright.emulator.engine.store import Store
from stackwright.emulator.handlers import Handler, handler_for
from stackwright.emulator.journal import Journal
from stackwright.emulator.middleware import DEFAULT_ACCOUNT, Middleware


class LocalAws:
    """A local AWS on loopback, as a context manager.

    `delays` are seconds that creating, updating or deleting a resource of a type takes.
    `handlers` answers which handler a type has; tests give their own. After `start`, `endpoint`
    is `http://localhost:PORT` (moto takes the bucket's name out of any other host name) and
    `journal` holds what was asked.
    """

    def __init__(
        self,
        *,
        delays: Mapping[str, float] | None = None,
        handlers: Callable[[str], Handler] = handler_for,
    ) -> None:
        self.journal = Journal()
        self.endpoint = ""
        self.delays = dict(delays or {})
        self._handlers = handlers
        self._server: Any = None
        self._dns: Any = None
        self.engine: Engine | None = None

    def __enter__(self) -> LocalAws:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self, port: int = 0) -> str:
        """Start listening and return the endpoint; port 0 is any free one.

        Raises OSError for a port that is taken.
        """
        socket.create_server(("127.0.0.1", port)).close()
        from moto.server import ThreadedMotoServer

        from stackwright.emulator.dns import Dns

        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        services.install()
        managed_policies.install()
        lookups.install()
        stackset_responses.install()
        self._server = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
        self._server.start()
        number = self._server.get_host_and_port()[1]
        try:
            self._dns = Dns(number)
        except OSError:
            self.stop()
            if port:
                raise
            return self.start()  # the number was free for one of the two only
        self.endpoint = f"http://localhost:{number}"
        self.engine = Engine(Services(Store(), self._handlers, Clients(self.endpoint).client, self.delays))
        listening = self._server._server
        listening.app = Middleware(listening.app, self.journal, self.engine)
        return self.endpoint

    def stop(self) -> None:
        """Stop listening; operations that run are left to end with the process."""
        if self._dns is not None:
            self._dns.stop()
            self._dns = None
        if self._server is not None:
            self._server.stop()
            self._server._server.server_close()
            self._server = None

    def serve(self) -> None:
        """Wait until SIGINT or SIGTERM, then stop. To be called from the main thread."""
        ended = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: ended.set())
        ended.wait()
        self.stop()


def exports(endpoint: str, *, account: str = DEFAULT_ACCOUNT, region: str = "us-east-1") -> dict[str, str]:
    """Return the environment that points any AWS client at the endpoint, as that account."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": account,
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_DEFAULT_REGION": region,
    }
