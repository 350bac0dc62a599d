"""Why a template cannot be evaluated: the reason where it is known, the place where it is added."""

from __future__ import annotations

from stackwright.errors import BadInput


class Refusal(Exception):
    """The bare reason an expression has no value; the scope that evaluates it adds the place.

    An `Environment` may raise it from `lookup` and `zones` as well.
    """


class Undecided(Refusal):
    """A condition hangs on a symbol that only AWS knows."""


class ResolveError(BadInput):
    """A template that has no meaning with these parameters: names template, path and reason."""

    def __init__(self, template: str, path: str, reason: str) -> None:
        self.place = f"{template}: {path}" if path else template
        super().__init__(f"{self.place}: {reason}")
        self.template = template
        self.path = path
        self.reason = reason
