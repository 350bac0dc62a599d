from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import application

from app import config
from app.config import SETTINGS, BadSetting, read
from nested.parts import task, timing

PORT = task.Port("app", 3000, "PORT")
PAGE = Path(__file__).parents[2] / "docs" / "application.md"


def test_nothing_set_gives_the_defaults() -> None:
    settings = read({})
    assert (settings.port, settings.backend_port, settings.environment) == (3000, None, "local")
    assert settings.metadata_uri is None


def test_empty_is_as_good_as_unset() -> None:
    assert read({each.name: "" for each in SETTINGS}) == read({})


def test_task_definition_sets_what_the_service_reads() -> None:
    assert task.environment([PORT]).keys() <= {each.name for each in SETTINGS}


def test_defaults_fit_the_times_of_the_templates() -> None:
    settings = read({})
    assert settings.keep_alive_timeout == timing.KEEP_ALIVE
    assert settings.keep_alive_timeout > timing.IDLE_TIMEOUT
    assert settings.stop_timeout == timing.STOP_TIMEOUT
    assert settings.drain_time == timing.DRAIN_TIME
    assert settings.response_timeout < timing.IDLE_TIMEOUT


def test_service_starts_with_what_the_task_definition_sets() -> None:
    given = {name: value for name, value in task.environment([PORT]).items() if isinstance(value, str)}
    settings = read(given)
    assert (settings.drain_time, settings.stop_timeout) == (timing.DRAIN_TIME, timing.STOP_TIMEOUT)


def test_longest_request_of_the_drain_ends_before_the_process_is_killed() -> None:
    settings = read({})
    assert settings.drain_time + settings.finish_time < timing.STOP_TIMEOUT
    # Sanic looks at its times only every so often: half of the shortest.
    assert settings.response_timeout + settings.request_timeout / 2 <= settings.finish_time


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PORT", "abc"),
        ("PORT", "65536"),
        ("PORT", "-1"),
        ("PORT", "1_000"),
        ("PORT", " 80"),
        ("PORT", "\u0663000"),
        ("BACKEND_PORT", "x"),
        ("KEEP_ALIVE_TIMEOUT", "0"),
        ("ENVIRONMENT", "a b"),
        ("VERSION", "<b>"),
        ("COMMIT", "x" * 129),
        ("LOG_LEVEL", "loud"),
        ("HOST", "a/b"),
        ("PROXIES_COUNT", "many"),
        ("ECS_CONTAINER_METADATA_URI_V4", "file:///etc/passwd"),
        ("ECS_CONTAINER_METADATA_URI_V4", "http://a\r\nX: y"),
    ],
)
def test_bad_values_are_refused_by_name(variable: str, value: str) -> None:
    with pytest.raises(BadSetting, match=f"^{variable} is "):
        read({variable: value})


def test_every_bad_value_is_named_at_once() -> None:
    with pytest.raises(BadSetting) as error:
        read({"PORT": "x", "LOG_LEVEL": "loud"})
    assert re.fullmatch("PORT is 'x', but must .*; LOG_LEVEL is 'loud', but must .*", str(error.value))


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"PORT": "80", "BACKEND_PORT": "80"}, "BACKEND_PORT is 80"),
        ({"STOP_TIMEOUT": "84"}, "STOP_TIMEOUT is 84, but must be at least 85"),
        ({"DRAIN_TIME": "60"}, "must be at least 110"),
    ],
)
def test_values_that_clash_are_refused(variables: dict[str, str], named: str) -> None:
    with pytest.raises(BadSetting, match=named):
        read(variables)


@given(st.dictionaries(st.sampled_from([each.name for each in SETTINGS]), st.text()))
def test_any_text_is_read_or_refused_in_one_line(variables: dict[str, str]) -> None:
    try:
        read(variables)
    except BadSetting as error:
        assert str(error).isprintable()


@given(st.integers(0, config.LARGEST_PORT))
def test_every_port_is_read(port: int) -> None:
    assert read({"PORT": str(port)}).port == port


def test_bad_value_ends_the_process_with_one_line(tmp_path: Path) -> None:
    process = application.spawn(tmp_path / "log", {"PORT": "http"})
    assert application.finished(process) == (2, "app: PORT is 'http', but must be a whole number from 0 to 65535\n")


def test_variables_are_those_documented() -> None:
    documented = re.findall(r"^\| `([A-Z_0-9]+)` \| ([^|]*) \| ([^|]*) \|$", PAGE.read_text(encoding="utf-8"), re.M)
    declared = [(each.name, f"`{each.default}`" if each.default else "unset", each.meaning) for each in SETTINGS]
    assert documented == declared
