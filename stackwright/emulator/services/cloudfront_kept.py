"""What distributions refer to by id: policies, origin access controls and VPC origins, each kept as it was given.

All have the same six calls, made here of one description each. A name is taken once in an account, where AWS says so;
what a distribution refers to stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from botocore import xform_name
from moto.cloudfront.exceptions import CloudFrontException, InvalidIfMatchVersion
from moto.cloudfront.models import CloudFrontBackend, random_id
from moto.core.responses import ActionResult, EmptyResult
from moto.core.utils import utcnow

from stackwright.emulator.services.cloudfront_vpc_origins import refuse_endpoint

_STORE = "stackwright_kept"
_ASSOCIATED = (
    "The specified VPC origin is currently associated with one or more distributions. Please disassociate the VPC "
    "origin from all distributions before updating or deleting"
)


class PreconditionFailed(CloudFrontException):
    """If-Match names another version than there is."""

    def __init__(self) -> None:
        said = "The precondition in one or more of the request fields evaluated to false."
        super().__init__("PreconditionFailed", said)


@dataclass(frozen=True)
class Kind:
    """What there is of a kind: the names of its calls and members, and what its errors are called.

    `by` is the member of a distribution that refers to it. `fixed` says that it cannot be updated while one does.
    """

    name: str
    plural: str
    path: str
    config: str
    by: str
    absent: str
    taken: str
    used: str
    fixed: str = ""
    check: Callable[[CloudFrontBackend, dict[str, Any]], None] = lambda backend, config: None

    def error(self, code: str) -> CloudFrontException:
        """Return the error of this code in AWS's words."""
        return CloudFrontException(code, _WORDS[code])


@dataclass
class Thing:
    """One of a kind. Members that the kind's shape does not have are not answered."""

    id: str
    config: dict[str, Any]
    arn: str
    account: str
    etag: str = field(default_factory=random_id)
    created: Any = field(default_factory=utcnow)
    modified: Any = field(default_factory=utcnow)

    def answer(self, kind: Kind) -> dict[str, Any]:
        """Return it as the kind's calls do; it is deployed at once."""
        return {
            "Id": self.id,
            "Arn": self.arn,
            "AccountId": self.account,
            "Status": "Deployed",
            "CreatedTime": self.created,
            "LastModifiedTime": self.modified,
            kind.config: self.config,
        }


_WORDS = {
    "NoSuchCachePolicy": "The cache policy does not exist.",
    "CachePolicyAlreadyExists": "A cache policy with this name already exists. You must provide a unique name.",
    "CachePolicyInUse": "Cannot delete the cache policy because it is attached to one or more cache behaviors.",
    "NoSuchOriginRequestPolicy": "The origin request policy does not exist.",
    "OriginRequestPolicyAlreadyExists": (
        "An origin request policy with this name already exists. You must provide a unique name."
    ),
    "OriginRequestPolicyInUse": (
        "Cannot delete the origin request policy because it is attached to one or more cache behaviors."
    ),
    "NoSuchResponseHeadersPolicy": "The response headers policy does not exist.",
    "ResponseHeadersPolicyAlreadyExists": (
        "A response headers policy with this name already exists. You must provide a unique name."
    ),
    "ResponseHeadersPolicyInUse": (
        "Cannot delete the response headers policy because it is attached to one or more cache behaviors "
        "in a CloudFront distribution."
    ),
    "NoSuchOriginAccessControl": "The origin access control does not exist.",
    "OriginAccessControlAlreadyExists": "An origin access control with the specified parameters already exists.",
    "OriginAccessControlInUse": (
        "Cannot delete the origin access control because it's in use by one or more distributions."
    ),
    "EntityNotFound": "The entity was not found.",
    "CannotDeleteEntityWhileInUse": _ASSOCIATED,
    "CannotUpdateEntityWhileInUse": _ASSOCIATED,
}


def _policy(name: str, path: str) -> Kind:
    return Kind(
        name,
        f"{name.removesuffix('y')}ies",
        path,
        config=f"{name}Config",
        by=f"{name}Id",
        absent=f"NoSuch{name}",
        taken=f"{name}AlreadyExists",
        used=f"{name}InUse",
    )


VPC_ORIGIN = Kind(
    "VpcOrigin",
    "VpcOrigins",
    "vpc-origin",
    config="VpcOriginEndpointConfig",
    by="VpcOriginId",
    absent="EntityNotFound",
    taken="",
    used="CannotDeleteEntityWhileInUse",
    fixed="CannotUpdateEntityWhileInUse",
    check=refuse_endpoint,
)
_ACCESS_CONTROL = Kind(
    "OriginAccessControl",
    "OriginAccessControls",
    "origin-access-control",
    config="OriginAccessControlConfig",
    by="OriginAccessControlId",
    absent="NoSuchOriginAccessControl",
    taken="OriginAccessControlAlreadyExists",
    used="OriginAccessControlInUse",
)
KINDS = (
    _policy("CachePolicy", "cache-policy"),
    _policy("OriginRequestPolicy", "origin-request-policy"),
    _policy("ResponseHeadersPolicy", "response-headers-policy"),
    _ACCESS_CONTROL,
    VPC_ORIGIN,
)


def things(backend: CloudFrontBackend, kind: Kind) -> dict[str, Thing]:
    """Return what the account has of a kind, by id."""
    every: dict[str, dict[str, Thing]] = vars(backend).setdefault(_STORE, {})
    return every.setdefault(kind.name, {})


def mentioned(config: Any, member: str) -> Iterator[str]:
    """Yield every value that a configuration has under a member, at any depth."""
    if isinstance(config, dict):
        for name, value in config.items():
            if name == member and value:
                yield value
            yield from mentioned(value, member)
    elif isinstance(config, list):
        for item in config:
            yield from mentioned(item, member)


def _in_use(backend: CloudFrontBackend, kind: Kind, thing: Thing) -> bool:
    configs = [vars(each.distribution_config) for each in backend.distributions.values()]
    return any(thing.id in mentioned(config, kind.by) for config in configs)


class Kept:
    """The calls of every kind, for a response class of moto's; `_CALLS` below puts them here."""

    backend: CloudFrontBackend
    _get_param: Callable[..., Any]

    def found(self, kind: Kind) -> Thing:
        """Return the one that the request is about. Raises that there is none."""
        thing = things(self.backend, kind).get(self._get_param("Id"))
        if thing is None:
            raise kind.error(kind.absent)
        return thing

    def matching(self, kind: Kind) -> Thing:
        """Return the one that the request is about, in the version that it names."""
        thing = self.found(kind)
        check_version(self._get_param("IfMatch"), thing.etag)
        return thing


def check_version(given: str | None, etag: str) -> None:
    """Raise what CloudFront says of an If-Match that is not there, or not the version that there is."""
    if not given:
        raise InvalidIfMatchVersion
    if given != etag:
        raise PreconditionFailed


def _create(self: Kept, kind: Kind) -> ActionResult:
    backend, config = self.backend, self._get_param(kind.config)
    _refuse_name(backend, kind, config)
    kind.check(backend, config)
    number = random_id()
    arn = f"arn:aws:cloudfront::{backend.account_id}:{kind.path.replace('-', '')}/{number}"
    thing = things(backend, kind)[number] = Thing(number, config, arn, backend.account_id)
    tags = self._get_param("Tags.Items") or []
    backend.tag_resource(arn, {each["Key"]: each.get("Value", "") for each in tags})
    return _answer(kind, thing)


def _get(self: Kept, kind: Kind) -> ActionResult:
    return _answer(kind, self.found(kind))


def _get_config(self: Kept, kind: Kind) -> ActionResult:
    thing = self.found(kind)
    return ActionResult({kind.config: thing.config, "ETag": thing.etag})


def _update(self: Kept, kind: Kind) -> ActionResult:
    thing, config = self.matching(kind), self._get_param(kind.config)
    if kind.fixed and _in_use(self.backend, kind, thing):
        raise kind.error(kind.fixed)
    _refuse_name(self.backend, kind, config, thing)
    kind.check(self.backend, config)
    thing.config, thing.etag, thing.modified = config, random_id(), utcnow()
    return _answer(kind, thing)


def _delete(self: Kept, kind: Kind) -> ActionResult:
    thing = self.matching(kind)
    if _in_use(self.backend, kind, thing):
        raise kind.error(kind.used)
    del things(self.backend, kind)[thing.id]
    return _answer(kind, thing) if kind is VPC_ORIGIN else EmptyResult()


def _list(self: Kept, kind: Kind) -> ActionResult:
    items = [_summary(kind, each) for each in things(self.backend, kind).values()]
    listed = {"Marker": "", "MaxItems": 100, "IsTruncated": False, "Quantity": len(items), "Items": items}
    return ActionResult({f"{kind.name}List": listed})


def _summary(kind: Kind, thing: Thing) -> dict[str, Any]:
    of_policy = {"Type": "custom", kind.name: thing.answer(kind)}
    return {**thing.config, **thing.answer(kind), "OriginEndpointArn": thing.config.get("Arn"), **of_policy}


def _answer(kind: Kind, thing: Thing) -> ActionResult:
    location = f"https://cloudfront.amazonaws.com/2020-05-31/{kind.path}/{thing.id}"
    return ActionResult({kind.name: thing.answer(kind), "ETag": thing.etag, "Location": location})


def _refuse_name(backend: CloudFrontBackend, kind: Kind, config: dict[str, Any], but: Thing | None = None) -> None:
    """Names of policies and access controls are unique in an account ("CreateCachePolicy" and its like)."""
    others = [each for each in things(backend, kind).values() if each is not but]
    if kind.taken and any(each.config["Name"] == config["Name"] for each in others):
        raise kind.error(kind.taken)


def _call(action: Callable[[Kept, Kind], ActionResult], kind: Kind) -> Callable[[Kept], ActionResult]:
    return lambda self: action(self, kind)


for _kind in KINDS:
    _CALLS = {
        f"Create{_kind.name}": _create,
        f"Get{_kind.name}": _get,
        f"Get{_kind.name}Config": _get_config,
        f"Update{_kind.name}": _update,
        f"Delete{_kind.name}": _delete,
        f"List{_kind.plural}": _list,
    }
    for _name, _action in _CALLS.items():
        setattr(Kept, xform_name(_name), _call(_action, _kind))
