"""Settings: every environment variable the service obeys, checked once, before anything else happens."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

LARGEST_PORT = 65535
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")

# What is left of the stop timeout for closing sockets and ending the process; seconds.
MARGIN = 5

# All headers of a request together, in bytes: the most that Sanic allows. It holds them to the body's limit as well,
# so that one may not be smaller.
HEADERS = 16384


class BadSetting(Exception):
    """A variable of the environment has a value that the service cannot run with."""


@dataclass(frozen=True)
class Config:
    """What the service was told; times in seconds, sizes in bytes. `SETTINGS` has the meaning of each."""

    host: str
    port: int
    backend_port: int | None
    environment: str
    version: str
    commit: str
    log_level: str
    keep_alive_timeout: int
    request_timeout: int
    response_timeout: int
    request_max_bytes: int
    drain_time: int
    stop_timeout: int
    proxies_count: int
    hsts_seconds: int
    metadata_uri: str | None

    @property
    def finish_time(self) -> int:
        """Seconds that requests under way have to end after the drain, so that the process ends before it is killed."""
        return self.stop_timeout - MARGIN - self.drain_time


@dataclass(frozen=True)
class Setting:
    """One variable: its name, the field of `Config` it fills, how it is read, and what it is when unset or empty."""

    name: str
    field: str
    parse: Callable[[str], Any]
    default: str
    meaning: str


def _number(least: int, most: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        # int() also takes signs, underscores, spaces and other scripts' digits.
        if not re.fullmatch(r"[0-9]{1,9}", text) or not least <= int(text) <= most:
            raise ValueError(f"a whole number from {least} to {most}")
        return int(text)

    return parse


def _optional_port(text: str) -> int | None:
    return _number(0, LARGEST_PORT)(text) if text else None


def _level(text: str) -> str:
    if text.upper() not in LEVELS:
        raise ValueError("one of " + ", ".join(LEVELS))
    return text.upper()


def _label(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,127}", text):
        raise ValueError("at most 128 letters, digits and . _ + -")
    return text


def _address(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9.:_-]{1,253}", text):
        raise ValueError("an address or host name")
    return text


def _metadata_uri(text: str) -> str | None:
    if text and not re.fullmatch(r"http://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._/-]*)?", text):
        raise ValueError("an http:// address")
    return text or None


SETTINGS = (
    Setting("HOST", "host", _address, "0.0.0.0", "address to listen on"),
    Setting("PORT", "port", _number(0, LARGEST_PORT), "3000", "port to listen on; 0 takes any free one and logs it"),
    Setting("BACKEND_PORT", "backend_port", _optional_port, "", "second port, for a system with two; unset: none"),
    Setting("ENVIRONMENT", "environment", _label, "local", "name of the environment, as `/api/info` shows it"),
    Setting("VERSION", "version", _label, "unknown", "version of the image, as `/api/info` shows it"),
    Setting("COMMIT", "commit", _label, "unknown", "commit that the image was built from, as `/api/info` shows it"),
    Setting("LOG_LEVEL", "log_level", _level, "INFO", "least level that is logged; `DEBUG` shows health checks"),
    Setting(
        "KEEP_ALIVE_TIMEOUT",
        "keep_alive_timeout",
        _number(1, 3600),
        "75",
        "how long an idle connection stays open; longer than the load balancer's idle timeout",
    ),
    Setting("REQUEST_TIMEOUT", "request_timeout", _number(1, 3600), "10", "longest time to send a request in"),
    Setting(
        "RESPONSE_TIMEOUT",
        "response_timeout",
        _number(1, 3600),
        "45",
        "longest time to answer in; at most what `STOP_TIMEOUT` leaves after the drain",
    ),
    Setting("REQUEST_MAX_BYTES", "request_max_bytes", _number(HEADERS, 2**29), "65536", "largest body of a request"),
    Setting("DRAIN_TIME", "drain_time", _number(0, 3600), "35", "how long to serve on after SIGTERM, health failing"),
    Setting(
        "STOP_TIMEOUT", "stop_timeout", _number(MARGIN + 1, 7200), "90", "when the process is killed after SIGTERM"
    ),
    Setting(
        "PROXIES_COUNT",
        "proxies_count",
        _number(0, 10),
        "0",
        "proxies in front whose `X-Forwarded-For` is believed; 0: none, the header is ignored",
    ),
    Setting(
        "HSTS_SECONDS",
        "hsts_seconds",
        _number(0, 2**29),
        "0",
        "how long browsers insist on HTTPS; only where everything is behind TLS; 0: not said",
    ),
    Setting(
        "ECS_CONTAINER_METADATA_URI_V4",
        "metadata_uri",
        _metadata_uri,
        "",
        "set by ECS: where the task's id and zone are asked for; unset: not asked",
    ),
)


def read(environment: Mapping[str, str]) -> Config:
    """Return the settings of these variables; raise `BadSetting` that names every wrong one in one line."""
    values: dict[str, Any] = {}
    wrong: list[str] = []
    for setting in SETTINGS:
        text = environment.get(setting.name) or setting.default
        try:
            values[setting.field] = setting.parse(text)
        except ValueError as error:
            wrong.append(f"{setting.name} is {_shown(text)}, but must be {error}")
    if wrong:
        raise BadSetting("; ".join(wrong))
    config = Config(**values)
    _check_together(config)
    return config


def _shown(text: str) -> str:
    return ascii(text if len(text) <= 40 else text[:40] + "...")


def _check_together(config: Config) -> None:
    if config.port and config.port == config.backend_port:
        raise BadSetting(f"BACKEND_PORT is {config.backend_port}, but must differ from PORT")
    if config.response_timeout > config.finish_time:
        raise BadSetting(
            f"STOP_TIMEOUT is {config.stop_timeout}, but must be at least "
            f"{config.drain_time + config.response_timeout + MARGIN}: "
            f"DRAIN_TIME, then RESPONSE_TIMEOUT, then {MARGIN} to end"
        )
