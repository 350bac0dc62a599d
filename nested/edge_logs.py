"""Edge logs: what CloudFront writes about every request, to a private bucket. Its delivery has to be in us-east-1.

Standard logging (v2): a delivery joins the distribution as source with the bucket as destination. The bucket is there
before the distribution, so that its policy is, and it stays when the distribution goes.
"""

from __future__ import annotations

from troposphere import GetAtt, Ref, Sub, Template
from troposphere.logs import Delivery, DeliveryDestination, DeliverySource

from nested import inputs
from nested.parts import access_logs, us_east_1
from nested.parts.rules import given
from nested.shape import needs

_CONDITION = "HasDistribution"

# "Configure standard logging (v2)", CloudFront Developer Guide: all fields of the default but the cookies, by which
# whoever reads the log could act in the viewer's name, and field-level encryption, which is not used here.
FIELDS = """
    date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent)
    cs-uri-query x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes time-taken x-forwarded-for
    ssl-protocol ssl-cipher x-edge-response-result-type cs-protocol-version c-port time-to-first-byte
    x-edge-detailed-result-type sc-content-type sc-content-len sc-range-start sc-range-end
"""

FORMAT = "json"

# The delivery puts AWSLogs/<account>/CloudFront/ in front when it is made, and no longer when it is changed
# (aws-cloudformation/cloudformation-coverage-roadmap#2274): then the bucket's policy would refuse it. Never change it.
SUFFIX = "{yyyy}/{MM}/{dd}"


def template() -> Template:
    """Emit the bucket and, with a DistributionId, the delivery. Needs AccessLogsRetentionDays; gives nothing."""
    t = Template(Description="Access logs of a CloudFront distribution")
    us_east_1.only_there(t)
    needs(t, inputs.DISTRIBUTION_ID, inputs.ACCESS_LOGS_RETENTION_DAYS)
    t.add_condition(_CONDITION, given(inputs.DISTRIBUTION_ID))
    access_logs.add_to(t, admits=access_logs.log_delivery())
    t.add_resource([_source(), _destination(), _delivery()])
    return t


def _source() -> DeliverySource:
    # A source never changes its distribution: another one is another source, by its name.
    return DeliverySource(
        "AccessLogSource",
        Condition=_CONDITION,
        Name=Sub("access-logs-${DistributionId}"),
        ResourceArn=Sub("arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/${DistributionId}"),
        LogType="ACCESS_LOGS",
    )


def _destination() -> DeliveryDestination:
    # Its name has to be given, and a change of format or distribution changes it: the new one never finds it taken.
    return DeliveryDestination(
        "AccessLogDestination",
        Condition=_CONDITION,
        Name=Sub(f"access-logs-{FORMAT}-${{DistributionId}}"),
        DestinationResourceArn=GetAtt("AccessLogs", "Arn"),
        OutputFormat=FORMAT,
    )


def _delivery() -> Delivery:
    return Delivery(
        "AccessLogDelivery",
        Condition=_CONDITION,
        # Where the policy is not there yet, the service tries to write one itself.
        DependsOn="AccessLogsPolicy",
        DeliverySourceName=Ref("AccessLogSource"),
        DeliveryDestinationArn=GetAtt("AccessLogDestination", "Arn"),
        RecordFields=FIELDS.split(),
        S3SuffixPath=SUFFIX,
    )
