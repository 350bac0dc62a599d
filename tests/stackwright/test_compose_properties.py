"""What holds for any chain of stacks."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st
from troposphere import Ref, Template
from troposphere.cloudformation import WaitConditionHandle

from nested.shape import Input, gives, needs
from stackwright.compose import Blueprint, compose

WORDS = [Input(name, "String", "Group", name, name) for name in ("A", "B", "C", "D", "E", "F")]


def template(needed: set[int], out: set[int]) -> Template:
    made = Template()
    needs(made, *(WORDS[each] for each in sorted(needed)))
    used = {WORDS[each].name: Ref(WORDS[each].name) for each in sorted(needed)}
    handle = made.add_resource(WaitConditionHandle("Handle", Metadata=used))
    gives(made, {WORDS[each]: Ref(handle) for each in sorted(out)})
    return made


@st.composite
def chains(draw: st.DrawFn) -> list[tuple[set[int], set[int]]]:
    """Draw stacks where each word is given at most once and needed only by those after its giver."""
    length = draw(st.integers(1, 6))
    givers = draw(st.lists(st.integers(0, length), min_size=len(WORDS), max_size=len(WORDS)))
    chain = []
    for at in range(length):
        open_to = [word for word, giver in enumerate(givers) if giver < at or giver == length]
        needed = draw(st.sets(st.sampled_from(open_to))) if open_to else set()
        chain.append((needed, {word for word, giver in enumerate(givers) if giver == at}))
    return chain


def blueprint(chain: list[tuple[set[int], set[int]]]) -> Blueprint:
    return compose("x", description="d", **{f"s{at}": template(*each) for at, each in enumerate(chain)})


@given(chains())
def test_every_need_is_met_by_its_giver_or_asked_once(chain):
    root = blueprint(chain).root
    giver = {word: f"S{at}" for at, (_, out) in enumerate(chain) for word in out}
    for at, (needed, _) in enumerate(chain):
        expected = {
            WORDS[word].name: {"Fn::GetAtt": [giver[word], f"Outputs.{WORDS[word].name}"]}
            if word in giver
            else {"Ref": WORDS[word].name}
            for word in needed
        }
        assert root["Resources"][f"S{at}"]["Properties"].get("Parameters", {}) == expected
    asked = {WORDS[word].name for needed, _ in chain for word in needed if word not in giver}
    assert root.get("Parameters", {}).keys() == asked


@given(chains())
def test_the_same_stacks_make_the_same_bytes(chain):
    first, second = blueprint(chain), blueprint(chain)
    assert json.dumps(first.root) == json.dumps(second.root)
    assert json.dumps(first.nested) == json.dumps(second.nested)
