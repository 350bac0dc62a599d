"""S3 beyond moto: it says that events go to EventBridge where they do, and heeds who should own a bucket.

moto loads its URL table of S3 anew when a server starts, which undoes an overlay there; so this one
replaces methods of moto's own class.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from xml.etree import ElementTree

from moto.s3.exceptions import S3AccessDeniedError
from moto.s3.models import s3_backends
from moto.s3.responses import S3Response

_original = S3Response.get_bucket_notification
_Answer = Callable[[Any, Any, str], Any]
_OF_BUCKET: _Answer = S3Response._bucket_response
_OF_KEY: _Answer = S3Response._key_response


def _get_bucket_notification(self: Any) -> Any:
    """Answer EventBridgeConfiguration too ("GetBucketNotificationConfiguration")."""
    status, headers, body = _original(self)
    kept = self.backend.get_bucket_notification_configuration(self.bucket_name)
    if kept and kept.event_bridge is not None:
        body = _with_bridge(body if isinstance(body, str) else body.decode())
    return status, headers, body


def _with_bridge(body: str) -> str:
    """An empty element is what moto's serializer never writes."""
    root = ElementTree.fromstring(body)
    namespace = root.tag.partition("}")[0] + "}" if root.tag.startswith("{") else ""
    ElementTree.SubElement(root, f"{namespace}EventBridgeConfiguration")
    return ElementTree.tostring(root, encoding="unicode")


def _owned(answer: _Answer) -> _Answer:
    """Deny what expects another owner ("Verifying bucket ownership with bucket owner condition", S3 User Guide)."""

    @wraps(answer)
    def answered(self: Any, request: Any, full_url: str) -> Any:
        expected = request.headers.get("x-amz-expected-bucket-owner")
        name = self.parse_bucket_name_from_url(request, full_url)
        owner = s3_backends.bucket_accounts.get(name)
        if expected and owner and owner[1] != expected:
            raise S3AccessDeniedError
        return answer(self, request, full_url)

    return answered


def install() -> None:
    """Put the overlay in the place of moto's answers."""
    S3Response.get_bucket_notification = _get_bucket_notification
    S3Response._bucket_response = _owned(_OF_BUCKET)
    S3Response._key_response = _owned(_OF_KEY)
