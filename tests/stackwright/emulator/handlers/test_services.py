"""The smaller services' types: created, read back, changed, deleted, deleted again."""

from __future__ import annotations

import json
from typing import Any

import pytest

from stackwright.emulator.handlers import handler_for

TAGS = [{"Key": "Project", "Value": "stackwright"}]
NEW_TAGS = [{"Key": "Project", "Value": "other"}]
LIFECYCLE = json.dumps(
    {
        "rules": [
            {
                "rulePriority": 1,
                "selection": {
                    "tagStatus": "untagged",
                    "countType": "imageCountMoreThan",
                    "countNumber": 1,
                },
                "action": {"type": "expire"},
            }
        ]
    }
)
POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sns:Publish"}],
}
REGISTRY_POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "Replicate",
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
            "Action": ["ecr:CreateRepository", "ecr:ReplicateImage"],
            "Resource": "arn:aws:ecr:us-east-1:123456789012:repository/*",
        }
    ],
}
TOPIC = {"topic": ("AWS::SNS::Topic", {})}
KEY = {"key": ("AWS::KMS::Key", {"KeyPolicy": POLICY})}
CASES: list[dict[str, Any]] = [
    {
        "type": "AWS::Logs::LogGroup",
        "needs": KEY,
        "properties": {"RetentionInDays": "30", "LogGroupClass": "STANDARD", "Tags": TAGS},
        "read": ("logs", "describe_log_groups", {"logGroupNamePrefix": "@"}, "logGroups[0]"),
        "sees": {"retentionInDays": 30, "logGroupClass": "STANDARD"},
        "change": {"RetentionInDays": None, "KmsKeyId": "@key.Arn", "Tags": NEW_TAGS},
        "then": {"retentionInDays": None, "kmsKeyId": "@key.Arn"},
        "attributes": ("Arn",),
    },
    {
        "type": "AWS::ECR::Repository",
        "properties": {
            "ImageTagMutability": "IMMUTABLE_WITH_EXCLUSION",
            "ImageTagMutabilityExclusionFilters": [
                {
                    "ImageTagMutabilityExclusionFilterType": "WILDCARD",
                    "ImageTagMutabilityExclusionFilterValue": "latest",
                }
            ],
            "ImageScanningConfiguration": {"ScanOnPush": "true"},
            "EncryptionConfiguration": {"EncryptionType": "AES256"},
            "LifecyclePolicy": {"LifecyclePolicyText": LIFECYCLE},
            "EmptyOnDelete": "true",
            "Tags": TAGS,
        },
        "read": ("ecr", "describe_repositories", {"repositoryNames": ["@"]}, "repositories[0]"),
        "sees": {
            "imageTagMutability": "IMMUTABLE_WITH_EXCLUSION",
            "imageTagMutabilityExclusionFilters[0].filter": "latest",
            "imageScanningConfiguration.scanOnPush": True,
            "encryptionConfiguration.encryptionType": "AES256",
        },
        "change": {
            "ImageTagMutability": "IMMUTABLE",
            "ImageTagMutabilityExclusionFilters": None,
            "ImageScanningConfiguration": {"ScanOnPush": False},
            "LifecyclePolicy": None,
            "Tags": NEW_TAGS,
        },
        "then": {
            "imageTagMutability": "IMMUTABLE",
            "imageTagMutabilityExclusionFilters": None,
            "imageScanningConfiguration.scanOnPush": False,
        },
        "attributes": ("Arn", "RepositoryUri"),
    },
    {
        "type": "AWS::ECR::RegistryScanningConfiguration",
        "properties": {
            "ScanType": "ENHANCED",
            "Rules": [
                {
                    "ScanFrequency": "CONTINUOUS_SCAN",
                    "RepositoryFilters": [{"Filter": "*", "FilterType": "WILDCARD"}],
                }
            ],
        },
        "read": (
            "ecr",
            "get_registry_scanning_configuration",
            {},
            "scanningConfiguration",
        ),
        "sees": {"scanType": "ENHANCED", "rules[0].scanFrequency": "CONTINUOUS_SCAN"},
        "attributes": ("RegistryId",),
        "remains": True,
    },
    {
        "type": "AWS::ECR::RegistryPolicy",
        "properties": {"PolicyText": REGISTRY_POLICY},
        "read": ("ecr", "get_registry_policy", {}, "@"),
        "sees": {"registryId": "@account", "contains(policyText, 'ReplicateImage')": True},
        "attributes": ("RegistryId",),
    },
    {
        "type": "AWS::ECR::RepositoryCreationTemplate",
        "properties": {
            "Prefix": "ROOT",
            "AppliedFor": ["REPLICATION"],
            "ImageTagMutability": "IMMUTABLE",
            "EncryptionConfiguration": {"EncryptionType": "AES256"},
            "LifecyclePolicy": LIFECYCLE,
        },
        "read": (
            "ecr",
            "describe_repository_creation_templates",
            {"prefixes": ["@"]},
            "repositoryCreationTemplates[0]",
        ),
        "sees": {"appliedFor": ["REPLICATION"], "imageTagMutability": "IMMUTABLE", "lifecyclePolicy": LIFECYCLE},
        "change": {"ImageTagMutability": "MUTABLE"},
        "then": {"imageTagMutability": "MUTABLE", "appliedFor": ["REPLICATION"]},
        "attributes": ("CreatedAt", "UpdatedAt"),
    },
    {
        "type": "AWS::ECR::ReplicationConfiguration",
        "properties": {
            "ReplicationConfiguration": {
                "Rules": [{"Destinations": [{"Region": "eu-west-1", "RegistryId": "@account"}]}]
            }
        },
        "read": ("ecr", "describe_registry", {}, "replicationConfiguration"),
        "sees": {"rules[0].destinations[0].region": "eu-west-1"},
        "change": {
            "ReplicationConfiguration": {
                "Rules": [{"Destinations": [{"Region": "us-west-2", "RegistryId": "@account"}]}]
            }
        },
        "then": {"rules[0].destinations[0].region": "us-west-2"},
        "remains": True,
        "attributes": ("RegistryId",),
    },
    {
        "type": "AWS::SSM::Parameter",
        "properties": {
            "Name": "/stackwright/artifact-bucket",
            "Type": "String",
            "Value": "bucket",
            "Description": "where templates go",
            "Tags": {"Project": "stackwright"},
        },
        "read": ("ssm", "get_parameter", {"Name": "@"}, "Parameter"),
        "sees": {"Value": "bucket", "Type": "String"},
        "change": {"Value": "other", "Tags": {}},
        "then": {"Value": "other"},
        "attributes": ("Value", "Type"),
    },
    {
        "type": "AWS::KMS::Key",
        "properties": {
            "Description": "logs",
            "EnableKeyRotation": "true",
            "KeyPolicy": POLICY,
            "PendingWindowInDays": "7",
            "Tags": TAGS,
        },
        "read": ("kms", "describe_key", {"KeyId": "@"}, "KeyMetadata"),
        "sees": {"Description": "logs", "Enabled": True},
        "change": {"Description": "changed", "Enabled": "false", "Tags": NEW_TAGS},
        "then": {"Description": "changed", "Enabled": False},
        "attributes": ("KeyId", "Arn"),
    },
    {
        "type": "AWS::KMS::Alias",
        "needs": {**KEY, "other": KEY["key"]},
        "properties": {"AliasName": "alias/logs", "TargetKeyId": "@key"},
        "read": ("kms", "list_aliases", {}, "Aliases[?AliasName=='alias/logs'] | [0]"),
        "sees": {"TargetKeyId": "@key"},
        "change": {"TargetKeyId": "@other"},
        "then": {"TargetKeyId": "@other"},
    },
    {
        "type": "AWS::SNS::Topic",
        "properties": {
            "DisplayName": "alarms",
            "KmsMasterKeyId": "alias/aws/sns",
            "Subscription": [{"Protocol": "email", "Endpoint": "a@example.com"}],
            "Tags": TAGS,
        },
        "read": ("sns", "get_topic_attributes", {"TopicArn": "@"}, "Attributes"),
        "sees": {"DisplayName": "alarms", "KmsMasterKeyId": "alias/aws/sns"},
        "change": {"DisplayName": "changed", "Tags": NEW_TAGS},
        "then": {"DisplayName": "changed"},
        "attributes": ("TopicArn", "TopicName"),
    },
    {
        "type": "AWS::SNS::TopicPolicy",
        "needs": TOPIC,
        "properties": {"Topics": ["@topic"], "PolicyDocument": POLICY},
        "read": ("sns", "get_topic_attributes", {"TopicArn": "@topic"}, "Attributes"),
        "sees": {"contains(Policy, 's3.amazonaws.com')": True},
        "attributes": ("Id",),
        "remains": True,
    },
    {
        "type": "AWS::SNS::Subscription",
        "needs": TOPIC,
        "properties": {
            "TopicArn": "@topic",
            "Protocol": "https",
            "Endpoint": "https://example.com/hook",
            "RawMessageDelivery": "true",
        },
        "read": ("sns", "get_subscription_attributes", {"SubscriptionArn": "@"}, "Attributes"),
        "sees": {"RawMessageDelivery": "true", "Protocol": "https"},
        "change": {"RawMessageDelivery": "false"},
        "then": {"RawMessageDelivery": "false"},
        "attributes": ("Arn",),
    },
    {
        "type": "AWS::CloudWatch::Alarm",
        "needs": TOPIC,
        "properties": {
            "AlarmDescription": "share of failed requests",
            "ComparisonOperator": "GreaterThanThreshold",
            "EvaluationPeriods": "3",
            "DatapointsToAlarm": "2",
            "Threshold": "5",
            "TreatMissingData": "notBreaching",
            "AlarmActions": ["@topic"],
            "Metrics": [
                {"Id": "share", "Expression": "100 * failed / all", "ReturnData": "true"},
                {
                    "Id": "failed",
                    "ReturnData": "false",
                    "MetricStat": {
                        "Metric": {
                            "Namespace": "AWS/ApplicationELB",
                            "MetricName": "HTTPCode_Target_5XX_Count",
                            "Dimensions": [{"Name": "LoadBalancer", "Value": "app/a/1"}],
                        },
                        "Period": "60",
                        "Stat": "Sum",
                    },
                },
            ],
            "Tags": TAGS,
        },
        "read": ("cloudwatch", "describe_alarms", {"AlarmNames": ["@"]}, "MetricAlarms[0]"),
        "sees": {
            "EvaluationPeriods": 3,
            "DatapointsToAlarm": 2,
            "Threshold": 5.0,
            "TreatMissingData": "notBreaching",
            "ActionsEnabled": True,
            "Metrics[0].Expression": "100 * failed / all",
            "Metrics[1].MetricStat.Metric.Dimensions[0].Value": "app/a/1",
            "Metrics[].ReturnData": [True, False],
        },
        "change": {"Threshold": 10, "Tags": NEW_TAGS},
        "then": {"Threshold": 10.0, "EvaluationPeriods": 3},
        "attributes": ("Arn",),
    },
    {
        "type": "AWS::CloudWatch::CompositeAlarm",
        "properties": {"AlarmRule": "TRUE", "AlarmDescription": "any"},
        "read": (
            "cloudwatch",
            "describe_alarms",
            {"AlarmNames": ["@"], "AlarmTypes": ["CompositeAlarm"]},
            "CompositeAlarms[0]",
        ),
        "sees": {"AlarmRule": "TRUE", "AlarmDescription": "any"},
        "attributes": ("Arn",),
    },
    {
        "type": "AWS::CloudWatch::Dashboard",
        "properties": {"DashboardBody": '{"widgets": []}'},
        "read": ("cloudwatch", "get_dashboard", {"DashboardName": "@"}, "@"),
        "sees": {"DashboardBody": '{"widgets": []}'},
        "change": {"DashboardBody": '{"widgets": [1]}'},
        "then": {"DashboardBody": '{"widgets": [1]}'},
    },
    {
        "type": "AWS::Logs::MetricFilter",
        "needs": {"group": ("AWS::Logs::LogGroup", {})},
        "properties": {
            "LogGroupName": "@group",
            "FilterPattern": '{ $.level = "ERROR" }',
            "MetricTransformations": [
                {"MetricNamespace": "shop", "MetricName": "Errors", "MetricValue": "1", "DefaultValue": "0"}
            ],
        },
        "read": ("logs", "describe_metric_filters", {"filterNamePrefix": "@"}, "metricFilters[0]"),
        "sees": {
            "filterPattern": '{ $.level = "ERROR" }',
            "metricTransformations[0].metricNamespace": "shop",
            "metricTransformations[0].defaultValue": 0,
        },
        "change": {"FilterPattern": "ERROR"},
        "then": {"filterPattern": "ERROR", "metricTransformations[0].metricName": "Errors"},
    },
    {
        "type": "AWS::SecretsManager::Secret",
        "properties": {
            "Description": "database",
            "GenerateSecretString": {
                "SecretStringTemplate": '{"username": "app"}',
                "GenerateStringKey": "password",
                "PasswordLength": "20",
                "ExcludePunctuation": "true",
            },
            "Tags": TAGS,
        },
        "read": ("secretsmanager", "describe_secret", {"SecretId": "@"}, "@"),
        "sees": {"Description": "database", "Tags": TAGS},
        "change": {"Description": "changed"},
        "then": {"Description": "changed"},
        "attributes": ("Id",),
    },
    {
        "type": "AWS::Events::Rule",
        "needs": TOPIC,
        "properties": {
            "EventPattern": {"source": ["aws.ecs"]},
            "State": "ENABLED",
            "Targets": [{"Id": "topic", "Arn": "@topic"}],
        },
        "read": ("events", "describe_rule", {"Name": "@"}, "@"),
        "sees": {"EventPattern": '{"source": ["aws.ecs"]}', "State": "ENABLED"},
        "change": {"State": "DISABLED"},
        "then": {"State": "DISABLED"},
        "attributes": ("Arn",),
    },
    {
        "type": "AWS::SQS::Queue",
        "properties": {"SqsManagedSseEnabled": True, "MessageRetentionPeriod": 1209600, "Tags": TAGS},
        "read": ("sqs", "get_queue_attributes", {"QueueUrl": "@", "AttributeNames": ["All"]}, "Attributes"),
        "sees": {"SqsManagedSseEnabled": "true", "MessageRetentionPeriod": "1209600"},
        "change": {"MessageRetentionPeriod": 3600},
        "then": {"MessageRetentionPeriod": "3600"},
        "attributes": ("Arn", "QueueName", "QueueUrl"),
    },
    {
        "type": "AWS::SQS::QueuePolicy",
        "needs": {"queue": ("AWS::SQS::Queue", {})},
        "properties": {"Queues": ["@queue"], "PolicyDocument": POLICY},
        "read": ("sqs", "get_queue_attributes", {"QueueUrl": "@queue", "AttributeNames": ["All"]}, "Attributes"),
        "sees": {"Policy": json.dumps(POLICY)},
        "attributes": ("Id",),
        "remains": True,
    },
    {
        "type": "AWS::Events::Connection",
        "properties": {
            "AuthorizationType": "API_KEY",
            "AuthParameters": {"ApiKeyAuthParameters": {"ApiKeyName": "Authorization", "ApiKeyValue": "Bearer token"}},
        },
        "read": ("events", "describe_connection", {"Name": "@"}, "@"),
        "sees": {
            "AuthorizationType": "API_KEY",
            # The value is never told again.
            "AuthParameters": {"ApiKeyAuthParameters": {"ApiKeyName": "Authorization"}},
        },
        "change": {"Description": "to Slack"},
        "then": {"Description": "to Slack"},
        "attributes": ("Arn", "ArnForPolicy", "SecretArn"),
    },
    {
        "type": "AWS::Events::ApiDestination",
        "needs": {
            "connection": (
                "AWS::Events::Connection",
                {
                    "AuthorizationType": "API_KEY",
                    "AuthParameters": {"ApiKeyAuthParameters": {"ApiKeyName": "Authorization", "ApiKeyValue": "x"}},
                },
            )
        },
        "properties": {
            "ConnectionArn": "@connection.Arn",
            "HttpMethod": "POST",
            "InvocationEndpoint": "https://slack.com/api/chat.postMessage",
        },
        "read": ("events", "describe_api_destination", {"Name": "@"}, "@"),
        "sees": {"HttpMethod": "POST", "InvocationEndpoint": "https://slack.com/api/chat.postMessage"},
        "change": {"InvocationRateLimitPerSecond": 1},
        "then": {"InvocationRateLimitPerSecond": 1},
        "attributes": ("Arn", "ArnForPolicy"),
    },
    {
        "type": "AWS::CloudFormation::StackSet",
        "needs": {"role": ("AWS::IAM::Role", {"AssumeRolePolicyDocument": POLICY})},
        "properties": {
            "StackSetName": "fleet",
            "PermissionModel": "SELF_MANAGED",
            "ExecutionRoleName": "@role",
            "TemplateBody": json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}),
            "OperationPreferences": {"FailureToleranceCount": "0", "RegionOrder": ["eu-west-1", "us-east-1"]},
            "StackInstancesGroup": [
                {"DeploymentTargets": {"Accounts": ["@account"]}, "Regions": ["us-east-1", "eu-west-1"]}
            ],
            "Tags": TAGS,
        },
        "read": ("cloudformation", "list_stack_instances", {"StackSetName": "@"}, "Summaries"),
        "sees": {"[].Region": ["us-east-1", "eu-west-1"], "[].Status": ["CURRENT", "CURRENT"]},
        "change": {
            "StackInstancesGroup": [
                {"DeploymentTargets": {"Accounts": ["@account"]}, "Regions": ["eu-west-1", "us-west-2"]}
            ]
        },
        "then": {"[].Region": ["eu-west-1", "us-west-2"], "[].Status": ["CURRENT", "CURRENT"]},
        "attributes": ("StackSetId",),
    },
    {
        "type": "AWS::StepFunctions::StateMachine",
        "needs": {"role": ("AWS::IAM::Role", {"AssumeRolePolicyDocument": POLICY})},
        "properties": {
            "RoleArn": "@role.Arn",
            "StateMachineType": "STANDARD",
            "Definition": {"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": "${What}", "End": True}}},
            "DefinitionSubstitutions": {"What": "one"},
            "LoggingConfiguration": {"Level": "ERROR", "IncludeExecutionData": "true"},
            "Tags": TAGS,
        },
        "read": ("stepfunctions", "describe_state_machine", {"stateMachineArn": "@"}, "@"),
        "sees": {
            "definition": '{"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": "one", "End": true}}}',
            "roleArn": "@role.Arn",
            "type": "STANDARD",
            "loggingConfiguration.level": "ERROR",
            "loggingConfiguration.includeExecutionData": True,
        },
        "change": {"DefinitionSubstitutions": {"What": "two"}, "Tags": NEW_TAGS},
        "then": {"definition": '{"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": "two", "End": true}}}'},
        "attributes": ("Arn", "Name", "StateMachineRevisionId"),
    },
    {
        "type": "AWS::ApiGateway::Account",
        "needs": {
            "role": ("AWS::IAM::Role", {"AssumeRolePolicyDocument": POLICY}),
        },
        "properties": {"CloudWatchRoleArn": "@role.Arn"},
        "read": ("apigateway", "get_account", {}, "@"),
        "sees": {"cloudwatchRoleArn": "@role.Arn"},
        "remains": True,
        "attributes": ("Id",),
    },
    {
        "type": "AWS::GuardDuty::Detector",
        "properties": {"Enable": "true", "FindingPublishingFrequency": "ONE_HOUR", "Tags": TAGS},
        "read": ("guardduty", "get_detector", {"DetectorId": "@"}, "@"),
        "sees": {"Status": "ENABLED", "FindingPublishingFrequency": "ONE_HOUR"},
        "change": {"Enable": False},
        "then": {"Status": "DISABLED"},
        "attributes": ("Id",),
    },
    {
        "type": "AWS::SecurityHub::Hub",
        "properties": {"EnableDefaultStandards": "false", "Tags": {"Project": "stackwright"}},
        "read": ("securityhub", "describe_hub", {}, "@"),
        "sees": {"HubArn": "@"},
        "attributes": ("ARN",),
    },
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["type"].rpartition(":")[2])
def test_round_trip(case: dict[str, Any], bench: Any) -> None:
    bench.round_trip(**case)


def test_lifecycle_policy_and_tags_are_kept(bench: Any) -> None:
    case = next(each for each in CASES if each["type"] == "AWS::ECR::Repository")
    name = bench.make("", case["type"], case["properties"])
    ecr = bench.context.client("ecr")
    policy = ecr.get_lifecycle_policy(repositoryName=name)["lifecyclePolicyText"]
    assert json.loads(policy) == json.loads(LIFECYCLE)
    tags = ecr.list_tags_for_resource(resourceArn=bench.fill("@.Arn"))["tags"]
    assert tags == TAGS


def test_generated_secret_follows_its_template(bench: Any) -> None:
    case = next(each for each in CASES if each["type"] == "AWS::SecretsManager::Secret")
    bench.make("", case["type"], case["properties"])
    value = bench.read("secretsmanager", "get_secret_value", {"SecretId": "@"}, "SecretString")
    secret = json.loads(value)
    assert secret["username"] == "app"
    assert len(secret["password"]) == 20


def test_budget_of_the_account_is_changed_under_its_name(bench: Any) -> None:
    kind = "AWS::Budgets::Budget"
    told = {"Notification": {"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 80}}
    told["Subscribers"] = [{"SubscriptionType": "EMAIL", "Address": "ops@example.com"}]
    limits = [{"Amount": amount, "Unit": "USD"} for amount in (250, 300)]
    budgets = [{"BudgetType": "COST", "TimeUnit": "MONTHLY", "BudgetLimit": each} for each in limits]
    first, second = ({"Budget": each, "NotificationsWithSubscribers": [told]} for each in budgets)
    name = bench.make("", kind, first)
    handler, client = handler_for(kind), bench.context.client("budgets")
    asked = {"AccountId": bench.context.account, "BudgetName": name}
    assert client.describe_budget(**asked)["Budget"]["BudgetLimit"] == {"Amount": "250", "Unit": "USD"}
    assert len(client.describe_notifications_for_budget(**asked)["Notifications"]) == 1
    handler.update(bench.context, name, second, first)
    assert client.describe_budget(**asked)["Budget"]["BudgetLimit"]["Amount"] == "300"
    for _ in range(2):
        handler.delete(bench.context, name, second)
    assert not client.describe_budgets(AccountId=bench.context.account).get("Budgets")
