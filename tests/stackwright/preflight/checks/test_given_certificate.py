"""A certificate that a person names: one that serves, and ones that would not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.accounts import Account
from support.existing_network import certificate

from stackwright.aws import Aws
from stackwright.preflight.check import Result
from stackwright.preflight.checks.given_certificate import covers
from stackwright.preflight.subject import Subject

Plan = Callable[..., Subject]
Asked = Callable[[str, Subject], Result]
CERTIFIED = {"CertificateArn": {"Type": "String"}, "DomainName": {"Type": "String"}}


@pytest.fixture
def account(aws: Aws) -> Account:
    return Account(aws.account, str(aws.endpoint))


def texts(result: Result) -> str:
    return "\n".join(each.text for each in result.points)


def test_holds_for_one_that_covers_the_name(plan: Plan, asked: Asked, account: Account) -> None:
    named = {"CertificateArn": certificate(account, "app.example.com"), "DomainName": "app.example.com"}
    assert asked("given-certificate", plan({}, declared=CERTIFIED, parameters=named)).verdict == "holds"


@pytest.mark.parametrize(
    ("domain", "arn", "words"),
    [
        ("shop.example.com", "", "is for app.example.com, not for shop.example.com"),
        ("app.example.com", "arn:aws:acm:eu-west-1:123456789012:certificate/1", "is not in us-east-1"),
        ("app.example.com", "arn:aws:acm:us-east-1:123456789012:certificate/1", "is not there"),
    ],
)
def test_fails_for_one_that_would_not_serve(
    plan: Plan, asked: Asked, account: Account, domain: str, arn: str, words: str
) -> None:
    named = {"CertificateArn": arn or certificate(account, "app.example.com"), "DomainName": domain}
    result = asked("given-certificate", plan({}, declared=CERTIFIED, parameters=named))
    assert (result.verdict, words in texts(result)) == ("fails", True)


def test_one_that_is_pending_is_waited_for(plan: Plan, asked: Asked, account: Account) -> None:
    pending = account.client("acm").request_certificate(DomainName="app.example.com", ValidationMethod="DNS")
    named = {"CertificateArn": pending["CertificateArn"], "DomainName": "app.example.com"}
    result = asked("given-certificate", plan({}, declared=CERTIFIED, parameters=named))
    assert "is PENDING_VALIDATION" in texts(result)


_LABEL = st.text("abc", min_size=1, max_size=3)


@given(_LABEL, st.lists(_LABEL, min_size=2, max_size=3))
def test_a_star_stands_for_one_label(label: str, rest: list[str]) -> None:
    parent = ".".join(rest)
    assert covers(f"*.{parent}", f"{label}.{parent}")
    assert covers(parent, parent)
    assert not covers(f"*.{parent}", parent)
    assert not covers(f"*.{parent}", f"{label}.{label}.{parent}")
