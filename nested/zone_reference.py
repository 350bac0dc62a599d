"""Zone reference: lets stacks of this region find a hosted zone that another region's account stack made.

Hosted zones are global and SSM parameters are not.
"""

from __future__ import annotations

from troposphere import Ref, Template

from nested import inputs
from nested.parts.rules import given
from nested.parts.shared_parameters import HOSTED_ZONE_ID, shared
from nested.shape import needs

_ELSEWHERE = "HasZoneElsewhere"


def template() -> Template:
    """Emit the reference. Needs ElsewhereZoneId, and writes nothing while it is empty; gives nothing."""
    t = Template(Description="Reference to a hosted zone of another region's account stack")
    needs(t, inputs.ELSEWHERE_ZONE_ID)
    t.add_condition(_ELSEWHERE, given(inputs.ELSEWHERE_ZONE_ID))
    zone_id = Ref(inputs.ELSEWHERE_ZONE_ID.name)
    t.add_resource(shared("ZoneReference", HOSTED_ZONE_ID, zone_id, Condition=_ELSEWHERE))
    return t
