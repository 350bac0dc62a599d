"""Parameter files: everything wrong at once, each with file and parameter."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stackwright.compose import Blueprint
from stackwright.errors import BadInput
from stackwright.params import ParameterFileError, Settings, evaluated, settings

ROOT: dict[str, Any] = {
    "Parameters": {
        "Size": {"Type": "String", "AllowedValues": ["small", "large"]},
        "Cidr": {"Type": "String", "AllowedPattern": r"10\..*/\d+", "Default": "10.0.0.0/16"},
        "MinTasks": {"Type": "Number", "MinValue": 1, "Default": "1"},
        "MaxTasks": {"Type": "Number", "MaxValue": 9, "Default": "2"},
        "WebMinTasks": {"Type": "Number", "Default": "1"},
        "WebMaxTasks": {"Type": "Number", "Default": "2"},
        "Share": {"Type": "Number", "MinValue": 0, "Default": "0.5"},
        "Any": {"Type": "Number", "Default": "1.0"},
        "Image": {"Type": "String", "Default": ""},
    },
    "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
}
Refused = Callable[[Any], list[str]]


@pytest.fixture
def refused(tmp_path: Path) -> Refused:
    """Write a parameter file, have it refused and return the problems."""

    def read(content: Any) -> list[str]:
        path = tmp_path / "dev.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        with pytest.raises(ParameterFileError) as error:
            settings(path, ROOT, shown="params/app/dev.json")
        assert str(error.value).count("params/app/dev.json: ") == len(error.value.problems)
        assert error.value.exit_status == 2
        return error.value.problems

    return read


def parameters(**given: Any) -> dict[str, Any]:
    return {"Parameters": {"Size": "small"} | given}


def test_good_file_gives_parameters_and_tags(tmp_path: Path) -> None:
    path = tmp_path / "dev.json"
    path.write_text(json.dumps(parameters(MinTasks="2") | {"Tags": {"Project": "shop"}}))
    assert settings(path, ROOT) == Settings({"Size": "small", "MinTasks": "2"}, {"Project": "shop"})


def test_a_number_that_is_no_count_may_be_broken(tmp_path: Path) -> None:
    path = tmp_path / "dev.json"
    path.write_text(json.dumps(parameters(Share="0.25", Any="1.5", MinTasks="+2")))
    assert settings(path, ROOT).parameters["Share"] == "0.25"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ('{"Parameters": {\n "Size" "small"}}', "not JSON: Expecting ':' delimiter (line 2, column 9)"),
        ("[]", 'is a list; write {"Parameters": {...}}'),
        ('"text"', 'is a string; write {"Parameters": {...}}'),
        ("3", 'is a number; write {"Parameters": {...}}'),
        ('{"Parameters": {"Size": "small", "Size": "large"}}', "Size: given twice"),
        ('{"Parameters": {"Size": "small"}, "Parameters": {"Size": "small"}}', "Parameters: given twice"),
        ({"Parameters": {"Size": "small"}, "StackPolicy": {}}, "StackPolicy: unknown section; there is Par"),
        (parameters(MinTasks=2), 'MinTasks: is a number where a string belongs; write "2"'),
        (parameters(MinTasks=True), 'MinTasks: is a boolean where a string belongs; write "true"'),
        (parameters(MinTasks=None), 'MinTasks: is null where a string belongs; write ""'),
        (parameters(MinTasks=["1", "2"]), 'MinTasks: is a list where a string belongs; write "1,2"'),
        (parameters(MinTasks={}), "MinTasks: is an object where a string belongs; write text"),
        (parameters(MinTask="1"), "MinTask: the template has no such parameter (did you mean MinTasks"),
        ({}, "Size: has no default and must have a value"),
        (parameters(Size="huge"), "Size: 'huge' is not one of small, large"),
        (parameters(Cidr="11.0.0.0/16"), "Cidr: '11.0.0.0/16' does not match"),
        (parameters(MinTasks="0"), "MinTasks: '0' is below 1"),
        (parameters(MaxTasks="10"), "MaxTasks: '10' is above 9"),
        (parameters(MinTasks="two"), "MinTasks: 'two' is not of type Number"),
        (parameters(MinTasks="1.5"), "MinTasks: '1.5' is no whole number; write 1 or 2"),
        (parameters(MinTasks="2.0"), "MinTasks: '2.0' is no whole number; write 2"),
        (parameters(MinTasks="2e0"), "MinTasks: '2e0' is no whole number; write 2"),
        (parameters(Cidr="10." + "0" * 4100 + "/16"), "Cidr: is longer than 4096"),
        (parameters(MinTasks="3"), "MinTasks: 3 is above MaxTasks, which is 2"),
        (parameters(WebMinTasks="3"), "WebMinTasks: 3 is above WebMaxTasks, which is 2"),
        (parameters(Image="repo:tag"), "Image: the image is never in a parameter file; give it with --image"),
        (parameters() | {"Tags": []}, "Tags: is a list where an object belongs"),
        (parameters() | {"Tags": {"Project": 1}}, 'Project: is a number where a string belongs; write "1"'),
        (parameters() | {"Tags": {"aws:x": "1"}}, "aws:x: tag keys that begin with aws: are for AWS alone"),
        (parameters() | {"Tags": {f"k{n}": "" for n in range(51)}}, "Tags: 51 tags, CloudFormation takes 50"),
        (parameters() | {"Tags": {"k" * 129: "v"}}, "a tag's key has 1 to 128 characters"),
        (parameters() | {"Tags": {"k": "v" * 257}}, "k: a tag's value has at most 256 characters"),
        (parameters() | {"Tags": {"k": "a|b"}}, "k: a tag has letters, digits, spaces"),
    ],
)
def test_each_problem_is_the_only_one_and_names_its_place(refused: Refused, content: Any, problem: str) -> None:
    found = refused(content)
    assert len(found) == 1
    assert problem in found[0]


def test_all_problems_come_at_once(refused: Refused) -> None:
    found = refused({"Parameters": {"MinTasks": "5", "Cidr": "x", "Other": "y"}, "Tags": {"aws:a": "b"}})
    assert [problem.split(":")[0] for problem in found] == ["aws", "Other", "Size", "Cidr", "MinTasks"]


def test_equal_minimum_and_maximum_are_fine(tmp_path: Path) -> None:
    path = tmp_path / "dev.json"
    path.write_text(json.dumps(parameters(MinTasks="2", MaxTasks="2")))
    assert settings(path, ROOT).parameters["MinTasks"] == "2"


def test_file_that_is_not_text_or_not_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / "dev.json").write_bytes(b"\xff\xfe")
    with pytest.raises(BadInput, match="not UTF-8"):
        settings(tmp_path / "dev.json", ROOT)
    with pytest.raises(BadInput, match="No such file"):
        settings(tmp_path / "none.json", ROOT)


def check(root: dict[str, Any], **given: str) -> None:
    evaluated(
        Blueprint("app", root, {}),
        Settings(given, {}),
        file="params/app/dev.json",
        region="us-east-1",
        stack_name="app-dev",
    )


def test_range_too_small_for_its_blocks_names_file_and_parameter() -> None:
    block = {"Fn::Select": [0, {"Fn::Cidr": [{"Ref": "Cidr"}, 4, 8]}]}
    vpc = {"Type": "AWS::EC2::Subnet", "Properties": {"CidrBlock": block}}
    root = {"Parameters": ROOT["Parameters"], "Resources": {"Subnet": vpc}}
    check(root, Size="small", Cidr="10.0.0.0/22")
    with pytest.raises(BadInput, match=r"^params/app/dev\.json: Cidr: 10\.0\.0\.0/24 .*\nin us-east-1, at app/"):
        check(root, Size="small", Cidr="10.0.0.0/24")


def test_failed_rule_speaks_in_its_own_words() -> None:
    assertion = {"Assert": {"Fn::Equals": [{"Ref": "Size"}, "small"]}, "AssertDescription": "Small only."}
    root = ROOT | {"Rules": {"SmallOnly": {"Assertions": [assertion]}}}
    check(root, Size="small")
    with pytest.raises(BadInput, match=r"params/app/dev\.json.*Small only\."):
        check(root, Size="large")
