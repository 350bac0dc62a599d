"""The statements of the execution role, one function for each of its policies.

Actions are those that the handlers of the stacks' resource types call for the properties that the stacks set;
resources are as narrow as "Actions, resources, and condition keys" (Service Authorization Reference) and
CloudFormation's names allow; where they have no stack in them (`stack_names`), they end at the logical id.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from troposphere import Ref, Sub
from troposphere.iam import ManagedPolicy

from nested.parts import grants
from nested.parts.permissions import Statement, allow, policy
from nested.parts.shared_parameters import EVERYTHING
from nested.parts.stack_names import RELEASED, arns

_PASSED_TO = [
    "codedeploy.amazonaws.com",
    "ec2.amazonaws.com",
    "ecs-tasks.amazonaws.com",
    "ecs.amazonaws.com",
    "events.amazonaws.com",
    "states.amazonaws.com",
    "vpc-flow-logs.amazonaws.com",
]
_ATTACHED = ["AmazonSSMManagedInstanceCore", "service-role/AmazonECSTaskExecutionRolePolicy"]
_SERVICE_LINKED = [
    "apidestinations.events.amazonaws.com",
    "autoscaling.amazonaws.com",
    "ecs.amazonaws.com",
    "ecs.application-autoscaling.amazonaws.com",
    "elasticloadbalancing.amazonaws.com",
    "vpcorigin.cloudfront.amazonaws.com",
]


def policies(role: str, statements: Mapping[str, list[Statement]]) -> list[ManagedPolicy]:
    """Return policies of these titles for the role of this logical id, which stay as long as it does.

    Each has at most 6,144 characters ("IAM and AWS STS quotas"): inline ones share 10,240.
    """
    stays = {"DeletionPolicy": "RetainExceptOnCreate", "UpdateReplacePolicy": "Retain"}
    return [
        ManagedPolicy(title, PolicyDocument=policy(*each), Roles=[Ref(role)], **stays)
        for title, each in statements.items()
    ]


def stacks_and_roles(stacks: Sequence[str]) -> list[Statement]:
    """Return what nested stacks and the roles of the stacks need."""
    own = arns(stacks, "iam::${AWS::AccountId}:role/{}", "iam::${AWS::AccountId}:instance-profile/{}")
    roles = arns(stacks, "iam::${AWS::AccountId}:role/{}")
    nested = arns(stacks, "cloudformation:*:${AWS::AccountId}:stack/{}/*")
    attached = {
        "ArnEquals": {"iam:PolicyARN": [Sub(f"arn:${{AWS::Partition}}:iam::aws:policy/{p}") for p in _ATTACHED]}
    }
    linked = Sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:role/aws-service-role/*")
    return [
        allow(
            _of(
                "cloudformation",
                "ContinueUpdateRollback CreateStack DeleteStack Describe* Get* List* UpdateStack *ChangeSet",
            ),
            nested,
        ),
        allow(_of("cloudformation", "TagResource UntagResource"), nested),
        allow(_of("iam", _ROLE_ACTIONS), own),
        allow(_of("iam", "AttachRolePolicy DetachRolePolicy"), roles, when=attached),
        grants.pass_role(roles, _PASSED_TO),
        allow("iam:CreateServiceLinkedRole", linked, when={"StringEquals": {"iam:AWSServiceName": _SERVICE_LINKED}}),
        allow(_of("ssm", "GetParameter GetParameters"), _parameters()),
    ]


_ROLE_ACTIONS = """
    AddRoleToInstanceProfile CreateInstanceProfile CreateRole DeleteInstanceProfile DeleteRole DeleteRolePolicy
    GetInstanceProfile GetRole GetRolePolicy List* PutRolePolicy RemoveRoleFromInstanceProfile TagRole UntagRole
    UpdateAssumeRolePolicy UpdateRole UpdateRoleDescription
"""


def network() -> list[Statement]:
    """Return what VPCs, their parts, security groups and launch templates need; EC2 names none after the stack.

    Log deliveries have no name either, nor has the policy that lets them write; an HTTP API's is more than its type's
    handlers say ("Configure logging for HTTP APIs", Amazon API Gateway Developer Guide).
    """
    logs = "CreateLogDelivery DeleteLogDelivery GetLogDelivery ListLogDeliveries PutResourcePolicy UpdateLogDelivery"
    return [allow(_of("ec2", _NETWORK_ACTIONS), "*"), allow(_of("logs", logs), "*")]


_NETWORK_ACTIONS = """
    AllocateAddress AssociateAddress AssociateNatGatewayAddress AssociateRouteTable AssociateSubnetCidrBlock
    AssociateVpcCidrBlock AttachInternetGateway AuthorizeSecurityGroupEgress AuthorizeSecurityGroupIngress
    CreateFlowLogs CreateInternetGateway CreateLaunchTemplate CreateLaunchTemplateVersion CreateNatGateway
    CreateNetworkAcl CreateNetworkAclEntry CreateRoute CreateRouteTable CreateSecurityGroup CreateSubnet CreateTags
    CreateVpc CreateVpcEndpoint DeleteFlowLogs DeleteInternetGateway DeleteLaunchTemplate DeleteLaunchTemplateVersions
    DeleteNatGateway DeleteNetworkAcl DeleteNetworkAclEntry DeleteRoute DeleteRouteTable DeleteSecurityGroup
    DeleteSubnet DeleteTags DeleteVpc DeleteVpcEndpoints Describe* DetachInternetGateway DisassociateAddress
    DisassociateNatGatewayAddress DisassociateRouteTable DisassociateSubnetCidrBlock DisassociateVpcCidrBlock
    GetLaunchTemplateData GetSecurityGroupsForVpc ModifyLaunchTemplate ModifySubnetAttribute ModifyVpcAttribute
    ModifyVpcEndpoint ReleaseAddress ReplaceNetworkAclAssociation ReplaceNetworkAclEntry ReplaceRoute
    ReplaceRouteTableAssociation RevokeSecurityGroupEgress RevokeSecurityGroupIngress RunInstances
    UpdateSecurityGroupRuleDescriptionsEgress UpdateSecurityGroupRuleDescriptionsIngress
"""


def services(stacks: Sequence[str]) -> list[Statement]:
    """Return what clusters, services, load balancers, scaling and alarms need."""
    groups = arns(stacks, "autoscaling:*:${AWS::AccountId}:autoScalingGroup:*:autoScalingGroupName/{}")
    alarms = arns([*stacks, "TargetTracking-*"], "cloudwatch:*:${AWS::AccountId}:alarm:{}")
    return [
        # Task definitions have no resource while they are registered, and clusters none while they are created.
        allow(_of("ecs", _ECS_UNNAMED), "*"),
        allow(_of("ecs", _ECS_NAMED), arns(stacks, *_ECS_SHAPES)),
        # Names of load balancers and target groups keep six characters of the stack's.
        allow(_of("elasticloadbalancing", _LOAD_BALANCING_ACTIONS), "*"),
        allow(_of("autoscaling", "Describe*"), "*"),
        allow(_of("autoscaling", _GROUP_ACTIONS), groups),
        allow(_of("application-autoscaling", _TASK_SCALING_ACTIONS), "*"),
        allow(_of("cloudwatch", "DescribeAlarms GetMetricData"), "*"),
        allow(_of("cloudwatch", _ALARM_ACTIONS), alarms),
    ]


_ALARM_ACTIONS = """
    DeleteAlarms ListTagsForResource PutCompositeAlarm PutMetricAlarm TagResource UntagResource
"""
_ECS_SHAPES = tuple(
    f"ecs:*:${{AWS::AccountId}}:{kind}/{{}}"
    for kind in ("capacity-provider", "cluster", "service", "service-deployment")
)
_ECS_UNNAMED = """
    CreateCapacityProvider CreateCluster DeregisterTaskDefinition Describe* List* RegisterTaskDefinition TagResource
    UntagResource
"""
_ECS_NAMED = """
    CreateService DeleteCapacityProvider DeleteCluster DeleteService PutClusterCapacityProviders StopServiceDeployment
    UpdateCapacityProvider UpdateCluster UpdateClusterSettings UpdateService
"""
_LOAD_BALANCING_ACTIONS = """
    AddTags CreateListener CreateLoadBalancer CreateRule CreateTargetGroup DeleteListener DeleteLoadBalancer DeleteRule
    DeleteTargetGroup DeregisterTargets Describe* ModifyListener ModifyListenerAttributes ModifyLoadBalancerAttributes
    ModifyRule ModifyTargetGroup ModifyTargetGroupAttributes RegisterTargets RemoveTags SetIpAddressType
    SetRulePriorities SetSecurityGroups SetSubnets SetWebACL
"""
_GROUP_ACTIONS = """
    AttachLoadBalancerTargetGroups AttachTrafficSources CancelInstanceRefresh CreateAutoScalingGroup CreateOrUpdateTags
    DeleteAutoScalingGroup DeleteLifecycleHook DeleteTags DetachLoadBalancerTargetGroups DetachTrafficSources
    DisableMetricsCollection EnableMetricsCollection PutLifecycleHook ResumeProcesses StartInstanceRefresh
    SuspendProcesses UpdateAutoScalingGroup
"""
_TASK_SCALING_ACTIONS = """
    DeleteScalingPolicy DeleteScheduledAction DeregisterScalableTarget Describe* ListTagsForResource PutScalingPolicy
    PutScheduledAction RegisterScalableTarget TagResource UntagResource
"""


def storage(stacks: Sequence[str]) -> list[Statement]:
    """Return what buckets, registries and log groups need, and the templates of nested stacks."""
    artifacts = Sub("arn:${AWS::Partition}:s3:::*-artifactbucket-*/*")
    own = {"StringEquals": {"aws:ResourceAccount": Ref("AWS::AccountId")}}
    return [
        allow("s3:GetObject", artifacts, when=own),
        # A bucket that is not there yet belongs to no account.
        allow("s3:CreateBucket", arns(stacks, "s3:::{}")),
        allow(_of("s3", _BUCKET_ACTIONS), arns(stacks, "s3:::{}"), when=own),
        allow(_of("ecr", _REGISTRY_ACTIONS), arns(stacks, "ecr:*:${AWS::AccountId}:repository/{}")),
        allow(_of("logs", "Describe*"), "*"),
        allow(_of("logs", _LOG_GROUP_ACTIONS), [*arns(stacks, *_LOG_GROUP_SHAPES), Sub(_API_LOGS)]),
    ]


_BUCKET_ACTIONS = """
    DeleteBucket DeleteBucketPolicy GetAccelerateConfiguration
    GetBucket* Get*Configuration ListBucket ListTagsForResource PutBucketAcl PutBucketLogging PutBucketOwnershipControls
    PutBucketPolicy PutBucketPublicAccessBlock PutBucketTagging PutBucketVersioning PutEncryptionConfiguration
    PutLifecycleConfiguration TagResource UntagResource
"""
_REGISTRY_ACTIONS = """
    CreateRepository DeleteLifecyclePolicy DeleteRepository DescribeRepositories GetLifecyclePolicy GetRepositoryPolicy
    ListTagsForResource PutImageScanningConfiguration PutImageTagMutability PutLifecyclePolicy TagResource UntagResource
"""
# ECS names the groups of Container Insights after the cluster, and the cluster is named after its stack. AWS WAF wants
# its own named its way.
_LOG_GROUP_SHAPES = (
    "logs:*:${AWS::AccountId}:log-group:{}",
    "logs:*:${AWS::AccountId}:log-group:/aws/ecs/containerinsights/{}",
    "logs:*:${AWS::AccountId}:log-group:aws-waf-logs-{}",
)
# API Gateway names this one after the API, which it names itself.
_API_LOGS = "arn:${AWS::Partition}:logs:*:${AWS::AccountId}:log-group:API-Gateway-Execution-Logs_*"
_LOG_GROUP_ACTIONS = """
    CreateLogGroup DeleteLogGroup DeleteRetentionPolicy GetDataProtectionPolicy ListTagsForResource PutRetentionPolicy
    TagResource UntagResource
"""


def observability(stacks: Sequence[str]) -> list[Statement]:
    """Return what topics and their keys, log metrics, dashboards and budgets need."""
    dashboards = arns([*stacks, "Dashboard-*"], "cloudwatch::${AWS::AccountId}:dashboard/{}")
    keys = Sub("arn:${AWS::Partition}:kms:*:${AWS::AccountId}:key/*")
    return [
        allow(_of("sns", _TOPIC_ACTIONS), arns(stacks, "sns:*:${AWS::AccountId}:{}")),
        # "Actions, resources, and condition keys for Amazon SNS": these know no resource.
        allow(_of("sns", "GetSubscriptionAttributes SetSubscriptionAttributes Unsubscribe"), "*"),
        # A key has no name, and until tags count for permissions it may take five minutes ("ABAC for AWS KMS").
        allow("kms:CreateKey", "*"),
        allow(_of("kms", _KEY_ACTIONS), keys),
        allow(_of("logs", _FILTER_ACTIONS), arns(stacks, "logs:*:${AWS::AccountId}:log-group:{}")),
        allow(_of("cloudwatch", _DASHBOARD_ACTIONS), dashboards),
        allow(_of("budgets", _BUDGET_ACTIONS), arns([*stacks, "Budget-*"], "budgets::${AWS::AccountId}:budget/{}")),
    ]


_TOPIC_ACTIONS = """
    CreateTopic DeleteTopic GetDataProtectionPolicy GetTopicAttributes ListSubscriptionsByTopic ListTagsForResource
    SetTopicAttributes Subscribe TagResource UntagResource
"""
_KEY_ACTIONS = """
    DescribeKey DisableKeyRotation EnableKeyRotation GetKeyPolicy GetKeyRotationStatus ListResourceTags PutKeyPolicy
    ScheduleKeyDeletion TagResource UntagResource UpdateKeyDescription
"""
_FILTER_ACTIONS = "DeleteMetricFilter PutMetricFilter"
_DASHBOARD_ACTIONS = "DeleteDashboards GetDashboard ListTagsForResource PutDashboard TagResource UntagResource"
_BUDGET_ACTIONS = "ListTagsForResource ModifyBudget TagResource UntagResource ViewBudget"


def events(stacks: Sequence[str]) -> list[Statement]:
    """Return what rules of EventBridge need, what they post with, and the state machines that they start."""
    own = arns([*stacks, "SlackConnection-*", "SlackDestination-*"], "events:*:${AWS::AccountId}:*/{}")
    machines = arns(["Redeployment-*"], "states:*:${AWS::AccountId}:stateMachine:{}")
    return [
        allow(_of("events", _EVENT_ACTIONS), own),
        allow("sqs:*Queue*", arns(stacks, "sqs:*:${AWS::AccountId}:{}")),
        # Where EventBridge keeps a connection's token, as whoever makes the connection; and where the token comes from.
        allow(_of("secretsmanager", "CreateSecret GetSecretValue PutSecretValue UpdateSecret"), _secret("events!*")),
        allow("secretsmanager:GetSecretValue", _secret("slack/*")),
        allow(_of("states", _MACHINE_ACTIONS), machines),
    ]


_EVENT_ACTIONS = "*ApiDestination *Connection *Rule *Targets ListTagsForResource TagResource UntagResource"
_MACHINE_ACTIONS = """
    CreateStateMachine DeleteStateMachine DescribeStateMachine ListTagsForResource TagResource UntagResource
    UpdateStateMachine
"""


def releases() -> list[Statement]:
    """Return what applications and deployment groups of CodeDeploy need; nothing here deploys."""
    own = arns(RELEASED, "codedeploy:*:${AWS::AccountId}:*:{}")
    return [allow(_of("codedeploy", _CODE_DEPLOY_ACTIONS), own)]


_CODE_DEPLOY_ACTIONS = """
    CreateApplication CreateDeploymentGroup DeleteApplication DeleteDeploymentGroup GetApplication GetDeploymentGroup
    ListDeployments ListTagsForResource TagResource UntagResource UpdateDeploymentGroup
"""


def content_network() -> list[Statement]:
    """Return what distributions, VPC origins and the secret that an origin knows them by need.

    CloudFront names nothing after the stack, and Secrets Manager a secret after its logical id.
    """
    kinds = ("distribution", "vpcorigin")
    own = [Sub(f"arn:${{AWS::Partition}}:cloudfront::${{AWS::AccountId}}:{kind}/*") for kind in kinds]
    secret = Sub("arn:${AWS::Partition}:secretsmanager:*:${AWS::AccountId}:secret:OriginSecret-*")
    return [
        allow(_of("cloudfront", _CLOUDFRONT_ACTIONS), own),
        allow(_of("secretsmanager", _SECRET_ACTIONS), secret),
        # What is only being created has no ARN yet, and a password belongs to no secret.
        allow(["cloudfront:CreateDistribution", "cloudfront:CreateVpcOrigin", "secretsmanager:GetRandomPassword"], "*"),
    ]


_CLOUDFRONT_ACTIONS = """
    DeleteDistribution DeleteVpcOrigin GetDistribution GetDistributionConfig GetVpcOrigin ListTagsForResource
    TagResource UntagResource UpdateDistribution UpdateVpcOrigin
"""
_SECRET_ACTIONS = """
    CreateSecret DeleteSecret DescribeSecret GetSecretValue TagResource UntagResource UpdateSecret
"""


def firewalls(stacks: Sequence[str]) -> list[Statement]:
    """Return what web ACLs need, the rules of AWS in them, and the load balancers and APIs that they protect."""
    others = (
        "wafv2:*:${AWS::AccountId}:regional/managedruleset/*",
        "elasticloadbalancing:*:${AWS::AccountId}:loadbalancer/app/*",
        "apigateway:*::/restapis/*/stages/*",
    )
    anybodys = [Sub("arn:${AWS::Partition}:" + each) for each in others]
    acls = arns([*stacks, "WebAcl-*"], "wafv2:*:${AWS::AccountId}:regional/webacl/{}/*")
    return [allow(_of("wafv2", _ACL_ACTIONS), [*acls, *anybodys])]


_ACL_ACTIONS = """
    AssociateWebACL CreateWebACL DeleteLoggingConfiguration DeleteWebACL DisassociateWebACL GetLoggingConfiguration
    GetWebACL GetWebACLForResource ListTagsForResource PutLoggingConfiguration TagResource UntagResource UpdateWebACL
"""


def apis() -> list[Statement]:
    """Return what APIs and their VPC links need.

    API Gateway's ARNs have neither an account nor a name of the stack's, and a VPC link is an endpoint service that
    API Gateway makes with the permissions of who asks for the link.
    """
    own = [Sub(f"arn:${{AWS::Partition}}:apigateway:*::/{each}*") for each in _API_PATHS]
    endpoints = "CreateVpcEndpointServiceConfiguration DeleteVpcEndpointServiceConfigurations"
    services = Sub("arn:${AWS::Partition}:ec2:*:${AWS::AccountId}:vpc-endpoint-service/*")
    links = Sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:role/aws-service-role/ops.apigateway.amazonaws.com/*")
    return [
        allow(_of("apigateway", "DELETE GET PATCH POST PUT SetWebACL"), own),
        allow(_of("ec2", f"{endpoints} ModifyVpcEndpointServicePermissions"), services),
        allow("iam:CreateServiceLinkedRole", links),
    ]


_API_PATHS = ("restapis", "vpclinks", "apis", "apikeys", "usageplans", "tags", "v2")


def domains(zone_id: Any) -> list[Statement]:
    """Return what certificates and records of this one zone need."""
    zone = Sub("arn:${AWS::Partition}:route53:::hostedzone/${Zone}", Zone=zone_id)
    records = "ChangeResourceRecordSets GetHostedZone ListResourceRecordSets"
    return [
        allow(_of("acm", _CERTIFICATE_ACTIONS), Sub("arn:${AWS::Partition}:acm:*:${AWS::AccountId}:certificate/*")),
        # A certificate that is only being requested has no ARN yet.
        allow("acm:RequestCertificate", "*"),
        allow(_of("route53", records), zone),
        allow("route53:GetChange", Sub("arn:${AWS::Partition}:route53:::change/*")),
        # A check that is being created has no id yet.
        allow("route53:CreateHealthCheck", "*"),
        allow(_of("route53", _CHECK_ACTIONS), Sub("arn:${AWS::Partition}:route53:::healthcheck/*")),
        allow("route53:ListHostedZones*", "*"),
    ]


_CHECK_ACTIONS = "ChangeTagsForResource DeleteHealthCheck GetHealthCheck ListTagsForResource UpdateHealthCheck"
_CERTIFICATE_ACTIONS = """
    AddTagsToCertificate DeleteCertificate DescribeCertificate ListTagsForCertificate RemoveTagsFromCertificate
    UpdateCertificateOptions
"""


def _of(service: str, actions: str) -> list[str]:
    return [f"{service}:{each}" for each in actions.split()]


def _secret(name: str) -> Sub:
    return Sub(f"arn:${{AWS::Partition}}:secretsmanager:*:${{AWS::AccountId}}:secret:{name}")


def _parameters() -> list[Sub]:
    own = "arn:${AWS::Partition}:ssm:*:${AWS::AccountId}:parameter"
    return [Sub(own + EVERYTHING), Sub("arn:${AWS::Partition}:ssm:*::parameter/aws/service/*")]
