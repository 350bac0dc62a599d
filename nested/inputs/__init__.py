"""The one vocabulary: every name that travels between stacks, with type, label and description.

A module for each group of the console's form. A name that some stack gives has no pattern: a nested change set sees a
placeholder where the output of another stack will be, and a pattern would refuse it.
"""

from __future__ import annotations

from nested.inputs.account import *
from nested.inputs.api import *
from nested.inputs.cluster import *
from nested.inputs.delivery import *
from nested.inputs.distribution import *
from nested.inputs.domain import *
from nested.inputs.edge import *
from nested.inputs.firewall import *
from nested.inputs.fleet import *
from nested.inputs.identity import *
from nested.inputs.load_balancer import *
from nested.inputs.network import *
from nested.inputs.notifications import *
from nested.inputs.observability import *
from nested.inputs.pipeline import *
from nested.inputs.registry import *
from nested.inputs.release import *
from nested.inputs.rollout import *
from nested.inputs.scaling import *
from nested.inputs.service import *
