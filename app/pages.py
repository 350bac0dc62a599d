"""Pages: the frontend, put together once with its assets inlined, and the same assets as files."""

from __future__ import annotations

import base64
import hashlib
import html
from dataclasses import dataclass
from pathlib import Path
from string import Template
from urllib.parse import quote

from sanic import HTTPResponse, Request
from sanic.exceptions import NotFound
from sanic.response import empty, raw, text

from app.config import Config

FOLDER = Path(__file__).parent
PAGE_TYPE = "text/html; charset=utf-8"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}

# Names stay the same from version to version, so an old copy may live this long (seconds) after a release.
FRESH = 3600


@dataclass(frozen=True)
class Asset:
    """One static file, as it is served."""

    body: bytes
    content_type: str

    @property
    def tag(self) -> str:
        """The entity tag: the same for the same bytes, on every instance."""
        return f'"{hashlib.sha256(self.body).hexdigest()[:32]}"'


def _assets() -> dict[str, Asset]:
    files = sorted((FOLDER / "static").iterdir())
    return {each.name: Asset(each.read_bytes(), TYPES[each.suffix]) for each in files}


class Pages:
    """Handlers of the frontend, the greeting and the static files. Everything is read at the start, and only then."""

    def __init__(self, config: Config, instance: str) -> None:
        self.assets = _assets()
        self.greeting = f"Hello from {instance}\n"
        self.policy = _policy(style=self._text("page.css"), script=self._text("page.js"))
        self.page = self._page(config, instance)

    def _text(self, name: str) -> str:
        return self.assets[name].body.decode()

    def _page(self, config: Config, instance: str) -> bytes:
        template = Template((FOLDER / "frontend.html").read_text(encoding="utf-8"))
        told = {"instance": instance, "environment": config.environment, "version": config.version}
        escaped = {key: html.escape(value) for key, value in told.items()}
        icon = "data:image/svg+xml," + quote(self._text("icon.svg"))
        page = template.substitute(escaped, icon=icon, style=self._text("page.css"), script=self._text("page.js"))
        return page.encode()

    async def root(self, request: Request) -> HTTPResponse:
        """Say hello and from which instance: to a browser as the frontend page, to anything else as text."""
        if request.accept.match("text/plain", "text/html").mime == "text/html":
            response = await self.frontend(request)
        else:
            response = text(self.greeting)
        response.headers["Vary"] = "Accept"
        return response

    async def frontend(self, request: Request) -> HTTPResponse:
        """Answer with the frontend page, which finds its backend from where it was loaded."""
        return raw(self.page, content_type=PAGE_TYPE, headers={"Content-Security-Policy": self.policy})

    async def static(self, request: Request, name: str) -> HTTPResponse:
        """Answer with a static file that caches may keep, or with 304 to whoever has it already."""
        asset = self.assets.get(name)
        if asset is None:
            raise NotFound()
        headers = {"Cache-Control": f"public, max-age={FRESH}", "ETag": asset.tag}
        if _has(request.headers.get("If-None-Match", ""), asset.tag):
            return empty(status=304, headers=headers)
        return raw(asset.body, content_type=asset.content_type, headers=headers)


def _has(given: str, tag: str) -> bool:
    # Caches that compress an answer make its tag a weak one.
    return given.strip() == "*" or tag in [each.strip().removeprefix("W/") for each in given.split(",")]


def _policy(*, style: str, script: str) -> str:
    directives = [
        "default-src 'none'",
        f"style-src {_hash(style)}",
        f"script-src {_hash(script)}",
        "img-src data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]
    return "; ".join(directives)


def _hash(inlined: str) -> str:
    digest = hashlib.sha256(inlined.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
