"""Network ACLs: a second fence around the subnets, on request.

Without them a subnet has its VPC's default ACL, which lets everything through, and security groups alone decide. These
let in what the systems need and nothing else: the listeners' ports, what other subnets send, and answers. An ACL knows
no connections, so answers are let in as what they are: traffic to the ports that one asks from. What goes out is left
to the security groups.
Source: "Control subnet traffic with network access control lists", "Path MTU Discovery", Amazon VPC User Guide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from troposphere import And, Equals, Ref, Tags, Template
from troposphere.ec2 import ICMP, NetworkAcl, NetworkAclEntry, PortRange, SubnetNetworkAclAssociation

from nested import inputs

_CONDITION = "HasNetworkAcls"

# IANA's numbers.
_ALL, _ICMP, _TCP, _ICMPV6 = -1, 1, 6, 58

# "Ephemeral ports", Amazon VPC User Guide: what NAT gateways and load balancers ask from, and what Linux does.
_EPHEMERAL = (1024, 65535)
_EPHEMERAL_OF_LINUX = (32768, 65535)

# Without "fragmentation needed" and its like of IPv6, large packets vanish on networks with a smaller MTU.
_TOO_BIG = {"Protocol": _ICMP, "Icmp": ICMP(Type=3, Code=4)}
_TOO_BIG_IPV6 = {"Protocol": _ICMPV6, "Icmp": ICMP(Type=2, Code=0)}

_WORLD = {"CidrBlock": "0.0.0.0/0"}
_WORLD_IPV6 = {"Ipv6CidrBlock": "::/0"}
_EVERYTHING = {"Protocol": _ALL}


@dataclass(frozen=True)
class _Entry:
    """One entry: what it is called, its number, whose traffic, and which. Numbers leave room for one's own between."""

    title: str
    number: int
    peer: dict[str, Any]
    traffic: dict[str, Any]
    egress: bool = False


def _tcp(first: int, last: int | None = None) -> dict[str, Any]:
    return {"Protocol": _TCP, "PortRange": PortRange(From=first, To=last or first)}


_VPC = {"CidrBlock": Ref(inputs.VPC_CIDR.name)}
_BOTH = (
    _Entry("FromVpc", 100, _VPC, _EVERYTHING),
    _Entry("TooBig", 500, _WORLD, _TOO_BIG),
    _Entry("Out", 100, _WORLD, _EVERYTHING, egress=True),
)
_ENTRIES: dict[str, Sequence[_Entry]] = {
    "Public": (
        *_BOTH,
        _Entry("Http", 200, _WORLD, _tcp(80)),
        _Entry("Https", 300, _WORLD, _tcp(443)),
        _Entry("Answers", 400, _WORLD, _tcp(*_EPHEMERAL)),
        _Entry("HttpIpv6", 1200, _WORLD_IPV6, _tcp(80)),
        _Entry("HttpsIpv6", 1300, _WORLD_IPV6, _tcp(443)),
        _Entry("TooBigIpv6", 1500, _WORLD_IPV6, _TOO_BIG_IPV6),
        _Entry("OutIpv6", 1100, _WORLD_IPV6, _EVERYTHING, egress=True),
    ),
    "Private": (*_BOTH, _Entry("Answers", 400, _WORLD, _tcp(*_EPHEMERAL_OF_LINUX))),
}


def add_to(t: Template, *, subnets: dict[str, str | None], tags: dict[str, Tags]) -> None:
    """Add the ACLs; the template needs NetworkAcls and VpcCidr, and has the VPC as Vpc.

    `subnets` are the endings of the logical ids of `PublicSubnet…` and `PrivateSubnet…`, each with its condition;
    `tags` those of the two ACLs, by Public and Private.
    """
    t.add_condition(_CONDITION, Equals(Ref(inputs.NETWORK_ACLS.name), "on"))
    for word, condition in subnets.items():
        if condition:
            t.add_condition(_in_zone(word), And({"Condition": _CONDITION}, {"Condition": condition}))
    for kind, entries in _ENTRIES.items():
        t.add_resource(NetworkAcl(f"{kind}Acl", Condition=_CONDITION, VpcId=Ref("Vpc"), Tags=tags[kind]))
        t.add_resource([_entry(kind, each) for each in entries])
        t.add_resource([_association(kind, word, _in_zone(word) if subnets[word] else _CONDITION) for word in subnets])


def _entry(kind: str, entry: _Entry) -> NetworkAclEntry:
    return NetworkAclEntry(
        f"{kind}Acl{entry.title}",
        Condition=_CONDITION,
        NetworkAclId=Ref(f"{kind}Acl"),
        RuleNumber=entry.number,
        RuleAction="allow",
        Egress=entry.egress,
        **entry.peer,
        **entry.traffic,
    )


def _association(kind: str, word: str, condition: str) -> SubnetNetworkAclAssociation:
    return SubnetNetworkAclAssociation(
        f"{kind}AclAssociation{word}",
        Condition=condition,
        # An ACL without entries lets nothing through: a subnet gets it last, and is the first to lose it.
        DependsOn=[f"{kind}Acl{each.title}" for each in _ENTRIES[kind]],
        SubnetId=Ref(f"{kind}Subnet{word}"),
        NetworkAclId=Ref(f"{kind}Acl"),
    )


def _in_zone(word: str) -> str:
    return f"HasNetworkAclsInZone{word}"
