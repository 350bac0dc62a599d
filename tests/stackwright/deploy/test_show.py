from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from stackwright.aws_shapes import Event
from stackwright.deploy.changes import KNOWN_AFTER_APPLY, Cause, Change, Replacement, Verdict
from stackwright.deploy.follow import Step, advance, begin
from stackwright.deploy.show import change_lines, elapsed, progress_lines, step_line

Make = Callable[..., Event]
STACK = "AWS::CloudFormation::Stack"
SUBNET = "AWS::EC2::Subnet"


def cause(**values: str) -> Cause:
    return Cause("CidrBlock", "Always", True, "ParameterReference", "Cidr", **values)


def texts(*changes: Change) -> list[str]:
    return [line.text for line in change_lines(changes)]


def test_replacement_is_red_and_in_words() -> None:
    change = Change(
        "Vpc/One",
        SUBNET,
        "Modify",
        causes=(cause(before="10.0.0.0/24", after="10.1.0.0/24"),),
        replaced=Replacement.YES,
    )
    line = change_lines((change,))[0]
    assert line.text == "~ One (subnet) REPLACED: CidrBlock 10.0.0.0/24 → 10.1.0.0/24"
    assert line.tone == "bad"


def test_known_after_apply_is_told_apart() -> None:
    after = Change("A", SUBNET, "Modify", causes=(cause(),), verdict=Verdict.AFTER_APPLY)
    real = Change("B", SUBNET, "Modify", causes=(cause(after=KNOWN_AFTER_APPLY),))
    lines = change_lines((after, real))
    assert lines[0].text == "~ A (subnet) perhaps changed, known after apply: CidrBlock (by Cidr)"
    assert (lines[0].tone, lines[1].tone) == ("later", "change")
    assert "CidrBlock none → known after apply" in lines[1].text


def test_idle_changes_are_only_counted() -> None:
    idle = Change("Group/Subnet", SUBNET, "Modify", verdict=Verdict.IDLE)
    told = texts(Change("Group", STACK, "Modify", children=(idle,)))
    assert told[0] == "~ Group (nested stack)"
    assert told[1].startswith("1 more previewed only because")
    assert told[2] == "0 to add, 0 to change, 0 to remove"


def test_tree_is_indented_and_summed_up() -> None:
    children = (
        Change("Vpc/One", SUBNET, "Add"),
        Change("Vpc/Two", SUBNET, "Modify", replaced=Replacement.YES),
        Change("Vpc/Three", SUBNET, "Remove"),
        Change("Vpc/Four", SUBNET, "Modify", replaced=Replacement.AFTER_APPLY),
    )
    lines = change_lines((Change("Vpc", STACK, "Modify", children=children),))
    assert [line.depth for line in lines] == [0, 1, 1, 1, 1, 0]
    assert lines[3].text == "- Three (subnet): REMOVED"
    assert lines[-1].text == "1 to add, 2 to change, 1 to remove, 1 of them REPLACED, 1 perhaps replaced"


def test_what_is_retained_is_said_to_stay() -> None:
    assert "left to itself" in texts(Change("B", "AWS::S3::Bucket", "Remove", policy="Retain"))[0]
    kept = Change("T", SUBNET, "Modify", policy="ReplaceAndRetain", replaced=Replacement.YES)
    assert "the old one kept" in texts(kept)[0]


def test_long_values_are_cut() -> None:
    change = Change("B", SUBNET, "Modify", causes=(cause(before="x" * 100, after="y"),))
    assert len(texts(change)[0]) < 100


def test_log_lines_are_sentences(own: Make, event: Make) -> None:
    failed = event("Subnet", "CREATE_FAILED", SUBNET, reason="no room")
    line = step_line(Step("Vpc/Subnet", failed))
    assert line and line.text.endswith("failed to create the subnet Vpc/Subnet: no room")
    root = step_line(Step("", own("CREATE_COMPLETE")))
    assert root and root.text.endswith("created the stack")


def test_log_leaves_out_what_says_nothing_new(own: Make, event: Make) -> None:
    again = event("Vpc", "CREATE_IN_PROGRESS", reason="Resource creation Initiated")
    assert step_line(Step("Vpc", again)) is None
    assert step_line(Step("Vpc", own("CREATE_COMPLETE", stack="arn:stack/vpc"))) is None


def test_progress_folds_what_is_done_and_opens_what_goes_on(own: Make, nested: Make, event: Make) -> None:
    progress = begin("arn:stack/shop-dev")
    inside = [
        event("Done", "CREATE_COMPLETE", SUBNET, stack="arn:stack/vpc"),
        event("Busy", "CREATE_IN_PROGRESS", SUBNET, stack="arn:stack/vpc"),
    ]
    first = [own("CREATE_IN_PROGRESS"), nested("CREATE_IN_PROGRESS")]
    for each in (*first, *inside):
        object.__setattr__(each, "time", inside[1].time)
    advance(progress, first)
    advance(progress, inside)
    now = inside[1].time + timedelta(seconds=3)
    told = [(line.depth, line.text) for line in progress_lines(progress.root, now)]
    assert told == [(0, "Vpc: creating, 1/2 3 s"), (1, "creating the subnet Busy 3 s")]
    advance(progress, [nested("CREATE_COMPLETE")])
    assert len(progress_lines(progress.root, now)) == 1


def test_elapsed_is_said_as_a_person_says_it(event: Make) -> None:
    start = event("A", "CREATE_COMPLETE").time
    assert elapsed(start, start + timedelta(seconds=4.4)) == "4 s"
    assert elapsed(start, start + timedelta(seconds=200)) == "3 min 20 s"


def test_causes_that_will_not_happen_are_not_told() -> None:
    causes = (cause(before="1", after="2"), replace(cause(), target="VpcId", verdict=Verdict.IDLE))
    told = texts(Change("A", SUBNET, "Modify", causes=causes))[0]
    assert told == "~ A (subnet): CidrBlock 1 → 2"
