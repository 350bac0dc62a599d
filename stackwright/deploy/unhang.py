"""Letting go what a rollback would hang on, or fail at, because it was made to be hard to delete.

A first create that fails in production rolls back onto instances that are protected from scale-in, and nobody takes
the protection off; those that are not wait for a lifecycle hook that ECS, its capacity provider gone by then, does not
complete (aws/aws-cdk#14732, #18179). CloudFormation deletes a group after all that depends on it, the service and its
tasks first, so a group whose deletion has begun is one that nothing runs on any more. One that the rollback of an
update keeps is never among them.

A load balancer with deletion protection is not waited for but refused, so the protection goes before its turn comes:
only when it is a stack's first create that rolls back, and so one that was never in service.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackwright.aws_errors import AccessDenied, AwsError, Unreachable
from stackwright.deploy import release
from stackwright.deploy.sentences import noun
from stackwright.deploy.teardown import BALANCER, doomed
from stackwright.errors import StackwrightError

if TYPE_CHECKING:
    from collections.abc import Callable

    from stackwright.aws import Aws
    from stackwright.deploy.again import Again
    from stackwright.deploy.execute import Heard
    from stackwright.deploy.follow import Progress, Step

GROUP = "AWS::AutoScaling::AutoScalingGroup"
DELETING = "DELETE_IN_PROGRESS"
FIRST_TRY = "ROLLBACK_IN_PROGRESS"
# What the root is in while it takes back what an operation has made, or all there is.
BACKWARDS = {
    FIRST_TRY,
    "UPDATE_ROLLBACK_IN_PROGRESS",
    "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
    DELETING,
}
NEEDED = "autoscaling:SetInstanceProtection, UpdateAutoScalingGroup and CompleteLifecycleAction"


def lift(aws: Aws, path: str, balancer: str, say: Callable[[str], None]) -> None:
    """Lift a load balancer's deletion protection, if it has any, and say so; say too if that cannot be done."""
    try:
        if release.is_protected(aws, balancer):
            say(f"lifting the deletion protection of {path}, which was never in service")
            release.unprotect(aws, balancer)
    except StackwrightError as error:
        say(f"{path} may be protected, and stop the deletion: {error}")


def ready_to_go(aws: Aws, stack_id: str, say: Callable[[str], None]) -> None:
    """Lift what would refuse the deletion of a failed first try; the groups' turn comes as they go."""
    for each in doomed(aws, stack_id):
        if each.type == BALANCER and each.physical_id and not each.gone:
            lift(aws, each.path, each.physical_id, say)


class Unhang:
    """Passes on what is heard, and at each look lets go the instances that are held and lifts what protects.

    `reads_only` changes nothing: it says what would.
    """

    def __init__(
        self, aws: Aws, heard: Heard, say: Callable[[str], None], again: Again, *, reads_only: bool = False
    ) -> None:
        self._aws = aws
        self._heard = heard
        self._say = say
        self._again = again
        self._reads_only = reads_only
        self._going: dict[str, str] = {}
        self._told: set[str] = set()

    def __call__(self, progress: Progress, added: list[Step]) -> None:
        """Hear of a look's steps, as `follow` reports them."""
        self._heard(progress, added)
        backwards = progress.root.status in BACKWARDS
        for step in added:
            self._note(step, backwards=backwards)
        if progress.root.status == FIRST_TRY and not self._reads_only:
            self._lift(progress)
        for name in list(self._going):
            self._look(name, deleting=progress.root.status == DELETING)

    def _note(self, step: Step, *, backwards: bool) -> None:
        event = step.event
        if event.type != GROUP or not event.physical_id:
            return
        if event.status == DELETING and backwards:
            self._going[event.physical_id] = step.path
        else:
            self._going.pop(event.physical_id, None)

    def _lift(self, progress: Progress) -> None:
        """Lift the protection of the load balancers that the first create has made, each once."""
        for node in progress.root.walk():
            if node.type == BALANCER and node.physical_id.startswith("arn:") and node.path not in self._told:
                self._told.add(node.path)
                lift(self._aws, node.path, node.physical_id, self._say)

    def _look(self, name: str, *, deleting: bool) -> None:
        verb = "destroy" if deleting else "recover"
        try:
            if release.held(self._aws, name):
                self._tell(name, verb)
                if not self._reads_only:
                    release.let_go(self._aws, name)
        except AccessDenied as error:
            self._give_up(name, verb, error)
        except (AwsError, Unreachable):
            return  # the next look is soon, and by then the group may be gone

    def _give_up(self, name: str, verb: str, error: AccessDenied) -> None:
        path = self._going.pop(name)
        if not self._reads_only:
            self._say(f"{path} may wait for its instances, and you may not release them: {error}")
            self._say(f"  who may do {NEEDED} runs: {self._again.ours(verb)}")

    def _tell(self, name: str, verb: str) -> None:
        if name in self._told:
            return
        self._told.add(name)
        path = self._going[name]
        if self._reads_only:
            self._say(f"{path} ({noun(GROUP)}) waits for instances that do not end by themselves")
            self._say(f"  release them: {self._again.ours(verb)}")
        else:
            self._say(f"ending the instances of {path}, which its deletion would wait for")
