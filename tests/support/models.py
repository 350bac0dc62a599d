"""The models of AWS's services: each session of botocore would read and parse them again."""

from __future__ import annotations

from functools import cache
from typing import Any

import botocore.session
from botocore.loaders import Loader, create_loader


def keep() -> None:
    """Let all sessions of this process share what one has read."""
    botocore.session.create_loader = cache(_loader)


def _loader(paths: str | None = None) -> Loader:
    loader = create_loader(paths)
    load = loader.load_service_model

    def own(service: str, *arguments: Any, **options: Any) -> Any:
        """Load a model; clients of S3 take the bucket out of the paths of theirs, and moto's router needs it there."""
        found = load(service, *arguments, **options)
        return {**found, "operations": _own_paths(found["operations"])} if "operations" in found else found

    loader.load_service_model = own
    return loader


def _own_paths(operations: dict[str, Any]) -> dict[str, Any]:
    return {name: {**operation, "http": {**operation["http"]}} for name, operation in operations.items()}
