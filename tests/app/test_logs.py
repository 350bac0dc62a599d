from __future__ import annotations

import json
import logging
import re
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.application import Application, Start

from app.logs import Lines, fields


def _line(message: str, *, error: BaseException | None = None, **extra: Any) -> str:
    info = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord("app", logging.INFO, "", 0, message, None, info)
    record.__dict__.update(fields(**extra))
    return Lines("one").format(record)


@given(st.text(), st.text())
def test_any_text_is_one_plain_line(message: str, value: str) -> None:
    line = _line(message, path=value)
    assert line.isascii() and line.isprintable()
    assert (json.loads(line)["message"], json.loads(line)["path"]) == (message, value)


def test_stack_trace_is_one_string() -> None:
    try:
        raise RuntimeError("two\nlines")
    except RuntimeError:
        line = _line("oh", error=sys.exc_info()[1])
    assert "\n" not in line
    assert json.loads(line)["exception"].endswith("RuntimeError: two\nlines")


def test_time_is_utc_in_milliseconds() -> None:
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", json.loads(_line(""))["time"])


def test_request_is_one_line_with_all_that_identifies_it(service: Application) -> None:
    service.get("/items/5?q=secret", X_Request_Id="line-1")
    (line,) = [each for each in service.lines() if each.get("request_id") == "line-1"]
    assert line.keys() == {
        *("time", "level", "logger", "message", "instance"),
        *("request_id", "method", "path", "status", "duration_ms", "client"),
    }
    assert (line["level"], line["method"], line["path"], line["status"]) == ("INFO", "GET", "/items/5", 200)
    assert 0 < line["duration_ms"] < 1000


def test_errors_are_logged_as_requests_too(service: Application) -> None:
    service.get("/nope", method="PUT", X_Request_Id="line-2")
    (line,) = [each for each in service.lines() if each.get("request_id") == "line-2"]
    assert (line["method"], line["path"], line["status"], line["level"]) == ("PUT", "/nope", 404, "INFO")


# -- Health checks -------------------------------------------------------------------------------------------------


def _paths(service: Application) -> list[str]:
    return [line["path"] for line in service.lines() if line["logger"] == "app.access"]


def test_health_checks_are_not_logged_but_the_first_with_the_instance(start: Start) -> None:
    service = start()
    for path in ("/health", "/backend/health", "/health"):
        service.get(path)
    service.get("/status")
    assert _paths(service) == ["/status"]
    (line,) = service.lines("First health check")
    assert line["message"] == f"First health check of instance {line['instance']}"
    assert line["level"] == "INFO"


def test_health_checks_that_fail_on_purpose_make_no_noise_either(start: Start) -> None:
    service = start(DRAIN_TIME="20")
    service.tell()
    service.wait_for("Told to stop")
    assert service.get("/health").status == 503
    assert _paths(service) == []


def test_debug_shows_every_health_check_with_the_instance(service: Application) -> None:
    service.get("/health", X_Request_Id="line-3")
    (line,) = [each for each in service.lines() if each.get("request_id") == "line-3"]
    assert (line["level"], line["instance"]) == ("DEBUG", service.lines()[0]["instance"])


@pytest.mark.parametrize("path", ["/", "/status"])
def test_load_balancers_checks_of_other_paths_are_not_logged(start: Start, path: str) -> None:
    service = start()
    service.get(path, User_Agent="ELB-HealthChecker/2.0")
    service.get("/api/info")
    assert _paths(service) == ["/api/info"]


def test_faults_are_logged_whoever_asks(start: Start) -> None:
    service = start("import app.items\ndef boom(text): raise RuntimeError\napp.items.parse = boom")
    service.get("/items/5", User_Agent="ELB-HealthChecker/2.0")
    assert _paths(service) == ["/items/5"]
