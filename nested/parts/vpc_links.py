"""VPC links: how an API reaches a load balancer that has no way in from the internet.

To a Network Load Balancer it is PrivateLink, an endpoint service that API Gateway makes: no security group anywhere
stands for API Gateway. To an Application Load Balancer it is network interfaces in the subnets (a VPC link V2), which
have a security group, to which this stack opens the load balancer's: that of an `alb` with the entrance `private`. It
listens on one port, by TLS where it has a certificate, and the API follows it. Both take minutes to come, and have to
be gone before the load balancer goes; the load balancer's outputs, which every link needs, see to that.
Source: "Private integrations for REST APIs in API Gateway", API Gateway Developer Guide.
"""

from __future__ import annotations

from typing import Any, Literal

from troposphere import Condition, GetAtt, If, Not, Ref, Template
from troposphere.apigateway import VpcLink
from troposphere.apigatewayv2 import VpcLink as VpcLinkV2
from troposphere.ec2 import SecurityGroup, SecurityGroupEgress, SecurityGroupIngress

from nested import inputs
from nested.parts.egress import nowhere
from nested.parts.rules import both_or_neither, given, must
from nested.shape import needs

To = Literal["network", "application"]

# Stage variables: where the load balancer is, and by which link.
HOST = "host"
LINK = "link"

# Where an Application Load Balancer listens, without a certificate and with one. Both ways are open at all times: when
# a certificate comes or goes, both listeners serve until the API has changed over.
PLAIN_PORT, TLS_PORT = 80, 443

ENCRYPTED, PLAIN = "HasCertificate", "HasNoCertificate"


def add_to(t: Template, to: To) -> None:
    """Add the link to the load balancer; the template needs LoadBalancerArn."""
    if to == "network":
        t.add_resource(_private_link())
    else:
        add_interfaces(t)


def _private_link() -> VpcLink:
    return VpcLink("VpcLink", Name=Ref("AWS::StackName"), TargetArns=[Ref(inputs.LOAD_BALANCER_ARN.name)])


def add_interfaces(t: Template) -> None:
    """Add a VPC link V2, its security group, both ways to the load balancer's group, and whether that speaks TLS."""
    needs(t, inputs.VPC_ID, inputs.PRIVATE_SUBNET_IDS, inputs.LOAD_BALANCER_SECURITY_GROUP_ID)
    _add_encryption(t)
    t.add_resource(_security_group())
    for port in (PLAIN_PORT, TLS_PORT):
        t.add_resource([_ingress(port), _egress(port)])
    t.add_resource(
        VpcLinkV2(
            "VpcLink",
            Name=Ref("AWS::StackName"),
            SubnetIds=Ref(inputs.PRIVATE_SUBNET_IDS.name),
            SecurityGroupIds=[GetAtt("LinkSecurityGroup", "GroupId")],
        )
    )


def _add_encryption(t: Template) -> None:
    """Add the conditions on a certificate, and the rule that says for which name it is."""
    needs(t, inputs.CERTIFICATE_ARN, inputs.CERTIFICATE_NAME)
    t.add_condition(ENCRYPTED, given(inputs.CERTIFICATE_ARN))
    t.add_condition(PLAIN, Not(Condition(ENCRYPTED)))
    text = "CertificateArn and CertificateName are given both or not at all: the API checks the certificate's name"
    t.add_rule("CertificateHasName", must(both_or_neither(inputs.CERTIFICATE_ARN, inputs.CERTIFICATE_NAME), text))


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


def uri(to: To, port: int, path: str) -> Any:
    """Return where a REST API's integration leads; to an Application Load Balancer the port is its one listener's."""
    host = f"${{stageVariables.{HOST}}}"
    if to == "network":
        return f"http://{host}:{port}{path}"
    return If(ENCRYPTED, f"https://{host}:{TLS_PORT}{path}", f"http://{host}:{PLAIN_PORT}{path}")


def variables(to: To) -> dict[str, Any]:
    """Return the stage variables that the integrations use; by TLS the host is what the certificate is for."""
    name = Ref(inputs.LOAD_BALANCER_DNS_NAME.name)
    host = name if to == "network" else If(ENCRYPTED, Ref(inputs.CERTIFICATE_NAME.name), name)
    return {HOST: host, LINK: Ref("VpcLink")}
