from __future__ import annotations

from collections.abc import Callable

import pytest

from stackwright.aws_errors import Credentials, Failing, Unreachable
from stackwright.aws_shapes import Event
from stackwright.deploy.follow import PATIENCE, Progress, Step, advance, begin, follow

ROOT = "arn:stack/shop-dev"
VPC = "arn:stack/vpc"
Make = Callable[..., Event]


class Feed:
    """Gives each stack's events in portions, one per look; an exception is raised in its place."""

    def __init__(self, **portions: list[list[Event] | Exception]) -> None:
        self.portions = {f"arn:stack/{name.replace('_', '-')}": list(each) for name, each in portions.items()}
        self.asked: list[tuple[str, str | None]] = []

    def events(self, stack_id: str, *, after: str | None = None) -> list[Event]:
        self.asked.append((stack_id, after))
        waiting = self.portions.get(stack_id, [])
        portion = waiting.pop(0) if waiting else []
        if isinstance(portion, Exception):
            raise portion
        return portion


def run(feed: Feed) -> tuple[Progress, list[float], list[Step]]:
    waits: list[float] = []
    steps: list[Step] = []
    progress = follow(
        feed,
        ROOT,
        after="before",
        heard=lambda _, added: steps.extend(added),
        sleep=waits.append,
    )
    return progress, waits, steps


def test_follows_the_root_to_its_end(own: Make, event: Make) -> None:
    feed = Feed(
        shop_dev=[
            [own("CREATE_IN_PROGRESS")],
            [event("Bucket", "CREATE_COMPLETE")],
            [own("CREATE_COMPLETE")],
        ]
    )
    progress, waits, steps = run(feed)
    assert progress.root.status == "CREATE_COMPLETE"
    assert [step.path for step in steps] == ["", "Bucket", ""]
    assert feed.asked[0] == (ROOT, "before") and feed.asked[-1] == (ROOT, "event-1")
    assert waits == sorted(waits) and waits[0] == pytest.approx(0.2)


def test_nested_stacks_are_followed_by_the_id_their_parent_tells(own: Make, nested: Make, event: Make) -> None:
    feed = Feed(
        shop_dev=[
            [own("CREATE_IN_PROGRESS"), nested("CREATE_IN_PROGRESS")],
            [nested("CREATE_COMPLETE"), own("CREATE_COMPLETE")],
        ],
        vpc=[
            [event("Subnet", "CREATE_IN_PROGRESS", stack=VPC)],
            [event("Subnet", "CREATE_COMPLETE", stack=VPC)],
        ],
    )
    progress, _, steps = run(feed)
    assert progress.root.children["Vpc"].children["Subnet"].status == "CREATE_COMPLETE"
    assert "Vpc/Subnet" in {step.path for step in steps}


def test_last_events_of_a_nested_stack_that_ended_between_looks_are_heard(own: Make, nested: Make, event: Make) -> None:
    feed = Feed(
        shop_dev=[[own("CREATE_IN_PROGRESS"), nested("CREATE_COMPLETE"), own("CREATE_COMPLETE")]],
        vpc=[[event("Subnet", "CREATE_COMPLETE", stack=VPC)]],
    )
    progress, _, _ = run(feed)
    assert progress.root.children["Vpc"].children["Subnet"].status == "CREATE_COMPLETE"


def test_events_of_earlier_operations_on_a_nested_stack_do_not_count(own: Make, nested: Make, event: Make) -> None:
    old = event("Subnet", "CREATE_FAILED", stack=VPC)
    progress = begin(ROOT)
    advance(progress, [own("UPDATE_IN_PROGRESS"), nested("UPDATE_IN_PROGRESS")])
    assert advance(progress, [old]) == []
    assert progress.root.children["Vpc"].children == {}


def test_cleanup_is_not_the_end(own: Make) -> None:
    progress = begin(ROOT)
    advance(progress, [own("UPDATE_IN_PROGRESS"), own("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")])
    assert not progress.done
    advance(progress, [own("UPDATE_COMPLETE")])
    assert progress.done


def test_nothing_heard_is_not_the_end() -> None:
    assert not begin(ROOT).done


@pytest.mark.parametrize("lost", [Unreachable("no route"), Failing("InternalFailure")])
def test_a_lost_connection_is_borne(own: Make, lost: Exception) -> None:
    feed = Feed(shop_dev=[[own("CREATE_IN_PROGRESS")], lost, lost, [own("CREATE_COMPLETE")]])
    assert run(feed)[0].root.status == "CREATE_COMPLETE"


def test_credentials_that_expire_end_the_following_at_once() -> None:
    with pytest.raises(Credentials):
        run(Feed(shop_dev=[Credentials("expired")]))


def test_a_connection_lost_for_good_ends_the_following() -> None:
    with pytest.raises(Unreachable):
        run(Feed(shop_dev=[Unreachable("no route")] * PATIENCE))
