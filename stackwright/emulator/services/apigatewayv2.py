"""API Gateway's HTTP APIs beyond moto: stages that change, and links that are where they say."""

from __future__ import annotations

import json
from typing import Any

from moto.apigateway import urls
from moto.apigatewayv2.exceptions import BadRequestException, VpcLinkNotFound
from moto.apigatewayv2.responses import ApiGatewayV2Response
from moto.core.responses import TYPE_RESPONSE
from moto.ec2.models import ec2_backends

from stackwright.emulator.services.overlay import keep, put_in_place

_STAGE = ("accessLogSettings", "autoDeploy", "defaultRouteSettings", "description", "stageVariables")


class ApiGatewayV2(ApiGatewayV2Response):
    """moto's HTTP APIs with what they lack."""

    def update_stage(self) -> TYPE_RESPONSE:
        """Change a stage ("UpdateStage"); moto has no such action."""
        _, _, _, api, _, name = self.path.split("/")
        stage = self.apigatewayv2_backend.get_stage(api, name)
        keep(stage, json.loads(self.body), _STAGE)
        return 200, {}, json.dumps(stage.to_json())

    def create_vpc_link(self) -> TYPE_RESPONSE:
        """A link has interfaces in subnets that are there ("CreateVpcLink", subnetIds)."""
        known = {each.id for each in ec2_backends[self.current_account][self.region].describe_subnets()}
        for each in json.loads(self.body)["subnetIds"]:
            if each not in known:
                raise BadRequestException(f"Subnet {each} does not exist")
        return super().create_vpc_link()

    def create_integration(self) -> TYPE_RESPONSE:
        """A private integration goes by a link that is there ("CreateIntegration", connectionId)."""
        given: dict[str, Any] = json.loads(self.body)
        if given.get("connectionType") == "VPC_LINK":
            self.apigatewayv2_backend.get_vpc_link(given.get("connectionId", ""))
        return super().create_integration()

    def delete_vpc_link(self) -> TYPE_RESPONSE:
        """Refuse an unknown one ("DeleteVpcLink"); moto fails inside."""
        name = self.path.split("/")[-1]
        if name not in self.apigatewayv2_backend.vpc_links:
            raise VpcLinkNotFound(name)
        return super().delete_vpc_link()


def install() -> None:
    """Put the overlay in the place of moto's HTTP APIs, whose paths are among those of REST APIs."""
    put_in_place(urls, ApiGatewayV2)
