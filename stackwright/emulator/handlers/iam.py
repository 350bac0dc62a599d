"""IAM: roles and the policies that hang on them, instance profiles, OIDC providers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from stackwright.emulator.handlers import Context, Handler, Properties
from stackwright.emulator.handlers.mapped import Mapped, Name, Read, Step, handlers
from stackwright.emulator.handlers.shapes import gone_is_fine, taken_back, text
from stackwright.emulator.handlers.tags import Tagging

_HOLDERS = {"Roles": "role", "Users": "user", "Groups": "group"}
_VERSIONS = 5  # "IAM and AWS STS quotas": managed policy versions that can be stored

_ROLE = Mapped(
    service="iam",
    create="create_role",
    identity="Role.RoleName",
    key="RoleName",
    delete="delete_role",
    name=Name("RoleName", 64),
    local=("ManagedPolicyArns", "Policies"),
    steps=(
        Step(
            "update_assume_role_policy",
            ("AssumeRolePolicyDocument",),
            names={"AssumeRolePolicyDocument": "PolicyDocument"},
            at_creation=False,
        ),
        Step("update_role", ("Description", "MaxSessionDuration"), at_creation=False),
        Step(
            "put_role_permissions_boundary",
            ("PermissionsBoundary",),
            at_creation=False,
            clear="delete_role_permissions_boundary",
        ),
    ),
    read=Read("get_role", "RoleName", "Role"),
    attributes={"Arn": "Arn", "RoleId": "RoleId"},
    tagging=Tagging("tag_role", "untag_role", "RoleName", "Tags", "TagKeys"),
)


def _create_role(context: Context, properties: Properties) -> str:
    role = _ROLE.make(context, properties)
    with taken_back(lambda: _delete_role(context, role, properties)):
        _set_role_policies(context, role, properties, {})
    return role


def _update_role(context: Context, role: str, new: Properties, old: Properties) -> None:
    _ROLE.change(context, role, new, old)
    _set_role_policies(context, role, new, old)


def _delete_role(context: Context, role: str, old: Properties) -> None:
    gone_is_fine(_set_role_policies, context, role, {}, old)
    _ROLE.remove(context, role, old)


def _set_role_policies(context: Context, role: str, new: Properties, old: Properties) -> None:
    """Attach managed policies and put inline ones, and take away those that are not named now."""
    iam = context.client("iam")
    now, before = (set(each.get("ManagedPolicyArns", [])) for each in (new, old))
    for arn in sorted(before - now):
        gone_is_fine(iam.detach_role_policy, RoleName=role, PolicyArn=arn)
    for arn in sorted(now - before):
        iam.attach_role_policy(RoleName=role, PolicyArn=arn)
    inline, earlier = (_inline(each.get("Policies", [])) for each in (new, old))
    for name in sorted(earlier.keys() - inline.keys()):
        gone_is_fine(iam.delete_role_policy, RoleName=role, PolicyName=name)
    for name, document in inline.items():
        if document != earlier.get(name):
            iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=document)


def _inline(policies: Iterable[Properties]) -> dict[str, str]:
    return {each["PolicyName"]: text(each["PolicyDocument"]) for each in policies}


_MANAGED_POLICY = Mapped(
    service="iam",
    create="create_policy",
    identity="Policy.Arn",
    key="PolicyArn",
    delete="delete_policy",
    names={"ManagedPolicyName": "PolicyName"},
    name=Name("ManagedPolicyName", 128),
    local=("Roles", "Users", "Groups"),
    read=Read("get_policy", "PolicyArn", "Policy"),
    attributes={
        "PolicyArn": "=",
        "PolicyId": "PolicyId",
        "AttachmentCount": "AttachmentCount",
        "DefaultVersionId": "DefaultVersionId",
        "IsAttachable": "IsAttachable",
        "CreateDate": "CreateDate",
        "UpdateDate": "UpdateDate",
        "PermissionsBoundaryUsageCount": "PermissionsBoundaryUsageCount",
    },
)


def _create_managed_policy(context: Context, properties: Properties) -> str:
    arn = _MANAGED_POLICY.make(context, properties)
    with taken_back(lambda: _delete_managed_policy(context, arn, properties)):
        _attach_managed_policy(context, arn, properties, {})
    return arn


def _update_managed_policy(context: Context, arn: str, new: Properties, old: Properties) -> None:
    """A new document is a new default version; the oldest one goes when there is no room."""
    iam = context.client("iam")
    if new["PolicyDocument"] != old["PolicyDocument"]:
        versions = iam.list_policy_versions(PolicyArn=arn)["Versions"]
        spare = sorted((v for v in versions if not v["IsDefaultVersion"]), key=_created)
        if len(versions) >= _VERSIONS:
            iam.delete_policy_version(PolicyArn=arn, VersionId=spare[0]["VersionId"])
        document = text(new["PolicyDocument"])
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=document, SetAsDefault=True)
    _attach_managed_policy(context, arn, new, old)


def _created(version: dict[str, Any]) -> Any:
    return version["CreateDate"]


def _delete_managed_policy(context: Context, arn: str, old: Properties) -> None:
    iam = context.client("iam")
    _attach_managed_policy(context, arn, {}, old)
    listed = gone_is_fine(iam.list_policy_versions, PolicyArn=arn) or {"Versions": []}
    for version in listed["Versions"]:
        if not version["IsDefaultVersion"]:
            iam.delete_policy_version(PolicyArn=arn, VersionId=version["VersionId"])
    _MANAGED_POLICY.remove(context, arn, old)


def _attach_managed_policy(context: Context, arn: str, new: Properties, old: Properties) -> None:
    iam = context.client("iam")
    for holders, kind in _HOLDERS.items():
        now, before = (set(each.get(holders, [])) for each in (new, old))
        for name in sorted(before - now):
            detach = getattr(iam, f"detach_{kind}_policy")
            gone_is_fine(detach, **{f"{kind.title()}Name": name, "PolicyArn": arn})
        for name in sorted(now - before):
            attach = getattr(iam, f"attach_{kind}_policy")
            attach(**{f"{kind.title()}Name": name, "PolicyArn": arn})


def _create_policy(context: Context, properties: Properties) -> str:
    _put_inline(context, properties, {})
    return context.generated_name(128)


def _put_inline(context: Context, new: Properties, old: Properties) -> None:
    """Put an inline policy into each of its holders; delete it from those it no longer names."""
    iam = context.client("iam")
    same_name = new.get("PolicyName") == old.get("PolicyName")
    for holders, kind in _HOLDERS.items():
        now, before = (set(each.get(holders, [])) for each in (new, old))
        for name in sorted(before - now if same_name else before):
            delete = getattr(iam, f"delete_{kind}_policy")
            gone_is_fine(delete, **{f"{kind.title()}Name": name}, PolicyName=old["PolicyName"])
        for name in sorted(now):
            put = getattr(iam, f"put_{kind}_policy")
            document = text(new["PolicyDocument"])
            holder = {f"{kind.title()}Name": name}
            put(**holder, PolicyName=new["PolicyName"], PolicyDocument=document)


_POLICY = Handler(
    create=_create_policy,
    delete=lambda context, _, old: _put_inline(context, {}, old),
    update=lambda context, _, new, old: _put_inline(context, new, old),
    attributes=lambda _, physical_id, __: {"Id": physical_id},
)


def _role_policy(properties: Properties) -> Properties:
    """Return an AWS::IAM::RolePolicy as the same policy of one role."""
    return {**properties, "Roles": [properties["RoleName"]]}


def _create_role_policy(context: Context, properties: Properties) -> str:
    _put_inline(context, _role_policy({"PolicyDocument": {}, **properties}), {})
    return f"{properties['PolicyName']}|{properties['RoleName']}"


_ROLE_POLICY = Handler(
    create=_create_role_policy,
    delete=lambda context, _, old: _put_inline(context, {}, _role_policy(old)),
    update=lambda context, _, new, old: _put_inline(context, _role_policy(new), _role_policy(old)),
)

_INSTANCE_PROFILE = Mapped(
    service="iam",
    create="create_instance_profile",
    identity="InstanceProfile.InstanceProfileName",
    key="InstanceProfileName",
    delete="delete_instance_profile",
    name=Name("InstanceProfileName", 128),
    local=("Roles",),
    read=Read("get_instance_profile", "InstanceProfileName", "InstanceProfile"),
    attributes={"Arn": "Arn"},
    tagging=Tagging("tag_instance_profile", "untag_instance_profile", "InstanceProfileName", "Tags", "TagKeys"),
)


def _create_profile(context: Context, properties: Properties) -> str:
    profile = _INSTANCE_PROFILE.make(context, properties)
    with taken_back(lambda: _delete_profile(context, profile, properties)):
        _set_profile_roles(context, profile, properties, {})
    return profile


def _update_profile(context: Context, profile: str, new: Properties, old: Properties) -> None:
    _INSTANCE_PROFILE.change(context, profile, new, old)
    _set_profile_roles(context, profile, new, old)


def _delete_profile(context: Context, profile: str, old: Properties) -> None:
    _set_profile_roles(context, profile, {}, old)
    _INSTANCE_PROFILE.remove(context, profile, old)


def _set_profile_roles(context: Context, profile: str, new: Properties, old: Properties) -> None:
    iam = context.client("iam")
    now, before = (set(each.get("Roles", [])) for each in (new, old))
    for role in before - now:
        members = {"InstanceProfileName": profile, "RoleName": role}
        gone_is_fine(iam.remove_role_from_instance_profile, **members)
    for role in now - before:
        iam.add_role_to_instance_profile(InstanceProfileName=profile, RoleName=role)


HANDLERS = handlers(
    {
        "AWS::IAM::Role": replace(_ROLE.handler(), create=_create_role, update=_update_role, delete=_delete_role),
        "AWS::IAM::ManagedPolicy": replace(
            _MANAGED_POLICY.handler(),
            create=_create_managed_policy,
            update=_update_managed_policy,
            delete=_delete_managed_policy,
        ),
        "AWS::IAM::Policy": _POLICY,
        "AWS::IAM::RolePolicy": _ROLE_POLICY,
        "AWS::IAM::InstanceProfile": replace(
            _INSTANCE_PROFILE.handler(),
            create=_create_profile,
            update=_update_profile,
            delete=_delete_profile,
        ),
    }
)
