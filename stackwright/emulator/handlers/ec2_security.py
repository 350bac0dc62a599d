"""Security groups and their rules, inline or as resources of their own."""

from __future__ import annotations

from typing import Any

from stackwright.emulator.handlers import Context, Handler, Properties
from stackwright.emulator.handlers.shapes import arguments, gone_is_fine, taken_back, text
from stackwright.emulator.handlers.tags import EC2, retag, specification

Rule = dict[str, Any]
_SOURCES = {
    "CidrIp": ("IpRanges", "CidrIp"),
    "CidrIpv6": ("Ipv6Ranges", "CidrIpv6"),
    "SourcePrefixListId": ("PrefixListIds", "PrefixListId"),
    "DestinationPrefixListId": ("PrefixListIds", "PrefixListId"),
    "SourceSecurityGroupId": ("UserIdGroupPairs", "GroupId"),
    "DestinationSecurityGroupId": ("UserIdGroupPairs", "GroupId"),
    "SourceSecurityGroupName": ("UserIdGroupPairs", "GroupName"),
}
_ALL_OUT = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
_DIRECTIONS = {"SecurityGroupIngress": "ingress", "SecurityGroupEgress": "egress"}


def permission(rule: Rule) -> Rule:
    """Return a CloudFormation rule as the API's IpPermission; members it has not stay, to fail."""
    result: Rule = {}
    peer: dict[str, str] = {}
    where = ""
    for name, value in rule.items():
        if name in _SOURCES:
            where, member = _SOURCES[name]
            peer[member] = value
        elif name == "Description":
            peer["Description"] = value
        elif name == "SourceSecurityGroupOwnerId":
            peer["UserId"] = value
        else:
            result[name] = text(value) if name == "IpProtocol" else value
    return {**result, where or "IpRanges": [peer]}


def _authorize(context: Context, direction: str, group: str, rules: list[Rule]) -> list[Rule]:
    """Add rules to a group; return the rules as the service made them, with their ids."""
    if not rules:
        return []
    members = {"GroupId": group, "IpPermissions": [permission(rule) for rule in rules]}
    ec2 = context.client("ec2")
    operation = f"authorize_security_group_{direction}"
    answer = getattr(ec2, operation)(**arguments(ec2, operation, members))
    made: list[Rule] = answer["SecurityGroupRules"]
    return made


def _revoke(context: Context, direction: str, group: str, rules: list[Rule]) -> None:
    if rules:
        members = {"GroupId": group, "IpPermissions": [permission(rule) for rule in rules]}
        ec2 = context.client("ec2")
        operation = f"revoke_security_group_{direction}"
        gone_is_fine(getattr(ec2, operation), **arguments(ec2, operation, members))


def _create(context: Context, properties: Properties) -> str:
    """A group is made with a rule that lets everything out; given egress rules replace it."""
    own = {
        name: value
        for name, value in properties.items()
        if name not in ("Tags", "SecurityGroupIngress", "SecurityGroupEgress")
    }
    own.setdefault("GroupName", context.generated_name(255))
    tags = specification("security-group", properties.get("Tags"))
    ec2 = context.client("ec2")
    given = {**own, **({"TagSpecifications": tags} if tags else {})}
    names = {"GroupDescription": "Description"}
    group: str = ec2.create_security_group(**arguments(ec2, "create_security_group", given, names))["GroupId"]
    with taken_back(lambda: _delete(context, group, properties)):
        _authorize(context, "ingress", group, properties.get("SecurityGroupIngress", []))
        if properties.get("SecurityGroupEgress"):
            ec2.revoke_security_group_egress(GroupId=group, IpPermissions=_ALL_OUT)
            _authorize(context, "egress", group, properties["SecurityGroupEgress"])
    return group


def _update(context: Context, group: str, new: Properties, old: Properties) -> None:
    everything = [{"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}]
    for name, direction in _DIRECTIONS.items():
        unset = everything if direction == "egress" else []
        now, before = (each.get(name) or unset for each in (new, old))
        _revoke(context, direction, group, [rule for rule in before if rule not in now])
        _authorize(context, direction, group, [rule for rule in now if rule not in before])
    retag(context.client("ec2"), EC2, group, new.get("Tags"), old.get("Tags"))


def _delete(context: Context, group: str, old: Properties) -> None:
    gone_is_fine(context.client("ec2").delete_security_group, GroupId=group)


def _attributes(context: Context, group: str, properties: Properties) -> Properties:
    found = context.client("ec2").describe_security_groups(GroupIds=[group])["SecurityGroups"][0]
    return {"Id": group, "GroupId": group, "VpcId": found["VpcId"]}


def _rule_handler(direction: str) -> Handler:
    """Return the handler of a rule that is a resource of its own; its id is the rule's."""

    def create(context: Context, properties: Properties) -> str:
        rule = {k: v for k, v in properties.items() if k not in ("GroupId", "GroupName")}
        made = _authorize(context, direction, _group(context, properties), [rule])
        return str(made[0]["SecurityGroupRuleId"])

    def update(context: Context, rule: str, new: Properties, old: Properties) -> None:
        ec2 = context.client("ec2")
        description = {"SecurityGroupRuleId": rule, "Description": new.get("Description", "")}
        getattr(ec2, f"update_security_group_rule_descriptions_{direction}")(
            GroupId=_group(context, new), SecurityGroupRuleDescriptions=[description]
        )

    def delete(context: Context, rule: str, old: Properties) -> None:
        ec2 = context.client("ec2")
        found = ec2.describe_security_group_rules(Filters=[{"Name": "security-group-rule-id", "Values": [rule]}])[
            "SecurityGroupRules"
        ]
        if any(each["SecurityGroupRuleId"] == rule for each in found):
            revoke = getattr(ec2, f"revoke_security_group_{direction}")
            gone_is_fine(revoke, GroupId=_group(context, old), SecurityGroupRuleIds=[rule])

    return Handler(create=create, delete=delete, update=update, attributes=lambda _, rule, __: {"Id": rule})


def _group(context: Context, properties: Properties) -> str:
    """Return the id of the group a rule is for: given, or found by its name in the default VPC."""
    if "GroupId" in properties:
        return str(properties["GroupId"])
    found = context.client("ec2").describe_security_groups(GroupNames=[properties["GroupName"]])
    return str(found["SecurityGroups"][0]["GroupId"])


HANDLERS = {
    "AWS::EC2::SecurityGroup": Handler(create=_create, delete=_delete, update=_update, attributes=_attributes),
    "AWS::EC2::SecurityGroupIngress": _rule_handler("ingress"),
    "AWS::EC2::SecurityGroupEgress": _rule_handler("egress"),
}
