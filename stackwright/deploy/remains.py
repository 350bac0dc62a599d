"""What a deletion leaves: resources that a DeletionPolicy keeps, and validation records that other certificates use.

It is looked at before the deletion and told after it, because from then on no stack knows it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from stackwright.aws_errors import AccessDenied
from stackwright.deploy import purge, zones
from stackwright.deploy.show_teardown import rest_lines
from stackwright.deploy.teardown import CERTIFICATE, Doomed, Teardown, doomed, plan

if TYPE_CHECKING:
    from stackwright.aws import Aws
    from stackwright.deploy.screen import Screen


def held(aws: Aws, stack_id: str) -> list[Doomed]:
    """Return what a stack and its nested stacks have; what would stay is gone when somebody has deleted it since."""
    return [_looked_at(aws, each) for each in doomed(aws, stack_id)]


def _looked_at(aws: Aws, each: Doomed) -> Doomed:
    if not each.stays or each.gone:
        return each
    return replace(each, gone=not each.physical_id or not purge.exists(aws, each.type, each.physical_id))


def with_records(aws: Aws, teardown: Teardown) -> Teardown:
    """Add the records that the certificates which go are validated by."""
    certificates = [each.physical_id for each in teardown.going if each.type == CERTIFICATE]
    return replace(teardown, records=tuple(zones.validation_records(aws, certificates)))


def of_deletion(aws: Aws, stack_id: str) -> Teardown:
    """Return what CloudFormation deletes and keeps when a stack is deleted and nothing else is done.

    Who may deploy need not be one who may look into certificates and zones: then no records are told.
    """
    teardown = replace(plan(doomed(aws, stack_id)), before=(), after=())
    try:
        return with_records(aws, teardown)
    except AccessDenied:
        return teardown


def tell(aws: Aws, teardown: Teardown, screen: Screen) -> None:
    """Say what remains now, each with its id."""
    screen.show(rest_lines(teardown, zones.remaining(aws, teardown.records)))
