"""The next command, as a person would type it: what to run after a failure or an interruption."""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass

PROGRAM = "python build.py"


@dataclass(frozen=True)
class Where:
    """The options that lead to an account and region, as they were given."""

    profile: str | None = None
    region: str | None = None
    local: bool = False


@dataclass(frozen=True)
class Again:
    """One environment of a blueprint, and where its stack is."""

    blueprint: str
    environment: str
    stack_name: str
    where: Where

    @property
    def lasts(self) -> bool:
        """Whether this AWS is still there when the command has ended."""
        return not self.where.local or bool(os.environ.get("AWS_ENDPOINT_URL"))

    def ours(self, verb: str, *more: str) -> str:
        """Return one of our verbs on this environment: `python build.py watch ec2-alb dev`."""
        named = () if self.stack_name == f"{self.blueprint}-{self.environment}" else ("--stack-name", self.stack_name)
        local = ("--local",) if self.where.local else ()
        return f"{PROGRAM} {shlex.join([verb, self.blueprint, self.environment, *more, *local, *self._place, *named])}"

    def aws(self, operation: str) -> str:
        """Return an operation of the AWS CLI on this stack."""
        return self.cli("cloudformation", operation, "--stack-name", self.stack_name)

    def cli(self, *words: str) -> str:
        """Return a command of the AWS CLI in this account and region."""
        return f"aws {shlex.join([*words, *self._place])}"

    @property
    def _place(self) -> tuple[str, ...]:
        given = (("--profile", self.where.profile), ("--region", self.where.region))
        return tuple(word for name, value in given if value for word in (name, value))

    def goes_on(self, what: str, *, cancel: str | None = None) -> list[str]:
        """Return what to say when `what` is no longer followed; `cancel` is the operation that ends it."""
        if not self.lasts:
            return [f"no longer followed: the local AWS ends with this command, and {what} with it"]
        lines = [f"no longer followed, but {what} goes on in AWS", f"  watch it:  {self.ours('watch')}"]
        return [*lines, f"  cancel it: {self.aws(cancel)}"] if cancel else lines
