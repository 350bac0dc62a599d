"""SSM parameters by which stacks that are composed apart find each other."""

from __future__ import annotations

from typing import Any

from troposphere import ssm

# What the deploy role may read, and the prefix of every name below.
EVERYTHING = "/stackwright/*"

HOSTED_ZONE_ID = "/stackwright/hosted-zone-id"
DEPLOY_ROLE_ARN = "/stackwright/deploy-role-arn"
EXECUTION_ROLE_ARN = "/stackwright/execution-role-arn"
ARTIFACT_BUCKET = "/stackwright/artifact-bucket"


def image_pointer(stack: str) -> str:
    """Return the name of the parameter that holds the image which a stack runs by another's deployment than its own."""
    return f"/stackwright/{stack}/image"


def shared(title: str, name: Any, value: Any, **options: Any) -> ssm.Parameter:
    """Return the SSM parameter of this name; its value is a string, never secret."""
    return ssm.Parameter(title, Name=name, Type="String", Value=value, **options)
