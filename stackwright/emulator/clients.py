"""boto3 clients of the engine and the handlers, on this server, one for each account and region."""

from __future__ import annotations

import threading
from typing import Any

import boto3
from botocore.config import Config

from stackwright.emulator.journal import ENGINE_AGENT


class Clients:
    """Clients on one endpoint, kept; the account is their access key."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint
        self._session = boto3.Session()
        self._lock = threading.Lock()
        self._kept: dict[tuple[str, str, str], Any] = {}

    def client(self, service: str, account: str, region: str) -> Any:
        """Return the client of a service for an account and region."""
        key = (service, account, region)
        with self._lock:
            if key not in self._kept:
                self._kept[key] = self._made(service, account, region)
            return self._kept[key]

    def _made(self, service: str, account: str, region: str) -> Any:
        return self._session.client(
            service,
            endpoint_url=self._endpoint,
            region_name=region,
            aws_access_key_id=account,
            aws_secret_access_key="local",
            config=Config(
                user_agent_extra=ENGINE_AGENT,
                retries={"total_max_attempts": 1},
                s3={"addressing_style": "path"},
            ),
        )
