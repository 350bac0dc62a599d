"""AWS WAF beyond moto: which web ACLs, associations and logs it refuses, and what it keeps of them.

Errors have the words of the "AWS WAFV2 API Reference", reasons those that people report.
"""

from __future__ import annotations

import json
from typing import Any

from moto.apigateway.models import apigateway_backends
from moto.cloudfront.models import cloudfront_backends
from moto.core.common_types import TYPE_RESPONSE
from moto.elbv2.models import elbv2_backends
from moto.logs.models import logs_backends
from moto.s3.models import s3_backends
from moto.wafv2 import urls
from moto.wafv2.exceptions import WAFNonexistentItemException, WAFv2ClientError
from moto.wafv2.models import GLOBAL_REGION, wafv2_backends
from moto.wafv2.responses import WAFV2Response

from stackwright.emulator.services.overlay import put_in_place

_HOME = "us-east-1"
_KEPT = ("DataProtectionConfig", "OnSourceDDoSProtectionConfig", "ApplicationConfig")
_DESTINATION = "aws-waf-logs-"
_NO_PERMISSION = (
    "Unable to deliver logs to the configured destination. You might need to grant log delivery permissions for the "
    "destination."
)
_BALANCER = ":loadbalancer/app/"


class Wafv2(WAFV2Response):
    """moto's web ACLs with the refusals of AWS."""

    def create_web_acl(self) -> TYPE_RESPONSE:
        """Refuse a scope of another region, and a name twice ("CreateWebACL")."""
        self._check_scope()
        region = GLOBAL_REGION if self._get_param("Scope") == "CLOUDFRONT" else self.region
        acls = wafv2_backends[self.current_account][region].wacls.values()
        if any(each.name == self._get_param("Name") for each in acls):
            said = "some resource in your request is a duplicate of an existing one."
            raise _error("WAFDuplicateItemException", said)
        answer = super().create_web_acl()
        self._keep(json.loads(str(answer[2]))["Summary"]["ARN"])
        return answer

    def update_web_acl(self) -> TYPE_RESPONSE:
        """Refuse a scope of another region; keep what moto drops ("UpdateWebACL")."""
        self._check_scope()
        answer = super().update_web_acl()
        self._keep(self.wafv2_backend.get_web_acl(None, self._get_param("Name"), self._get_param("Id")).arn)
        return answer

    def get_web_acl(self) -> TYPE_RESPONSE:
        """Answer what moto drops too ("GetWebACL")."""
        self._check_scope()
        status, headers, body = super().get_web_acl()
        answer = json.loads(str(body))
        answer["WebACL"] |= getattr(self.wafv2_backend.wacls[answer["WebACL"]["ARN"]], "kept", {})
        return status, headers, json.dumps(answer)

    def list_web_ac_ls(self) -> TYPE_RESPONSE:
        """Refuse a scope of another region ("ListWebACLs")."""
        self._check_scope()
        return super().list_web_ac_ls()

    def delete_web_acl(self) -> TYPE_RESPONSE:
        """Refuse while something is protected by it; its logging goes with it ("DeleteWebACL")."""
        self._check_scope()
        region = GLOBAL_REGION if self._get_param("Scope") == "CLOUDFRONT" else self.region
        acl = wafv2_backends[self.current_account][region].get_web_acl(
            None, self._get_param("Name"), self._get_param("Id")
        )
        if self._protects(acl):
            said = "your resource is being used by another resource or it's associated with another resource."
            raise _error("WAFAssociatedItemException", said)
        wafv2_backends[self.current_account][acl.arn.split(":")[3]].logging_configurations.pop(acl.arn, None)
        return super().delete_web_acl()

    def associate_web_acl(self) -> TYPE_RESPONSE:
        """One web ACL for a resource, which is there; CloudFront names its own ("AssociateWebACL")."""
        acl, resource = self._get_param("WebACLArn"), self._get_param("ResourceArn")
        if ":global/" in acl or ":cloudfront:" in resource:
            raise _invalid("The ARN isn't valid.", "RESOURCE_ARN", resource)
        if acl not in self.wafv2_backend.wacls or not self._is_there(resource):
            raise WAFNonexistentItemException
        self.wafv2_backend.disassociate_web_acl(resource)
        return super().associate_web_acl()

    def put_logging_configuration(self) -> TYPE_RESPONSE:
        """Log to what is there and named so that WAF may write to it ("PutLoggingConfiguration")."""
        given = self._get_param("LoggingConfiguration")
        arn, (destination, *_) = given["ResourceArn"], given["LogDestinationConfigs"]
        region = GLOBAL_REGION if ":global/" in arn else self.region
        if arn not in wafv2_backends[self.current_account][region].wacls or arn.split(":")[3] != self.region:
            raise WAFNonexistentItemException
        if not _is_named_for_logs(destination) or destination.split(":")[3] not in ("", self.region):
            raise _invalid("The ARN isn't valid.", "LOG_DESTINATION", destination)
        if not self._takes_logs(destination):
            raise WAFv2ClientError("WAFLogDestinationPermissionIssueException", _NO_PERMISSION)
        return super().put_logging_configuration()

    def _check_scope(self) -> None:
        """What CloudFront uses is in us-east-1 ("CreateWebACL", Scope)."""
        if self._get_param("Scope") == "CLOUDFRONT" and self.region != _HOME:
            raise _invalid("The scope is not valid.", "SCOPE_VALUE", "CLOUDFRONT")

    def _keep(self, arn: str) -> None:
        given = {name: self._get_param(name) for name in _KEPT}
        acl: Any = self.wafv2_backend.wacls[arn]
        acl.kept = {name: value for name, value in given.items() if value is not None}

    def _protects(self, acl: Any) -> bool:
        distributions = cloudfront_backends[self.current_account]["aws"].distributions.values()
        by_cloudfront = any(each.distribution_config.WebACLId == acl.arn for each in distributions)
        return by_cloudfront or any(self._is_there(each) for each in acl.associated_resources)

    def _is_there(self, resource: str) -> bool:
        """Load balancers and stages of REST APIs are looked for; what has no way to be looked for counts as there."""
        if ":apigateway:" in resource:
            _, _, api, _, stage = resource.partition("::")[2].split("/")
            found = apigateway_backends[self.current_account][self.region].apis.get(api)
            return found is not None and stage in found.stages
        balancers = elbv2_backends[self.current_account][self.region].load_balancers
        return _BALANCER not in resource or resource in balancers

    def _takes_logs(self, destination: str) -> bool:
        if destination.split(":")[2] == "logs":
            group = destination.partition(":log-group:")[2]
            return group in logs_backends[self.current_account][self.region].groups
        return destination.split(":")[2] != "s3" or destination.rpartition(":")[2] in s3_backends.bucket_accounts


def _is_named_for_logs(arn: str) -> bool:
    """ "Logging web ACL traffic": destinations are named so, and a log group's ARN ends with the name."""
    name = arn.split(":", 5)[5].removeprefix("log-group:").removeprefix("deliverystream/")
    return name.startswith(_DESTINATION) and ":" not in name


def _error(code: str, reason: str) -> WAFv2ClientError:
    return WAFv2ClientError(code, f"AWS WAF couldn't perform the operation because {reason}")


def _invalid(reason: str, field: str, parameter: str) -> WAFv2ClientError:
    said = f"Error reason: {reason}, field: {field}, parameter: {parameter}"
    return WAFv2ClientError("WAFInvalidParameterException", said)


def install() -> None:
    """Put the overlay in the place of moto's WAF."""
    put_in_place(urls, Wafv2)
