"""What holds data goes to the last page of it, in the order that AWS takes."""

from __future__ import annotations

from typing import Any

import pytest

from stackwright.deploy import purge
from stackwright.errors import StackwrightError

REFERRED = {"failureCode": "ImageReferencedByManifestList", "failureReason": "by manifest list"}


class Registry:
    """Lists images two at a time and refuses one that an index refers to, as ECR does; an index names its images."""

    def __init__(self, **images: list[str]) -> None:
        self.images = images

    def call(self, service: str, operation: str, **arguments: Any) -> Any:
        if operation == "list_images":
            start = int(arguments.get("nextToken", 0))
            more = {"nextToken": str(start + 2)} if start + 2 < len(self.images) else {}
            return {"imageIds": [{"imageDigest": each} for each in list(self.images)[start : start + 2]], **more}
        referred = {each for of_index in self.images.values() for each in of_index}
        asked = [each["imageDigest"] for each in arguments["imageIds"]]
        gone = [each for each in asked if each not in referred]
        for each in gone:
            del self.images[each]
        failures = [
            {"failureCode": REFERRED, "failureReason": "by manifest list"} for each in asked if each in referred
        ]
        return {"imageIds": [{"imageDigest": each} for each in gone], "failures": failures}


def test_an_image_goes_after_the_index_on_a_later_page_that_refers_to_it() -> None:
    registry: Any = Registry(amd64=[], arm64=[], index=["amd64", "arm64"], single=[])
    purge.empty_registry(registry, "app")
    assert registry.images == {}


def test_images_that_never_go_are_told() -> None:
    registry: Any = Registry(one=["other"], other=["one"])
    with pytest.raises(StackwrightError, match="app: an image cannot be deleted: by manifest list"):
        purge.empty_registry(registry, "app")
