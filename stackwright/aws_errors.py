"""What AWS's errors mean to a person: one or two lines that say what happened and the mend.

Errors are recognised by the name of their class and by their code, so that nothing of botocore is
imported here. Codes: "Common Errors" in the CloudFormation API Reference, "Error responses" in the
Amazon S3 API Reference, "Retry behavior" in the AWS SDKs and Tools Reference Guide (throttling).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from typing import Any

from stackwright.errors import BadInput, StackwrightError

MISSING = {
    "NoCredentialsError",
    "PartialCredentialsError",
    "CredentialRetrievalError",
    "InvalidConfigError",
}
SIGN_IN_AGAIN = {
    "UnauthorizedSSOTokenError",
    "SSOTokenLoadError",
    "TokenRetrievalError",
    "LoginRefreshTokenExpired",
}
NOT_REACHED = {
    "EndpointConnectionError",
    "ConnectionClosedError",
    "ConnectTimeoutError",
    "ReadTimeoutError",
    "ProxyConnectionError",
    "SSLError",
    "HTTPClientError",
}
EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"}
UNKNOWN_KEY = {
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "AuthFailure",
}
DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "403", "Forbidden"}
THROTTLED = {
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestLimitExceeded",
    "TooManyRequestsException",
    "RequestThrottled",
    "RequestThrottledException",
    "EC2ThrottledException",
    "PriorRequestNotComplete",
    "SlowDown",
    "503",  # S3's answer to a HEAD request has no body to tell a code in
}
_VALUE = re.compile(r", value: .*?(?=, valid [a-z ]+: [\w<>', ]+$|$)")
SERVER_ERROR = 500  # HTTP status; "Common Errors": InternalFailure, ServiceUnavailable and what services call theirs


class AwsError(StackwrightError):
    """AWS refused a request; `code` and `reason` are its own words."""

    def __init__(self, message: str, *, code: str = "", reason: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason

    @property
    def absent(self) -> bool:
        """Whether AWS says that what it was asked about is not there."""
        return (
            "NotFound" in self.code
            or self.code.startswith("NoSuch")
            or self.code == "404"  # S3's answer to a HEAD request has no body to tell a code in
            or any(words in self.reason.lower() for words in ("not found", "does not exist"))
        )


class AccessDenied(AwsError):
    """The identity may not do this; the message names the action."""


class Throttled(AwsError):
    """AWS went on refusing for its request rate after every retry."""


class Failing(AwsError):
    """AWS has trouble of its own, and went on having it after every retry."""


class Credentials(BadInput):
    """No credentials, or ones AWS does not take (any more)."""


class Unreachable(BadInput):
    """Nothing answers at the endpoint."""


# AWS cannot be asked (any more); whatever it was doing goes on.
LOST = (Throttled, Failing, Credentials, Unreachable)


def near_misses(word: str, known: Iterable[str]) -> str:
    """Return ` (did you mean a, b?)` for the names closest to a misspelt one, or nothing."""
    close = difflib.get_close_matches(word, list(known), n=3, cutoff=0.6)
    return f" (did you mean {', '.join(close)}?)" if close else ""


def explained(error: Exception, *, service: str, operation: str) -> StackwrightError:
    """Return our own error for a botocore one raised by `service`'s `operation` (PascalCase)."""
    names = {kind.__name__ for kind in type(error).__mro__}
    if names & MISSING:
        return Credentials("no AWS credentials found: run `aws configure`, or give --profile")
    if names & SIGN_IN_AGAIN:
        return Credentials("AWS sign-in has expired: run `aws sso login` (with your --profile)")
    if names & NOT_REACHED:
        return Unreachable(f"cannot reach AWS {service}: {_first_line(error)}")
    if "ResponseParserError" in names:
        return Unreachable(not_aws(service))
    response = getattr(error, "response", None)
    if not isinstance(response, dict):
        return AwsError(f"{service}:{operation} failed: {_reason(error)}")
    failing = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= SERVER_ERROR
    return _refused(response.get("Error", {}), action=f"{service}:{operation}", failing=failing)


def not_aws(service: str) -> str:
    """Return that something else answers in AWS's place, such as a proxy or a network's sign-in page."""
    return f"what answers for AWS {service} is not AWS: check AWS_ENDPOINT_URL, HTTPS_PROXY and the network"


def _refused(error: dict[str, Any], *, action: str, failing: bool) -> StackwrightError:
    """Return the error for a response: code and message are those of AWS."""
    code, reason = str(error.get("Code", "")), " ".join(str(error.get("Message", "")).split())
    if code in EXPIRED:
        return Credentials("AWS credentials have expired: get new ones, then run the same again")
    if code in UNKNOWN_KEY:
        mend = "check --profile, and that the account has this region enabled"
        return Credentials(f"AWS does not accept these credentials ({code}): {mend}")
    if code in DENIED:
        message = f"access denied to {action}: {reason or 'no reason given'}"
        return AccessDenied(message, code=code, reason=reason)
    if code in THROTTLED:
        message = f"{action} is throttled by AWS: wait a minute, then run the same again"
        return Throttled(message, code=code, reason=reason)
    if failing:
        message = f"AWS itself fails at {action} ({code}): wait a minute, then run the same again"
        return Failing(message, code=code, reason=reason)
    return AwsError(f"{action} refused ({code}): {reason}", code=code, reason=reason)


def _reason(error: Exception) -> str:
    """Return what botocore says is wrong with a request, without the values that it quotes: one may be a secret."""
    heading, *report = str(error).strip().splitlines() or [""]
    return _VALUE.sub("", report[0]) if heading.endswith(":") and report else _first_line(error)


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
