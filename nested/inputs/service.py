"""What runs, and how it is replaced."""

from __future__ import annotations

from nested.shape import Input

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
    "Share of the desired tasks that may run during a deployment. At 100 old tasks stop before new ones start, and "
    "zones are not rebalanced.",
    default="200",
    minimum=100,
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
    "on: open a shell in a task; ReadOnlyRootFilesystem is off then.",
    default="off",
    allowed=("on", "off"),
)
READ_ONLY_ROOT_FILESYSTEM = Input(
    "ReadOnlyRootFilesystem",
    "String",
    _SERVICE,
    "Read-only root file system",
    "on: the container writes to /tmp alone; ECS Exec needs it off.",
    default="on",
    allowed=("on", "off"),
)
SECRET_ID = Input(
    "SecretId",
    "String",
    _SERVICE,
    "Secret",
    "What follows :secret: in the ARN of the Secrets Manager secret, its last six characters included. Its JSON keys "
    "are the service's secret variables; empty goes without them.",
    default="",
    # "Actions, resources, and condition keys for AWS Secrets Manager" calls it SecretId. A region or account cannot
    # be given: it is the stack's.
    pattern=r"^$|^[A-Za-z0-9/_+=.@-]{1,512}-[A-Za-z0-9]{6}$",
    constraint="A secret's name, a hyphen and the six characters that its ARN ends with, for example "
    "shop/prod-a1B2c3; or nothing.",
)
PARAMETER_PATH = Input(
    "ParameterPath",
    "String",
    _SERVICE,
    "Path of parameters",
    "Path of the SSM parameters that are the service's other variables, one named after each; empty goes without them.",
    default="",
    pattern=r"^$|^(/[A-Za-z0-9_.-]+){1,14}$",
    max_length=900,
    constraint="A path of SSM parameters without a slash at its end, for example /shop/prod, or nothing.",
)
KMS_KEY_ID = Input(
    "KmsKeyId",
    "String",
    _SERVICE,
    "Key of secret and parameters",
    "Id of the customer managed KMS key that encrypts secret and parameters; empty where AWS's own keys do.",
    default="",
    pattern=r"^$|^(mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$",
    constraint="A key's id, for example 1234abcd-12ab-34cd-56ef-1234567890ab, or nothing.",
)
REDEPLOY_ON_ROTATION = Input(
    "RedeployOnRotation",
    "String",
    _SERVICE,
    "Redeploy on rotation",
    "on: a new value of the secret starts a new deployment, whose tasks read it.",
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
ALTERNATE_TARGET_GROUP_FULL_NAME = Input(
    "AlternateTargetGroupFullName",
    "String",
    _SERVICE,
    "Alternate target group's full name",
    "Dimension of the metrics of the group that a deployment shifts traffic to: targetgroup/<name>/<id>.",
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
TASK_FAMILY = Input("TaskFamily", "String", _SERVICE, "Task family", "Family of the service's task definitions.")
TASK_ROLE_ARN = Input("TaskRoleArn", "String", _SERVICE, "Task role", "Role of the application itself.")
TASK_EXECUTION_ROLE_ARN = Input(
    "TaskExecutionRoleArn",
    "String",
    _SERVICE,
    "Task execution role",
    "Role that ECS starts the service's tasks with.",
)
