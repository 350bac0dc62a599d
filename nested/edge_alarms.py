"""Edge alarms: what viewers notice at CloudFront, told by a topic. CloudFront's metrics are in us-east-1 alone."""

from __future__ import annotations

from typing import Any

from troposphere import Ref, Template
from troposphere.cloudwatch import Alarm, MetricDataQuery, MetricDimension

from nested import inputs
from nested.parts import notifications, us_east_1
from nested.parts.judging import judges, query
from nested.parts.rules import given
from nested.shape import gives, needs

PERIOD = 60  # seconds; CloudFront publishes once a minute

# Percent of requests, and how many a minute they have to be: one failed request of two is no trend.
SERVER_ERRORS, FEWEST_SERVER_ERRORS = 5, 5
CLIENT_ERRORS, FEWEST_CLIENT_ERRORS = 50, 50

# Five bad minutes of ten: CloudFront's metrics come some minutes late, and what fills gaps takes the newest for zeros
# ("FILL", "Using math expressions with CloudWatch metrics", Amazon CloudWatch User Guide).
BAD_MINUTES, OF_MINUTES = 5, 10

_CONDITION = "HasDistribution"


def template() -> Template:
    """Emit the topic and, with a DistributionId, the alarms. Needs the identity and AlarmEmail.

    Gives NotificationTopicArn.
    """
    t = Template(Description="Alarms of a CloudFront distribution")
    us_east_1.only_there(t)
    needs(t, inputs.PROJECT_NAME, inputs.ENVIRONMENT_NAME, inputs.ALARM_EMAIL, inputs.DISTRIBUTION_ID)
    t.add_condition(_CONDITION, given(inputs.DISTRIBUTION_ID))
    notifications.add_to(t, ["cloudwatch"])
    t.add_resource([_server_errors(), _client_errors()])
    gives(t, {inputs.NOTIFICATION_TOPIC_ARN: Ref("Notifications")})
    return t


def _server_errors() -> Alarm:
    text = "Viewers get server errors: the origin's, if its own alarms ring too; else CloudFront does not reach it"
    return _share("ServerErrors", "5xxErrorRate", SERVER_ERRORS, FEWEST_SERVER_ERRORS, text)


def _client_errors() -> Alarm:
    text = "Half of the requests are refused: files missing after a release, or the firewall blocks who should pass"
    return _share("RefusedRequests", "4xxErrorRate", CLIENT_ERRORS, FEWEST_CLIENT_ERRORS, text)


def _share(title: str, metric: str, percent: int, fewest: int, text: str) -> Alarm:
    share = f"IF(FILL(requests, 0) * FILL(rate, 0) / 100 >= {fewest}, FILL(rate, 0), 0)"
    return Alarm(
        title,
        Condition=_CONDITION,
        AlarmDescription=text,
        Metrics=[
            MetricDataQuery(Id="share", Label=f"{metric} (%)", Expression=share, ReturnData=True),
            _query("rate", metric, "Average"),
            _query("requests", "Requests", "Sum"),
        ],
        **_tells(percent),
    )


def _query(title: str, metric: str, stat: str) -> MetricDataQuery:
    # Region is a dimension of its own here, and always Global.
    dimensions = [
        MetricDimension(Name="DistributionId", Value=Ref(inputs.DISTRIBUTION_ID.name)),
        MetricDimension(Name="Region", Value="Global"),
    ]
    return query(title, "AWS/CloudFront", metric, dimensions, stat, PERIOD)


def _tells(percent: int) -> dict[str, Any]:
    topic = [Ref("Notifications")]
    return judges(percent, BAD_MINUTES, of=OF_MINUTES) | {"AlarmActions": topic, "OKActions": topic}
