from __future__ import annotations

import pytest

from stackwright.deploy.sentences import doing, noun, sentence


@pytest.mark.parametrize(
    ("kind", "status", "said"),
    [
        (
            "AWS::ElasticLoadBalancingV2::LoadBalancer",
            "CREATE_IN_PROGRESS",
            "creating the load balancer",
        ),
        ("AWS::EC2::VPC", "CREATE_COMPLETE", "created the VPC"),
        ("AWS::ECS::Service", "UPDATE_FAILED", "failed to update the ECS service"),
        ("AWS::S3::Bucket", "DELETE_SKIPPED", "kept the bucket"),
        (
            "AWS::CloudFormation::Stack",
            "UPDATE_ROLLBACK_IN_PROGRESS",
            "rolling back the nested stack",
        ),
        (
            "AWS::CloudFormation::Stack",
            "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
            "cleaning up after the nested stack",
        ),
    ],
)
def test_sentences_say_what_happens_to_what(kind: str, status: str, said: str) -> None:
    assert sentence(kind, status) == said


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("AWS::Events::ApiDestination", "api destination"),
        ("AWS::EC2::DHCPOptions", "DHCP options"),
        ("Custom::Thing", "thing"),
    ],
)
def test_types_out_of_the_table_are_called_by_their_last_words(kind: str, said: str) -> None:
    assert noun(kind) == said


def test_unknown_statuses_stay_readable() -> None:
    assert doing("SOMETHING_NEW") == "something new"
