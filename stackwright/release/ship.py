"""Shipping: a deployment begun, followed to its end, and told of, with what ECS says of its tasks where it failed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from stackwright import console
from stackwright.aws_errors import AwsError
from stackwright.deploy.screen import interruptible
from stackwright.deploy.tasks import told_of
from stackwright.errors import StackwrightError
from stackwright.release import deployments
from stackwright.release.order import fingerprint_in

if TYPE_CHECKING:
    from stackwright.aws import Aws
    from stackwright.ecs.appspec import AppSpec
    from stackwright.release.group import Group
    from stackwright.release.order import Order
    from stackwright.release.way import Way


def shipped(aws: Aws, group: Group, order: Order, spec: AppSpec, way: Way) -> deployments.Look:
    """Deploy an AppSpec; return how it ended, or raise."""
    try:
        deployment = deployments.start(aws, group, content=spec.text(), description=order.description)
    except AwsError as error:
        deployment = _begun(aws, group, order, way, error)
    way.screen.say(f"deployment {deployment}: {order.sentence}")
    return followed(aws, group, order, deployment, way)


def _begun(aws: Aws, group: Group, order: Order, way: Way, error: AwsError) -> str:
    """Return the deployment that was begun although its answer was lost, or raise why none was.

    A lost request is sent again, and CreateDeployment takes no token by which AWS would know the two as one.
    """
    running = deployments.under_way(aws, group) if error.code == deployments.ONE_ALREADY else None
    if running is None:
        raise error
    if fingerprint_in(running.description) != order.fingerprint:
        raise way.at_work(running, order=None) from error
    return running.id


def followed(aws: Aws, group: Group, order: Order, deployment: str, way: Way) -> deployments.Look:
    """Follow to the end; return how it ended, or raise with why it failed and what ECS says of its tasks."""
    with interruptible(way.goes_on(deployment)):
        ended = deployments.follow(aws, deployment, heard=_heard(way, deployment))
        back = deployments.follow(aws, ended.rollback, heard=_heard(way, ended.rollback)) if ended.rollback else None
    if ended.status == deployments.SUCCEEDED:
        return ended
    for line in told_of(aws, group.cluster, group.service):
        way.screen.say(f"  {line}")
    raise StackwrightError("\n".join(_why(order, ended, back, way)))


def _heard(way: Way, deployment: str) -> Callable[[str], None]:
    def heard(line: str) -> None:
        told = f"{line}: {way.reroute(deployment)}" if line == deployments.WAITS else line
        way.screen.say(f"{time.strftime('%H:%M:%S')} {told}")

    return heard


def _why(order: Order, ended: deployments.Look, back: deployments.Look | None, way: Way) -> Iterator[str]:
    yield f"release of {order.sentence} ended in {ended.status}: {ended.error or '; '.join(ended.messages)}"
    if back is not None and back.status == deployments.SUCCEEDED:
        yield f"rolled back by {back.id}: the version before has all traffic"
    elif back is not None:
        yield f"the rollback {back.id} ended in {back.status}: {back.error}"
    yield f"next: mend that, then {way.again.ours('release', *way.command)}"


def tell(look: deployments.Look, way: Way, *, seconds: float) -> None:
    """Tell how a release went well; of one that was live already there is no deployment to tell of."""
    if way.as_json:
        told = {"deployment": look.id or None, "status": look.status, "events": look.events}
        console.data({**told, "traffic": dict(deployments.weights(look)), "seconds": round(seconds, 1)})
    if look.id:
        way.screen.say(f"{way.again.stack_name}: {deployments.traffic(look)}, in {seconds:.1f} s")
