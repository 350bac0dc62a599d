"""Deleting what a first create that failed has left: the stack, the nested ones it never came to, and no more.

Its stack was never in service and can only be deleted ("Stack status codes"). What its rollback or deletion keeps is
named, as `destroy` does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackwright.aws_errors import AccessDenied
from stackwright.deploy import purge, remains
from stackwright.deploy.execute import delete
from stackwright.deploy.outcome import check_ended
from stackwright.deploy.show_teardown import staying_lines
from stackwright.deploy.unhang import Unhang, ready_to_go

if TYPE_CHECKING:
    from stackwright.aws import Aws
    from stackwright.aws_shapes import Stack
    from stackwright.deploy.again import Again
    from stackwright.deploy.screen import Screen


def discarded(aws: Aws, stack: Stack, screen: Screen, again: Again, *, question: str) -> bool:
    """Delete a failed first try once the person agrees; return False, and change nothing, when not."""
    left = remains.of_deletion(aws, stack.id)
    screen.show(staying_lines(left))
    if not screen.agreed(question):
        return False
    ready_to_go(aws, stack.id, screen.say)
    _delete_reviews(aws, stack, screen)
    with screen.following(again.goes_on("the deletion")) as heard:
        progress = delete(aws, stack.id, Unhang(aws, heard, screen.say, again))
    check_ended(progress, again, wanted={"DELETE_COMPLETE"})
    remains.tell(aws, left, screen)
    return True


def _delete_reviews(aws: Aws, stack: Stack, screen: Screen) -> None:
    """Delete the nested stacks under review while the root is there: from then on nothing leads to them."""
    try:
        purge.delete_reviews(aws, stack.id)
    except AccessDenied as error:
        screen.say(f"nested stacks that {stack.name} never came to stay under review: {error}")
