"""Where images lie."""

from __future__ import annotations

from nested.shape import Input

_REGISTRY = "Registry"

RETAINED_IMAGES = Input(
    "RetainedImages",
    "Number",
    _REGISTRY,
    "Images kept",
    "Newest images kept whose tag begins with the environment's name.",
    default="10",
    minimum=1,
    maximum=1000,
    shared=True,
)
REPOSITORY_NAME = Input("RepositoryName", "String", _REGISTRY, "Repository", "Name of the ECR repository.", shared=True)
REPOSITORY_URI = Input(
    "RepositoryUri",
    "String",
    _REGISTRY,
    "Repository URI",
    "What images are tagged with and pushed to.",
    shared=True,
    public=True,
)
REPOSITORY_ARN = Input(
    "RepositoryArn",
    "String",
    _REGISTRY,
    "Repository ARN",
    "The one repository that tasks may pull from.",
    shared=True,
)
REGISTRY_SCAN_TYPE = Input(
    "RegistryScanType",
    "String",
    _REGISTRY,
    "Image scanning",
    "BASIC looks for known vulnerabilities at each push; ENHANCED is Amazon Inspector, charged by image.",
    default="BASIC",
    allowed=("BASIC", "ENHANCED"),
    shared=True,
)
