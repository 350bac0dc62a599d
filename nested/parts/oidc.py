"""OpenID Connect: identity providers whose tokens a role takes, and from which jobs.

A token's subject is compared as a whole: a wildcard would admit pull requests and other repositories. No provider has a
thumbprint here: IAM trusts those of GitHub and GitLab by its own library of authorities ("Obtain the thumbprint for an
OpenID Connect identity provider", IAM User Guide).
"""

from __future__ import annotations

from typing import Any

from troposphere import If, Sub, Template, iam

from nested import inputs
from nested.parts.permissions import policy
from nested.parts.rules import given
from nested.shape import needs

GITHUB = "token.actions.githubusercontent.com"
GITLAB = "gitlab.com"
AUDIENCE = "sts.amazonaws.com"

_HAS_ENVIRONMENT = "HasGitHubEnvironment"

# "OpenID Connect reference", GitHub Docs: the subject names the environment of a job that has one, else the branch.
_GITHUB_ENVIRONMENT = "repo:${GitHubRepository}:environment:${GitHubEnvironment}"
_GITHUB_BRANCH = "repo:${GitHubRepository}:ref:refs/heads/${GitHubBranch}"

# "Configure OpenID Connect in AWS", GitLab Docs: there the subject names the branch, whatever a job's environment.
_GITLAB_BRANCH = "project_path:${GitLabProject}:ref_type:branch:ref:${GitLabBranch}"


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


def github(t: Template) -> If:
    """Declare a repository on GitHub, its branch and environment, and return the subject of the jobs there."""
    needs(t, inputs.GITHUB_REPOSITORY, inputs.GITHUB_BRANCH, inputs.GITHUB_ENVIRONMENT)
    t.add_condition(_HAS_ENVIRONMENT, given(inputs.GITHUB_ENVIRONMENT))
    return If(_HAS_ENVIRONMENT, Sub(_GITHUB_ENVIRONMENT), Sub(_GITHUB_BRANCH))


def gitlab(t: Template) -> Sub:
    """Declare a project on GitLab and its branch, and return the subject of the jobs there."""
    needs(t, inputs.GITLAB_PROJECT, inputs.GITLAB_BRANCH)
    return Sub(_GITLAB_BRANCH)


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
