"""Hosted zone: the public DNS zone of the account, and where other stacks find it.

Deleting it, or creating it anew, gives it other name servers and needs another delegation at the registrar: it
outlives its stack.
"""

from __future__ import annotations

from troposphere import Join, Ref, Template, route53

from nested import inputs
from nested.parts.shared_parameters import HOSTED_ZONE_ID, shared
from nested.shape import gives, needs


def template() -> Template:
    """Emit the zone's stack.

    Needs HostedZoneName; gives ZoneId and NameServers, which a person enters at the registrar, and writes the id to
    an SSM parameter.
    """
    t = Template(Description="Public hosted zone")
    needs(t, inputs.HOSTED_ZONE_NAME)
    zone = t.add_resource(_zone())
    t.add_resource(shared("HostedZoneParameter", HOSTED_ZONE_ID, Ref(zone)))
    gives(t, {inputs.ZONE_ID: Ref(zone), inputs.NAME_SERVERS: Join(",", zone.get_att("NameServers"))})
    return t


def _zone() -> route53.HostedZone:
    return route53.HostedZone(
        "HostedZone",
        DeletionPolicy="RetainExceptOnCreate",
        UpdateReplacePolicy="Retain",
        Name=Ref(inputs.HOSTED_ZONE_NAME.name),
    )
