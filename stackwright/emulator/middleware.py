"""What every request passes before moto sees it: whose account and which engine it is for, and the journal."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from stackwright.emulator.journal import Journal, access_key_in, account_of

if TYPE_CHECKING:
    from stackwright.emulator.engine.service import Engine

DEFAULT_ACCOUNT = "123456789012"

# Where a request says which server's CloudFormation it is for.
ENGINE = "stackwright.engine"

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]

_OLD_SIGNATURE = re.compile(r"^AWS ([^:]+):")


class Middleware:
    """WSGI around moto: a 12-digit access key is its account, and every request is noted."""

    def __init__(self, application: Application, journal: Journal, engine: Engine) -> None:
        self.application = application
        self.journal = journal
        self.engine = engine

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer one request."""
        account = account_of(_access_key(environ)) or DEFAULT_ACCOUNT
        environ["HTTP_X_MOTO_ACCOUNT_ID"] = account
        environ[ENGINE] = self.engine
        self.journal.note(environ, _peek(environ), DEFAULT_ACCOUNT)
        return self.application(environ, start_response)


def _access_key(environ: dict[str, Any]) -> str:
    authorization = environ.get("HTTP_AUTHORIZATION", "")
    old = _OLD_SIGNATURE.match(authorization)
    if old:
        return old[1]
    query = parse_qs(environ.get("QUERY_STRING", ""))
    presigned = query.get("AWSAccessKeyId") or query.get("X-Amz-Credential") or [""]
    return access_key_in(authorization) or presigned[0].partition("/")[0]


def _peek(environ: dict[str, Any]) -> bytes:
    """Return the body and leave it to be read again; a chunked one stays unread."""
    length = environ.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or environ.get("HTTP_TRANSFER_ENCODING") == "chunked":
        return b""
    body: bytes = environ["wsgi.input"].read(int(length))
    environ["wsgi.input"] = io.BytesIO(body)
    return body
