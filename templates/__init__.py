"""The blueprints by name, each imported only when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stackwright.compose import Blueprint


def _from(module: str) -> Callable[[], Blueprint]:
    def blueprint() -> Blueprint:
        made: Blueprint = import_module(f"templates.{module}").blueprint()
        return made

    return blueprint


BLUEPRINTS: dict[str, Callable[[], Blueprint]] = {
    "account": _from("account"),
    "region": _from("region"),
    "edge": _from("edge"),
    "ec2-alb": _from("ec2_alb"),
    "fargate-alb": _from("fargate_alb"),
    "fargate-cdn": _from("fargate_cdn"),
    "ec2-api": _from("ec2_api"),
    "fargate-bluegreen": _from("fargate_bluegreen"),
    "pipeline": _from("pipeline"),
    "fleet-account": _from("fleet_account"),
    "fleet": _from("fleet"),
}
