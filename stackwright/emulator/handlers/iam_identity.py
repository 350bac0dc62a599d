"""IAM: who may come in from outside, and the roles that services make for themselves."""

from __future__ import annotations

from dataclasses import replace

from stackwright.emulator.handlers import Context, Properties
from stackwright.emulator.handlers.mapped import Mapped, Step, handlers
from stackwright.emulator.handlers.tags import Tagging

_PROVIDER = Mapped(
    service="iam",
    create="create_open_id_connect_provider",
    identity="OpenIDConnectProviderArn",
    key="OpenIDConnectProviderArn",
    delete="delete_open_id_connect_provider",
    names={"ClientIdList": "ClientIDList"},
    defaults={"ThumbprintList": ["0" * 40]},
    steps=(Step("update_open_id_connect_provider_thumbprint", ("ThumbprintList",), at_creation=False),),
    attributes={"Arn": "="},
    tagging=Tagging(
        "tag_open_id_connect_provider",
        "untag_open_id_connect_provider",
        "OpenIDConnectProviderArn",
        "Tags",
        "TagKeys",
    ),
)


def _update_provider(context: Context, arn: str, new: Properties, old: Properties) -> None:
    iam = context.client("iam")
    now, before = (set(each.get("ClientIdList", [])) for each in (new, old))
    for client_id in sorted(now - before):
        iam.add_client_id_to_open_id_connect_provider(OpenIDConnectProviderArn=arn, ClientID=client_id)
    for client_id in sorted(before - now):
        iam.remove_client_id_from_open_id_connect_provider(OpenIDConnectProviderArn=arn, ClientID=client_id)
    _PROVIDER.change(context, arn, {**new, "ClientIdList": []}, {**old, "ClientIdList": []})


_LINKED_ROLE = Mapped(
    service="iam",
    create="create_service_linked_role",
    identity="Role.RoleName",
    key="RoleName",
    delete="delete_service_linked_role",
    steps=(Step("update_role", ("Description",), at_creation=False),),
    attributes={"RoleName": "="},
)

HANDLERS = handlers(
    {
        "AWS::IAM::OIDCProvider": replace(_PROVIDER.handler(), update=_update_provider),
        "AWS::IAM::ServiceLinkedRole": _LINKED_ROLE,
    }
)
