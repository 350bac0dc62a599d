"""ECR beyond moto: a registry that is named is the one of that account, and images go where replication sends them."""

from __future__ import annotations

from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ecr import urls
from moto.ecr.exceptions import InvalidParameterException
from moto.ecr.models import ECRBackend, ecr_backends
from moto.ecr.responses import ECRResponse

from stackwright.emulator.services import ecr_replicas
from stackwright.emulator.services.overlay import made, put_in_place

# "RepositoryCreationTemplate", Amazon ECR API Reference.
_TEMPLATE = (
    "prefix",
    "description",
    "encryptionConfiguration",
    "resourceTags",
    "imageTagMutability",
    "imageTagMutabilityExclusionFilters",
    "repositoryPolicy",
    "lifecyclePolicy",
    "appliedFor",
    "customRoleArn",
)


class TemplateAlreadyExists(ServiceException):
    """ "CreateRepositoryCreationTemplate", Errors."""

    code = "TemplateAlreadyExistsException"


class TemplateNotFound(ServiceException):
    """ "DeleteRepositoryCreationTemplate", Errors."""

    code = "TemplateNotFoundException"


class Ecr(ECRResponse):
    """moto's ECR, which looks for every registry in the caller's account and keeps images where they were pushed."""

    @property
    def ecr_backend(self) -> ECRBackend:
        """The registry of `registryId`, by default the caller's ("DescribeImages")."""
        return ecr_backends[self._get_param("registryId") or self.current_account][self.region]

    def put_image(self) -> ActionResult:
        """Copy the image to where replication sends it ("Private image replication in Amazon ECR")."""
        result = super().put_image()
        ecr_replicas.copy(self.ecr_backend, made(result, "image"), self._get_param("imageTag"))
        return result

    def put_registry_scanning_configuration(self) -> ActionResult:
        """Refuse continuous scanning without Amazon Inspector ("RegistryScanningRule", scanFrequency)."""
        frequencies = {each["scanFrequency"] for each in self._get_param("rules", [])}
        if self._get_param("scanType") == "BASIC" and "CONTINUOUS_SCAN" in frequencies:
            raise InvalidParameterException(
                "Invalid parameter at 'rules' failed to satisfy constraint: "
                "'scan frequency CONTINUOUS_SCAN is not supported for scan type BASIC'"
            )
        result: ActionResult = super().put_registry_scanning_configuration()
        return result

    def create_repository_creation_template(self) -> ActionResult:
        """Keep a template ("CreateRepositoryCreationTemplate"); moto has none."""
        prefix = self._get_param("prefix")
        if prefix in self._templates():
            raise TemplateAlreadyExists(f"The template with prefix '{prefix}' already exists in the registry.")
        return self._keep({**self._given(), "createdAt": utcnow()})

    def update_repository_creation_template(self) -> ActionResult:
        """Change a template ("UpdateRepositoryCreationTemplate"); what is not given stays."""
        return self._keep({**self._known(), **self._given()})

    def delete_repository_creation_template(self) -> ActionResult:
        """Forget a template ("DeleteRepositoryCreationTemplate")."""
        self._known()
        return self._told(self._templates().pop(self._get_param("prefix")))

    def describe_repository_creation_templates(self) -> ActionResult:
        """Tell of the templates, or those that are named ("DescribeRepositoryCreationTemplates")."""
        wanted = self._get_param("prefixes") or list(self._templates())
        found = [self._templates()[each] for each in wanted if each in self._templates()]
        return ActionResult({"registryId": self.current_account, "repositoryCreationTemplates": found})

    def _templates(self) -> dict[str, dict[str, Any]]:
        return ecr_replicas.templates(self.ecr_backend)

    def _given(self) -> dict[str, Any]:
        given = {name: self._get_param(name) for name in _TEMPLATE}
        return {name: value for name, value in given.items() if value is not None}

    def _known(self) -> dict[str, Any]:
        prefix = self._get_param("prefix")
        if prefix not in self._templates():
            raise TemplateNotFound(f"The template with prefix '{prefix}' does not exist in the registry.")
        return self._templates()[prefix]

    def _keep(self, template: dict[str, Any]) -> ActionResult:
        self._templates()[template["prefix"]] = {**template, "updatedAt": utcnow()}
        return self._told(self._templates()[template["prefix"]])

    def _told(self, template: dict[str, Any]) -> ActionResult:
        return ActionResult({"registryId": self.current_account, "repositoryCreationTemplate": template})


def install() -> None:
    """Put the overlay in the place of moto's ECR."""
    put_in_place(urls, Ecr)
