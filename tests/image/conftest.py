"""The image, built once, and containers of it, as the task definition has them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pytest
from support import container, guarantees, image
from support.container import Container

NAME = "stackwright-app:tested"
VERSION, COMMIT = "1.2.3", "0123456789abcdef0123456789abcdef01234567"


@dataclass(frozen=True)
class Built:
    """The image: its configuration, its file system, and the paths and the number of layers that its base has."""

    document: dict[str, Any]
    root: Path
    base: set[str]
    base_layers: int


class Start(Protocol):
    """Starts the image's service with the task definition's variables and these."""

    def __call__(self, **environment: str) -> Container: ...


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    if reason := image.hindrance():
        pytest.skip(reason)
    store = image.Store(tmp_path_factory.mktemp("store"))
    store.begin()
    try:
        base = store.make_base()
        store.make_image(NAME, VERSION=VERSION, COMMIT=COMMIT)
        layers = store.inspect(image.base_name())["rootfs"]["diff_ids"]
        yield Built(store.inspect(NAME), store.mount(NAME), base, len(layers))
    finally:
        store.clear()


@pytest.fixture(scope="session")
def definition() -> dict[str, Any]:
    """The container definition of production's task, with an image of one's own."""
    (found,) = guarantees.seeded(own_image=True).of("AWS::ECS::TaskDefinition")
    (only,) = found.properties["ContainerDefinitions"]
    return dict(only)


@pytest.fixture(scope="module")
def start(built: Built, definition: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    started: list[Container] = []

    def one(**environment: str) -> Container:
        order = container.ordered(built.root, built.document, definition, **environment)
        started.append(container.start(order, tmp_path_factory.mktemp("container")))
        return started[-1]

    yield one
    for each in started:
        container.end(each)


@pytest.fixture(scope="module")
def running(start: Start) -> Container:
    """One container as the task definition has it, for tests that only ask."""
    return start()
