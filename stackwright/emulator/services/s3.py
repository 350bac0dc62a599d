"""S3 beyond moto: it says that events go to EventBridge where they do.

moto loads its URL table of S3 anew when a server starts, which undoes an overlay there; so this one
replaces the method of moto's own class.
"""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

from moto.s3.responses import S3Response

_original = S3Response.get_bucket_notification


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


def install() -> None:
    """Put the overlay in the place of moto's answer."""
    S3Response.get_bucket_notification = _get_bucket_notification
