"""What requests arrive at."""

from __future__ import annotations

from nested.shape import Input

_LOAD_BALANCER = "Load balancer"

DELETION_PROTECTION = Input(
    "DeletionProtection",
    "String",
    _LOAD_BALANCER,
    "Deletion protection",
    "on: the load balancer cannot be deleted until this is off again.",
    default="on",
    allowed=("on", "off"),
    shared=True,
)
ACCESS_LOGS_RETENTION_DAYS = Input(
    "AccessLogsRetentionDays",
    "Number",
    _LOAD_BALANCER,
    "Access log retention (days)",
    "Days that access logs are kept.",
    default="90",
    minimum=1,
    maximum=3650,
    shared=True,
)
LISTENER_ARN = Input(
    "ListenerArn",
    "String",
    _LOAD_BALANCER,
    "Listener",
    "ARN of the listener that the service's rule hangs on.",
    shared=True,
)
TEST_TRAFFIC_CIDR = Input(
    "TestTrafficCidr",
    "String",
    _LOAD_BALANCER,
    "Source of test traffic",
    "IPv4 range that may reach the test listener on port 8443, behind which a deployment shows the next revision "
    "before it shifts traffic; empty makes no test listener.",
    default="",
    pattern=r"^$|^(\d{1,3}\.){3}\d{1,3}/([89]|[12]\d|3[0-2])$",
    constraint="An IPv4 range from /8 to /32, for example 203.0.113.7/32, or nothing.",
    shared=True,
)
TEST_LISTENER_ARN = Input(
    "TestListenerArn",
    "String",
    _LOAD_BALANCER,
    "Test listener",
    "ARN of the listener that answers with the revision a deployment tests; empty where there is none.",
    default="",
    shared=True,
)
LOAD_BALANCER_SECURITY_GROUP_ID = Input(
    "LoadBalancerSecurityGroupId",
    "AWS::EC2::SecurityGroup::Id",
    _LOAD_BALANCER,
    "Load balancer's security group",
    "The only source that tasks admit.",
    shared=True,
)
LOAD_BALANCER_ARN = Input(
    "LoadBalancerArn",
    "String",
    _LOAD_BALANCER,
    "Load balancer's ARN",
    "Load balancer that a web ACL protects, or that CloudFront or an API sends requests to.",
    shared=True,
)
LOAD_BALANCER_DNS_NAME = Input(
    "LoadBalancerDnsName",
    "String",
    _LOAD_BALANCER,
    "Load balancer's DNS name",
    "Name that alias records point to.",
    shared=True,
    public=True,
)
LOAD_BALANCER_ZONE_ID = Input(
    "LoadBalancerZoneId",
    "String",
    _LOAD_BALANCER,
    "Load balancer's hosted zone",
    "Canonical hosted zone of the load balancer, for alias records.",
    shared=True,
)
LOAD_BALANCER_FULL_NAME = Input(
    "LoadBalancerFullName",
    "String",
    _LOAD_BALANCER,
    "Load balancer's full name",
    "Dimension of its metrics: app/<name>/<id>, or net/<name>/<id>.",
    shared=True,
)
LISTENER_RULE_PRIORITY = Input(
    "ListenerRulePriority",
    "Number",
    _LOAD_BALANCER,
    "Rule priority",
    "Place of the service's rule on its listener, unique there.",
    minimum=1,
    maximum=50000,
    allotted=True,
)
