"""Service: the Sanic application with its routes and limits."""

from __future__ import annotations

from sanic import Config as Limits
from sanic import Sanic
from sanic.models.handler_types import RouteHandler

from app import health, info, items
from app.answers import BACKEND, HEALTH, finish
from app.config import HEADERS, Config
from app.context import Context
from app.errors import Errors
from app.pages import Pages
from app.requests import Request

READ = ["GET", "HEAD"]

Service = Sanic[Limits, Context]


def create(context: Context) -> Service:
    """Return the application, ready to be served."""
    service = Sanic(
        "app",
        config=_limits(context.config),
        ctx=context,
        error_handler=Errors(),
        request_class=Request,
        configure_logging=False,
    )
    service.register_middleware(finish, "response")
    pages = Pages(context.config, context.instance)
    service.add_route(pages.root, "/", READ, name="root")
    service.add_route(pages.frontend, "/frontend", READ, name="frontend")
    service.add_route(pages.static, "/static/<name:str>", READ, name="static")
    for prefix in ("", BACKEND):
        _add_backend(service, prefix)
    return service


def _add_backend(service: Service, prefix: str) -> None:
    routes: dict[str, RouteHandler] = {
        HEALTH: health.health,
        "/status": health.status,
        "/items/<given:str>": items.item,
        "/api/info": info.info,
    }
    for path, handler in routes.items():
        service.add_route(handler, prefix + path, READ, name=(prefix + path).strip("/").replace("/", "-"))


def _limits(config: Config) -> Limits:
    # Without the prefix, Sanic would also obey variables of its own, which no page documents.
    limits = Limits(env_prefix=None)
    limits.update(
        KEEP_ALIVE_TIMEOUT=config.keep_alive_timeout,
        REQUEST_TIMEOUT=config.request_timeout,
        RESPONSE_TIMEOUT=config.response_timeout,
        REQUEST_MAX_HEADER_SIZE=HEADERS,
        REQUEST_MAX_SIZE=config.request_max_bytes,
        PROXIES_COUNT=config.proxies_count or None,
        MOTD=False,
        AUTO_EXTEND=False,
    )
    return limits
