from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nested.parts.cloudfront import PREFIX_LISTS
from stackwright.aws import Aws
from stackwright.cloudfront import origin_facing
from stackwright.preflight.check import Result
from stackwright.preflight.subject import Subject

Plan = Callable[..., Subject]
Asked = Callable[[str, Subject], Result]

CLOUDFRONT = "pl-3b927c52"
DISTRIBUTION = {"Cdn": {"Type": "AWS::CloudFront::Distribution", "Properties": {}}}


def rule(number: str, port: int = 443) -> dict[str, Any]:
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "SourcePrefixListId": number}


def group(*rules: dict[str, Any]) -> dict[str, Any]:
    properties = {"GroupDescription": "CloudFront only", "SecurityGroupIngress": list(rules)}
    return {"Entrance": {"Type": "AWS::EC2::SecurityGroup", "Properties": properties}}


def own_list(aws: Aws, entries: int) -> str:
    made = aws.call(
        "ec2", "create_managed_prefix_list", PrefixListName="office", MaxEntries=entries, AddressFamily="IPv4"
    )
    return str(made["PrefixList"]["PrefixListId"])


def test_holds_for_cloudfronts_list_once_in_a_group(plan: Plan, asked: Asked) -> None:
    result = asked("prefix-lists", plan(group(rule(CLOUDFRONT)) | DISTRIBUTION))
    assert result.verdict == "holds"
    assert [each.text for each in result.points] == [
        f"Entrance: {CLOUDFRONT} is com.amazonaws.global.cloudfront.origin-facing",
        "Entrance Ingress: rules of one security group in us-east-1: 0 and 55 more, quota 60",
    ]


def test_fails_for_a_list_that_the_region_has_not(plan: Plan, asked: Asked) -> None:
    result = asked("prefix-lists", plan(group(rule("pl-4fa04526")) | DISTRIBUTION))
    assert result.verdict == "fails"
    assert result.points[0].text == "Entrance: us-east-1 has no prefix list pl-4fa04526"
    assert "describe-managed-prefix-lists --region us-east-1" in result.points[0].mend


def test_fails_for_a_list_by_which_cloudfront_does_not_come(aws: Aws, plan: Plan, asked: Asked) -> None:
    number = own_list(aws, 5)
    result = asked("prefix-lists", plan(group(rule(number)) | DISTRIBUTION))
    assert result.points[0].text == f"Entrance: {number} is office, by which CloudFront does not come"
    assert asked("prefix-lists", plan(group(rule(number)))).verdict == "holds"


def test_fails_for_two_ports_in_one_group(plan: Plan, asked: Asked) -> None:
    result = asked("prefix-lists", plan(group(rule(CLOUDFRONT), rule(CLOUDFRONT, 80)) | DISTRIBUTION))
    assert result.verdict == "fails"
    assert "--service-code vpc --quota-code L-0EA8095F --desired-value 110" in result.points[-1].mend


def test_a_rule_of_its_own_counts_and_a_list_of_ones_own_by_its_entries(aws: Aws, plan: Plan, asked: Asked) -> None:
    alone = {"GroupId": {"Fn::GetAtt": ["Entrance", "GroupId"]}, **rule(own_list(aws, 7))}
    resources = group(rule(CLOUDFRONT)) | {"Rule": {"Type": "AWS::EC2::SecurityGroupIngress", "Properties": alone}}
    result = asked("prefix-lists", plan(resources))
    assert result.verdict == "fails"
    assert result.points[-1].text.endswith("0 and 62 more, quota 60")


def test_is_not_applicable_without_a_prefix_list(plan: Plan, asked: Asked) -> None:
    open_to_all = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "0.0.0.0/0"}
    assert asked("prefix-lists", plan(group(open_to_all))).verdict == "not applicable"


def test_templates_and_the_local_aws_know_the_same_ids() -> None:
    assert origin_facing() == PREFIX_LISTS
