"""Elastic Load Balancing: application and network load balancers, their listeners, rules, groups."""

from __future__ import annotations

from dataclasses import replace

from stackwright.emulator.handlers import Context, Handler, Properties
from stackwright.emulator.handlers.mapped import Mapped, Name, Read, Step, handlers
from stackwright.emulator.handlers.shapes import call, gone_is_fine, taken_back
from stackwright.emulator.handlers.tags import Tagging

_TAGS = Tagging("add_tags", "remove_tags", "ResourceArns[]", "Tags", "TagKeys")
_BALANCER_ATTRIBUTES = "LoadBalancerAttributes"
_INBOUND = "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic"

_LOAD_BALANCER = Mapped(
    service="elbv2",
    create="create_load_balancer",
    identity="LoadBalancers[0].LoadBalancerArn",
    key="LoadBalancerArn",
    delete="delete_load_balancer",
    name=Name("Name", 32),
    steps=(
        Step(
            "modify_load_balancer_attributes",
            (_BALANCER_ATTRIBUTES,),
            names={_BALANCER_ATTRIBUTES: "Attributes"},
        ),
        Step("set_security_groups", ("SecurityGroups", _INBOUND), at_creation=False),
        Step("set_subnets", ("Subnets", "SubnetMappings"), at_creation=False),
        Step("set_ip_address_type", ("IpAddressType",), at_creation=False),
        Step("modify_capacity_reservation", ("MinimumLoadBalancerCapacity",)),
    ),
    local=("EnableCapacityReservationProvisionStabilize",),
    read=Read("describe_load_balancers", "LoadBalancerArns", "LoadBalancers[0]"),
    attributes={
        "LoadBalancerArn": "=",
        "LoadBalancerName": "LoadBalancerName",
        "LoadBalancerFullName": lambda _, arn, __: arn.partition("loadbalancer/")[2],
        "CanonicalHostedZoneID": "CanonicalHostedZoneId",
        "DNSName": "DNSName",
        "SecurityGroups": "SecurityGroups || `[]`",
    },
    tagging=_TAGS,
)


def _create_balancer(context: Context, properties: Properties) -> str:
    """What follows only an existing network load balancer is set after its creation."""
    inbound = properties.get(_INBOUND)
    rest = {name: value for name, value in properties.items() if name != _INBOUND}
    arn = _LOAD_BALANCER.make(context, rest)
    if inbound is not None:
        members = {"SecurityGroups": properties["SecurityGroups"], _INBOUND: inbound}
        with taken_back(lambda: _LOAD_BALANCER.remove(context, arn, rest)):
            call(context.client("elbv2"), "set_security_groups", {"LoadBalancerArn": arn, **members})
    return arn


_LISTENER = Mapped(
    service="elbv2",
    create="create_listener",
    identity="Listeners[0].ListenerArn",
    key="ListenerArn",
    delete="delete_listener",
    steps=(
        Step(
            "modify_listener",
            (
                "AlpnPolicy",
                "Certificates",
                "DefaultActions",
                "MutualAuthentication",
                "Port",
                "Protocol",
                "SslPolicy",
            ),
            at_creation=False,
        ),
        Step(
            "modify_listener_attributes",
            ("ListenerAttributes",),
            names={"ListenerAttributes": "Attributes"},
        ),
    ),
    attributes={"ListenerArn": "="},
    tagging=_TAGS,
)


_RULE = Mapped(
    service="elbv2",
    create="create_rule",
    identity="Rules[0].RuleArn",
    key="RuleArn",
    delete="delete_rule",
    steps=(Step("modify_rule", ("Actions", "Conditions", "Transforms"), at_creation=False),),
    read=Read("describe_rules", "RuleArns", "Rules[0]"),
    attributes={"RuleArn": "=", "IsDefault": "IsDefault"},
    tagging=_TAGS,
)


def _update_rule(context: Context, arn: str, new: Properties, old: Properties) -> None:
    """A rule's priority changes by a call of its own, for several rules at once."""
    if int(new["Priority"]) != int(old["Priority"]):
        priority = {"RuleArn": arn, "Priority": new["Priority"]}
        call(context.client("elbv2"), "set_rule_priorities", {"RulePriorities": [priority]})
    _RULE.change(context, arn, new, {**old, "Priority": new["Priority"]})


def _certificates(properties: Properties) -> Properties:
    return {"ListenerArn": properties["ListenerArn"], "Certificates": properties["Certificates"]}


def _add_certificates(context: Context, properties: Properties) -> str:
    call(context.client("elbv2"), "add_listener_certificates", properties)
    return context.generated_name(64)


def _remove_certificates(context: Context, physical_id: str, old: Properties) -> None:
    gone_is_fine(call, context.client("elbv2"), "remove_listener_certificates", _certificates(old))


def _change_certificates(context: Context, _: str, new: Properties, old: Properties) -> None:
    elbv2 = context.client("elbv2")
    now, before = new["Certificates"], old["Certificates"]
    listener = {"ListenerArn": new["ListenerArn"]}
    added = [each for each in now if each not in before]
    gone = [each for each in before if each not in now]
    if added:
        call(elbv2, "add_listener_certificates", {**listener, "Certificates": added})
    if gone:
        call(elbv2, "remove_listener_certificates", {**listener, "Certificates": gone})


_HEALTH = (
    "HealthCheckEnabled",
    "HealthCheckIntervalSeconds",
    "HealthCheckPath",
    "HealthCheckPort",
    "HealthCheckProtocol",
    "HealthCheckTimeoutSeconds",
    "HealthyThresholdCount",
    "Matcher",
    "UnhealthyThresholdCount",
)

_TARGET_GROUP = Mapped(
    service="elbv2",
    create="create_target_group",
    identity="TargetGroups[0].TargetGroupArn",
    key="TargetGroupArn",
    delete="delete_target_group",
    name=Name("Name", 32),
    steps=(
        Step("modify_target_group", _HEALTH, at_creation=False),
        Step(
            "modify_target_group_attributes",
            ("TargetGroupAttributes",),
            names={"TargetGroupAttributes": "Attributes"},
        ),
        Step("register_targets", ("Targets",)),
    ),
    read=Read("describe_target_groups", "TargetGroupArns", "TargetGroups[0]"),
    attributes={
        "TargetGroupArn": "=",
        "TargetGroupName": "TargetGroupName",
        "TargetGroupFullName": lambda _, arn, __: "targetgroup" + arn.partition(":targetgroup")[2],
        "LoadBalancerArns": "LoadBalancerArns || `[]`",
    },
    tagging=_TAGS,
)

HANDLERS = handlers(
    {
        "AWS::ElasticLoadBalancingV2::LoadBalancer": replace(_LOAD_BALANCER.handler(), create=_create_balancer),
        "AWS::ElasticLoadBalancingV2::Listener": _LISTENER,
        "AWS::ElasticLoadBalancingV2::ListenerCertificate": Handler(
            create=_add_certificates,
            delete=_remove_certificates,
            update=_change_certificates,
            attributes=lambda _, physical_id, __: {"Id": physical_id},
        ),
        "AWS::ElasticLoadBalancingV2::ListenerRule": replace(_RULE.handler(), update=_update_rule),
        "AWS::ElasticLoadBalancingV2::TargetGroup": _TARGET_GROUP,
    }
)
