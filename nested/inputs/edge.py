"""What CloudFront takes from us-east-1, wherever its distribution's stack is."""

from __future__ import annotations

from nested.shape import Input

_EDGE = "Edge"

EDGE_CERTIFICATE_ARN = Input(
    "EdgeCertificateArn",
    "String",
    _EDGE,
    "Certificate of the distribution",
    "ARN of the ACM certificate in us-east-1 that CloudFront shows viewers; the edge blueprint makes it.",
    default="",
    pattern="^$|^arn:aws:acm:us-east-1:[0-9]{12}:certificate/[0-9a-f-]{36}$",
    constraint="The ARN of an ACM certificate in us-east-1, where CloudFront looks for it, or nothing.",
    shared=True,
    public=True,
)
WEB_ACL_ARN = Input(
    "WebAclArn",
    "String",
    _EDGE,
    "Web ACL of the distribution",
    "ARN of the web ACL, of scope CLOUDFRONT, that CloudFront asks first; the edge blueprint makes it.",
    default="",
    pattern="^$|^arn:aws:wafv2:us-east-1:[0-9]{12}:global/webacl/[A-Za-z0-9_-]{1,128}/[0-9a-f-]{36}$",
    constraint="The ARN of a web ACL of scope CLOUDFRONT, which is in us-east-1, or nothing.",
    shared=True,
    public=True,
)
