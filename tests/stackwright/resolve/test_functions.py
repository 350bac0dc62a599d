"""Functions that have values: examples, properties and refusals."""

from __future__ import annotations

import base64
import ipaddress
import itertools
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackwright.resolve.cidr import blocks
from stackwright.resolve.environment import Environment
from stackwright.resolve.errors import ResolveError
from stackwright.resolve.functions import joined, pieces
from stackwright.resolve.scope import Scope
from stackwright.resolve.symbols import Applied, Symbol, Text

Evaluate = Callable[..., Any]

VPC = Symbol("Vpc", "Ref")

EXTENDED = {"Transform": "AWS::LanguageExtensions"}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ({"Fn::Join": ["-", ["a", 1, True, 1.5]]}, "a-1-true-1.5"),
        ({"Fn::Join": [",", ["a", {"Ref": "AWS::NoValue"}, "b"]]}, "a,b"),
        ({"Fn::Join": ["", []]}, ""),
        ({"Fn::Join": [":", ["a", {"Ref": "Vpc"}]]}, Text(("a:", VPC))),
        ({"Fn::Join": [",", [{"Ref": "Vpc"}]]}, VPC),
        ({"Fn::Split": [",", "a,b,,c"]}, ["a", "b", "", "c"]),
        ({"Fn::Split": [",", ""]}, [""]),
        ({"Fn::Select": ["1", ["a", "b"]]}, "b"),
        ({"Fn::Select": [0, {"Fn::Split": ["/", "a/b"]}]}, "a"),
        ({"Fn::GetAZs": ""}, ["eu-west-1a", "eu-west-1b", "eu-west-1c"]),
        ({"Fn::GetAZs": {"Ref": "AWS::Region"}}, ["eu-west-1a", "eu-west-1b", "eu-west-1c"]),
        ({"Fn::GetAZs": "us-west-1"}, ["us-west-1a", "us-west-1b"]),
        ({"Fn::Base64": "#!/bin/sh"}, "IyEvYmluL3No"),
        ({"Fn::ImportValue": "Shared"}, Symbol("import:Shared", "Value")),
        (
            {"Fn::Cidr": ["192.168.0.0/24", "6", "5"]},
            [f"192.168.0.{start}/27" for start in range(0, 192, 32)],
        ),
        ({"Fn::Cidr": ["2001:db8::/56", 2, 64]}, ["2001:db8::/64", "2001:db8:0:1::/64"]),
        (["a", {"Ref": "AWS::NoValue"}], ["a"]),
        ({"a": 1, "b": {"Ref": "AWS::NoValue"}}, {"a": 1}),
    ],
)
def test_examples(evaluate: Evaluate, expression: Any, value: Any) -> None:
    assert evaluate(expression) == value


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ({"Fn::Length": ["a", {"Ref": "Vpc"}]}, 2),
        ({"Fn::Length": {"Fn::Split": ["|", "a|b|c"]}}, 3),
        ({"Fn::ToJsonString": {"a": [1, True, None], "b": "é"}}, '{"a":[1,true,null],"b":"é"}'),
        ({"Fn::ToJsonString": {"id": {"Ref": "Vpc"}}}, Text(('{"id":"', VPC, '"}'))),
        ({"Fn::FindInMap": ["M", "x", "y", {"DefaultValue": "d"}]}, "d"),
    ],
)
def test_language_extensions(evaluate: Evaluate, expression: Any, value: Any) -> None:
    assert evaluate(expression, **EXTENDED) == value


def test_language_extensions_have_to_be_declared(evaluate: Evaluate) -> None:
    with pytest.raises(ResolveError, match="Transform: AWS::LanguageExtensions"):
        evaluate({"Fn::Length": ["a"]})
    with pytest.raises(ResolveError, match="Transform: AWS::LanguageExtensions"):
        evaluate({"Fn::FindInMap": ["M", "x", "y", {"DefaultValue": "d"}]})


def test_find_in_map(evaluate: Evaluate) -> None:
    mappings = {"Ami": {"eu-west-1": {"arm": "ami-1", "ports": [80, 443]}}}
    found = evaluate({"Fn::FindInMap": ["Ami", {"Ref": "AWS::Region"}, "arm"]}, Mappings=mappings)
    assert found == "ami-1"
    assert evaluate({"Fn::FindInMap": ["Ami", "eu-west-1", "ports"]}, Mappings=mappings) == [80, 443]
    with pytest.raises(ResolveError, match="nothing in mapping Ami under mars, arm"):
        evaluate({"Fn::FindInMap": ["Ami", "mars", "arm"]}, Mappings=mappings)


class TestUnknown:
    """What AWS alone knows survives."""

    def test_lists_joined_and_split_again_are_the_same(self, evaluate: Evaluate) -> None:
        two = [{"Ref": "Vpc"}, {"Fn::GetAtt": "Zone.Id"}]
        expression = {"Fn::Split": [",", {"Fn::Join": [",", two]}]}
        assert evaluate(expression) == [VPC, Symbol("Zone", "Id")]

    def test_an_unknown_list_joined_and_split_is_itself(self, evaluate: Evaluate) -> None:
        servers = {"Fn::GetAtt": ["Zone", "NameServers"]}
        expression = {"Fn::Split": [",", {"Fn::Join": [",", servers]}]}
        assert evaluate(expression) == Symbol("Zone", "NameServers")

    def test_an_unknown_string_split_and_joined_is_itself(self, evaluate: Evaluate) -> None:
        expression = {"Fn::Join": ["/", {"Fn::Split": ["/", {"Ref": "Vpc"}]}]}
        assert evaluate(expression) == VPC

    def test_a_list_inside_a_joined_text_is_not_taken_for_one_member(self, evaluate: Evaluate) -> None:
        servers = {"Fn::Join": [",", {"Fn::GetAtt": ["Zone", "NameServers"]}]}
        expression = {"Fn::Split": [",", {"Fn::Sub": ["a,${S}", {"S": servers}]}]}
        assert isinstance(evaluate(expression), Applied)

    def test_select_from_a_split_arn_names_the_symbol(self, evaluate: Evaluate) -> None:
        split = {"Fn::Split": ["/", {"Fn::GetAtt": "Vpc.Arn"}]}
        value = evaluate({"Fn::Select": [1, split]})
        assert str(value) == '${Select(1, Split("/", Vpc.Arn))}'

    def test_cidr_of_an_unknown_block_is_a_list_to_pick_from(self, evaluate: Evaluate) -> None:
        block = {"Fn::Select": [0, {"Fn::GetAtt": ["Vpc", "Ipv6CidrBlocks"]}]}
        value = evaluate({"Fn::Select": [2, {"Fn::Cidr": [block, 3, 64]}]})
        assert str(value) == "${Select(2, Cidr(Select(0, Vpc.Ipv6CidrBlocks), 3, 64))}"
        with pytest.raises(ResolveError, match="selects index 3 of a list of 3"):
            evaluate({"Fn::Select": [3, {"Fn::Cidr": [block, 3, 64]}]})

    def test_base64_keeps_the_text_inside(self, evaluate: Evaluate) -> None:
        value = evaluate({"Fn::Base64": {"Fn::Sub": "vpc=${Vpc}"}})
        assert value == Applied("Fn::Base64", (Text(("vpc=", VPC)),))

    def test_a_bound_symbol_makes_everything_concrete(self, evaluate: Evaluate) -> None:
        class Known(Environment):
            def lookup(self, symbol: Symbol) -> Any:
                return f"<{symbol.name}>"

        expression = {"Fn::Base64": {"Fn::Sub": "vpc=${Vpc}"}}
        value = evaluate(expression, environment=Known("eu-west-1"))
        assert base64.b64decode(value) == b"vpc=<Vpc.Ref>"


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ({"Fn::Cidr": ["10.0.0.0/24", 6, 12]}, "10.0.0.0/24 has no room for 6 blocks of 4096"),
        ({"Fn::Cidr": ["10.0.0/24", 6, 4]}, "'10.0.0/24' is not a CIDR block"),
        ({"Fn::Cidr": ["10.0.0.0/8", 257, 4]}, "257 is not between 1 and 256"),
        ({"Fn::Cidr": ["10.0.0.0/8", 2, 33]}, "33 bits are not between 1 and 32"),
        ({"Fn::Cidr": ["10.0.0.0/8", "two", 3]}, "the count is 'two', not a whole number"),
        ({"Fn::Select": [2, ["a", "b"]]}, "selects index 2 of a list of 2"),
        ({"Fn::Select": [-1, ["a", "b"]]}, "selects index -1 of a list of 2"),
        ({"Fn::Select": [0, "a"]}, "has no list to select from"),
        ({"Fn::Join": [",", "a"]}, "has no list to join"),
        ({"Fn::Join": [",", [["a"]]]}, "needs a string, not a list"),
        ({"Fn::Join": [","]}, "takes a delimiter and a list"),
        ({"Fn::Split": ["", "a"]}, "has an empty delimiter"),
        ({"Fn::Split": [",", {}]}, "needs a string, not a map"),
        ({"Fn::GetAZs": "eu-mars-1"}, "no availability zones are known for region 'eu-mars-1'"),
        ({"Fn::GetAZs": {"Ref": "Vpc"}}, r"the region depends on \$\{Vpc.Ref\}"),
        ({"Fn::Transform": {"Name": "AWS::Include"}}, "is a macro, which only AWS can run"),
        ({"Fn::ForEach::Loop": []}, "is a macro, which only AWS can run"),
        ({"Fn::Concat": []}, "is not a function"),
        ({"Fn::Equals": ["a", "a"]}, "is not a function"),
    ],
)
def test_refusals_name_template_path_and_reason(evaluate: Evaluate, expression: Any, reason: str) -> None:
    with pytest.raises(ResolveError, match=reason) as raised:
        evaluate({"Deep": [expression]})
    (name,) = expression
    assert raised.value.template == "nested/web.json"
    assert raised.value.path == f"Resources.X.Properties.Y.Deep[0].{name}"
    assert str(raised.value).startswith("nested/web.json: Resources.X.Properties.Y.Deep[0].")


PREFIXES = st.one_of(
    st.tuples(st.integers(0, 2**32 - 1), st.integers(8, 30)).map(
        lambda drawn: ipaddress.ip_network(drawn, strict=False)
    ),
    st.tuples(st.integers(2**32, 2**128 - 1), st.integers(40, 126)).map(
        lambda drawn: ipaddress.ip_network(drawn, strict=False)
    ),
)


@given(PREFIXES, st.integers(0, 8), st.data())
def test_cidr_gives_disjoint_blocks_in_order(network: Any, depth: int, data: st.DataObject) -> None:
    host_bits = network.max_prefixlen - network.prefixlen
    depth = min(depth, host_bits - 1)
    count = data.draw(st.integers(1, 2**depth))
    made = [ipaddress.ip_network(each) for each in blocks(str(network), count, host_bits - depth)]
    assert len(made) == count
    assert made[0].network_address == network.network_address
    for block, following in itertools.pairwise(made):
        assert int(following.network_address) == int(block.broadcast_address) + 1
    assert all(block.subnet_of(network) and block.prefixlen == network.prefixlen + depth for block in made)


TEXTS = st.text(st.characters(codec="ascii", exclude_characters=",|"))
SYMBOLS = st.sampled_from([VPC, Symbol("Zone", "Id"), Symbol("Alb/LoadBalancer", "DNSName")])
MIXED = st.one_of(TEXTS, SYMBOLS, st.tuples(TEXTS, SYMBOLS).map(lambda it: joined("", list(it))))


@given(st.sampled_from([",", "|", ", "]), st.lists(MIXED, min_size=1))
def test_split_undoes_join(delimiter: str, items: list[Any]) -> None:
    assert pieces(delimiter, joined(delimiter, items)) == items


@given(st.text(min_size=1, max_size=2), st.text())
def test_split_is_pythons_and_join_undoes_it(delimiter: str, text: str) -> None:
    split = pieces(delimiter, text)
    assert split == text.split(delimiter)
    assert joined(delimiter, split) == text


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(st.lists(JSON))
def test_to_json_string_is_json(document: list[Any]) -> None:
    template = {"Transform": ["AWS::LanguageExtensions"]}
    scope = Scope(template, {"P": document}, Environment("eu-west-1"))
    assert json.loads(scope.evaluate({"Fn::ToJsonString": {"Ref": "P"}}, at="")) == document
