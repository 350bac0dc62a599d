"""Times fit together: who waits for whom, along the life of a request and of a task."""

from __future__ import annotations

from nested.parts import timing


def test_the_application_keeps_connections_longer_than_the_load_balancer() -> None:
    assert timing.KEEP_ALIVE > timing.IDLE_TIMEOUT


def test_a_leaving_target_finishes_the_longest_request() -> None:
    assert timing.DEREGISTRATION_DELAY >= timing.IDLE_TIMEOUT


def test_a_task_that_is_stopped_while_it_deregisters_serves_to_the_end() -> None:
    assert timing.STOP_TIMEOUT > timing.DEREGISTRATION_DELAY


def test_a_task_that_nobody_deregisters_serves_until_checks_have_taken_it_out() -> None:
    assert timing.UNHEALTHY_COUNT * timing.TARGET_INTERVAL + timing.TARGET_TIMEOUT <= timing.DRAIN_TIME
    assert timing.DRAIN_TIME < timing.STOP_TIMEOUT


def test_fargate_grants_the_stop_timeout() -> None:
    assert timing.STOP_TIMEOUT <= 120


def test_a_check_ends_before_the_next_begins() -> None:
    assert timing.TARGET_TIMEOUT < timing.TARGET_INTERVAL
    assert timing.HEALTH_COMMAND_TIMEOUT < timing.CONTAINER_TIMEOUT < timing.CONTAINER_INTERVAL


def test_a_sound_start_is_in_service_before_the_grace_is_over() -> None:
    in_service = timing.CONTAINER_START + timing.HEALTHY_COUNT * timing.TARGET_INTERVAL
    assert in_service <= timing.HEALTH_CHECK_GRACE
    assert timing.CONTAINER_START + timing.CONTAINER_RETRIES * timing.CONTAINER_INTERVAL <= timing.HEALTH_CHECK_GRACE


def test_a_broken_task_is_replaced_before_an_alarm_takes_it_for_a_broken_release() -> None:
    unhealthy = timing.UNHEALTHY_COUNT * timing.TARGET_INTERVAL
    assert unhealthy < timing.ALARM_PERIOD * timing.ALARM_PERIODS


def test_cloudfront_drops_connections_before_the_load_balancer_and_hears_it_give_up() -> None:
    assert 1 <= timing.ORIGIN_KEEP_ALIVE < timing.IDLE_TIMEOUT < timing.ORIGIN_READ <= 120
