"""Any boto3 caller of the local AWS: the overlays bind it as they bind our engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from support.account_numbers import account_id

from stackwright.emulator.server import LocalAws
from stackwright.emulator.services import linked_roles

_SESSION = boto3.Session()


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    with LocalAws() as aws:
        yield aws.endpoint


@pytest.fixture
def fresh(endpoint: str) -> Callable[..., Any]:
    """Return `fresh(service)` of an account that nobody has used; its id signs the requests."""
    return _client(endpoint, account_id())


@pytest.fixture
def client(endpoint: str) -> Callable[..., Any]:
    """Return `client(service)` of an account that no other test uses, and that has the service-linked roles."""
    account = account_id()
    for service in linked_roles.NEEDED:
        linked_roles.found(account, service)
    return _client(endpoint, account)


def _client(endpoint: str, account: str) -> Callable[..., Any]:
    def made(service: str, region: str = "us-east-1") -> Any:
        keys = {"aws_access_key_id": account, "aws_secret_access_key": "local"}
        return _SESSION.client(service, region_name=region, endpoint_url=endpoint, **keys)

    return made
