"""OpenID Connect: identity providers whose tokens a role takes, and from which jobs.

A token's subject is compared as a whole: a wildcard would admit pull requests and other repositories. No provider has a
thumbprint here: IAM trusts those of GitHub and GitLab by its own library of authorities ("Obtain the thumbprint for an
OpenID Connect identity provider", IAM User Guide).
"""

from __future__ import annotations

from typing import Any

from troposphere import Sub, iam

from nested.parts.permissions import policy

GITHUB = "token.actions.githubusercontent.com"
GITLAB = "gitlab.com"
AUDIENCE = "sts.amazonaws.com"

# "OpenID Connect reference", GitHub Docs: the subject names the environment of a job that has one, else the branch.
GITHUB_ENVIRONMENT = "repo:${GitHubRepository}:environment:${GitHubEnvironment}"
GITHUB_BRANCH = "repo:${GitHubRepository}:ref:refs/heads/${GitHubBranch}"

# "Configure OpenID Connect in AWS", GitLab Docs: there the subject names the branch, whatever a job's environment.
GITLAB_BRANCH = "project_path:${GitLabProject}:ref_type:branch:ref:${GitLabBranch}"


def provider(issuer: str, **options: Any) -> iam.OIDCProvider:
    """Return the account's identity provider of this issuer, of which there is one: other roles trust it, too."""
    return iam.OIDCProvider(
        "IdentityProvider",
        DeletionPolicy="RetainExceptOnCreate",
        UpdateReplacePolicy="Retain",
        Url=f"https://{issuer}",
        ClientIdList=[AUDIENCE],
        **options,
    )


def provider_arn(issuer: str) -> Sub:
    """Return the ARN that the account's identity provider of this issuer has, whoever made it."""
    return Sub(f"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:oidc-provider/{issuer}")


def trust(issuer: str, provider: Any, subject: Any) -> dict[str, Any]:
    """Return the document that lets this subject of the provider, and nobody else, assume a role."""
    return policy(
        {
            "Effect": "Allow",
            "Principal": {"Federated": provider},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {"StringEquals": {f"{issuer}:aud": AUDIENCE, f"{issuer}:sub": subject}},
        }
    )
