"""Container instances: how one is launched, what it may do and who can reach it.

Amazon Linux with the ECS agent, x86-64 or Graviton by MachineImage and InstanceType.
"""

from __future__ import annotations

from troposphere import Base64, GetAtt, Ref, Sub, Tags
from troposphere.ec2 import (
    EBSBlockDevice,
    IamInstanceProfile,
    LaunchTemplate,
    LaunchTemplateBlockDeviceMapping,
    LaunchTemplateData,
    MetadataOptions,
    SecurityGroup,
    SecurityGroupRule,
    TagSpecifications,
)
from troposphere.iam import InstanceProfile, Policy, Role
from troposphere.logs import LogGroup

from nested import inputs
from nested.parts import grants
from nested.parts.permissions import Statement, allow, policy, trust

# Size of the snapshot behind the ECS-optimised Amazon Linux AMI; a smaller volume does not launch.
ROOT_VOLUME_GIB = 30

# One hop reaches the host and the agent, which uses the host's network; containers are one hop further away.
METADATA_HOPS = 1

# What the agent has to say about one incident.
AGENT_LOG_RETENTION_DAYS = 14

# The agent reads this file once, when it starts. Blocking IMDS keeps tasks from the instance's role; the tags that
# are propagated are those of the instance; the agent's own log leaves the instance before the instance does.
USER_DATA = """#!/bin/bash
cat >> /etc/ecs/ecs.config <<'CONFIG'
ECS_CLUSTER=${Cluster}
ECS_AWSVPC_BLOCK_IMDS=true
ECS_ENABLE_SPOT_INSTANCE_DRAINING=true
ECS_CONTAINER_INSTANCE_PROPAGATE_TAGS_FROM=ec2_instance
ECS_LOG_DRIVER=awslogs
ECS_LOG_OPTS={"awslogs-group":"${AgentLogs}","awslogs-region":"${AWS::Region}","mode":"non-blocking"}
CONFIG
"""


def agent_logs() -> LogGroup:
    """Return the log group of the ECS agents."""
    return LogGroup(
        "AgentLogs",
        RetentionInDays=AGENT_LOG_RETENTION_DAYS,
        DeletionPolicy="RetainExceptOnCreate",
        UpdateReplacePolicy="Retain",
    )


def security_group() -> SecurityGroup:
    """Return the instances' group: no way in, every way out (registries, ECS, Systems Manager, updates)."""
    anywhere = SecurityGroupRule(IpProtocol="-1", CidrIp="0.0.0.0/0", Description="AWS APIs, registries and updates")
    return SecurityGroup(
        "InstanceSecurityGroup",
        GroupDescription="Container instances: no ingress, administration by Session Manager",
        VpcId=Ref(inputs.VPC_ID.name),
        SecurityGroupEgress=[anywhere],
    )


def role() -> Role:
    """Return the instances' role: join this one cluster, pull, write the agent's log, be reached by Session Manager.

    Written out instead of AmazonEC2ContainerServiceforEC2Role, which lets an instance join and even create any
    cluster and pull any image of the account.
    """
    pulls = grants.pull(Ref(inputs.REPOSITORY_ARN.name))
    logs = grants.write_logs(GetAtt("AgentLogs", "Arn"))
    core = Sub("arn:${AWS::Partition}:iam::aws:policy/AmazonSSMManagedInstanceCore")
    return Role(
        "InstanceRole",
        Description="ECS container instances",
        AssumeRolePolicyDocument=trust("ec2.amazonaws.com"),
        ManagedPolicyArns=[core],
        Policies=[
            Policy(PolicyName="JoinCluster", PolicyDocument=policy(*_join_cluster())),
            Policy(PolicyName="PullImages", PolicyDocument=policy(*pulls)),
            Policy(PolicyName="WriteLogs", PolicyDocument=policy(logs)),
        ],
    )


def _join_cluster() -> list[Statement]:
    """Return the agent's statements.

    Source: "Actions, resources, and condition keys for Amazon Elastic Container Service" and
    "AmazonEC2ContainerServiceforEC2Role" in the AWS Managed Policy Reference Guide.
    """
    cluster = GetAtt("Cluster", "Arn")
    instances = Sub("arn:${AWS::Partition}:ecs:${AWS::Region}:${AWS::AccountId}:container-instance/*")
    of_cluster = {"ArnEquals": {"ecs:cluster": cluster}}
    registering = {"StringEquals": {"ecs:CreateAction": "RegisterContainerInstance"}}
    membership = ["ecs:RegisterContainerInstance", "ecs:DeregisterContainerInstance", "ecs:Submit*"]
    presence = ["ecs:Poll", "ecs:StartTelemetrySession", "ecs:UpdateContainerInstancesState"]
    return [
        allow(membership, cluster),
        allow(presence, instances, when=of_cluster),
        allow("ecs:TagResource", instances, when=registering),
        # Neither has a resource that it could be limited to; the tags are read to be propagated.
        allow(["ecs:DiscoverPollEndpoint", "ec2:DescribeTags"], "*"),
    ]


def profile() -> InstanceProfile:
    """Return the profile that hands the role to the instances."""
    return InstanceProfile("InstanceProfile", Roles=[Ref("InstanceRole")])


def launch_template() -> LaunchTemplate:
    """Return how an instance is launched; instance types are the Auto Scaling group's to choose."""
    data = LaunchTemplateData(
        ImageId=Ref(inputs.MACHINE_IMAGE.name),
        IamInstanceProfile=IamInstanceProfile(Arn=GetAtt("InstanceProfile", "Arn")),
        SecurityGroupIds=[GetAtt("InstanceSecurityGroup", "GroupId")],
        MetadataOptions=MetadataOptions(
            HttpEndpoint="enabled", HttpTokens="required", HttpPutResponseHopLimit=METADATA_HOPS
        ),
        BlockDeviceMappings=[_root_volume()],
        TagSpecifications=[TagSpecifications(ResourceType=each, Tags=tags()) for each in ("instance", "volume")],
        UserData=Base64(Sub(USER_DATA)),
    )
    return LaunchTemplate("LaunchTemplate", LaunchTemplateData=data)


def _root_volume() -> LaunchTemplateBlockDeviceMapping:
    volume = EBSBlockDevice(VolumeSize=ROOT_VOLUME_GIB, VolumeType="gp3", Encrypted=True, DeleteOnTermination=True)
    return LaunchTemplateBlockDeviceMapping(DeviceName="/dev/xvda", Ebs=volume)


def tags() -> Tags:
    """Return the tags of an instance and its volume, which stack tags do not reach."""
    return Tags(
        Name=Sub("${ProjectName}-${EnvironmentName}"),
        Project=Ref(inputs.PROJECT_NAME.name),
        Environment=Ref(inputs.ENVIRONMENT_NAME.name),
    )
