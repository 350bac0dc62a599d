"""Everything that there is in an account, by the services' own lists."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from support.accounts import Account

STACK = "AWS::CloudFormation::Stack"
BOOTSTRAP = ("account-", "region-")
OF_AWS = ("AWSServiceRole", "FARGATE")  # made by AWS once an account, and of no stack
DEFAULT = [{"Name": "is-default", "Values": ["true"]}]
OWN = [{"Key": "Name", "Option": "BeginsWith", "Values": ["/stackwright/"]}]  # AWS's public ones are told too, here
LIVE = [{"Name": "instance-state-name", "Values": ["pending", "running", "stopping", "stopped"]}]


@dataclass(frozen=True)
class Kind:
    """A resource type and how its service lists it: the list in the answer, and what names one (empty: itself)."""

    type: str
    service: str
    operation: str
    listed: str
    name: str = ""
    arguments: dict[str, Any] = field(default_factory=dict)


LISTED = (
    Kind("AWS::ApiGateway::RestApi", "apigateway", "get_rest_apis", "items", "id"),
    Kind("AWS::ApiGateway::VpcLink", "apigateway", "get_vpc_links", "items", "id"),
    Kind("AWS::ApiGatewayV2::Api", "apigatewayv2", "get_apis", "Items", "ApiId"),
    Kind("AWS::ApiGatewayV2::VpcLink", "apigatewayv2", "get_vpc_links", "Items", "VpcLinkId"),
    Kind(
        *("AWS::ApplicationAutoScaling::ScalableTarget", "application-autoscaling", "describe_scalable_targets"),
        *("ScalableTargets", "ResourceId", {"ServiceNamespace": "ecs"}),
    ),
    Kind(
        *("AWS::AutoScaling::AutoScalingGroup", "autoscaling", "describe_auto_scaling_groups"),
        *("AutoScalingGroups", "AutoScalingGroupName"),
    ),
    Kind(
        *("AWS::CertificateManager::Certificate", "acm", "list_certificates"),
        *("CertificateSummaryList", "CertificateArn"),
    ),
    Kind(STACK, "cloudformation", "describe_stacks", "Stacks", "StackName"),
    Kind("AWS::CloudFormation::StackSet", "cloudformation", "list_stack_sets", "Summaries", "StackSetName"),
    Kind("AWS::CloudFront::Distribution", "cloudfront", "list_distributions", "DistributionList.Items", "Id"),
    Kind("AWS::CloudFront::VpcOrigin", "cloudfront", "list_vpc_origins", "VpcOriginList.Items", "Id"),
    Kind("AWS::CloudWatch::Alarm", "cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
    Kind(
        *("AWS::CloudWatch::CompositeAlarm", "cloudwatch", "describe_alarms", "CompositeAlarms", "AlarmName"),
        {"AlarmTypes": ["CompositeAlarm"]},
    ),
    Kind("AWS::CloudWatch::Dashboard", "cloudwatch", "list_dashboards", "DashboardEntries", "DashboardName"),
    Kind("AWS::CodeBuild::Project", "codebuild", "list_projects", "projects"),
    Kind("AWS::CodeDeploy::Application", "codedeploy", "list_applications", "applications"),
    Kind("AWS::CodePipeline::Pipeline", "codepipeline", "list_pipelines", "pipelines", "name"),
    Kind("AWS::EC2::EIP", "ec2", "describe_addresses", "Addresses", "AllocationId"),
    Kind(
        *("AWS::EC2::EgressOnlyInternetGateway", "ec2", "describe_egress_only_internet_gateways"),
        *("EgressOnlyInternetGateways", "EgressOnlyInternetGatewayId"),
    ),
    Kind("AWS::EC2::FlowLog", "ec2", "describe_flow_logs", "FlowLogs", "FlowLogId"),
    Kind("AWS::EC2::InternetGateway", "ec2", "describe_internet_gateways", "InternetGateways", "InternetGatewayId"),
    Kind("AWS::EC2::LaunchTemplate", "ec2", "describe_launch_templates", "LaunchTemplates", "LaunchTemplateId"),
    Kind("AWS::EC2::NetworkAcl", "ec2", "describe_network_acls", "NetworkAcls", "NetworkAclId"),
    Kind("AWS::EC2::NetworkInterface", "ec2", "describe_network_interfaces", "NetworkInterfaces", "NetworkInterfaceId"),
    Kind("AWS::EC2::RouteTable", "ec2", "describe_route_tables", "RouteTables", "RouteTableId"),
    Kind("AWS::EC2::SecurityGroup", "ec2", "describe_security_groups", "SecurityGroups", "GroupId"),
    Kind("AWS::EC2::Subnet", "ec2", "describe_subnets", "Subnets", "SubnetId"),
    Kind("AWS::EC2::VPC", "ec2", "describe_vpcs", "Vpcs", "VpcId"),
    Kind("AWS::ECR::Repository", "ecr", "describe_repositories", "repositories", "repositoryName"),
    Kind("AWS::ECS::CapacityProvider", "ecs", "describe_capacity_providers", "capacityProviders", "name"),
    Kind("AWS::ECS::TaskDefinition", "ecs", "list_task_definitions", "taskDefinitionArns", "", {"status": "ACTIVE"}),
    Kind(
        *("AWS::ElasticLoadBalancingV2::LoadBalancer", "elbv2", "describe_load_balancers"),
        *("LoadBalancers", "LoadBalancerArn"),
    ),
    Kind(
        *("AWS::ElasticLoadBalancingV2::TargetGroup", "elbv2", "describe_target_groups"),
        *("TargetGroups", "TargetGroupArn"),
    ),
    Kind("AWS::Events::ApiDestination", "events", "list_api_destinations", "ApiDestinations", "Name"),
    Kind("AWS::Events::Connection", "events", "list_connections", "Connections", "Name"),
    Kind("AWS::Events::Rule", "events", "list_rules", "Rules", "Name"),
    Kind("AWS::IAM::InstanceProfile", "iam", "list_instance_profiles", "InstanceProfiles", "InstanceProfileName"),
    Kind("AWS::IAM::ManagedPolicy", "iam", "list_policies", "Policies", "Arn", {"Scope": "Local"}),
    Kind("AWS::IAM::OIDCProvider", "iam", "list_open_id_connect_providers", "OpenIDConnectProviderList", "Arn"),
    Kind("AWS::IAM::Role", "iam", "list_roles", "Roles", "RoleName"),
    Kind("AWS::Logs::Delivery", "logs", "describe_deliveries", "deliveries", "id"),
    Kind("AWS::Logs::DeliveryDestination", "logs", "describe_delivery_destinations", "deliveryDestinations", "name"),
    Kind("AWS::Logs::DeliverySource", "logs", "describe_delivery_sources", "deliverySources", "name"),
    Kind("AWS::Logs::LogGroup", "logs", "describe_log_groups", "logGroups", "logGroupName"),
    Kind("AWS::Logs::ResourcePolicy", "logs", "describe_resource_policies", "resourcePolicies", "policyName"),
    Kind("AWS::S3::Bucket", "s3", "list_buckets", "Buckets", "Name"),
    Kind("AWS::SNS::Topic", "sns", "list_topics", "Topics", "TopicArn"),
    Kind("AWS::SQS::Queue", "sqs", "list_queues", "QueueUrls"),
    Kind("AWS::SSM::Parameter", "ssm", "describe_parameters", "Parameters", "Name", {"ParameterFilters": OWN}),
    Kind("AWS::SecretsManager::Secret", "secretsmanager", "list_secrets", "SecretList", "ARN"),
    Kind("AWS::StepFunctions::StateMachine", "stepfunctions", "list_state_machines", "stateMachines", "name"),
    Kind("AWS::WAFv2::WebACL", "wafv2", "list_web_acls", "WebACLs", "Id", {"Scope": "REGIONAL"}),
)

# These are nothing without another, and go with it at the latest.
PARTS = {
    *("AWS::ApiGateway::Deployment", "AWS::ApiGateway::Stage", "AWS::ApplicationAutoScaling::ScalingPolicy"),
    *("AWS::CodeDeploy::DeploymentGroup", "AWS::EC2::NetworkAclEntry", "AWS::EC2::Route"),
    *("AWS::EC2::SecurityGroupEgress", "AWS::EC2::SecurityGroupIngress", "AWS::EC2::SubnetNetworkAclAssociation"),
    *("AWS::EC2::SubnetRouteTableAssociation", "AWS::EC2::VPCCidrBlock", "AWS::EC2::VPCGatewayAttachment"),
    *("AWS::ECS::ClusterCapacityProviderAssociations", "AWS::ECS::Service"),
    *("AWS::ElasticLoadBalancingV2::Listener", "AWS::ElasticLoadBalancingV2::ListenerRule", "AWS::IAM::Policy"),
    *("AWS::Logs::MetricFilter", "AWS::S3::BucketPolicy", "AWS::SNS::Subscription", "AWS::SNS::TopicPolicy"),
    *("AWS::SQS::QueuePolicy", "AWS::WAFv2::LoggingConfiguration", "AWS::WAFv2::WebACLAssociation"),
}


def left(account: Account) -> set[str]:
    """Return what there is, as "type name", but for what AWS made with the account and what bootstrap stacks hold."""
    return everything(account) - held(account, *BOOTSTRAP)


def unseen(account: Account, stack: str) -> Counter[str]:
    """Return the types, with how many, of what a stack holds and no list has: what `left` would not miss."""
    needed = Counter(each.partition(" ")[0] for each in held(account, stack))
    for each in PARTS:
        del needed[each]
    return needed - Counter(each.partition(" ")[0] for each in everything(account))


def everything(account: Account) -> set[str]:
    """Return what there is, as "type name", but for what AWS made with the account."""
    (default,) = _listed(account, "ec2", "describe_vpcs", "Vpcs", {"Filters": DEFAULT})
    found = {
        f"{kind.type} {each[kind.name] if kind.name else each}"
        for kind in LISTED
        for each in _listed(account, kind.service, kind.operation, kind.listed, kind.arguments)
        if not kind.name or each.get("VpcId") != default["VpcId"]
    }
    found |= {f"{type_} {name}" for each in (_ends_late, _keys, _records, _of_viewers) for type_, name in each(account)}
    return {each for each in found if not each.partition(" ")[2].startswith(OF_AWS)}


def held(account: Account, *beginnings: str) -> set[str]:
    """Return the stacks whose names begin so and what they hold, as "type name"."""
    client = account.client("cloudformation")
    found = [each["StackName"] for each in client.describe_stacks()["Stacks"]]
    stacks = [each for each in found if each.startswith(beginnings)]
    return {f"{STACK} {each}" for each in stacks} | {
        f"{each['ResourceType']} {each['PhysicalResourceId']}"
        for stack in stacks
        for each in client.list_stack_resources(StackName=stack)["StackResourceSummaries"]
        if each["ResourceType"] != STACK
    }


def _listed(account: Account, service: str, operation: str, listed: str, arguments: dict[str, Any]) -> list[Any]:
    """Ask page after page where the operation has pages."""
    client = account.client(service)
    many = client.can_paginate(operation)
    pages = client.get_paginator(operation).paginate(**arguments) if many else [getattr(client, operation)(**arguments)]
    found: list[Any] = []
    for page in pages:
        for word in listed.split("."):
            page = page.get(word) or {}
        found += page
    return found


def _ends_late(account: Account) -> Iterator[tuple[str, str]]:
    """What its service tells of for a while after its end: instances and the like that are not at it."""
    for one in _listed(account, "ec2", "describe_instances", "Reservations", {"Filters": LIVE}):
        yield from (("AWS::EC2::Instance", each["InstanceId"]) for each in one["Instances"])
    for each in _listed(account, "ec2", "describe_nat_gateways", "NatGateways", {}):
        if each["State"] != "deleted":
            yield "AWS::EC2::NatGateway", each["NatGatewayId"]
    for each in _listed(account, "ec2", "describe_vpc_endpoints", "VpcEndpoints", {}):
        if each["State"] != "deleted":
            yield "AWS::EC2::VPCEndpoint", each["VpcEndpointId"]
    ecs = account.client("ecs")
    for each in ecs.describe_clusters(clusters=ecs.list_clusters()["clusterArns"])["clusters"]:
        if each["status"] == "ACTIVE":
            yield "AWS::ECS::Cluster", each["clusterArn"]


def _keys(account: Account) -> Iterator[tuple[str, str]]:
    """Keys that are not about to be deleted, nor AWS's own."""
    aliases = _listed(account, "kms", "list_aliases", "Aliases", {})
    of_aws = {each.get("TargetKeyId") for each in aliases if each["AliasName"].startswith("alias/aws/")}
    for each in _listed(account, "kms", "list_keys", "Keys", {}):
        metadata = account.client("kms").describe_key(KeyId=each["KeyId"])["KeyMetadata"]
        if metadata["KeyState"] != "PendingDeletion" and each["KeyId"] not in of_aws:
            yield "AWS::KMS::Key", each["KeyId"]


def _records(account: Account) -> Iterator[tuple[str, str]]:
    """Zones and their records; not those that a zone has of itself, nor those that certificates are renewed by."""
    for zone in _listed(account, "route53", "list_hosted_zones", "HostedZones", {}):
        number = zone["Id"].removeprefix("/hostedzone/")
        yield "AWS::Route53::HostedZone", number
        of_zone = {"HostedZoneId": number}
        for each in _listed(account, "route53", "list_resource_record_sets", "ResourceRecordSets", of_zone):
            if each["Type"] not in {"NS", "SOA"} and not each["Name"].startswith("_"):
                yield "AWS::Route53::RecordSet", f"{each['Name']} {each['Type']}"


def _of_viewers(account: Account) -> Iterator[tuple[str, str]]:
    """CloudFront's web ACLs, which one region alone tells of ("ListWebACLs", Scope)."""
    for each in _listed(account.at("us-east-1"), "wafv2", "list_web_acls", "WebACLs", {"Scope": "CLOUDFRONT"}):
        yield "AWS::WAFv2::WebACL", each["Id"]
