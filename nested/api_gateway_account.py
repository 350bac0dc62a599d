"""API Gateway's account setting: the one role by which every API of the region writes its access logs.

A stack that sets it with each API takes it over from the others, and takes it away when it goes
(aws/aws-cdk#10878). So this stack owns it, and it outlives the stack: deleting the setting would end the logs of APIs
that this stack knows nothing of.
"""

from __future__ import annotations

from troposphere import Equals, GetAtt, Ref, Sub, Template, apigateway, iam

from nested import inputs
from nested.parts.permissions import trust
from nested.shape import needs

_OWNED = "OwnsApiGatewayAccount"


def template() -> Template:
    """Emit setting and role. Needs ApiGatewayLogs, and emits nothing while it is off; gives nothing."""
    t = Template(Description="API Gateway's role for logs")
    needs(t, inputs.API_GATEWAY_LOGS)
    t.add_condition(_OWNED, Equals(Ref(inputs.API_GATEWAY_LOGS.name), "on"))
    role = t.add_resource(_role())
    t.add_resource(
        apigateway.Account(
            "ApiGatewayAccount",
            Condition=_OWNED,
            DeletionPolicy="RetainExceptOnCreate",
            UpdateReplacePolicy="Retain",
            CloudWatchRoleArn=GetAtt(role, "Arn"),
        )
    )
    return t


def _role() -> iam.Role:
    # Neither trust nor permissions could be narrower: "Set up CloudWatch logging for REST APIs in API Gateway", API
    # Gateway Developer Guide, names this policy, and API Gateway tests the role against it before it takes it.
    logs = Sub("arn:${AWS::Partition}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs")
    return iam.Role(
        "ApiGatewayLogRole",
        Condition=_OWNED,
        DeletionPolicy="RetainExceptOnCreate",
        UpdateReplacePolicy="Retain",
        AssumeRolePolicyDocument=trust("apigateway.amazonaws.com"),
        ManagedPolicyArns=[logs],
    )
