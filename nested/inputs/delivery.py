"""Who may deploy, and from where."""

from __future__ import annotations

from nested.shape import Input

_DELIVERY = "Delivery"

GITHUB_REPOSITORY = Input(
    "GitHubRepository",
    "String",
    _DELIVERY,
    "GitHub repository",
    "The one repository whose workflows may deploy, owner/name as the token's subject has it: for a repository "
    "created or renamed after 18 June 2026 with the ids, owner-123/name-456.",
    pattern=r"^[A-Za-z0-9._@-]+/[A-Za-z0-9._@-]+$",
    max_length=200,
    constraint="owner/name, for example octo-org/octo-app.",
    shared=True,
)
GITHUB_BRANCH = Input(
    "GitHubBranch",
    "String",
    _DELIVERY,
    "GitHub branch",
    "Branch whose workflows may deploy, where no GitHub environment is given.",
    default="main",
    pattern=r"^[A-Za-z0-9._/-]+$",
    max_length=200,
    constraint="The name of one branch, without wildcards.",
    shared=True,
)
GITHUB_ENVIRONMENT = Input(
    "GitHubEnvironment",
    "String",
    _DELIVERY,
    "GitHub environment",
    "GitHub environment whose jobs may deploy; its protection rules then decide about branches and reviewers. "
    "Empty goes by the branch.",
    default="",
    pattern=r"^[A-Za-z0-9._-]*$",
    max_length=200,
    constraint="The name of one environment, without wildcards, or nothing.",
    shared=True,
)
GITHUB_PROVIDER_ARN = Input(
    "GitHubProviderArn",
    "String",
    _DELIVERY,
    "Identity provider there is",
    "ARN of the account's identity provider for GitHub, of which there can be one only; empty creates it.",
    default="",
    pattern=r"^$|^arn:[a-z-]+:iam::\d{12}:oidc-provider/token\.actions\.githubusercontent\.com$",
    constraint="The ARN of the provider for token.actions.githubusercontent.com, or nothing.",
    shared=True,
)
GITLAB_PROJECT = Input(
    "GitLabProject",
    "String",
    _DELIVERY,
    "GitLab project",
    "The one project whose pipelines may ship, with all of its groups.",
    pattern=r"^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)+$",
    max_length=255,
    constraint="group/project, for example my-group/my-app.",
    shared=True,
)
GITLAB_BRANCH = Input(
    "GitLabBranch",
    "String",
    _DELIVERY,
    "GitLab branch",
    "Branch whose pipelines may ship.",
    default="main",
    pattern=r"^[A-Za-z0-9._/-]+$",
    max_length=200,
    constraint="The name of one branch, without wildcards.",
    shared=True,
)
CI_PROVIDER = Input(
    "CiProvider",
    "String",
    _DELIVERY,
    "Identity provider",
    "existing: the account has the forge's identity provider, as the account blueprint makes it for GitHub. "
    "created: this stack makes it, of which an account can have one only.",
    default="existing",
    allowed=("existing", "created"),
    shared=True,
)
CI_ROLE_ARN = Input(
    "CiRoleArn",
    "String",
    _DELIVERY,
    "CI role",
    "Role that the repository's workflows assume to ship an image to the service.",
    shared=True,
    public=True,
)
DEPLOY_ROLE_ARN = Input(
    "DeployRoleArn",
    "String",
    _DELIVERY,
    "Deploy role",
    "Role that the repository's workflows assume.",
    shared=True,
    public=True,
)
EXECUTION_ROLE_ARN = Input(
    "ExecutionRoleArn",
    "String",
    _DELIVERY,
    "Execution role",
    "Role that CloudFormation makes the stacks' resources with.",
    shared=True,
    public=True,
)
ARTIFACT_BUCKET_NAME = Input(
    "ArtifactBucketName",
    "String",
    _DELIVERY,
    "Artifact bucket",
    "Where templates are published to.",
    shared=True,
    public=True,
)
REPLICA_BUCKET_NAME = Input(
    "ReplicaBucketName",
    "String",
    _DELIVERY,
    "Artifact bucket of another region",
    "Bucket of this account that gets a copy of everything published here; or nothing.",
    default="",
    pattern=r"^$|^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$",
    constraint="The name of a versioned bucket in another region, or nothing.",
    shared=True,
)
