"""Load balancer: an Application Load Balancer that answers on HTTPS, and in the clear only if told to.

Target groups and listener rules belong to the services. Here a request that no service's rule takes gets 404, and
plain HTTP is redirected. From where it lets requests in is its `entrance` (`parts.entrances`). The load balancer's
security group lets nothing out but to the targets whose stacks say so. A second listener, for whom its address range is
given alone, shows what a deployment tests before it shifts traffic.
"""

from __future__ import annotations

from typing import Any

from troposphere import Condition, Equals, GetAtt, If, Not, NoValue, Ref, Template
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
from nested.parts import access_logs, cloudfront, timing
from nested.parts.egress import nowhere
from nested.parts.entrances import INTERNAL, Entrance
from nested.parts.rules import given, must
from nested.shape import Input, gives, needs

# TLS 1.2 and 1.3 with forward secrecy, and post-quantum key exchange for who offers it: what "Security policies for
# your Application Load Balancer" recommends, and the console's default. CloudFormation's own default is of 2016.
TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"

TEST_PORT = 8443

# Whether there is a certificate, where there may be none.
_ENCRYPTED = "HasCertificate"
_PLAIN = "HasNoCertificate"

_TESTED = "TakesTestTraffic"


def template(*, plain_http: bool = False, entrance: Entrance = "internet") -> Template:
    """Emit the load balancer stack.

    Needs the VPC, its subnets (private ones if it is internal, else public ones), a certificate of the region, what
    protects and logs the load balancer, and who may test; gives ListenerArn and TestListenerArn (empty if nobody may)
    for rules, LoadBalancerSecurityGroupId for targets to admit, and the names that alias records and metrics use. With
    `plain_http`, and where not everybody comes in, the certificate may be empty: port 80 then serves what port 443
    would, until one is given. Otherwise an empty one is refused where a person enters it. prefix-list gives
    OriginSecretArn too.
    """
    t = Template(Description="Application Load Balancer with HTTPS")
    needs(t, inputs.VPC_ID, _subnets(entrance), inputs.CERTIFICATE_ARN)
    needs(t, inputs.DELETION_PROTECTION, inputs.ACCESS_LOGS_RETENTION_DAYS)
    needs(t, inputs.TEST_TRAFFIC_CIDR)
    t.add_condition(_TESTED, given(inputs.TEST_TRAFFIC_CIDR))
    t.add_condition("Protected", Equals(Ref(inputs.DELETION_PROTECTION.name), "on"))
    if plain_http or entrance != "internet":
        t.add_condition(_ENCRYPTED, given(inputs.CERTIFICATE_ARN))
    else:
        text = "CertificateArn is the ARN of a certificate: this load balancer serves nothing in the clear"
        t.add_rule("CertificateIsGiven", must(given(inputs.CERTIFICATE_ARN), text))
    access_logs.add_to(t)
    if entrance == "internet":
        _add_public(t, plain_http)
    else:
        _add_on_one_port(t, entrance)
    return t


def _add_public(t: Template, plain_http: bool) -> None:
    needs(t, inputs.IP_ADDRESS_TYPE)
    t.add_resource([_public_group(plain_http), _load_balancer("internet", [])])
    t.add_resource([_https_listener(plain_http), _redirecting_listener(plain_http), _test_listener(plain_http)])
    gives(t, _outputs(_encrypted(plain_http, Ref("HttpsListener"), Ref("HttpListener"))))


def _add_on_one_port(t: Template, entrance: Entrance) -> None:
    """Add one that only CloudFront, or who adds a rule, reaches, on one port: 443 with a certificate, 80 without."""
    t.add_condition(_PLAIN, Not(Condition(_ENCRYPTED)))
    own = _group("Load balancer: out to its targets only", [])
    entrances = [] if entrance == "private" else cloudfront.add_groups(t)
    t.add_resource([own, _load_balancer(entrance, entrances)])
    t.add_resource([_https_listener(True), _plain_listener(), _test_listener(True)])
    gives(t, _outputs(If(_ENCRYPTED, Ref("HttpsListener"), Ref("HttpListener"))))
    if entrance == "prefix-list":
        t.add_resource(cloudfront.secret())
        gives(t, {inputs.ORIGIN_SECRET_ARN: Ref("OriginSecret")})


def _subnets(entrance: Entrance) -> Input:
    return inputs.PRIVATE_SUBNET_IDS if entrance in INTERNAL else inputs.PUBLIC_SUBNET_IDS


def _outputs(listener: Any) -> dict[Input, Any]:
    return {
        inputs.LISTENER_ARN: listener,
        inputs.TEST_LISTENER_ARN: If(_TESTED, Ref("TestListener"), ""),
        inputs.LOAD_BALANCER_SECURITY_GROUP_ID: GetAtt("SecurityGroup", "GroupId"),
        inputs.LOAD_BALANCER_ARN: Ref("LoadBalancer"),
        inputs.LOAD_BALANCER_DNS_NAME: GetAtt("LoadBalancer", "DNSName"),
        inputs.LOAD_BALANCER_ZONE_ID: GetAtt("LoadBalancer", "CanonicalHostedZoneID"),
        inputs.LOAD_BALANCER_FULL_NAME: GetAtt("LoadBalancer", "LoadBalancerFullName"),
    }


def _encrypted(plain_http: bool, value: Any, instead: Any) -> Any:
    """Return the value of a load balancer with a certificate; `instead` is that of one without, where it may be."""
    return If(_ENCRYPTED, value, instead) if plain_http else value


def _public_group(plain_http: bool) -> SecurityGroup:
    http = _from_anywhere(80, "HTTP from anywhere" + ("" if plain_http else ", to be redirected"))
    https = [_encrypted(plain_http, each, NoValue) for each in _from_anywhere(443, "HTTPS from anywhere")]
    return _group("Load balancer: HTTP and HTTPS from anywhere, out to its targets only", [*https, *http])


def _group(text: str, ingress: list[Any]) -> SecurityGroup:
    return SecurityGroup(
        "SecurityGroup",
        GroupDescription=text,
        VpcId=Ref(inputs.VPC_ID.name),
        SecurityGroupIngress=[*ingress, If(_TESTED, _from_testers(), NoValue)],
        SecurityGroupEgress=[nowhere("Nowhere; the stacks of targets add theirs")],
    )


def _from_anywhere(port: int, text: str) -> list[SecurityGroupRule]:
    world = [{"CidrIp": "0.0.0.0/0"}, {"CidrIpv6": "::/0"}]
    return [
        SecurityGroupRule(IpProtocol="tcp", FromPort=port, ToPort=port, Description=text, **source) for source in world
    ]


def _from_testers() -> SecurityGroupRule:
    ports = {"IpProtocol": "tcp", "FromPort": TEST_PORT, "ToPort": TEST_PORT}
    return SecurityGroupRule(CidrIp=Ref(inputs.TEST_TRAFFIC_CIDR.name), Description="Test traffic", **ports)


def _load_balancer(entrance: Entrance, entrances: list[GetAtt]) -> LoadBalancer:
    return LoadBalancer(
        "LoadBalancer",
        Type="application",
        Scheme="internal" if entrance in INTERNAL else "internet-facing",
        # CloudFront and VPC links ask over IPv4.
        IpAddressType=Ref(inputs.IP_ADDRESS_TYPE.name) if entrance == "internet" else "ipv4",
        Subnets=Ref(_subnets(entrance).name),
        SecurityGroups=[GetAtt("SecurityGroup", "GroupId"), *entrances],
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


def _redirecting_listener(plain_http: bool) -> Listener:
    to_https = RedirectConfig(Protocol="HTTPS", Port="443", StatusCode="HTTP_301")
    redirect = Action(Type="redirect", RedirectConfig=to_https)
    return _http_listener(_encrypted(plain_http, redirect, _not_found()))


def _plain_listener() -> Listener:
    return _http_listener(_not_found(), Condition=_PLAIN)


def _http_listener(action: Any, **options: Any) -> Listener:
    balancer = Ref("LoadBalancer")
    return Listener(
        "HttpListener", LoadBalancerArn=balancer, Port=80, Protocol="HTTP", DefaultActions=[action], **options
    )
