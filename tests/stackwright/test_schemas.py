from __future__ import annotations

import subprocess
import sys

from stackwright import schemas


def test_create_only_properties_may_be_nested() -> None:
    provider = schemas.schema("AWS::ECS::CapacityProvider").create_only
    assert ("AutoScalingGroupProvider", "AutoScalingGroupArn") in provider
    group = schemas.schema("AWS::ElasticLoadBalancingV2::TargetGroup").create_only
    assert {("Port",), ("Protocol",), ("VpcId",)} <= set(group)


def test_conditional_ones_are_told_apart() -> None:
    found = schemas.schema("AWS::EC2::VPC")
    assert found.conditional == (("InstanceTenancy",),)
    assert ("CidrBlock",) in found.create_only


def test_the_table_corrects_incomplete_schemas() -> None:
    assert ("Name",) in schemas.schema("AWS::Route53::RecordSet").create_only


def test_tags_are_pairs_or_a_map_or_none() -> None:
    pairs = schemas.schema("AWS::EC2::Subnet").tags
    mapping = schemas.schema("AWS::SSM::Parameter").tags
    group = schemas.schema("AWS::AutoScaling::AutoScalingGroup").tags
    assert pairs == schemas.TagShape("Tags", mapping=False)
    assert mapping is not None
    assert mapping.mapping
    assert group is not None
    assert group.propagates
    assert schemas.schema("AWS::Route53::RecordSet").tags is None
    zone = schemas.schema("AWS::Route53::HostedZone").tags
    assert zone is not None
    assert zone.name == "HostedZoneTags"


def test_attributes_have_dots_where_they_are_nested() -> None:
    assert "LoadBalancerArn" in schemas.schema("AWS::ElasticLoadBalancingV2::LoadBalancer").read_only
    assert any("." in name for name in schemas.schema("AWS::EC2::VPC").read_only)


def test_an_unknown_type_has_an_empty_schema() -> None:
    found = schemas.schema("Custom::Thing")
    assert (found.known, found.create_only, found.tags) == (False, (), None)


def test_reading_a_schema_does_not_import_the_linter() -> None:
    code = (
        "import sys; from stackwright import schemas; schemas.schema('AWS::EC2::VPC');print('cfnlint' in sys.modules)"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert answer.stdout.strip() == "False", answer.stderr
