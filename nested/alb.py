"""Load balancer: an internet-facing Application Load Balancer that answers on HTTPS only.

Target groups and listener rules belong to the services. Here a request that no service's rule takes gets 404, and
plain HTTP is redirected. The load balancer's security group lets nothing out but to the targets whose stacks say so.
"""

from __future__ import annotations

from typing import Any

from troposphere import Equals, GetAtt, If, Ref, Template
from troposphere.ec2 import SecurityGroup, SecurityGroupRule
from troposphere.elasticloadbalancingv2 import (
    Action,
    Certificate,
    FixedResponseConfig,
    Listener,
    LoadBalancer,
    LoadBalancerAttributes,
    RedirectConfig,
)

from nested import inputs
from nested.parts import access_logs, timing
from nested.shape import gives, needs

# TLS 1.2 and 1.3 with forward secrecy, and post-quantum key exchange for who offers it: what "Security policies for
# your Application Load Balancer" recommends, and the console's default. CloudFormation's own default is of 2016.
TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"

# The example "Remove default rule" of AWS::EC2::SecurityGroup: with no rule out at all, EC2 adds one to everywhere.
NOWHERE = "127.0.0.1/32"


def template() -> Template:
    """Emit the load balancer stack.

    Needs the VPC, its public subnets, a certificate of the region, and what protects and logs the load balancer;
    gives ListenerArn for rules, LoadBalancerSecurityGroupId for targets to admit, and the names that alias records
    and metrics use.
    """
    t = Template(Description="Internet-facing Application Load Balancer with HTTPS")
    needs(t, inputs.VPC_ID, inputs.PUBLIC_SUBNET_IDS, inputs.CERTIFICATE_ARN)
    needs(t, inputs.DELETION_PROTECTION, inputs.ACCESS_LOGS_RETENTION_DAYS, inputs.IP_ADDRESS_TYPE)
    t.add_condition("Protected", Equals(Ref(inputs.DELETION_PROTECTION.name), "on"))
    access_logs.add_to(t)
    t.add_resource([_security_group(), _load_balancer(), _https_listener(), _http_listener()])
    gives(
        t,
        {
            inputs.LISTENER_ARN: Ref("HttpsListener"),
            inputs.LOAD_BALANCER_SECURITY_GROUP_ID: GetAtt("SecurityGroup", "GroupId"),
            inputs.LOAD_BALANCER_DNS_NAME: GetAtt("LoadBalancer", "DNSName"),
            inputs.LOAD_BALANCER_ZONE_ID: GetAtt("LoadBalancer", "CanonicalHostedZoneID"),
            inputs.LOAD_BALANCER_FULL_NAME: GetAtt("LoadBalancer", "LoadBalancerFullName"),
        },
    )
    return t


def _security_group() -> SecurityGroup:
    world = [{"CidrIp": "0.0.0.0/0"}, {"CidrIpv6": "::/0"}]
    ports = {443: "HTTPS from anywhere", 80: "HTTP from anywhere, to be redirected"}
    return SecurityGroup(
        "SecurityGroup",
        GroupDescription="Load balancer: HTTP and HTTPS from anywhere, out to its targets only",
        VpcId=Ref(inputs.VPC_ID.name),
        SecurityGroupIngress=[
            SecurityGroupRule(IpProtocol="tcp", FromPort=port, ToPort=port, Description=text, **source)
            for port, text in ports.items()
            for source in world
        ],
        SecurityGroupEgress=[
            SecurityGroupRule(IpProtocol="-1", CidrIp=NOWHERE, Description="Nowhere; the stacks of targets add theirs")
        ],
    )


def _load_balancer() -> LoadBalancer:
    return LoadBalancer(
        "LoadBalancer",
        Type="application",
        Scheme="internet-facing",
        IpAddressType=Ref(inputs.IP_ADDRESS_TYPE.name),
        Subnets=Ref(inputs.PUBLIC_SUBNET_IDS.name),
        SecurityGroups=[GetAtt("SecurityGroup", "GroupId")],
        LoadBalancerAttributes=[LoadBalancerAttributes(Key=key, Value=value) for key, value in _attributes().items()],
        DependsOn="AccessLogsPolicy",
    )


def _attributes() -> dict[str, Any]:
    return {
        "access_logs.s3.enabled": "true",
        "access_logs.s3.bucket": Ref("AccessLogs"),
        "deletion_protection.enabled": If("Protected", "true", "false"),
        "idle_timeout.timeout_seconds": str(timing.IDLE_TIMEOUT),
        # Refuses what could smuggle a second request, serves what is merely odd.
        "routing.http.desync_mitigation_mode": "defensive",
        "routing.http.drop_invalid_header_fields.enabled": "true",
        # Lets an operator, or AWS, move traffic away from an impaired zone.
        "zonal_shift.config.enabled": "true",
    }


def _https_listener() -> Listener:
    not_found = FixedResponseConfig(StatusCode="404", ContentType="text/plain", MessageBody="Not found")
    return Listener(
        "HttpsListener",
        LoadBalancerArn=Ref("LoadBalancer"),
        Port=443,
        Protocol="HTTPS",
        SslPolicy=TLS_POLICY,
        Certificates=[Certificate(CertificateArn=Ref(inputs.CERTIFICATE_ARN.name))],
        DefaultActions=[Action(Type="fixed-response", FixedResponseConfig=not_found)],
    )


def _http_listener() -> Listener:
    to_https = RedirectConfig(Protocol="HTTPS", Port="443", StatusCode="HTTP_301")
    return Listener(
        "HttpListener",
        LoadBalancerArn=Ref("LoadBalancer"),
        Port=80,
        Protocol="HTTP",
        DefaultActions=[Action(Type="redirect", RedirectConfig=to_https)],
    )
