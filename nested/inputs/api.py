"""How an API is called, and how much."""

from __future__ import annotations

from nested.shape import Input

_API = "API"

API_RATE_LIMIT = Input(
    "ApiRateLimit",
    "Number",
    _API,
    "Requests a second",
    "Requests a second that the API takes on average, over all callers; what is more gets 429.",
    default="500",
    minimum=1,
    maximum=10000,
    shared=True,
)
API_BURST_LIMIT = Input(
    "ApiBurstLimit",
    "Number",
    _API,
    "Requests at once",
    "Requests that the API takes at once before the rate counts.",
    default="1000",
    minimum=1,
    maximum=5000,
    shared=True,
)
API_LOG_RETENTION_DAYS = Input(
    "ApiLogRetentionDays",
    "Number",
    _API,
    "API log retention (days)",
    "Days that the API's access log, and what it says about its own failures, are kept.",
    default="30",
    allowed=("7", "14", "30", "60", "90", "180", "365"),
    shared=True,
)
API_DETAILED_METRICS = Input(
    "ApiDetailedMetrics",
    "String",
    _API,
    "Metrics by method",
    "on: metrics of each path and method beside those of the whole API; each is charged.",
    default="off",
    allowed=("on", "off"),
    shared=True,
)
JWT_ISSUER = Input(
    "JwtIssuer",
    "String",
    _API,
    "Issuer of tokens",
    "URL of who issues the JWTs that callers have, as their claim iss has it.",
    pattern=r"^https://[A-Za-z0-9.-]+(/[A-Za-z0-9._/-]*)?$",
    constraint="An https:// address, for example https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_a1b2c3.",
    shared=True,
)
JWT_AUDIENCE = Input(
    "JwtAudience",
    "CommaDelimitedList",
    _API,
    "Audience of tokens",
    "For whom the JWTs are: one of these is in their claim aud, or client_id.",
    shared=True,
)
API_NAME = Input("ApiName", "String", _API, "API name", "Dimension of the REST API's metrics.", shared=True)
API_ID = Input("ApiId", "String", _API, "API", "Id of the API, and a dimension of an HTTP API's metrics.", shared=True)
API_STAGE = Input(
    "ApiStage", "String", _API, "Stage", "Stage that callers call, a dimension of the API's metrics.", shared=True
)
API_STAGE_ARN = Input(
    "ApiStageArn", "String", _API, "Stage's ARN", "Stage of a REST API that a web ACL protects.", shared=True
)
API_URL = Input("ApiUrl", "String", _API, "API URL", "Where the API answers.", shared=True, public=True)
