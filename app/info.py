"""Info: which build answers, and where it runs."""

from __future__ import annotations

from sanic import HTTPResponse, Request
from sanic.response import json

from app.context import context


async def info(request: Request) -> HTTPResponse:
    """Answer with version, commit, environment and instance; zone and task are null where ECS does not say."""
    known = context(request)
    task = await known.metadata.task()
    return json(
        {
            "version": known.config.version,
            "commit": known.config.commit,
            "environment": known.config.environment,
            "instance": known.instance,
            "zone": task.zone,
            "task_id": task.task_id,
        }
    )
