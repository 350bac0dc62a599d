"""What moto drops or permits and AWS does not: overlays on its response classes.

Each module of this package has `install()`, which puts its response classes into moto's URL tables.
The overlays bind every caller of the server, not only our own engine.
"""

from __future__ import annotations

import importlib
import pkgutil


def install() -> None:
    """Apply every overlay. To be called before the server takes its first request; twice is fine."""
    for info in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{info.name}")
        if hasattr(module, "install"):
            module.install()
