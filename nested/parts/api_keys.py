"""API keys: one key for the API, and the usage plan without which a key opens nothing."""

from __future__ import annotations

from troposphere import Ref, Template
from troposphere.apigateway import ApiKey, ApiStage, UsagePlan, UsagePlanKey


def add_to(t: Template) -> None:
    """Add key and plan; the template has RestApi and Stage. The key's value stays in API Gateway, and is asked there.

    A key tells callers apart and may be limited; it is no proof of who calls ("API keys", API Gateway Developer Guide).
    """
    stage = ApiStage(ApiId=Ref("RestApi"), Stage=Ref("Stage"))
    t.add_resource(ApiKey("ApiKey", Enabled=True))
    t.add_resource(UsagePlan("UsagePlan", ApiStages=[stage]))
    t.add_resource(UsagePlanKey("UsagePlanKey", KeyId=Ref("ApiKey"), KeyType="API_KEY", UsagePlanId=Ref("UsagePlan")))
