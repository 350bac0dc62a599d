"""Load balancer: an internet-facing Application Load Balancer that answers on HTTPS, and in the clear only if told to.

Target groups and listener rules belong to the services. Here a request that no service's rule takes gets 404, and
plain HTTP is redirected. The load balancer's security group lets nothing out but to the targets whose stacks say so.
A second listener, for whom its address range is given alone, shows what a deployment tests before it shifts traffic.
"""

from __future__ import annotations

from typing import Any

from troposphere import Equals, GetAtt, If, Not, NoValue, Ref, Template
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

TEST_PORT = 8443

# Whether there is a certificate, where there may be none.
_ENCRYPTED = "HasCertificate"

_TESTED = "TakesTestTraffic"


def template(*, plain_http: bool = False) -> Template:
    """Emit the load balancer stack.

    Needs the VPC, its public subnets, a certificate of the region, what protects and logs the load balancer, and who
    may test; gives ListenerArn and TestListenerArn (empty if nobody may) for rules, LoadBalancerSecurityGroupId for
    targets to admit, and the names that alias records and metrics use. With `plain_http` the certificate may be
    empty: port 80 then serves what port 443 would, until one is given. Otherwise an empty one is refused where a
    person enters it.
    """
    t = Template(Description="Internet-facing Application Load Balancer with HTTPS")
    needs(t, inputs.VPC_ID, inputs.PUBLIC_SUBNET_IDS, inputs.CERTIFICATE_ARN)
    needs(
        t,
        inputs.DELETION_PROTECTION,
        inputs.ACCESS_LOGS_RETENTION_DAYS,
        inputs.IP_ADDRESS_TYPE,
        inputs.TEST_TRAFFIC_CIDR,
    )
    t.add_condition(_TESTED, Not(Equals(Ref(inputs.TEST_TRAFFIC_CIDR.name), "")))
    t.add_condition("Protected", Equals(Ref(inputs.DELETION_PROTECTION.name), "on"))
    given = Not(Equals(Ref(inputs.CERTIFICATE_ARN.name), ""))
    if plain_http:
        t.add_condition(_ENCRYPTED, given)
    else:
        t.add_rule("CertificateIsGiven", _certificate_rule(given))
    access_logs.add_to(t)
    t.add_resource([_security_group(plain_http), _load_balancer(), _https_listener(plain_http)])
    t.add_resource([_http_listener(plain_http), _test_listener(plain_http)])
    gives(
        t,
        {
            inputs.LISTENER_ARN: _encrypted(plain_http, Ref("HttpsListener"), Ref("HttpListener")),
            inputs.TEST_LISTENER_ARN: If(_TESTED, Ref("TestListener"), ""),
            inputs.LOAD_BALANCER_SECURITY_GROUP_ID: GetAtt("SecurityGroup", "GroupId"),
            inputs.LOAD_BALANCER_DNS_NAME: GetAtt("LoadBalancer", "DNSName"),
            inputs.LOAD_BALANCER_ZONE_ID: GetAtt("LoadBalancer", "CanonicalHostedZoneID"),
            inputs.LOAD_BALANCER_FULL_NAME: GetAtt("LoadBalancer", "LoadBalancerFullName"),
        },
    )
    return t


def _certificate_rule(given: Any) -> dict[str, Any]:
    text = "CertificateArn is the ARN of a certificate: this load balancer serves nothing in the clear"
    return {"Assertions": [{"Assert": given, "AssertDescription": text}]}


def _encrypted(plain_http: bool, value: Any, instead: Any) -> Any:
    """Return the value of a load balancer with a certificate; `instead` is that of one without, where it may be."""
    return If(_ENCRYPTED, value, instead) if plain_http else value


def _security_group(plain_http: bool) -> SecurityGroup:
    http = _from_anywhere(80, "HTTP from anywhere" + ("" if plain_http else ", to be redirected"))
    https = [_encrypted(plain_http, each, NoValue) for each in _from_anywhere(443, "HTTPS from anywhere")]
    return SecurityGroup(
        "SecurityGroup",
        GroupDescription="Load balancer: HTTP and HTTPS from anywhere, out to its targets only",
        VpcId=Ref(inputs.VPC_ID.name),
        SecurityGroupIngress=[*https, *http, If(_TESTED, _from_testers(), NoValue)],
        SecurityGroupEgress=[
            SecurityGroupRule(IpProtocol="-1", CidrIp=NOWHERE, Description="Nowhere; the stacks of targets add theirs")
        ],
    )


def _from_anywhere(port: int, text: str) -> list[SecurityGroupRule]:
    world = [{"CidrIp": "0.0.0.0/0"}, {"CidrIpv6": "::/0"}]
    return [
        SecurityGroupRule(IpProtocol="tcp", FromPort=port, ToPort=port, Description=text, **source) for source in world
    ]


def _from_testers() -> SecurityGroupRule:
    ports = {"IpProtocol": "tcp", "FromPort": TEST_PORT, "ToPort": TEST_PORT}
    return SecurityGroupRule(CidrIp=Ref(inputs.TEST_TRAFFIC_CIDR.name), Description="Test traffic", **ports)


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


def _not_found() -> Action:
    answer = FixedResponseConfig(StatusCode="404", ContentType="text/plain", MessageBody="Not found")
    return Action(Type="fixed-response", FixedResponseConfig=answer)


def _https_listener(plain_http: bool) -> Listener:
    return Listener(
        "HttpsListener",
        LoadBalancerArn=Ref("LoadBalancer"),
        Port=443,
        Protocol="HTTPS",
        SslPolicy=TLS_POLICY,
        Certificates=_certificates(),
        DefaultActions=[_not_found()],
        **({"Condition": _ENCRYPTED} if plain_http else {}),
    )


def _certificates() -> list[Certificate]:
    return [Certificate(CertificateArn=Ref(inputs.CERTIFICATE_ARN.name))]


def _test_listener(plain_http: bool) -> Listener:
    """Return the listener for test traffic, encrypted as production's is."""
    return Listener(
        "TestListener",
        Condition=_TESTED,
        LoadBalancerArn=Ref("LoadBalancer"),
        Port=TEST_PORT,
        Protocol=_encrypted(plain_http, "HTTPS", "HTTP"),
        SslPolicy=_encrypted(plain_http, TLS_POLICY, NoValue),
        Certificates=_encrypted(plain_http, _certificates(), NoValue),
        DefaultActions=[_not_found()],
    )


def _http_listener(plain_http: bool) -> Listener:
    to_https = RedirectConfig(Protocol="HTTPS", Port="443", StatusCode="HTTP_301")
    redirect = Action(Type="redirect", RedirectConfig=to_https)
    return Listener(
        "HttpListener",
        LoadBalancerArn=Ref("LoadBalancer"),
        Port=80,
        Protocol="HTTP",
        DefaultActions=[_encrypted(plain_http, redirect, _not_found())],
    )
