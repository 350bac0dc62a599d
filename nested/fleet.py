"""Fleet: one published root as a stack in many regions and accounts, by a stack set with self-managed permissions.

A root with nested stacks cannot go by service-managed permissions: their execution role makes none ("Configure a custom
execution role template for StackSets", AWS CloudFormation User Guide). An operation goes through the regions in their
order and stops where more accounts fail than may: a release that is bad is bad in one region.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from troposphere import GetAtt, Join, Ref, Sub, Template
from troposphere.cloudformation import (
    DeploymentTargets,
    ManagedExecution,
    OperationPreferences,
    Parameter,
    StackInstances,
    StackSet,
)
from troposphere.iam import Policy, Role

from nested import inputs
from nested.parts import fleets
from nested.parts.permissions import allow, policy, trust
from nested.shape import Input, needs

# Others are looked up or checked where the parameter is declared: here, and not where the stack will be.
_PLAIN = ("String", "Number", "CommaDelimitedList")

_KNOWN = {each.name: each for each in vars(inputs).values() if isinstance(each, Input)}


def template(*, root: Mapping[str, Any]) -> Template:
    """Emit the stack set of a root template, and the role that it works with.

    Asks for what `root` asks for, hands it on to every stack, and needs TemplateUrl, FleetAccounts, FleetRegions,
    FailureTolerance and ConcurrentAccounts; gives nothing. Raises ValueError for a root with a parameter that AWS looks
    up or checks in the region it is given in.
    """
    t = Template(Description="Stacks of one root in many regions and accounts")
    declared = dict(root.get("Parameters", {}))
    for name, each in declared.items():
        if each["Type"] not in _PLAIN:
            raise ValueError(f"parameter {name}: a fleet cannot hand on {each['Type']}, which belongs to one region")
        needs(t, _KNOWN[name])
    needs(t, inputs.TEMPLATE_URL, inputs.FLEET_ACCOUNTS, inputs.FLEET_REGIONS)
    needs(t, inputs.FAILURE_TOLERANCE, inputs.CONCURRENT_ACCOUNTS)
    t.add_resource(_administration_role())
    t.add_resource(_stack_set(declared))
    return t


def _administration_role() -> Role:
    """Return the role by which StackSets takes the execution role of each account, and nothing else.

    Source: "Grant self-managed permissions", AWS CloudFormation User Guide, the condition included.
    """
    sets = Sub("arn:${AWS::Partition}:cloudformation:*:${AWS::AccountId}:stackset/*")
    own = {"ArnLike": {"aws:SourceArn": sets}, "StringEquals": {"aws:SourceAccount": Ref("AWS::AccountId")}}
    execution = Sub(f"arn:${{AWS::Partition}}:iam::*:role/{fleets.EXECUTION_ROLE}")
    assume = Policy(PolicyName="AssumeExecutionRoles", PolicyDocument=policy(allow("sts:AssumeRole", execution)))
    return Role(
        fleets.ADMINISTRATION_ROLE,
        AssumeRolePolicyDocument=trust("cloudformation.amazonaws.com", when=own),
        Policies=[assume],
    )


def _stack_set(declared: Mapping[str, Any]) -> StackSet:
    targets = DeploymentTargets(Accounts=Ref(inputs.FLEET_ACCOUNTS.name))
    return StackSet(
        "Fleet",
        StackSetName=Ref("AWS::StackName"),
        PermissionModel="SELF_MANAGED",
        AdministrationRoleARN=GetAtt(fleets.ADMINISTRATION_ROLE, "Arn"),
        ExecutionRoleName=fleets.EXECUTION_ROLE,
        TemplateURL=Ref(inputs.TEMPLATE_URL.name),
        Capabilities=["CAPABILITY_IAM"],
        Parameters=[Parameter(ParameterKey=name, ParameterValue=_value(name, each)) for name, each in declared.items()],
        # An operation that comes while another runs waits for its turn instead of failing.
        ManagedExecution=ManagedExecution(Active=True),
        OperationPreferences=OperationPreferences(
            RegionOrder=Ref(inputs.FLEET_REGIONS.name),
            RegionConcurrencyType="SEQUENTIAL",
            FailureToleranceCount=Ref(inputs.FAILURE_TOLERANCE.name),
            MaxConcurrentCount=Ref(inputs.CONCURRENT_ACCOUNTS.name),
            ConcurrencyMode="STRICT_FAILURE_TOLERANCE",
        ),
        StackInstancesGroup=[StackInstances(DeploymentTargets=targets, Regions=Ref(inputs.FLEET_REGIONS.name))],
    )


def _value(name: str, declared: Mapping[str, Any]) -> Ref | Join:
    return Join(",", Ref(name)) if declared["Type"] == "CommaDelimitedList" else Ref(name)
