"""Server: listens, serves, and ends without failing a request.

Told to stop (SIGTERM or SIGINT), the process first fails its health check and serves on for the drain time, because on
a Spot interruption load balancers still send requests; every answer now closes its connection. Then it stops
listening, closes what is idle, lets requests under way end, and is gone before the stop timeout. A second signal ends
the drain. One process on one event loop, so that process 1 is the one that serves.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sanic.application.state import ApplicationServerInfo
from sanic.http.constants import HTTP
from sanic.server.loop import try_use_uvloop

from app import logs
from app.config import Config
from app.connections import Connection
from app.context import Context, Life
from app.logs import fields, log
from app.metadata import Metadata
from app.service import Service, create

# Connections that wait to be accepted; the kernel may allow fewer.
BACKLOG = 1024

# How often the last requests are looked after, in seconds.
GLANCE = 0.05


class CannotListen(Exception):
    """A port that cannot be had."""


@dataclass(frozen=True)
class Listener:
    """One port, and the connections that came by it."""

    server: asyncio.Server
    connections: set[Connection]


def run(config: Config) -> int:
    """Serve with these settings until told to stop; return the exit status."""
    try_use_uvloop()
    return asyncio.run(_serve(config))


async def _serve(config: Config) -> int:
    life = Life()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, life.stop)
    logs.set_up(config.log_level, own := uuid4().hex)
    metadata = Metadata(config.metadata_uri)
    instance = (await metadata.task()).task_id or own
    if life.stopping.is_set():
        return 0
    logs.set_up(config.log_level, instance)
    service = create(Context(config, instance, metadata, life))
    listeners = await _listen(service, config)
    log.info("Serving", extra=fields(ports=_ports(listeners), environment=config.environment, version=config.version))
    await life.stopping.wait()
    await _drain(config, life)
    await _finish(config, listeners)
    return 0


async def _listen(service: Service, config: Config) -> list[Listener]:
    ports = [config.port] if config.backend_port is None else [config.port, config.backend_port]
    sockets = [_socket(config.host, port) for port in ports]
    made = [await _prepare(service, each) for each in sockets]
    # Sanic leaves its empty Alt-Svc header out once it knows that every listener speaks HTTP 1.
    service.state.server_info.append(ApplicationServerInfo(settings={"version": HTTP.VERSION_1}))
    # The routes are settled once, for all listeners; nothing is accepted before.
    await made[0].startup()
    listeners = [Listener(each.server, each.connections) for each in made]
    for listener in listeners:
        await listener.server.start_serving()
    return listeners


async def _prepare(service: Service, listening: socket.socket) -> Any:
    options = {"start_serving": False}
    made = await service.create_server(
        sock=listening, protocol=Connection, backlog=BACKLOG, asyncio_server_kwargs=options
    )
    assert made
    return made


def _socket(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise CannotListen(
            f"cannot listen on {host} port {port}: {os.strerror(error.errno) if error.errno else error}"
        ) from error


def _ports(listeners: list[Listener]) -> list[int]:
    return [each.getsockname()[1] for listener in listeners for each in listener.server.sockets]


async def _drain(config: Config, life: Life) -> None:
    log.info("Told to stop: health fails, serving on", extra=fields(drain_time=config.drain_time))
    try:
        async with asyncio.timeout(config.drain_time):
            await life.hurried.wait()
    except TimeoutError:
        return
    log.info("Told twice: the drain ends now")


async def _finish(config: Config, listeners: list[Listener]) -> None:
    for listener in listeners:
        listener.server.close()
    log.info("No longer listening", extra=fields(connections=len(_open(listeners))))
    try:
        async with asyncio.timeout(config.finish_time):
            await _last_answers(listeners)
    except TimeoutError:
        log.warning("Requests cut off at the end of time", extra=fields(connections=len(_open(listeners))))
        for connection in _open(listeners):
            connection.cut()
    log.info("Stopped")


async def _last_answers(listeners: list[Listener]) -> None:
    while remaining := _open(listeners):
        for connection in remaining:
            connection.leave()
        await asyncio.sleep(GLANCE)


def _open(listeners: list[Listener]) -> list[Connection]:
    return [each for listener in listeners for each in listener.connections]
