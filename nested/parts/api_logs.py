"""Logs of an API: a line of JSON for each request, and what API Gateway says when it fails one itself."""

from __future__ import annotations

import json

from troposphere import Ref, Sub, Template
from troposphere.logs import LogGroup

from nested import inputs
from nested.shape import needs

# "Variables for access logging for API Gateway", API Gateway Developer Guide, for either kind of API. Each is quoted,
# because one that says nothing is a hyphen.
_BOTH = {
    "requestId": "$context.requestId",
    "time": "$context.requestTimeEpoch",
    "sourceIp": "$context.identity.sourceIp",
    "userAgent": "$context.identity.userAgent",
    "method": "$context.httpMethod",
    "path": "$context.path",
    "protocol": "$context.protocol",
    "status": "$context.status",
    "responseLength": "$context.responseLength",
    "responseLatency": "$context.responseLatency",
    "integrationLatency": "$context.integrationLatency",
    "integrationStatus": "$context.integrationStatus",
    "error": "$context.error.message",
}
_REST = {"route": "$context.resourcePath", "apiKeyId": "$context.identity.apiKeyId", "tls": "$context.tlsVersion"}
_HTTP = {"route": "$context.routeKey"}

REST = json.dumps(_BOTH | _REST)
HTTP = json.dumps(_BOTH | _HTTP)


def add_to(t: Template, *, execution: str | None = None) -> None:
    """Add the log groups; `execution` is the name that API Gateway gives the second, where it has one."""
    needs(t, inputs.API_LOG_RETENTION_DAYS)
    t.add_resource(_group("AccessLogs", kept="RetainExceptOnCreate"))
    if execution:
        t.add_resource(_group("ExecutionLogs", kept="Delete", LogGroupName=Sub(execution)))


def _group(title: str, *, kept: str, **options: Sub) -> LogGroup:
    return LogGroup(
        title,
        RetentionInDays=Ref(inputs.API_LOG_RETENTION_DAYS.name),
        DeletionPolicy=kept,
        UpdateReplacePolicy="Delete" if kept == "Delete" else "Retain",
        **options,
    )


def destination() -> Sub:
    """Return the ARN of the access log as API Gateway takes it, without the `:*` that GetAtt gives."""
    return Sub("arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${AccessLogs}")
