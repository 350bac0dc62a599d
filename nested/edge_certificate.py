"""Edge certificate: the one that CloudFront shows viewers, validated by DNS. It has to be in us-east-1.

The record that proves the domain belongs to the account and the name: a certificate of the same name in the system's
region renews by it too, and it stays in the zone when either goes.
"""

from __future__ import annotations

from troposphere import If, Ref, Template
from troposphere.cloudwatch import Alarm, MetricDimension

from nested import inputs
from nested.parts import us_east_1
from nested.parts.certificates import certificate
from nested.parts.rules import given
from nested.shape import gives, needs

_CONDITION = "HasDomain"
_ONE_DAY = 86400  # seconds; ACM publishes twice a day


# "Managed certificate renewal", AWS Certificate Manager User Guide: it begins 60 days before the end. Should it
# be 45, as is said of certificates of 198 days, then two weeks later something is in its way all the same.
DAYS_TO_EXPIRY = 30


def template() -> Template:
    """Emit the certificate and the alarm on its end.

    Needs AlternateDomainName, empty for none, HostedZoneId and NotificationTopicArn; gives EdgeCertificateArn.
    """
    t = Template(Description="Certificate of a CloudFront distribution")
    us_east_1.only_there(t)
    needs(t, inputs.ALTERNATE_DOMAIN_NAME, inputs.HOSTED_ZONE_ID, inputs.NOTIFICATION_TOPIC_ARN)
    t.add_condition(_CONDITION, given(inputs.ALTERNATE_DOMAIN_NAME))
    made = t.add_resource(certificate("EdgeCertificate", inputs.ALTERNATE_DOMAIN_NAME, Condition=_CONDITION))
    t.add_resource(_alarm())
    gives(t, {inputs.EDGE_CERTIFICATE_ARN: If(_CONDITION, Ref(made), "")})
    return t


def _alarm() -> Alarm:
    topic = [Ref(inputs.NOTIFICATION_TOPIC_ARN.name)]
    return Alarm(
        "CertificateEnds",
        Condition=_CONDITION,
        AlarmDescription="The certificate is not renewed: its validation record is gone, or the zone is not delegated",
        Namespace="AWS/CertificateManager",
        MetricName="DaysToExpiry",
        Dimensions=[MetricDimension(Name="CertificateArn", Value=Ref("EdgeCertificate"))],
        Statistic="Minimum",
        Period=_ONE_DAY,
        EvaluationPeriods=1,
        ComparisonOperator="LessThanThreshold",
        Threshold=DAYS_TO_EXPIRY,
        TreatMissingData="notBreaching",
        AlarmActions=topic,
        OKActions=topic,
    )
