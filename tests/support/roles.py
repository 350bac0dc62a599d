"""What a role may not do, refused before it is sent, as AWS refuses it. By actions alone: whatever the resource."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from support.accounts import Account

_REFUSING = """
import fnmatch, sys
import botocore
names = {"ListObjectsV2": "ListBucket", "HeadBucket": "ListBucket", "HeadObject": "GetObject"}
def check(model, **given):
    action = f"{model.service_model.signing_name}:{names.get(model.name, model.name)}"
    if action != "sts:GetCallerIdentity" and not any(fnmatch.fnmatchcase(action, each) for each in allowed):
        from botocore.exceptions import ClientError
        print("refused", action, file=sys.stderr)
        told = f"User is not authorized to perform: {action}"
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": told}}, model.name)
botocore.register_initializer(lambda session: session.register("before-call", check))
"""


def refusing(allowed: Iterable[str]) -> str:
    """Return Python after which every session of botocore, in the same process, may do this and nothing else."""
    return f"allowed = {list(allowed)}\n{_REFUSING}"


def granted(documents: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the actions of policies, as IAM writes them."""
    asked = [each["Action"] for document in documents for each in document["Statement"]]
    return [action for each in asked for action in ([each] if isinstance(each, str) else each)]


def actions(account: Account, arn: str) -> list[str]:
    """Return what a role of the account may by policies of its own."""
    iam, name = account.client("iam"), arn.rpartition("/")[2]
    policies = iam.list_role_policies(RoleName=name)["PolicyNames"]
    return granted(iam.get_role_policy(RoleName=name, PolicyName=each)["PolicyDocument"] for each in policies)
