"""The one vocabulary: every name that travels between stacks, with type, label and description.

A name that some stack gives has no pattern: a nested change set sees a placeholder where the output of another
stack will be, and a pattern would refuse it.
"""

from __future__ import annotations

from nested.shape import Input

# -- Identity ------------------------------------------------------------------------------------------------------

_IDENTITY = "Identity"

PROJECT_NAME = Input(
    "ProjectName",
    "String",
    _IDENTITY,
    "Project",
    "Value of the tag Project on everything, tasks, instances and volumes included.",
    pattern="^[A-Za-z][A-Za-z0-9-]{0,62}$",
    max_length=63,
    constraint="Letters, digits and hyphens, a letter first, at most 63 characters.",
    shared=True,
)
ENVIRONMENT_NAME = Input(
    "EnvironmentName",
    "String",
    _IDENTITY,
    "Environment",
    "Environment this is, for example dev or prod; the prefix of its image tags.",
    pattern="^[a-z][a-z0-9]{0,15}$",
    max_length=16,
    constraint="Lower-case letters and digits, a letter first, at most 16 characters.",
    shared=True,
)

# -- Network -------------------------------------------------------------------------------------------------------

_NETWORK = "Network"

VPC_CIDR = Input(
    "VpcCidr",
    "String",
    _NETWORK,
    "Address range",
    "IPv4 range of the VPC, /16 to /24.",
    default="10.0.0.0/16",
    pattern=r"^(10|172|192|100)(\.\d{1,3}){3}/(1[6-9]|2[0-4])$",
    constraint="A private IPv4 range from /16 to /24, for example 10.0.0.0/16.",
    shared=True,
)
SUBNET_HOST_BITS = Input(
    "SubnetHostBits",
    "Number",
    _NETWORK,
    "Host bits of a subnet",
    "Bits of each subnet's address that number hosts: 12 makes /20 subnets. Six must fit the address range.",
    default="12",
    minimum=5,
    maximum=13,
    constraint="5 (a /27, the least a load balancer takes) to 13.",
    shared=True,
)
ZONE_COUNT = Input(
    "ZoneCount",
    "String",
    _NETWORK,
    "Availability Zones",
    "How many Availability Zones the subnets span.",
    default="2",
    allowed=("2", "3"),
    shared=True,
)
AVAILABILITY_ZONES = Input(
    "AvailabilityZones",
    "CommaDelimitedList",
    _NETWORK,
    "Pinned zones",
    "Three zone names to pin the subnets to (two are enough for ZoneCount 2); empty takes the region's first ones. "
    "A changed list replaces subnets.",
    default="",
    shared=True,
)
NAT_GATEWAYS = Input(
    "NatGateways",
    "String",
    _NETWORK,
    "NAT gateways",
    "one: cheapest, egress is lost with its zone. per-zone: each zone has its own. "
    "regional: one gateway that spans the zones by itself.",
    default="per-zone",
    allowed=("one", "per-zone", "regional"),
    shared=True,
)
FLOW_LOGS_RETENTION_DAYS = Input(
    "FlowLogsRetentionDays",
    "Number",
    _NETWORK,
    "Flow log retention (days)",
    "Days that the VPC's flow logs are kept.",
    default="30",
    allowed=("7", "14", "30", "60", "90", "180", "365"),
    shared=True,
)
VPC_ID = Input(
    "VpcId",
    "AWS::EC2::VPC::Id",
    _NETWORK,
    "VPC",
    "VPC everything runs in.",
    shared=True,
    public=True,
)
PUBLIC_SUBNET_IDS = Input(
    "PublicSubnetIds",
    "List<AWS::EC2::Subnet::Id>",
    _NETWORK,
    "Public subnets",
    "Subnets with a route to the internet gateway, one per zone, at least two.",
    shared=True,
    public=True,
)
PRIVATE_SUBNET_IDS = Input(
    "PrivateSubnetIds",
    "List<AWS::EC2::Subnet::Id>",
    _NETWORK,
    "Private subnets",
    "Subnets without public addresses, one per zone, at least two.",
    shared=True,
    public=True,
)


def _nat_gateway(word: str) -> Input:
    return Input(
        f"NatGateway{word}Id",
        "String",
        _NETWORK,
        f"NAT gateway of zone {word.lower()}",
        "NAT gateway that the zone leaves by; that of the first zone where the zone has none of its own.",
        shared=True,
    )


# One by one: from a list that another stack gives nothing can be selected while a nested change set is made.
NAT_GATEWAY_OF = {word: _nat_gateway(word) for word in ("One", "Two", "Three")}

IP_ADDRESS_TYPE = Input(
    "IpAddressType",
    "String",
    _NETWORK,
    "Load balancer addresses",
    "ipv4, or dualstack where the public subnets have IPv6 ranges.",
    default="ipv4",
    allowed=("ipv4", "dualstack"),
    shared=True,
)

# -- Registry ------------------------------------------------------------------------------------------------------

_REGISTRY = "Registry"

RETAINED_IMAGES = Input(
    "RetainedImages",
    "Number",
    _REGISTRY,
    "Images kept",
    "Newest images kept whose tag begins with the environment's name.",
    default="10",
    minimum=1,
    maximum=1000,
    shared=True,
)
REPOSITORY_NAME = Input("RepositoryName", "String", _REGISTRY, "Repository", "Name of the ECR repository.", shared=True)
REPOSITORY_URI = Input(
    "RepositoryUri",
    "String",
    _REGISTRY,
    "Repository URI",
    "What images are tagged with and pushed to.",
    shared=True,
    public=True,
)
REPOSITORY_ARN = Input(
    "RepositoryArn",
    "String",
    _REGISTRY,
    "Repository ARN",
    "The one repository that tasks may pull from.",
    shared=True,
)
REGISTRY_SCAN_TYPE = Input(
    "RegistryScanType",
    "String",
    _REGISTRY,
    "Image scanning",
    "BASIC looks for known vulnerabilities at each push; ENHANCED is Amazon Inspector, charged by image.",
    default="BASIC",
    allowed=("BASIC", "ENHANCED"),
    shared=True,
)

# -- Names and certificates ----------------------------------------------------------------------------------------

_DOMAIN = "Domain"

DOMAIN_NAME = Input(
    "DomainName",
    "String",
    _DOMAIN,
    "Domain name",
    "Name the service answers to, and www in front of it; the certificate covers it and everything one level below.",
    pattern=r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$",
    # RequestCertificate, AWS Certificate Manager API Reference: a certificate's first name is its common name.
    max_length=64,
    constraint="A lower-case domain name without a final dot, at most 64 characters, for example app.example.com.",
    shared=True,
)
HOSTED_ZONE_NAME = Input(
    "HostedZoneName",
    "String",
    _DOMAIN,
    "Name of the hosted zone",
    "Domain that is delegated to this account; the names of its services are this one or lie below it.",
    pattern=r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$",
    max_length=253,
    constraint="A lower-case domain name without a final dot, for example example.com.",
    shared=True,
)
HOSTED_ZONE_ID = Input(
    "HostedZoneId",
    "AWS::SSM::Parameter::Value<AWS::Route53::HostedZone::Id>",
    _DOMAIN,
    "Hosted zone (SSM parameter)",
    "SSM parameter that holds the id of the public hosted zone the name lives in; the account blueprint writes it.",
    default="/stackwright/hosted-zone-id",
    shared=True,
)
ELSEWHERE_ZONE_ID = Input(
    "ElsewhereZoneId",
    "String",
    _DOMAIN,
    "Hosted zone of another region's account stack",
    "Id of the hosted zone, where the account blueprint was deployed to another region than this; else empty.",
    default="",
    pattern="^[A-Z0-9]{0,32}$",
    constraint="The id of a hosted zone, for example Z0123456789ABCDEFGHIJ, or nothing.",
    shared=True,
)
ZONE_ID = Input(
    "ZoneId",
    "AWS::Route53::HostedZone::Id",
    _DOMAIN,
    "Hosted zone",
    "Id of the public hosted zone.",
    public=True,
)
NAME_SERVERS = Input(
    "NameServers",
    "CommaDelimitedList",
    _DOMAIN,
    "Name servers",
    "Enter these at the domain's registrar: until then no certificate can be validated.",
    public=True,
)
CERTIFICATE_ARN = Input(
    "CertificateArn",
    "String",
    _DOMAIN,
    "Certificate",
    "ARN of the ACM certificate, in the load balancer's region; empty only where plain HTTP is allowed.",
    default="",
    shared=True,
)
SERVICE_URL = Input("ServiceUrl", "String", _DOMAIN, "Service URL", "Where the service answers.", public=True)

# -- Cluster -------------------------------------------------------------------------------------------------------

_CLUSTER = "Cluster"

CPU_ARCHITECTURE = Input(
    "CpuArchitecture",
    "String",
    _CLUSTER,
    "Processor architecture",
    "X86_64, or ARM64 for Graviton; the container image, and on EC2 machine image and instance types, must be of it.",
    default="X86_64",
    allowed=("X86_64", "ARM64"),
    shared=True,
)
INSTANCE_TYPE = Input(
    "InstanceType",
    "String",
    _CLUSTER,
    "Instance type",
    "First choice of instance type. Each task takes one network interface, and the instance itself one.",
    default="t3.medium",
    pattern=r"^[a-z][a-z0-9-]*\.[a-z0-9-]+$",
    constraint="An EC2 instance type, for example t3.medium.",
    shared=True,
)
ALTERNATIVE_INSTANCE_TYPE = Input(
    "AlternativeInstanceType",
    "String",
    _CLUSTER,
    "Alternative instance type",
    "Second choice, of the same size and architecture, for zones that lack the first.",
    default="t3a.medium",
    pattern=r"^[a-z][a-z0-9-]*\.[a-z0-9-]+$",
    constraint="An EC2 instance type, for example t3a.medium.",
    shared=True,
)
MACHINE_IMAGE = Input(
    "MachineImage",
    "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>",
    _CLUSTER,
    "Machine image (SSM parameter)",
    "SSM parameter of the ECS-optimised AMI. Name a version, and bump it on purpose: `recommended` is resolved "
    "anew at each deployment and rolls the whole fleet.",
    shared=True,
)
MIN_INSTANCES = Input(
    "MinInstances",
    "Number",
    _CLUSTER,
    "Instances, least",
    "Fewest instances of the group.",
    default="2",
    minimum=0,
    maximum=100,
    shared=True,
)
MAX_INSTANCES = Input(
    "MaxInstances",
    "Number",
    _CLUSTER,
    "Instances, most",
    "Most instances of the group.",
    default="4",
    minimum=1,
    maximum=100,
    shared=True,
)
TARGET_CAPACITY = Input(
    "TargetCapacity",
    "Number",
    _CLUSTER,
    "Capacity target (%)",
    "Share of the group's capacity that tasks may fill before it grows; below 100 keeps room for the next task.",
    default="100",
    minimum=1,
    maximum=100,
    shared=True,
)
SCALE_IN_PROTECTION = Input(
    "ScaleInProtection",
    "String",
    _CLUSTER,
    "Scale-in protection",
    "on: instances that run tasks are never terminated by scaling, in group and capacity provider alike.",
    default="off",
    allowed=("on", "off"),
    shared=True,
)
CONTAINER_INSIGHTS = Input(
    "ContainerInsights",
    "String",
    _CLUSTER,
    "Container Insights",
    "Metrics of cluster and services; enhanced adds those of tasks and containers. Each is charged by metric.",
    default="enabled",
    allowed=("enhanced", "enabled", "disabled"),
    shared=True,
)
CLUSTER_NAME = Input(
    "ClusterName",
    "String",
    _CLUSTER,
    "Cluster",
    "Name of the ECS cluster.",
    shared=True,
    public=True,
)
CLUSTER_ARN = Input("ClusterArn", "String", _CLUSTER, "Cluster ARN", "ARN of the ECS cluster.", shared=True)
CAPACITY_PROVIDER_NAME = Input(
    "CapacityProviderName",
    "String",
    _CLUSTER,
    "Capacity provider",
    "Capacity provider that is associated with the cluster.",
    shared=True,
)
FARGATE_BASE = Input(
    "FargateBase",
    "Number",
    _CLUSTER,
    "Tasks on Fargate, least",
    "Tasks that run on FARGATE before weights share out the others; FARGATE_SPOT interrupts with two minutes' warning.",
    default="2",
    minimum=0,
    maximum=500,
    shared=True,
)
FARGATE_WEIGHT = Input(
    "FargateWeight",
    "Number",
    _CLUSTER,
    "Weight of Fargate",
    "Share of the tasks beyond the least that runs on FARGATE, beside the weight of FARGATE_SPOT.",
    default="1",
    minimum=0,
    maximum=1000,
    shared=True,
)
FARGATE_SPOT_WEIGHT = Input(
    "FargateSpotWeight",
    "Number",
    _CLUSTER,
    "Weight of Fargate Spot",
    "Share of the tasks beyond the least that runs on FARGATE_SPOT; 0 uses none.",
    default="0",
    minimum=0,
    maximum=1000,
    shared=True,
)
AUTO_SCALING_GROUP_NAME = Input(
    "AutoScalingGroupName",
    "String",
    _CLUSTER,
    "Auto Scaling group",
    "Group whose instances run the tasks.",
    shared=True,
    public=True,
)

# -- Load balancer -------------------------------------------------------------------------------------------------

_LOAD_BALANCER = "Load balancer"

DELETION_PROTECTION = Input(
    "DeletionProtection",
    "String",
    _LOAD_BALANCER,
    "Deletion protection",
    "on: the load balancer cannot be deleted until this is off again.",
    default="on",
    allowed=("on", "off"),
    shared=True,
)
ACCESS_LOGS_RETENTION_DAYS = Input(
    "AccessLogsRetentionDays",
    "Number",
    _LOAD_BALANCER,
    "Access log retention (days)",
    "Days that access logs are kept.",
    default="90",
    minimum=1,
    maximum=3650,
    shared=True,
)
LISTENER_ARN = Input(
    "ListenerArn",
    "String",
    _LOAD_BALANCER,
    "Listener",
    "ARN of the listener that the service's rule hangs on.",
    shared=True,
)
LOAD_BALANCER_SECURITY_GROUP_ID = Input(
    "LoadBalancerSecurityGroupId",
    "AWS::EC2::SecurityGroup::Id",
    _LOAD_BALANCER,
    "Load balancer's security group",
    "The only source that tasks admit.",
    shared=True,
)
LOAD_BALANCER_DNS_NAME = Input(
    "LoadBalancerDnsName",
    "String",
    _LOAD_BALANCER,
    "Load balancer's DNS name",
    "Name that alias records point to.",
    shared=True,
    public=True,
)
LOAD_BALANCER_ZONE_ID = Input(
    "LoadBalancerZoneId",
    "String",
    _LOAD_BALANCER,
    "Load balancer's hosted zone",
    "Canonical hosted zone of the load balancer, for alias records.",
    shared=True,
)
LOAD_BALANCER_FULL_NAME = Input(
    "LoadBalancerFullName",
    "String",
    _LOAD_BALANCER,
    "Load balancer's full name",
    "Dimension of its metrics: app/<name>/<id>.",
    shared=True,
)
LISTENER_RULE_PRIORITY = Input(
    "ListenerRulePriority",
    "Number",
    _LOAD_BALANCER,
    "Rule priority",
    "Place of the service's rule on its listener, unique there.",
    minimum=1,
    maximum=50000,
    allotted=True,
)

# -- Service -------------------------------------------------------------------------------------------------------

_SERVICE = "Service"

IMAGE = Input(
    "Image",
    "String",
    _SERVICE,
    "Container image",
    "Image by digest or unique tag, never in a parameter file. Empty starts the bootstrap container.",
    default="",
    pattern=r"^$|^[a-z0-9][a-zA-Z0-9._/:@-]*$",
    max_length=512,
    constraint="An image reference, for example <repository URI>:dev-4f2a9c1.",
)
PATH_PATTERNS = Input(
    "PathPatterns",
    "CommaDelimitedList",
    _SERVICE,
    "Path patterns",
    "Request paths that the load balancer sends to this service, at most five.",
    default="*",
)
TASK_CPU = Input(
    "TaskCpu",
    "Number",
    _SERVICE,
    "Task CPU units",
    "CPU units of a task; 1024 are one vCPU.",
    default="256",
    allowed=("256", "512", "1024", "2048", "4096", "8192", "16384"),
)
TASK_MEMORY = Input(
    "TaskMemory",
    "Number",
    _SERVICE,
    "Task memory (MiB)",
    "Memory of a task in MiB; Fargate takes certain amounts only for each number of CPU units.",
    default="512",
    minimum=128,
    maximum=122880,
)
EPHEMERAL_STORAGE = Input(
    "EphemeralStorage",
    "Number",
    _SERVICE,
    "Ephemeral storage (GiB)",
    "Disk of a task on Fargate, its images included. 20 are free.",
    default="20",
    minimum=20,
    maximum=200,
)
ASSIGN_PUBLIC_IP = Input(
    "AssignPublicIp",
    "String",
    _SERVICE,
    "Public addresses",
    "on: each task has an address in the internet, which it needs to pull its image from public subnets without NAT.",
    default="off",
    allowed=("on", "off"),
)
MINIMUM_HEALTHY_PERCENT = Input(
    "MinimumHealthyPercent",
    "Number",
    _SERVICE,
    "Healthy tasks, least (%)",
    "Share of the desired tasks that stays healthy during a deployment.",
    default="100",
    minimum=0,
    maximum=100,
)
MAXIMUM_PERCENT = Input(
    "MaximumPercent",
    "Number",
    _SERVICE,
    "Tasks, most (%)",
    "Share of the desired tasks that may run during a deployment; zone rebalancing needs more than 100.",
    default="200",
    minimum=101,
    maximum=200,
)
PLACEMENT = Input(
    "Placement",
    "String",
    _SERVICE,
    "Task placement",
    "binpack: fewest instances, by CPU. spread: over zones, then over instances.",
    default="spread",
    allowed=("binpack", "spread"),
)
EXECUTE_COMMAND = Input(
    "ExecuteCommand",
    "String",
    _SERVICE,
    "ECS Exec",
    "on: open a shell in a task; excludes a read-only root file system, which is what off gives.",
    default="off",
    allowed=("on", "off"),
)
LOG_RETENTION_DAYS = Input(
    "LogRetentionDays",
    "Number",
    _SERVICE,
    "Log retention (days)",
    "Days that the application's logs are kept.",
    default="30",
    allowed=("7", "14", "30", "60", "90", "180", "365"),
)
SERVICE_NAME = Input("ServiceName", "String", _SERVICE, "Service", "Name of the ECS service.", public=True)
TARGET_GROUP_FULL_NAME = Input(
    "TargetGroupFullName",
    "String",
    _SERVICE,
    "Target group's full name",
    "Dimension of its metrics: targetgroup/<name>/<id>.",
)
LOG_GROUP_NAME = Input("LogGroupName", "String", _SERVICE, "Log group", "Where the tasks log to.", public=True)
UNHEALTHY_HOSTS_ALARM = Input(
    "UnhealthyHostsAlarm",
    "String",
    _SERVICE,
    "Alarm on unhealthy targets",
    "Name of the alarm, one of two that deployments roll back on.",
)
SERVER_ERRORS_ALARM = Input(
    "ServerErrorsAlarm",
    "String",
    _SERVICE,
    "Alarm on server errors",
    "Name of the alarm, one of two that deployments roll back on.",
)
TASK_DEFINITION_ARN = Input(
    "TaskDefinitionArn",
    "String",
    _SERVICE,
    "Task definition",
    "Revision of the task definition the stack last deployed.",
    public=True,
)

# -- Scaling -------------------------------------------------------------------------------------------------------

_SCALING = "Scaling"

MIN_TASKS = Input(
    "MinTasks",
    "Number",
    _SCALING,
    "Tasks, least",
    "Fewest tasks.",
    default="2",
    minimum=0,
    maximum=500,
)
MAX_TASKS = Input(
    "MaxTasks",
    "Number",
    _SCALING,
    "Tasks, most",
    "Most tasks.",
    default="4",
    minimum=1,
    maximum=500,
)
CPU_TARGET = Input(
    "CpuTarget",
    "Number",
    _SCALING,
    "CPU target (%)",
    "Average CPU of the service that scaling holds.",
    default="70",
    minimum=10,
    maximum=95,
)
MEMORY_TARGET = Input(
    "MemoryTarget",
    "Number",
    _SCALING,
    "Memory target (%)",
    "Average memory of the service that scaling holds.",
    default="80",
    minimum=10,
    maximum=95,
)
CPU_HIGH = Input(
    "CpuHigh",
    "Number",
    _SCALING,
    "CPU that adds a task (%)",
    "Average CPU of the service at or above which a task is added.",
    default="80",
    minimum=50,
    maximum=100,
)
CPU_LOW = Input(
    "CpuLow",
    "Number",
    _SCALING,
    "CPU that removes a task (%)",
    "Average CPU of the service at or below which a task is removed.",
    default="10",
    minimum=0,
    maximum=40,
)
REQUESTS_PER_TARGET = Input(
    "RequestsPerTarget",
    "Number",
    _SCALING,
    "Requests per task and minute",
    "Requests per target and minute that scaling holds.",
    default="1000",
    minimum=1,
    maximum=1000000,
)

# -- Observability -------------------------------------------------------------------------------------------------

_OBSERVABILITY = "Observability"

ALARM_EMAIL = Input(
    "AlarmEmail",
    "String",
    _OBSERVABILITY,
    "E-mail address for alarms",
    "Who alarms and the budget tell, once the address has confirmed it; empty subscribes nobody.",
    default="",
    pattern=r"^$|^[^@\s,]+@[^@\s,]+\.[^@\s,]+$",
    max_length=254,
    constraint="One e-mail address, or nothing.",
    shared=True,
)
SLOW_RESPONSE_SECONDS = Input(
    "SlowResponseSeconds",
    "Number",
    _OBSERVABILITY,
    "Slow response (s)",
    "Seconds at or above which an answer is slow; the alarm rings when one in twenty is, for five minutes.",
    default="1",
    minimum=1,
    maximum=60,
)
MONTHLY_BUDGET = Input(
    "MonthlyBudget",
    "Number",
    _OBSERVABILITY,
    "Budget (US dollars a month)",
    "What everything tagged with this project and environment may cost a month; 0 makes no budget.",
    default="0",
    minimum=0,
    maximum=1000000,
    shared=True,
)
NOTIFICATION_TOPIC_ARN = Input(
    "NotificationTopicArn",
    "String",
    _OBSERVABILITY,
    "Topic of notifications",
    "SNS topic that alarms and the budget tell; CloudWatch, EventBridge and Budgets may publish.",
    shared=True,
    public=True,
)

# -- Delivery ------------------------------------------------------------------------------------------------------

_DELIVERY = "Delivery"

GITHUB_REPOSITORY = Input(
    "GitHubRepository",
    "String",
    _DELIVERY,
    "GitHub repository",
    "The one repository whose workflows may deploy, owner/name as the token's subject has it: for a repository "
    "created or renamed after 18 June 2026 with the ids, owner-123/name-456.",
    pattern=r"^[A-Za-z0-9._@-]+/[A-Za-z0-9._@-]+$",
    max_length=200,
    constraint="owner/name, for example octo-org/octo-app.",
    shared=True,
)
GITHUB_BRANCH = Input(
    "GitHubBranch",
    "String",
    _DELIVERY,
    "GitHub branch",
    "Branch whose workflows may deploy, where no GitHub environment is given.",
    default="main",
    pattern=r"^[A-Za-z0-9._/-]+$",
    max_length=200,
    constraint="The name of one branch, without wildcards.",
    shared=True,
)
GITHUB_ENVIRONMENT = Input(
    "GitHubEnvironment",
    "String",
    _DELIVERY,
    "GitHub environment",
    "GitHub environment whose jobs may deploy; its protection rules then decide about branches and reviewers. "
    "Empty goes by the branch.",
    default="",
    pattern=r"^[A-Za-z0-9._-]*$",
    max_length=200,
    constraint="The name of one environment, without wildcards, or nothing.",
    shared=True,
)
GITHUB_PROVIDER_ARN = Input(
    "GitHubProviderArn",
    "String",
    _DELIVERY,
    "Identity provider there is",
    "ARN of the account's identity provider for GitHub, of which there can be one only; empty creates it.",
    default="",
    pattern=r"^$|^arn:[a-z-]+:iam::\d{12}:oidc-provider/token\.actions\.githubusercontent\.com$",
    constraint="The ARN of the provider for token.actions.githubusercontent.com, or nothing.",
    shared=True,
)
DEPLOY_ROLE_ARN = Input(
    "DeployRoleArn",
    "String",
    _DELIVERY,
    "Deploy role",
    "Role that the repository's workflows assume.",
    shared=True,
    public=True,
)
EXECUTION_ROLE_ARN = Input(
    "ExecutionRoleArn",
    "String",
    _DELIVERY,
    "Execution role",
    "Role that CloudFormation makes the stacks' resources with.",
    shared=True,
    public=True,
)
ARTIFACT_BUCKET_NAME = Input(
    "ArtifactBucketName",
    "String",
    _DELIVERY,
    "Artifact bucket",
    "Where templates are published to.",
    shared=True,
    public=True,
)

# -- Account and region --------------------------------------------------------------------------------------------

_ACCOUNT = "Account and region"


def _service_linked_role(name: str, service: str) -> Input:
    return Input(
        name,
        "String",
        _ACCOUNT,
        f"Service-linked role of {service}",
        f"on: create the role that {service} needs; an account has it once the service has been used, and a second "
        "one cannot be created.",
        default="off",
        allowed=("on", "off"),
        shared=True,
    )


ECS_SERVICE_LINKED_ROLE = _service_linked_role("EcsServiceLinkedRole", "Amazon ECS")
LOAD_BALANCING_SERVICE_LINKED_ROLE = _service_linked_role("LoadBalancingServiceLinkedRole", "Elastic Load Balancing")
AUTO_SCALING_SERVICE_LINKED_ROLE = _service_linked_role("AutoScalingServiceLinkedRole", "Amazon EC2 Auto Scaling")
TASK_SCALING_SERVICE_LINKED_ROLE = _service_linked_role(
    "TaskScalingServiceLinkedRole", "Application Auto Scaling for ECS"
)
API_GATEWAY_LOGS = Input(
    "ApiGatewayLogs",
    "String",
    _ACCOUNT,
    "API Gateway's log role",
    "on: this stack owns the one role by which API Gateway logs in this region; off where another stack does.",
    default="on",
    allowed=("on", "off"),
    shared=True,
)
THREAT_DETECTION = Input(
    "ThreatDetection",
    "String",
    _ACCOUNT,
    "GuardDuty",
    "on: create the region's GuardDuty detector, charged by what it looks at; a second one cannot be created.",
    default="off",
    allowed=("on", "off"),
    shared=True,
)
SECURITY_FINDINGS = Input(
    "SecurityFindings",
    "String",
    _ACCOUNT,
    "Security Hub",
    "on: enable Security Hub with its default standards, charged by check; it needs AWS Config.",
    default="off",
    allowed=("on", "off"),
    shared=True,
)
