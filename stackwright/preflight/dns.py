"""Public DNS: the system's resolver on AWS, the local AWS's own answers on the local AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackwright.aws import address
from stackwright.errors import StackwrightError
from stackwright.place import LOOPBACK

if TYPE_CHECKING:
    from dns.resolver import Resolver

    from stackwright.aws import Aws

SECONDS = 4  # for an answer, retries included


class Silent(StackwrightError):
    """No DNS answers: nothing can be said about a name."""


def values(aws: Aws, name: str, kind: str) -> list[str] | None:
    """Return what DNS answers for a name and type, sorted; none of that type is [], no such name None.

    A name whose servers refuse or fail while DNS answers for others is None too: that is what a zone looks like whose
    delegation leads to servers which no longer have it. Raises Silent when no DNS answers.
    """
    from dns.exception import DNSException
    from dns.resolver import NXDOMAIN, NoAnswer, NoNameservers

    try:
        answer = _resolver(aws).resolve(f"{name}.", kind, search=False)
    except NXDOMAIN:
        return None
    except NoAnswer:
        return []
    except NoNameservers as error:
        if _answers(aws):
            return None
        raise Silent(f"DNS does not answer: {error}") from error
    except (DNSException, OSError) as error:
        raise Silent(f"DNS does not answer: {error}") from error
    return sorted(each.to_text() for each in answer)


def _resolver(aws: Aws) -> Resolver:
    from dns.resolver import Resolver

    endpoint = address(aws.endpoint) if aws.endpoint else None
    local = endpoint is not None and endpoint[0] in LOOPBACK
    resolver = Resolver(configure=not local)
    resolver.lifetime = SECONDS
    if local and endpoint:
        resolver.nameservers = ["127.0.0.1"]
        resolver.port = endpoint[1]
    return resolver


def _answers(aws: Aws) -> bool:
    """Tell whether DNS answers for the root, which is always there."""
    from dns.exception import DNSException

    try:
        _resolver(aws).resolve(".", "NS", search=False)
    except (DNSException, OSError):
        return False
    return True
