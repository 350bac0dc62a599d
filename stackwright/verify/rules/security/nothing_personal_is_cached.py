"""What CloudFront keeps was made without knowing who asked.

The cache knows an answer by its key. What the origin is told beside the key may shape the answer, which the next one
who asks by the same key then gets. In the key itself nothing is wrong: each has an answer of their own, as they have
in behaviors without policies, whose key is all that they forward.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from stackwright.resolve.graph import Resource
from stackwright.resolve.symbols import Value, is_symbolic
from stackwright.verify.deployment import Deployment, at, listed, number
from stackwright.verify.distributions import DISTRIBUTION, Behavior, behaviors, policy
from stackwright.verify.rule import Finding, Rule

TOLD = "OriginRequestPolicyId"
KEPT = "CachePolicyId"

# "Use managed cache policies": CachingDisabled keeps nothing; the two that go by the origin's headers have cookies in
# their key.
DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
_COOKIES_IN_KEY = ("83da9c7e-98b4-4e11-a168-04f0df8e2c65", "4cc15a8a-d715-48a4-82b8-cc0b614638fe")
# "Use managed origin request policies": those that forward all that viewers send, cookies and credentials among it.
_ALL = (
    "216adef6-5c7f-47e4-b989-5492eafa07d3",
    "33f36d7e-f396-46d9-90e0-52428a34d9dc",
    "b689b0a8-53d0-40ab-baf2-68738e2966ac",
)
_EVERYTHING = ("allViewer", "allViewerAndWhitelistCloudFront", "allExcept", "all")
_PERSONAL = ("authorization", "cookie")


@dataclass(frozen=True)
class _Told:
    """What is told of who asks: all headers or those named, and whether cookies."""

    headers: str
    named: tuple[str, ...]
    cookies: str


def check(deployment: Deployment) -> Iterator[Finding]:
    """Yield each behavior that keeps answers and tells the origin who asks, beside the key."""
    for distribution in deployment.of(DISTRIBUTION):
        for behavior in behaviors(distribution):
            given, own = policy(deployment.graph, behavior, KEPT)
            if given is not None and (own is not None or not is_symbolic(given)):
                yield from _by_policies(deployment, distribution, behavior, given, own)


def _by_policies(
    deployment: Deployment, distribution: Resource, behavior: Behavior, kept: Value, own: Resource | None
) -> Iterator[Finding]:
    if kept == DISABLED or (own is not None and not _keeps(own)):
        return
    told, policy_of = policy(deployment.graph, behavior, TOLD)
    what = "all headers" if told in _ALL else _beyond(_told(policy_of), _key(own))
    if what and kept not in _COOKIES_IN_KEY:
        yield _finding(distribution, behavior, told, what)


def _keeps(cache_policy: Resource) -> bool:
    """Tell whether a cache policy keeps anything ("CachePolicyConfig"): its longest time is above 0."""
    return number(at(cache_policy.properties, "CachePolicyConfig.MaxTTL")) != 0


def _told(request_policy: Resource | None) -> _Told:
    return _read(at(request_policy.properties, "OriginRequestPolicyConfig")) if request_policy else _Told("", (), "")


def _key(cache_policy: Resource | None) -> _Told:
    place = "CachePolicyConfig.ParametersInCacheKeyAndForwardedToOrigin"
    return _read(at(cache_policy.properties, place)) if cache_policy else _Told("", (), "")


def _read(config: Value) -> _Told:
    named = tuple(str(each).lower() for each in listed(at(config, "HeadersConfig.Headers")))
    return _Told(
        str(at(config, "HeadersConfig.HeaderBehavior", "none")),
        named,
        str(at(config, "CookiesConfig.CookieBehavior", "none")),
    )


def _beyond(told: _Told, key: _Told) -> str:
    """Return what of a person the origin is told and the key does not have, empty where nothing."""
    if told.headers in _EVERYTHING:
        return "all headers"
    if told.cookies not in ("", "none") and key.cookies in ("", "none"):
        return "cookies"
    beside = [each for each in told.named if each in _PERSONAL and each not in key.named]
    return beside[0] if beside else ""


def _finding(distribution: Resource, behavior: Behavior, told: Value, what: str) -> Finding:
    problem = f"{behavior.paths} is kept, and the origin is told {what}: one's page may be the next one's answer"
    mend = "keep nothing there (CachingDisabled), or tell the origin nothing of who asks"
    return Finding(distribution.path, f"{behavior.place}.{TOLD}", told, problem, mend)


RULE = Rule(
    claim="What CloudFront keeps does not depend on who asked.",
    why="A page that was made for one person and kept is shown to the next, names, orders and sessions included.",
    source="Understand cache policies, Control origin requests with a policy (Amazon CloudFront Developer Guide)",
    about=(DISTRIBUTION,),
    check=check,
)
