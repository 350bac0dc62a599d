"""A web ACL of AWS WAF: AWS's managed rules, a limit for each address, and a log of what they matched.

It comes to 927 of the 1,500 capacity units that the basic price covers ("Baseline rule groups" and "IP reputation rule
groups", AWS WAF Developer Guide: 700, 200 and 25; "Rate-based rule statement": 2).
"""

from __future__ import annotations

from typing import Any, Literal

from troposphere import Equals, GetAtt, If, Ref, Sub, Template
from troposphere.logs import LogGroup
from troposphere.wafv2 import (
    ActionCondition,
    AllowAction,
    BlockAction,
    CountAction,
    DefaultAction,
    Filter,
    LoggingConfiguration,
    LoggingConfigurationFieldToMatch,
    LoggingFilter,
    ManagedRuleGroupStatement,
    OverrideAction,
    RateBasedStatement,
    RuleAction,
    RuleActionOverride,
    SingleHeader,
    Statement,
    VisibilityConfig,
    WebACL,
    WebACLRule,
)
from troposphere.wafv2 import Condition as LogCondition

from nested import inputs

Scope = Literal["CLOUDFRONT", "REGIONAL"]

# In the order in which they are asked: who is known to be bad, what is known to be bad, what is suspicious.
MANAGED_GROUPS = {
    "AmazonIpReputationList": {},
    "KnownBadInputsRuleSet": {},
    # It blocks every body above 8 KB: an upload of a picture, a long form.
    "CommonRuleSet": {"SizeRestrictions_BODY": "Count"},
}

# What a log must not keep: whoever reads it could act in the caller's name.
REDACTED = ("authorization", "cookie")

# What is let through without a match is in the access logs already.
LOGGED = ("BLOCK", "COUNT", "EXCLUDED_AS_COUNT")

_COUNTS = "FirewallCounts"


def add_to(t: Template, *, scope: Scope, condition: str | None = None) -> None:
    """Add WebAcl, FirewallLogs and FirewallLogging; the template needs Firewall, RequestLimit and FirewallLogs….

    With `condition` they are made only where it holds. The scope follows what is protected.
    """
    t.add_condition(_COUNTS, Equals(Ref(inputs.FIREWALL.name), "count"))
    made = {"Condition": condition} if condition else {}
    t.add_resource([_web_acl(scope, made), _log_group(made), _logging(made)])


def _web_acl(scope: Scope, made: dict[str, str]) -> WebACL:
    groups = [_managed(name, at) for at, name in enumerate(MANAGED_GROUPS)]
    return WebACL(
        "WebAcl",
        Scope=scope,
        DefaultAction=DefaultAction(Allow=AllowAction()),
        Rules=[*groups, _limit(len(groups))],
        VisibilityConfig=_visible("WebAcl"),
        **made,
    )


def _managed(name: str, priority: int) -> WebACLRule:
    overrides = [
        RuleActionOverride(Name=rule, ActionToUse=RuleAction(Count=CountAction())) for rule in MANAGED_GROUPS[name]
    ]
    overridden = {"RuleActionOverrides": overrides} if overrides else {}
    group = ManagedRuleGroupStatement(VendorName="AWS", Name=f"AWSManagedRules{name}", **overridden)
    return WebACLRule(
        Name=name,
        Priority=priority,
        Statement=Statement(ManagedRuleGroupStatement=group),
        # A group has an action for each of its rules; this overrides all of them or none.
        OverrideAction=If(_COUNTS, OverrideAction(Count={}), OverrideAction(**{"None": {}})),
        VisibilityConfig=_visible(name),
    )


def _limit(priority: int) -> WebACLRule:
    limit = RateBasedStatement(Limit=Ref(inputs.REQUEST_LIMIT.name), AggregateKeyType="IP", EvaluationWindowSec=300)
    return WebACLRule(
        Name="RequestLimit",
        Priority=priority,
        Statement=Statement(RateBasedStatement=limit),
        Action=If(_COUNTS, RuleAction(Count=CountAction()), RuleAction(Block=BlockAction())),
        VisibilityConfig=_visible("RequestLimit"),
    )


def _visible(metric: str) -> VisibilityConfig:
    return VisibilityConfig(SampledRequestsEnabled=True, CloudWatchMetricsEnabled=True, MetricName=metric)


def _log_group(made: dict[str, str]) -> LogGroup:
    return LogGroup(
        "FirewallLogs",
        # "Logging web ACL traffic": a destination is named so, or refused. A group of a fixed name goes with the stack,
        # or it would be in the way of the next.
        LogGroupName=Sub("aws-waf-logs-${AWS::StackName}"),
        RetentionInDays=Ref(inputs.FIREWALL_LOGS_RETENTION_DAYS.name),
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Delete",
        **made,
    )


def _logging(made: dict[str, str]) -> LoggingConfiguration:
    conditions = [LogCondition(ActionCondition=ActionCondition(Action=action)) for action in LOGGED]
    kept = Filter(Behavior="KEEP", Requirement="MEETS_ANY", Conditions=conditions)
    return LoggingConfiguration(
        "FirewallLogging",
        ResourceArn=GetAtt("WebAcl", "Arn"),
        # The group's own Arn ends in ":*", which WAF refuses.
        LogDestinationConfigs=[
            Sub("arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${FirewallLogs}")
        ],
        RedactedFields=[_header(name) for name in REDACTED],
        LoggingFilter=LoggingFilter(DefaultBehavior="DROP", Filters=[kept]),
        **made,
    )


def _header(name: str) -> LoggingConfigurationFieldToMatch:
    return LoggingConfigurationFieldToMatch(SingleHeader=SingleHeader(Name=name))


def arn() -> Any:
    """Return the web ACL's ARN."""
    return GetAtt("WebAcl", "Arn")
