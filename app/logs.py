"""Logs: one JSON object on each line of stdout, whoever logs it."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any

log = logging.getLogger("app")
access = logging.getLogger("app.access")


class Lines(logging.Formatter):
    """Formats a record as one line of JSON, with the instance on each, and a stack trace as one string."""

    def __init__(self, instance: str) -> None:
        super().__init__()
        self.instance = instance

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as JSON: time, level, logger, message, instance, and what `fields` gave it."""
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, Any] = {
            "time": time.replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "instance": self.instance,
        }
        line |= getattr(record, "fields", {})
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        # ASCII only: no terminal, nor what collects the lines, can take a part of a request for something else.
        return json.dumps(line, default=str)


def fields(**values: Any) -> dict[str, Any]:
    """Return what a logging call takes as `extra` so that the line has these fields."""
    return {"fields": values}


def set_up(level: str, instance: str) -> None:
    """Send everything from this level on to stdout, and nothing anywhere else."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(Lines(instance))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # A reader of the logs that has gone must not cost a request.
    logging.raiseExceptions = False
    # Sanic's own remarks about its life repeat ours.
    logging.getLogger("sanic.server").setLevel(logging.WARNING)
    logging.getLogger("asyncio").setLevel(logging.WARNING)
