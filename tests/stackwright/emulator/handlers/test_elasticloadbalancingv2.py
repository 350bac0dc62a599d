"""Each load balancing type: created, read back through boto3, changed, deleted, deleted again."""

from __future__ import annotations

from typing import Any

import pytest

TAGS = [{"Key": "Project", "Value": "stackwright"}]
NETWORK = {
    "vpc": ("AWS::EC2::VPC", {"CidrBlock": "10.0.0.0/16"}),
    "one": (
        "AWS::EC2::Subnet",
        {"VpcId": "@vpc", "CidrBlock": "10.0.1.0/24", "AvailabilityZone": "us-east-1a"},
    ),
    "two": (
        "AWS::EC2::Subnet",
        {"VpcId": "@vpc", "CidrBlock": "10.0.2.0/24", "AvailabilityZone": "us-east-1b"},
    ),
    "group": ("AWS::EC2::SecurityGroup", {"GroupDescription": "alb", "VpcId": "@vpc"}),
    "gateway": ("AWS::EC2::InternetGateway", {}),
    "attachment": (
        "AWS::EC2::VPCGatewayAttachment",
        {"VpcId": "@vpc", "InternetGatewayId": "@gateway"},
    ),
}
BALANCER = {
    **NETWORK,
    "balancer": (
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        {"Subnets": ["@one", "@two"], "SecurityGroups": ["@group"]},
    ),
    "certificate": ("AWS::CertificateManager::Certificate", {"DomainName": "example.com"}),
    "extra": ("AWS::CertificateManager::Certificate", {"DomainName": "example.org"}),
}
NOT_FOUND = {
    "Type": "fixed-response",
    "FixedResponseConfig": {"StatusCode": "404", "ContentType": "text/plain", "MessageBody": "no"},
}
REDIRECT = {
    "Type": "redirect",
    "RedirectConfig": {"Protocol": "HTTPS", "Port": 443, "StatusCode": "HTTP_301"},
}
LISTENER = {
    **BALANCER,
    "listener": (
        "AWS::ElasticLoadBalancingV2::Listener",
        {
            "LoadBalancerArn": "@balancer",
            "Port": "443",
            "Protocol": "HTTPS",
            "Certificates": [{"CertificateArn": "@certificate"}],
            "DefaultActions": [NOT_FOUND],
        },
    ),
    "targets": (
        "AWS::ElasticLoadBalancingV2::TargetGroup",
        {"Port": "3000", "Protocol": "HTTP", "VpcId": "@vpc", "TargetType": "ip"},
    ),
}
CASES: list[dict[str, Any]] = [
    {
        "type": "AWS::ElasticLoadBalancingV2::LoadBalancer",
        "needs": {
            **NETWORK,
            "block": (
                "AWS::EC2::VPCCidrBlock",
                {"VpcId": "@vpc", "AmazonProvidedIpv6CidrBlock": "true"},
            ),
        },
        "properties": {
            "Type": "application",
            "Scheme": "internet-facing",
            "IpAddressType": "ipv4",
            "Subnets": ["@one", "@two"],
            "SecurityGroups": ["@group"],
            "LoadBalancerAttributes": [
                {"Key": "routing.http.drop_invalid_header_fields.enabled", "Value": "true"},
                {"Key": "deletion_protection.enabled", "Value": False},
                {"Key": "idle_timeout.timeout_seconds", "Value": 60},
            ],
            "Tags": TAGS,
        },
        "read": ("elbv2", "describe_load_balancers", {"LoadBalancerArns": ["@"]}, "LoadBalancers[0]"),
        "sees": {
            "Scheme": "internet-facing",
            "IpAddressType": "ipv4",
            "SecurityGroups": ["@group"],
            "length(AvailabilityZones)": 2,
        },
        "change": {"IpAddressType": "dualstack", "Tags": []},
        "then": {"IpAddressType": "dualstack"},
        "attributes": (
            "DNSName",
            "CanonicalHostedZoneID",
            "LoadBalancerFullName",
            "LoadBalancerName",
            "SecurityGroups",
        ),
    },
    {
        "type": "AWS::ElasticLoadBalancingV2::LoadBalancer",
        "needs": NETWORK,
        "properties": {
            "Type": "network",
            "Scheme": "internal",
            "SubnetMappings": [{"SubnetId": "@one"}, {"SubnetId": "@two"}],
            "SecurityGroups": ["@group"],
            "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic": "off",
            "LoadBalancerAttributes": [{"Key": "load_balancing.cross_zone.enabled", "Value": "true"}],
        },
        "read": ("elbv2", "describe_load_balancers", {"LoadBalancerArns": ["@"]}, "LoadBalancers[0]"),
        "sees": {
            "Type": "network",
            "SecurityGroups": ["@group"],
            "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic": "off",
        },
        "attributes": ("LoadBalancerFullName",),
    },
    {
        "type": "AWS::ElasticLoadBalancingV2::Listener",
        "needs": BALANCER,
        "properties": {
            "LoadBalancerArn": "@balancer",
            "Port": "443",
            "Protocol": "HTTPS",
            "SslPolicy": "ELBSecurityPolicy-TLS13-1-2-2021-06",
            "Certificates": [{"CertificateArn": "@certificate"}],
            "DefaultActions": [NOT_FOUND],
            "ListenerAttributes": [{"Key": "routing.http.response.server.enabled", "Value": "false"}],
        },
        "read": ("elbv2", "describe_listeners", {"ListenerArns": ["@"]}, "Listeners[0]"),
        "sees": {
            "Port": 443,
            "SslPolicy": "ELBSecurityPolicy-TLS13-1-2-2021-06",
            "Certificates[0].CertificateArn": "@certificate",
            "DefaultActions[0].FixedResponseConfig.StatusCode": "404",
        },
        "change": {"SslPolicy": "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"},
        "then": {"SslPolicy": "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"},
        "attributes": ("ListenerArn",),
    },
    {
        "type": "AWS::ElasticLoadBalancingV2::Listener",
        "needs": BALANCER,
        "properties": {
            "LoadBalancerArn": "@balancer",
            "Port": 80,
            "Protocol": "HTTP",
            "DefaultActions": [REDIRECT],
        },
        "read": ("elbv2", "describe_listeners", {"ListenerArns": ["@"]}, "Listeners[0]"),
        "sees": {
            "DefaultActions[0].RedirectConfig.StatusCode": "HTTP_301",
            "DefaultActions[0].RedirectConfig.Port": "443",
        },
    },
    {
        "type": "AWS::ElasticLoadBalancingV2::ListenerCertificate",
        "needs": LISTENER,
        "properties": {
            "ListenerArn": "@listener",
            "Certificates": [{"CertificateArn": "@extra"}],
        },
        "read": (
            "elbv2",
            "describe_listener_certificates",
            {"ListenerArn": "@listener"},
            "Certificates[?!IsDefault] | [0]",
        ),
        "sees": {"CertificateArn": "@extra"},
        "attributes": ("Id",),
    },
    {
        "type": "AWS::ElasticLoadBalancingV2::TargetGroup",
        "needs": NETWORK,
        "properties": {
            "Port": "3000",
            "Protocol": "HTTP",
            "ProtocolVersion": "HTTP1",
            "TargetType": "ip",
            "VpcId": "@vpc",
            "HealthCheckPath": "/health",
            "HealthCheckPort": "traffic-port",
            "HealthCheckProtocol": "HTTP",
            "HealthCheckIntervalSeconds": "15",
            "HealthCheckTimeoutSeconds": "5",
            "HealthyThresholdCount": "2",
            "UnhealthyThresholdCount": "3",
            "Matcher": {"HttpCode": "200"},
            "TargetGroupAttributes": [
                {"Key": "deregistration_delay.timeout_seconds", "Value": "30"},
                {"Key": "load_balancing.algorithm.type", "Value": "least_outstanding_requests"},
            ],
            "Tags": TAGS,
        },
        "read": ("elbv2", "describe_target_groups", {"TargetGroupArns": ["@"]}, "TargetGroups[0]"),
        "sees": {
            "Port": 3000,
            "HealthCheckPath": "/health",
            "HealthCheckIntervalSeconds": 15,
            "UnhealthyThresholdCount": 3,
            "Matcher.HttpCode": "200",
            "TargetType": "ip",
        },
        "change": {"HealthCheckPath": "/status", "UnhealthyThresholdCount": 2},
        "then": {"HealthCheckPath": "/status", "UnhealthyThresholdCount": 2},
        "attributes": ("TargetGroupArn", "TargetGroupFullName", "TargetGroupName"),
    },
    {
        "type": "AWS::ElasticLoadBalancingV2::ListenerRule",
        "needs": LISTENER,
        "properties": {
            "ListenerArn": "@listener",
            "Priority": "10",
            "Conditions": [
                {"Field": "host-header", "HostHeaderConfig": {"Values": ["example.com"]}},
                {"Field": "path-pattern", "PathPatternConfig": {"Values": ["/*"]}},
            ],
            "Actions": [
                {
                    "Type": "forward",
                    "ForwardConfig": {"TargetGroups": [{"TargetGroupArn": "@targets", "Weight": "1"}]},
                }
            ],
            "Tags": TAGS,
        },
        "read": ("elbv2", "describe_rules", {"RuleArns": ["@"]}, "Rules[0]"),
        "sees": {
            "Priority": "10",
            "Conditions[0].HostHeaderConfig.Values": ["example.com"],
            "Actions[0].ForwardConfig.TargetGroups[0].TargetGroupArn": "@targets",
        },
        "change": {
            "Priority": "20",
            "Conditions": [{"Field": "path-pattern", "PathPatternConfig": {"Values": ["/a"]}}],
        },
        "then": {
            "Priority": "20",
            "Conditions[].PathPatternConfig.Values[]": ["/a"],
        },
        "attributes": ("RuleArn",),
    },
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["type"].rpartition(":")[2])
def test_round_trip(case: dict[str, Any], bench: Any) -> None:
    bench.round_trip(**case)


@pytest.mark.parametrize(
    ("name", "operation", "member"),
    [
        ("balancer", "describe_load_balancer_attributes", "LoadBalancerArn"),
        ("targets", "describe_target_group_attributes", "TargetGroupArn"),
    ],
)
def test_attributes_are_kept(bench: Any, name: str, operation: str, member: str) -> None:
    """Each attribute is a setting of its own, and the others keep their defaults."""
    for each, (kind, properties) in LISTENER.items():
        bench.make(each, kind, properties)
    elbv2 = bench.context.client("elbv2")
    kind = "LoadBalancer" if name == "balancer" else "TargetGroup"
    before = elbv2_attributes(elbv2, operation, member, bench.fill(f"@{name}"))
    case = next(each for each in CASES if each["type"].endswith(f"::{kind}"))
    wanted = {item["Key"]: str(item["Value"]).lower() for item in case["properties"][f"{kind}Attributes"]}
    thing = bench.make("other", case["type"], bench.fill(case["properties"]))
    after = elbv2_attributes(elbv2, operation, member, thing)
    assert {key: after[key] for key in wanted} == wanted
    assert before.keys() <= after.keys()


def elbv2_attributes(client: Any, operation: str, member: str, arn: str) -> dict[str, str]:
    answer = getattr(client, operation)(**{member: arn})
    return {item["Key"]: item["Value"] for item in answer["Attributes"]}
