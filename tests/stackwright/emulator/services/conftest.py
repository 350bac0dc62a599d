"""Any boto3 caller of the local AWS: the overlays bind it as they bind our engine."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest

from stackwright.emulator.server import LocalAws

_SESSION = boto3.Session()
_ACCOUNTS = itertools.count(500000000001)


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    with LocalAws() as aws:
        yield aws.endpoint


@pytest.fixture
def client(endpoint: str) -> Callable[..., Any]:
    """Return `client(service)` of an account that no other test uses; its id signs the requests."""
    account = str(next(_ACCOUNTS))

    def made(service: str, region: str = "us-east-1") -> Any:
        keys = {"aws_access_key_id": account, "aws_secret_access_key": "local"}
        return _SESSION.client(service, region_name=region, endpoint_url=endpoint, **keys)

    return made
