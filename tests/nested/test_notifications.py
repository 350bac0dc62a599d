"""Notifications: which events are told, in which words, and that nobody can read what Slack is told with."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from support.events import matches, sent
from troposphere import Template

from nested import inputs, notifications, observability
from nested.parts import messages
from nested.shape import Input
from stackwright.resolve.errors import ResolveError
from stackwright.resolve.nested import resolve
from stackwright.resolve.symbols import rendered

APPLICATION = Input("CodeDeployApplicationName", "String", "Release", "Application", "The application.")
PIPELINE = Input("PipelineName", "String", "Pipeline", "Pipeline", "The pipeline.")
SECRET = "slack/shop-a1B2c3"
SLACK = {"SlackSecretId": SECRET, "SlackChannelId": "C0123456789"}
TOPIC = {"EventTopicArn": "arn:aws:sns:eu-west-1:123456789012:deployments"}
IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop:prod-4f2a9c1"
GIVEN = {
    "ProjectName": "shop",
    "EnvironmentName": "prod",
    "ClusterName": "shop-prod-Cluster-1A2B",
    "CodeDeployApplicationName": "shop-application",
    "PipelineName": "shop-pipeline",
}

# As the pages of AWS have them, but for names: "Amazon ECS service deployment state change events", "Monitoring
# deployments with Amazon CloudWatch Events", "Monitoring CodePipeline events", "Alarm events and EventBridge".
EVENTS: dict[str, dict[str, Any]] = {
    "ServiceDeployments": {
        "version": "0",
        "id": "ddca6449-b258-46c0-8653-e0e3aEXAMPLE",
        "detail-type": "ECS Deployment State Change",
        "source": "aws.ecs",
        "account": "123456789012",
        "time": "2020-05-23T12:31:14Z",
        "region": "eu-west-1",
        "resources": ["arn:aws:ecs:eu-west-1:123456789012:service/shop-prod-Cluster-1A2B/shop"],
        "detail": {
            "eventType": "ERROR",
            "eventName": "SERVICE_DEPLOYMENT_FAILED",
            "deploymentId": "ecs-svc/123",
            "updatedAt": "2020-05-23T11:11:11Z",
            "reason": 'ECS deployment circuit breaker: "task" failed to start.',
        },
    },
    "CodeDeployments": {
        "account": "123456789012",
        "region": "eu-west-1",
        "detail-type": "CodeDeploy Deployment State-change Notification",
        "source": "aws.codedeploy",
        "version": "0",
        "time": "2016-06-30T22:06:31Z",
        "id": "c071bfbf-83c4-49ca-a6ff-3df053957145",
        "resources": ["arn:aws:codedeploy:eu-west-1:123456789012:application:shop-application"],
        "detail": {
            "instanceGroupId": "9fd2fbef-2157-40d8-91e7-6845af69e2d2",
            "region": "eu-west-1",
            "application": "shop-application",
            "deploymentId": "d-123456789",
            "state": "SUCCESS",
            "deploymentGroup": "shop-group",
        },
    },
    "PipelineExecutions": {
        "version": "0",
        "id": "event_Id",
        "detail-type": "CodePipeline Pipeline Execution State Change",
        "source": "aws.codepipeline",
        "account": "123456789012",
        "time": "2020-01-24T22:03:44Z",
        "region": "eu-west-1",
        "resources": ["arn:aws:codepipeline:eu-west-1:123456789012:shop-pipeline"],
        "detail": {
            "pipeline": "shop-pipeline",
            "execution-id": "12345678-1234-5678-abcd-12345678abcd",
            "state": "SUCCEEDED",
            "version": "3",
        },
    },
    "Alarms": {
        "version": "0",
        "id": "c4c1c1c9-6542-e61b-6ef0-8c4d36933a92",
        "detail-type": "CloudWatch Alarm State Change",
        "source": "aws.cloudwatch",
        "account": "123456789012",
        "time": "2019-10-02T17:04:40Z",
        "region": "eu-west-1",
        "resources": ["arn:aws:cloudwatch:eu-west-1:123456789012:alarm:shop-prod-ServiceIsUnwell"],
        "detail": {
            "alarmName": "shop-prod-ServiceIsUnwell",
            "configuration": {"description": "Callers notice"},
            "previousState": {"value": "OK", "reason": 'It was "well"', "timestamp": "2019-10-02T17:03:40Z"},
            "state": {"value": "ALARM", "reason": 'Threshold "Crossed"', "timestamp": "2019-10-02T17:04:40Z"},
        },
    },
}
LINKS = {
    "ServiceDeployments": "/ecs/v2/clusters/shop-prod-Cluster-1A2B/services?region=eu-west-1",
    "CodeDeployments": "/codesuite/codedeploy/deployments/d-123456789?region=eu-west-1",
    "PipelineExecutions": "/codesuite/codepipeline/pipelines/shop-pipeline/view?region=eu-west-1",
    "Alarms": "/cloudwatch/home?region=eu-west-1#alarmsV2:alarm/shop-prod-ServiceIsUnwell",
}
SLACK_TAKES = {"channel", "text", "mrkdwn", "unfurl_links"}


def resources(**given: str) -> dict[str, dict[str, Any]]:
    template = notifications.template(application=APPLICATION, pipeline=PIPELINE).to_dict()
    graph = resolve(template, {}, GIVEN | given, region="eu-west-1", stack_name="shop-prod-Notifications-1A2B")
    return {path: rendered(each.properties) for path, each in graph.resources.items()}


def targets(rule: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["Id"]: each for each in rule["Targets"]}


def post(title: str, **given: str) -> dict[str, Any]:
    """Return what Slack is posted for the sample event of a rule."""
    message: dict[str, Any] = sent(
        EVENTS[title], targets(resources(**SLACK, **given)[title])["Slack"]["InputTransformer"]
    )
    return message


@pytest.mark.parametrize("title", EVENTS)
def test_a_rule_matches_the_event_that_it_is_for_and_no_other(title: str) -> None:
    pattern = resources(**SLACK)[title]["EventPattern"]
    assert [name for name, event in EVENTS.items() if matches(event, pattern)] == [title]


@pytest.mark.parametrize("title", EVENTS)
def test_slack_takes_the_message_and_it_says_whose_it_is_and_where_to_look(title: str) -> None:
    found = post(title)
    assert found.keys() == SLACK_TAKES
    assert found["channel"] == "C0123456789"
    assert found["text"].startswith("shop prod: ")
    assert found["text"].split()[-1] == f"https://eu-west-1.console.aws.amazon.com{LINKS[title]}"


@pytest.mark.parametrize(
    ("title", "says"),
    [
        (
            "ServiceDeployments",
            "SERVICE_DEPLOYMENT_FAILED, deployment ecs-svc/123 of arn:aws:ecs:eu-west-1:",
        ),
        ("CodeDeployments", "CodeDeploy SUCCESS, deployment d-123456789 of shop-group"),
        ("PipelineExecutions", "pipeline shop-pipeline SUCCEEDED, execution 12345678-1234-5678-abcd-12345678abcd"),
        ("Alarms", "ALARM, alarm shop-prod-ServiceIsUnwell"),
    ],
)
def test_a_message_says_what_has_become_of_what(title: str, says: str) -> None:
    assert says in post(title)["text"]


@pytest.mark.parametrize("title", ["ServiceDeployments", "CodeDeployments", "Alarms"])
def test_a_deployment_says_its_version(title: str) -> None:
    assert f", version {IMAGE}. https" in post(title, Image=IMAGE)["text"]
    assert ", version none yet. https" in post(title)["text"]


def test_a_pipeline_tells_of_itself_and_knows_no_version() -> None:
    assert "version" not in post("PipelineExecutions", Image=IMAGE)["text"]
    alone = notifications.template(version=None, pipeline=PIPELINE).to_dict()
    assert EVENTS.keys() & alone["Resources"].keys() == {"PipelineExecutions"}
    assert not {"ClusterName", "Image"} & alone["Parameters"].keys() and "HasVersion" not in alone["Conditions"]


def test_its_rules_do_not_wait_until_the_new_version_is_deployed() -> None:
    # What the service or observability gives would be there only when the new version has been deployed.
    known = set(notifications.template().to_dict()["Parameters"])
    fed = {name for name in known if getattr(inputs, _constant(name)).default is None}
    assert fed == {"ProjectName", "EnvironmentName", "ClusterName"}


def _constant(name: str) -> str:
    return "".join(f"_{each}" if each.isupper() else each for each in name).strip("_").upper()


def changed(title: str, **detail: Any) -> dict[str, Any]:
    event = copy.deepcopy(EVENTS[title])
    event["detail"] |= detail
    return event


@pytest.mark.parametrize(
    "event",
    [
        changed("Alarms", alarmName="shop-prod-SlowResponses"),
        changed("Alarms", alarmName="shop-prod-CpuIsLow"),
        changed("Alarms", alarmName="shop-dev-ServiceIsUnwell"),
        changed("Alarms", alarmName="shop-prod-blue-ServiceIsUnwell"),
        changed("Alarms", alarmName="ServiceIsUnwell"),
        changed("Alarms", previousState={"value": "INSUFFICIENT_DATA"}, state={"value": "OK"}),
        changed("Alarms", state={"value": "INSUFFICIENT_DATA"}),
        changed("CodeDeployments", application="another"),
        changed("PipelineExecutions", pipeline="another"),
        EVENTS["ServiceDeployments"] | {"resources": ["arn:aws:ecs:eu-west-1:123456789012:service/shop-prod/other"]},
    ],
)
def test_what_is_another_systems_or_told_already_is_not_told(event: dict[str, Any]) -> None:
    assert not [name for name in EVENTS if matches(event, resources(**SLACK)[name]["EventPattern"])]


@pytest.mark.parametrize("before", ["OK", "INSUFFICIENT_DATA"])
def test_an_alarm_is_told_whatever_was_before_and_that_it_is_over(before: str) -> None:
    pattern = resources(**SLACK)["Alarms"]["EventPattern"]
    assert matches(changed("Alarms", previousState={"value": before}), pattern)
    assert matches(changed("Alarms", previousState={"value": "ALARM"}, state={"value": "OK"}), pattern)


def test_the_alarms_told_are_those_that_tell_a_person() -> None:
    made = observability.template().to_dict()["Resources"]
    alarms = {name for name, each in made.items() if each["Properties"].get("AlarmActions")}
    assert alarms == set(messages.TELLING)


@pytest.mark.parametrize("nested", [True, False])
def test_alarms_are_known_by_the_names_that_they_have(nested: bool) -> None:
    pattern = in_stack(notifications.template(), "Notifications", nested=nested)["Alarms"]["EventPattern"]
    made = in_stack(observability.template(), "Observability", nested=nested).values()
    names = {each["AlarmName"] for each in made if each.get("AlarmActions")}
    assert names and names <= set(pattern["detail"]["alarmName"])


def in_stack(template: Template, title: str, *, nested: bool) -> dict[str, Any]:
    body = template.to_dict()
    known = GIVEN | SLACK | {"NatGateways": "one", "ZoneCount": "2"}
    given = {
        name: known.get(name, "1")
        for name, each in body["Parameters"].items()
        if name in known or "Default" not in each
    }
    graph = resolve(
        body, {}, given, region="eu-west-1", stack_name=f"shop-prod-{title}-1A2B" if nested else "shop-prod"
    )
    return {path: rendered(each.properties) for path, each in graph.resources.items()}


def test_no_pattern_has_wildcards_which_eventbridge_takes_only_a_few_of() -> None:
    assert "wildcard" not in json.dumps(notifications.template(application=APPLICATION, pipeline=PIPELINE).to_dict())


def test_without_slack_only_the_rules_that_are_there_may_leave_messages() -> None:
    (statement,) = resources(**TOPIC)["LostMessagesPolicy"]["PolicyDocument"]["Statement"]
    assert "${Alarms.Arn}" not in statement["Condition"]["ArnEquals"]["aws:SourceArn"]


def test_nobody_is_told_until_somebody_is_given() -> None:
    assert resources().keys() == {"LostMessages"}


@pytest.mark.parametrize("half", SLACK)
def test_half_of_slack_is_refused(half: str) -> None:
    with pytest.raises(ResolveError, match="given both, or neither"):
        resources(**{half: SLACK[half]})


def test_the_token_is_read_from_its_secret_and_stands_nowhere() -> None:
    connection = resources(**SLACK)["SlackConnection"]
    key = connection["AuthParameters"]["ApiKeyAuthParameters"]
    assert key["ApiKeyName"] == "Authorization"
    assert key["ApiKeyValue"].startswith("Bearer ${") and "secretsmanager" in key["ApiKeyValue"]
    assert f"secret:{SECRET}:SecretString:token" in key["ApiKeyValue"]
    others = {name: each for name, each in resources(**SLACK, **TOPIC).items() if name != "SlackConnection"}
    assert "secretsmanager" not in json.dumps(others)
    template = notifications.template().to_dict()
    assert "hooks.slack.com" not in json.dumps(template) and "xox" not in json.dumps(template)
    assert "Outputs" not in template


@pytest.mark.parametrize("secret", ["shop/token-a1B2c3", "slack/shop", "xoxb-0123456789-abcdefghij", "slack/"])
def test_a_token_or_another_secret_is_refused_where_a_name_belongs(secret: str) -> None:
    with pytest.raises(ResolveError, match="SlackSecretId"):
        resources(SlackSecretId=secret, SlackChannelId="C0123456789")


def test_slack_is_posted_to_by_a_role_that_may_do_nothing_else() -> None:
    found = resources(**SLACK)
    (statement,) = found["SlackRole"]["Policies"][0]["PolicyDocument"]["Statement"]
    assert statement["Action"] == "events:InvokeApiDestination"
    assert statement["Resource"] == ["${SlackDestination.Arn}", "${SlackDestination.ArnForPolicy}"]
    assert found["SlackDestination"]["InvocationEndpoint"] == "https://slack.com/api/chat.postMessage"
    for title in EVENTS:
        assert targets(found[title])["Slack"]["RoleArn"] == "${SlackRole.Arn}"


def test_a_topic_is_told_of_deployments_in_one_line() -> None:
    found = resources(**TOPIC, Image=IMAGE)
    assert "Alarms" not in found, "alarms tell a topic by themselves"
    assert "SlackConnection" not in found
    target = targets(found["ServiceDeployments"])
    assert target.keys() == {"Topic"}
    line = sent(EVENTS["ServiceDeployments"], target["Topic"]["InputTransformer"])
    assert line.startswith("shop prod: SERVICE_DEPLOYMENT_FAILED") and IMAGE in line


def test_what_cannot_be_delivered_is_kept_and_rings() -> None:
    found = resources(**SLACK, **TOPIC)
    for title in EVENTS:
        assert all(each["DeadLetterConfig"]["Arn"] == "${LostMessages.Arn}" for each in found[title]["Targets"])
    (statement,) = found["LostMessagesPolicy"]["PolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "events.amazonaws.com"}
    assert set(statement["Condition"]["ArnEquals"]["aws:SourceArn"]) == {f"${{{title}.Arn}}" for title in EVENTS}
    assert found["MessagesAreLost"]["AlarmActions"] == [TOPIC["EventTopicArn"]]
