"""Connections: Sanic's, but a request that trickles in is bounded from its first byte, not from its last."""

from __future__ import annotations

from sanic.http import Stage
from sanic.server.protocols.http_protocol import HttpProtocol


class Connection(HttpProtocol):
    """One connection of a client."""

    def data_received(self, data: bytes) -> None:
        """Take in what came, without giving a request that is still being sent more time for it."""
        since, under_way = self._time, self.http is not None and self.http.stage is not Stage.IDLE
        super().data_received(data)
        if under_way:
            self._time = since

    def leave(self) -> None:
        """Close, unless a request is under way: what has arrived is one, even if nobody has looked at it yet."""
        if not self.recv_buffer:
            self.close_if_idle()

    def cut(self) -> None:
        """Close whatever is under way."""
        if self.transport:
            self.transport.abort()
