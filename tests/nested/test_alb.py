"""The load balancer: HTTPS only, logged, and out to its targets alone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nested import alb
from nested.parts.entrances import Entrance
from stackwright.resolve.errors import ResolveError
from stackwright.resolve.graph import Graph
from stackwright.resolve.nested import resolve
from stackwright.resolve.symbols import rendered

TLS = ("Protocol", "SslPolicy", "Certificates")
TEMPLATE = alb.template().to_dict()
EITHER = alb.template(plain_http=True).to_dict()
GIVEN = {
    "VpcId": "vpc-0a1b2c3d",
    "PublicSubnetIds": "subnet-0a1b2c3d,subnet-1a2b3c4d",
    "CertificateArn": "arn:aws:acm:eu-west-1:123456789012:certificate/1",
}


def load_balancer(template: dict[str, Any] = TEMPLATE, **parameters: str) -> Graph:
    return resolve(template, {}, GIVEN | parameters, region="eu-west-1", stack_name="shop-prod-LoadBalancer-1A2B")


def properties(graph: Graph, path: str) -> dict[str, Any]:
    found: dict[str, Any] = rendered(graph.resources[path].properties)
    return found


def attributes(graph: Graph) -> dict[str, str]:
    return {each["Key"]: each["Value"] for each in properties(graph, "LoadBalancer")["LoadBalancerAttributes"]}


def test_https_answers_404_until_a_service_takes_the_request() -> None:
    listener = properties(load_balancer(), "HttpsListener")
    assert (listener["Port"], listener["Protocol"]) == (443, "HTTPS")
    (action,) = listener["DefaultActions"]
    assert action["Type"] == "fixed-response"
    assert action["FixedResponseConfig"]["StatusCode"] == "404"
    assert listener["Certificates"] == [{"CertificateArn": GIVEN["CertificateArn"]}]


def test_the_tls_policy_is_the_recommended_one() -> None:
    assert properties(load_balancer(), "HttpsListener")["SslPolicy"] == "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"


def test_http_is_moved_to_https_for_good() -> None:
    listener = properties(load_balancer(), "HttpListener")
    assert (listener["Port"], listener["Protocol"]) == (80, "HTTP")
    assert listener["DefaultActions"] == [
        {"Type": "redirect", "RedirectConfig": {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}}
    ]


def test_the_world_reaches_two_ports_over_both_protocols() -> None:
    rules = properties(load_balancer(), "SecurityGroup")["SecurityGroupIngress"]
    opened = {(each.get("CidrIp") or each["CidrIpv6"], each["FromPort"], each["ToPort"]) for each in rules}
    assert opened == {(cidr, port, port) for cidr in ("0.0.0.0/0", "::/0") for port in (80, 443)}
    assert {each["IpProtocol"] for each in rules} == {"tcp"}


def test_no_certificate_is_refused_where_nothing_is_served_in_the_clear() -> None:
    with pytest.raises(ResolveError, match="serves nothing in the clear"):
        load_balancer(CertificateArn="")


def test_without_a_certificate_plain_http_takes_the_place_of_https() -> None:
    graph = load_balancer(EITHER, CertificateArn="")
    assert "HttpsListener" not in graph.resources
    listener, https = (properties(each, "HttpListener") for each in (graph, load_balancer(EITHER)))
    (action,) = listener["DefaultActions"]
    assert (action["Type"], action["FixedResponseConfig"]["StatusCode"]) == ("fixed-response", "404")
    assert rendered(graph.outputs)["ListenerArn"] == "${HttpListener.Ref}"
    assert {each["FromPort"] for each in properties(graph, "SecurityGroup")["SecurityGroupIngress"]} == {80}
    assert (listener["Port"], https["Port"]) == (80, 80)


def test_with_a_certificate_the_same_template_is_that_of_https() -> None:
    either, only = load_balancer(EITHER), load_balancer()
    assert rendered(either.outputs) == rendered(only.outputs)
    for path in ("HttpsListener", "HttpListener", "LoadBalancer"):
        assert properties(either, path) == properties(only, path)
    ingress = [properties(each, "SecurityGroup")["SecurityGroupIngress"] for each in (either, only)]
    assert [[each["FromPort"] for each in rules] for rules in ingress] == [[443, 443, 80, 80]] * 2


def test_what_other_stacks_read_is_there_with_and_without_a_certificate() -> None:
    assert not [name for name, each in EITHER["Outputs"].items() if "Condition" in each]
    assert EITHER["Outputs"].keys() == TEMPLATE["Outputs"].keys()


TESTERS = {"TestTrafficCidr": "203.0.113.0/24"}


def test_nobody_tests_until_somebody_is_named() -> None:
    graph = load_balancer()
    assert "TestListener" not in graph.resources
    assert 8443 not in {each["FromPort"] for each in properties(graph, "SecurityGroup")["SecurityGroupIngress"]}


def test_only_those_named_reach_the_test_listener() -> None:
    graph = load_balancer(**TESTERS)
    rules = properties(graph, "SecurityGroup")["SecurityGroupIngress"]
    assert [each["CidrIp"] for each in rules if each["FromPort"] == 8443] == ["203.0.113.0/24"]
    listener = properties(graph, "TestListener")
    assert (listener["Port"], listener["DefaultActions"][0]["FixedResponseConfig"]["StatusCode"]) == (8443, "404")
    assert rendered(graph.outputs)["TestListenerArn"] == "${TestListener.Ref}"


@pytest.mark.parametrize("cidr", ["0.0.0.0/0", "203.0.113.0/7", "203.0.113.0", "::/0"])
def test_the_whole_internet_cannot_be_named(cidr: str) -> None:
    with pytest.raises(ResolveError, match="TestTrafficCidr"):
        load_balancer(TestTrafficCidr=cidr)


def test_test_traffic_is_encrypted_as_productions_is() -> None:
    encrypted, plain = (load_balancer(EITHER, **TESTERS, **each) for each in ({}, {"CertificateArn": ""}))
    assert properties(load_balancer(**TESTERS), "TestListener") == properties(encrypted, "TestListener")
    given, production = properties(encrypted, "TestListener"), properties(encrypted, "HttpsListener")
    assert [given[each] for each in TLS] == [production[each] for each in TLS]
    assert properties(plain, "TestListener")["Protocol"] == "HTTP"
    assert not {"SslPolicy", "Certificates"} & properties(plain, "TestListener").keys()


def test_no_default_way_out_is_left() -> None:
    # An empty list would be no list: EC2 would then open everything.
    (rule,) = properties(load_balancer(), "SecurityGroup")["SecurityGroupEgress"]
    assert rule["CidrIp"] == "127.0.0.1/32"


@pytest.mark.parametrize(("protection", "value"), [("on", "true"), ("off", "false")])
def test_deletion_protection_follows_the_environment(protection: str, value: str) -> None:
    assert attributes(load_balancer(DeletionProtection=protection))["deletion_protection.enabled"] == value


def test_requests_are_hardened_and_logged() -> None:
    found = attributes(load_balancer())
    assert found["routing.http.drop_invalid_header_fields.enabled"] == "true"
    assert found["routing.http.desync_mitigation_mode"] == "defensive"
    assert found["idle_timeout.timeout_seconds"] == "60"
    assert (found["access_logs.s3.enabled"], found["access_logs.s3.bucket"]) == ("true", "${AccessLogs.Ref}")


def test_it_is_public_in_the_subnets_given_and_has_no_name_to_collide() -> None:
    found = properties(load_balancer(IpAddressType="dualstack"), "LoadBalancer")
    assert (found["Scheme"], found["Type"], found["IpAddressType"]) == ("internet-facing", "application", "dualstack")
    assert found["Subnets"] == ["subnet-0a1b2c3d", "subnet-1a2b3c4d"]
    assert "Name" not in found


def test_the_bucket_admits_the_delivery_before_the_load_balancer_tries_it() -> None:
    assert "AccessLogsPolicy" in load_balancer().resources["LoadBalancer"].depends_on


def test_only_load_balancers_of_this_account_write_logs_and_no_condition_keeps_them_out() -> None:
    admit, _ = properties(load_balancer(), "AccessLogsPolicy")["PolicyDocument"]["Statement"]
    assert admit["Principal"] == {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"}
    assert admit["Action"] == "s3:PutObject"
    assert admit["Resource"] == "${AccessLogs.Arn}/AWSLogs/123456789012/*"
    assert "Condition" not in admit


def test_the_bucket_refuses_plain_http() -> None:
    _, refuse = properties(load_balancer(), "AccessLogsPolicy")["PolicyDocument"]["Statement"]
    assert (refuse["Effect"], refuse["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    assert set(refuse["Resource"]) == {"${AccessLogs.Arn}", "${AccessLogs.Arn}/*"}


def test_logs_are_encrypted_as_delivery_can_and_nobody_elses() -> None:
    bucket = properties(load_balancer(), "AccessLogs")
    assert "aws:kms" not in json.dumps(bucket)
    assert "AES256" in json.dumps(bucket["BucketEncryption"])
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert "BucketName" not in bucket


def test_logs_expire() -> None:
    (rule,) = properties(load_balancer(AccessLogsRetentionDays="7"), "AccessLogs")["LifecycleConfiguration"]["Rules"]
    assert (rule["Status"], rule["ExpirationInDays"]) == ("Enabled", "7")


def test_a_bucket_with_the_test_file_in_it_does_not_stop_a_rollback() -> None:
    found = load_balancer().resources["AccessLogs"].attributes
    assert (found["DeletionPolicy"], found["UpdateReplacePolicy"]) == ("Retain", "Retain")


def test_what_it_gives_is_what_rules_records_and_metrics_need() -> None:
    assert rendered(load_balancer().outputs) == {
        "ListenerArn": "${HttpsListener.Ref}",
        "TestListenerArn": "",
        "LoadBalancerSecurityGroupId": "${SecurityGroup.GroupId}",
        "LoadBalancerArn": "${LoadBalancer.Ref}",
        "LoadBalancerDnsName": "${LoadBalancer.DNSName}",
        "LoadBalancerZoneId": "${LoadBalancer.CanonicalHostedZoneID}",
        "LoadBalancerFullName": "${LoadBalancer.LoadBalancerFullName}",
    }


def test_target_groups_and_rules_belong_to_the_services() -> None:
    kinds = {each.type for each in load_balancer().resources.values()}
    assert not {kind for kind in kinds if kind.endswith(("::TargetGroup", "::ListenerRule"))}


BEHIND: list[Entrance] = ["vpc-origin", "prefix-list"]
OF_ONE_PORT: list[Entrance] = [*BEHIND, "private"]
TEMPLATES = {entrance: alb.template(entrance=entrance).to_dict() for entrance in OF_ONE_PORT}


def of_one_port(entrance: Entrance, **parameters: str) -> Graph:
    template = TEMPLATES[entrance]
    given = {**GIVEN, "PrivateSubnetIds": "subnet-2a3b4c5d,subnet-3a4b5c6d", **parameters}
    known = {name: value for name, value in given.items() if name in template["Parameters"]}
    return resolve(template, {}, known, region="eu-west-1", stack_name="shop-prod-LoadBalancer-1A2B")


def test_behind_a_vpc_origin_it_has_no_public_address() -> None:
    found = properties(of_one_port("vpc-origin"), "LoadBalancer")
    assert (found["Scheme"], found["IpAddressType"]) == ("internal", "ipv4")
    assert found["Subnets"] == ["subnet-2a3b4c5d", "subnet-3a4b5c6d"]
    public = properties(of_one_port("prefix-list"), "LoadBalancer")
    assert (public["Scheme"], public["Subnets"]) == ("internet-facing", ["subnet-0a1b2c3d", "subnet-1a2b3c4d"])


@pytest.mark.parametrize("entrance", BEHIND)
def test_cloudfront_alone_gets_in_by_one_port_of_each_group(entrance: Entrance) -> None:
    graph = of_one_port(entrance)
    groups = {path: properties(graph, path) for path in graph.resources if graph.resources[path].type.endswith("Group")}
    opened = {path: each.get("SecurityGroupIngress", []) for path, each in groups.items()}
    # The prefix list counts as 55 of the 60 rules of a group.
    assert {path: len(each) for path, each in opened.items()} == {
        "SecurityGroup": 0,
        "HttpEntrance": 1,
        "HttpsEntrance": 1,
    }
    rules = {
        (each["SourcePrefixListId"], each["FromPort"], each["ToPort"]) for rules in opened.values() for each in rules
    }
    assert rules == {("pl-4fa04526", 80, 80), ("pl-4fa04526", 443, 443)}
    assert not {"CidrIp", "CidrIpv6"} & {key for rules in opened.values() for each in rules for key in each}
    assert all(each["SecurityGroupEgress"][0]["CidrIp"] == "127.0.0.1/32" for each in groups.values())
    assert len(properties(graph, "LoadBalancer")["SecurityGroups"]) == len(groups)


def test_a_private_one_has_no_public_address_and_lets_nobody_in_by_itself() -> None:
    graph = of_one_port("private")
    found = properties(graph, "LoadBalancer")
    assert (found["Scheme"], found["Subnets"]) == ("internal", ["subnet-2a3b4c5d", "subnet-3a4b5c6d"])
    assert found["SecurityGroups"] == ["${SecurityGroup.GroupId}"]
    assert not properties(graph, "SecurityGroup").get("SecurityGroupIngress")


def test_another_prefix_list_is_a_parameter() -> None:
    rules = properties(of_one_port("vpc-origin", OriginFacingPrefixListId="pl-0a1b2c3d"), "HttpEntrance")
    assert rules["SecurityGroupIngress"][0]["SourcePrefixListId"] == "pl-0a1b2c3d"


@pytest.mark.parametrize("entrance", OF_ONE_PORT)
@pytest.mark.parametrize(("certificate", "port"), [("", 80), (GIVEN["CertificateArn"], 443)])
def test_it_listens_on_one_port_and_answers_404_there(entrance: Entrance, certificate: str, port: int) -> None:
    graph = of_one_port(entrance, CertificateArn=certificate)
    (listener,) = (path for path in graph.resources if path.endswith("Listener"))
    found = properties(graph, listener)
    assert found["Port"] == port
    assert [each["FixedResponseConfig"]["StatusCode"] for each in found["DefaultActions"]] == ["404"]
    assert rendered(graph.outputs)["ListenerArn"] == f"${{{listener}.Ref}}"


def test_a_certificate_changes_neither_groups_nor_load_balancer() -> None:
    plain, encrypted = (of_one_port("vpc-origin", CertificateArn=each) for each in ("", GIVEN["CertificateArn"]))
    for path in ("LoadBalancer", "SecurityGroup", "HttpEntrance", "HttpsEntrance"):
        assert properties(plain, path) == properties(encrypted, path)


def test_the_secret_is_made_where_nobody_reads_it() -> None:
    graph = of_one_port("prefix-list")
    assert properties(graph, "OriginSecret")["GenerateSecretString"] == {
        "ExcludePunctuation": True,
        "PasswordLength": 64,
    }
    assert rendered(graph.outputs)["OriginSecretArn"] == "${OriginSecret.Ref}"
    assert "OriginSecret" not in of_one_port("vpc-origin").resources


@pytest.mark.parametrize("entrance", OF_ONE_PORT)
def test_it_is_protected_and_logged_whoever_gets_in(entrance: Entrance) -> None:
    assert attributes(of_one_port(entrance)) == attributes(load_balancer())
