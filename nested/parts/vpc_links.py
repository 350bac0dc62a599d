"""VPC links: how a REST API reaches a load balancer that has no way in from the internet.

To a Network Load Balancer it is PrivateLink, an endpoint service that API Gateway makes: no security group anywhere
stands for API Gateway. To an Application Load Balancer it is network interfaces in the subnets (a VPC link V2), which
have a security group, so that the load balancer admits it. Both take minutes to come, and have to be gone before the
load balancer goes; the load balancer's ARN, which every link needs, sees to that.
Source: "Private integrations for REST APIs in API Gateway", API Gateway Developer Guide.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Literal

from troposphere import GetAtt, Ref, Template
from troposphere.apigateway import VpcLink
from troposphere.apigatewayv2 import VpcLink as VpcLinkV2
from troposphere.ec2 import SecurityGroup, SecurityGroupEgress, SecurityGroupIngress

from nested import inputs
from nested.parts.egress import nowhere
from nested.shape import needs

To = Literal["network", "application"]

# Stage variables: where the load balancer is, and by which link.
HOST = "host"
LINK = "link"


def add_to(t: Template, to: To, ports: Collection[int]) -> None:
    """Add the link to the load balancer, which listens on these ports; the template needs LoadBalancerArn."""
    if to == "network":
        t.add_resource(_private_link())
    else:
        add_interfaces(t, ports)


def _private_link() -> VpcLink:
    return VpcLink("VpcLink", Name=Ref("AWS::StackName"), TargetArns=[Ref(inputs.LOAD_BALANCER_ARN.name)])


def add_interfaces(t: Template, ports: Collection[int]) -> None:
    """Add a VPC link V2, its security group, and both ways between that and the load balancer's group."""
    needs(t, inputs.VPC_ID, inputs.PRIVATE_SUBNET_IDS, inputs.LOAD_BALANCER_SECURITY_GROUP_ID)
    t.add_resource(_security_group())
    for port in sorted(set(ports)):
        t.add_resource([_ingress(port), _egress(port)])
    t.add_resource(
        VpcLinkV2(
            "VpcLink",
            Name=Ref("AWS::StackName"),
            SubnetIds=Ref(inputs.PRIVATE_SUBNET_IDS.name),
            SecurityGroupIds=[GetAtt("LinkSecurityGroup", "GroupId")],
        )
    )


def _security_group() -> SecurityGroup:
    return SecurityGroup(
        "LinkSecurityGroup",
        GroupDescription="VPC link: out to the load balancer only",
        VpcId=Ref(inputs.VPC_ID.name),
        SecurityGroupEgress=[nowhere("Nowhere else")],
    )


def _ingress(port: int) -> SecurityGroupIngress:
    return SecurityGroupIngress(
        f"FromLink{port}",
        GroupId=Ref(inputs.LOAD_BALANCER_SECURITY_GROUP_ID.name),
        SourceSecurityGroupId=GetAtt("LinkSecurityGroup", "GroupId"),
        Description="Requests of the API",
        **_tcp(port),
    )


def _egress(port: int) -> SecurityGroupEgress:
    return SecurityGroupEgress(
        f"ToLoadBalancer{port}",
        GroupId=GetAtt("LinkSecurityGroup", "GroupId"),
        DestinationSecurityGroupId=Ref(inputs.LOAD_BALANCER_SECURITY_GROUP_ID.name),
        Description="Requests of the API",
        **_tcp(port),
    )


def _tcp(port: int) -> dict[str, Any]:
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port}


def integration(to: To) -> dict[str, Any]:
    """Return what a REST API's integration says of the link; behind a link V2 it names the load balancer itself."""
    target = {"integrationTarget": Ref(inputs.LOAD_BALANCER_ARN.name)} if to == "application" else {}
    return {"connectionType": "VPC_LINK", "connectionId": f"${{stageVariables.{LINK}}}"} | target


def variables() -> dict[str, Any]:
    """Return the stage variables that the integrations use."""
    return {HOST: Ref(inputs.LOAD_BALANCER_DNS_NAME.name), LINK: Ref("VpcLink")}
