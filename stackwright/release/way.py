"""How a release is told of: to whom, by which command it is picked up again, and how it is stopped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackwright.errors import StackwrightError

if TYPE_CHECKING:
    from stackwright.deploy.again import Again
    from stackwright.deploy.screen import Screen
    from stackwright.release.deployments import Look
    from stackwright.release.order import Order


@dataclass(frozen=True)
class Way:
    """The person at the other end, and the options that order the same again."""

    screen: Screen
    again: Again
    command: tuple[str, ...] = ()
    as_json: bool = False

    def stop(self, deployment: str) -> str:
        """Return the command that stops a deployment and gives the traffic back."""
        return self.again.cli("deploy", "stop-deployment", "--deployment-id", deployment, "--auto-rollback-enabled")

    def reroute(self, deployment: str) -> str:
        """Return the command that gives the traffic to the new tasks of a deployment that waits for it."""
        wait = ("--deployment-wait-type", "READY_WAIT")
        return self.again.cli("deploy", "continue-deployment", "--deployment-id", deployment, *wait)

    def goes_on(self, deployment: str) -> Sequence[str]:
        """Return what to say when a deployment is no longer followed."""
        if not self.again.lasts:
            return ["no longer followed: the local AWS ends with this command, and the deployment with it"]
        return [
            f"no longer followed, but deployment {deployment} goes on in AWS",
            f"  pick it up: {self.again.ours('release', *self.command)}",
            f"  stop it:    {self.stop(deployment)}",
        ]

    def at_work(self, running: Look, *, order: Order | None) -> StackwrightError:
        """Return the refusal of a second deployment; `order` is what the first one deploys, if that is known."""
        told = running.description or "something else"
        lines = [f"CodeDeploy is at work on {running.id}: {told}"]
        if order is not None:
            version = ("--version", order.version) if order.version else ()
            lines.append(f"pick it up: {self.again.ours('release', '--image', order.image, *version)}")
        return StackwrightError("\n".join([*lines, f"stop it: {self.stop(running.id)}"]))
