"""From resource types and statuses to words: "creating the load balancer".

The table holds what a person calls a thing; a type that is not in it is called by its own last
words ("AWS::Events::ApiDestination" is "api destination").
"""

from __future__ import annotations

import re

NOUNS = {
    "AWS::ApiGateway::Account": "API Gateway account settings",
    "AWS::ApiGateway::RestApi": "REST API",
    "AWS::ApplicationAutoScaling::ScalableTarget": "task count limits",
    "AWS::ApplicationAutoScaling::ScalingPolicy": "task scaling policy",
    "AWS::AutoScaling::AutoScalingGroup": "Auto Scaling group",
    "AWS::AutoScaling::LifecycleHook": "instance lifecycle hook",
    "AWS::CertificateManager::Certificate": "certificate",
    "AWS::CloudFormation::Stack": "nested stack",
    "AWS::CloudFront::Distribution": "CloudFront distribution",
    "AWS::CloudFront::VpcOrigin": "VPC origin",
    "AWS::CloudWatch::Alarm": "alarm",
    "AWS::CloudWatch::Dashboard": "dashboard",
    "AWS::CodeBuild::Project": "CodeBuild project",
    "AWS::CodeDeploy::Application": "CodeDeploy application",
    "AWS::CodeDeploy::DeploymentGroup": "CodeDeploy deployment group",
    "AWS::EC2::EIP": "Elastic IP",
    "AWS::EC2::FlowLog": "flow log",
    "AWS::EC2::InternetGateway": "internet gateway",
    "AWS::EC2::LaunchTemplate": "launch template",
    "AWS::EC2::NatGateway": "NAT gateway",
    "AWS::EC2::Route": "route",
    "AWS::EC2::RouteTable": "route table",
    "AWS::EC2::SecurityGroup": "security group",
    "AWS::EC2::SecurityGroupEgress": "egress rule",
    "AWS::EC2::SecurityGroupIngress": "ingress rule",
    "AWS::EC2::Subnet": "subnet",
    "AWS::EC2::SubnetRouteTableAssociation": "subnet's route table association",
    "AWS::EC2::VPC": "VPC",
    "AWS::EC2::VPCCidrBlock": "VPC address range",
    "AWS::EC2::VPCEndpoint": "VPC endpoint",
    "AWS::EC2::VPCGatewayAttachment": "internet gateway attachment",
    "AWS::ECR::RegistryScanningConfiguration": "registry scanning settings",
    "AWS::ECR::Repository": "image registry",
    "AWS::ECS::CapacityProvider": "capacity provider",
    "AWS::ECS::Cluster": "ECS cluster",
    "AWS::ECS::ClusterCapacityProviderAssociations": "cluster's capacity providers",
    "AWS::ECS::Service": "ECS service",
    "AWS::ECS::TaskDefinition": "task definition",
    "AWS::ElasticLoadBalancingV2::Listener": "listener",
    "AWS::ElasticLoadBalancingV2::ListenerCertificate": "listener certificate",
    "AWS::ElasticLoadBalancingV2::ListenerRule": "listener rule",
    "AWS::ElasticLoadBalancingV2::LoadBalancer": "load balancer",
    "AWS::ElasticLoadBalancingV2::TargetGroup": "target group",
    "AWS::Events::Rule": "EventBridge rule",
    "AWS::GuardDuty::Detector": "GuardDuty detector",
    "AWS::IAM::InstanceProfile": "instance profile",
    "AWS::IAM::ManagedPolicy": "managed policy",
    "AWS::IAM::OIDCProvider": "OIDC provider",
    "AWS::IAM::Policy": "policy",
    "AWS::IAM::Role": "role",
    "AWS::IAM::ServiceLinkedRole": "service-linked role",
    "AWS::KMS::Alias": "key alias",
    "AWS::KMS::Key": "encryption key",
    "AWS::Lambda::Function": "function",
    "AWS::Logs::LogGroup": "log group",
    "AWS::Route53::HealthCheck": "health check",
    "AWS::Route53::HostedZone": "hosted zone",
    "AWS::Route53::RecordSet": "DNS record",
    "AWS::Route53::RecordSetGroup": "DNS records",
    "AWS::S3::Bucket": "bucket",
    "AWS::S3::BucketPolicy": "bucket policy",
    "AWS::SNS::Subscription": "subscription",
    "AWS::SNS::Topic": "topic",
    "AWS::SNS::TopicPolicy": "topic policy",
    "AWS::SSM::Parameter": "SSM parameter",
    "AWS::SecretsManager::Secret": "secret",
    "AWS::StepFunctions::StateMachine": "state machine",
    "AWS::WAFv2::WebACL": "web ACL",
}

# Status without its ending, as the word for doing and the word for done.
VERBS = {
    "CREATE": ("creating", "created"),
    "UPDATE": ("updating", "updated"),
    "DELETE": ("deleting", "deleted"),
    "IMPORT": ("importing", "imported"),
    "REVIEW": ("reviewing", "reviewed"),
    "ROLLBACK": ("rolling back", "rolled back"),
    "IMPORT_ROLLBACK": ("rolling back", "rolled back"),
    "UPDATE_ROLLBACK": ("rolling back", "rolled back"),
    "UPDATE_COMPLETE_CLEANUP": ("cleaning up after", "cleaned up after"),
    "UPDATE_ROLLBACK_COMPLETE_CLEANUP": ("cleaning up after", "cleaned up after"),
}
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z][a-z0-9]*|[a-z0-9]+")


def noun(resource_type: str) -> str:
    """Return what a person calls a resource of this type, without an article."""
    if resource_type in NOUNS:
        return NOUNS[resource_type]
    words = WORD.findall(resource_type.rpartition("::")[2])
    return " ".join(word if word.isupper() else word.lower() for word in words)


def doing(status: str) -> str:
    """Return the verb of a status: "creating", "created", "failed to create"."""
    operation, _, ending = status.rpartition("_")
    if ending == "PROGRESS":
        return VERBS.get(operation.removesuffix("_IN"), (status.lower(), ""))[0]
    if ending == "COMPLETE":
        return VERBS.get(operation, ("", status.lower()))[1]
    if ending == "SKIPPED":
        return "kept"
    if ending == "FAILED":
        return {"ROLLBACK": "failed to roll back", "UPDATE_ROLLBACK": "failed to roll back"}.get(
            operation, f"failed to {operation.lower()}"
        )
    return status.lower().replace("_", " ")


def sentence(resource_type: str, status: str) -> str:
    """Return the whole sentence: "creating the load balancer"."""
    return f"{doing(status)} the {noun(resource_type)}"
