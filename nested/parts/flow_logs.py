"""Flow logs of a VPC: their group, the role that delivers them, and the log itself."""

from __future__ import annotations

from troposphere import GetAtt, Ref, Sub, Tags, Template, ec2, iam, logs

from nested import inputs
from nested.parts.permissions import allow, policy, trust

# Ten minutes, the longest window: a tenth of the records, and of the cost, of one minute.
_AGGREGATION_SECONDS = 600


def add_to(t: Template, *, vpc: str) -> None:
    """Add flow logs of all traffic of the VPC with this logical id; the template needs FlowLogsRetentionDays."""
    t.add_resource(_log_group())
    t.add_resource(_role())
    t.add_resource(
        ec2.FlowLog(
            "FlowLog",
            ResourceType="VPC",
            ResourceId=Ref(vpc),
            TrafficType="ALL",
            LogDestinationType="cloud-watch-logs",
            LogGroupName=Ref("FlowLogGroup"),
            DeliverLogsPermissionArn=GetAtt("FlowLogRole", "Arn"),
            MaxAggregationInterval=_AGGREGATION_SECONDS,
            Tags=Tags(Name=Sub("${ProjectName}-${EnvironmentName}")),
        )
    )


def _log_group() -> logs.LogGroup:
    return logs.LogGroup(
        "FlowLogGroup",
        # The record of a network that is gone; kept, every network would leave one behind.
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Delete",
        RetentionInDays=Ref(inputs.FLOW_LOGS_RETENTION_DAYS.name),
    )


def _role() -> iam.Role:
    # "IAM role for publishing flow logs to CloudWatch Logs", Amazon VPC User Guide, without logs:CreateLogGroup:
    # with it, a delivery still under way brings back the group that the stack has just deleted.
    actions = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
    deliver = policy(allow(actions, GetAtt("FlowLogGroup", "Arn")))
    flow_logs = Sub("arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:vpc-flow-log/*")
    own_flow_logs = {
        "StringEquals": {"aws:SourceAccount": Ref("AWS::AccountId")},
        "ArnLike": {"aws:SourceArn": flow_logs},
    }
    return iam.Role(
        "FlowLogRole",
        AssumeRolePolicyDocument=trust("vpc-flow-logs.amazonaws.com", when=own_flow_logs),
        Policies=[iam.Policy(PolicyName="Deliver", PolicyDocument=deliver)],
    )
