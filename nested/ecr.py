"""Registry: an ECR repository that keeps what can be rolled back to and expires the rest.

In a second region it may be the repository that replication made there, which is nobody's stack's.
"""

from __future__ import annotations

from collections.abc import Sequence

from troposphere import Equals, If, Ref, Sub, Template, ecr

from nested import inputs
from nested.parts.images import immutable_but, lifecycle_policy
from nested.shape import gives, needs

_OWN = "HasOwnRepository"


def template(*, moving: Sequence[str] = ()) -> Template:
    """Emit the registry stack.

    Needs EnvironmentName, RetainedImages and ReplicaRepository; gives RepositoryName, RepositoryUri and RepositoryArn.
    Tags are immutable: an image is replaced by pushing another tag, never by moving one. `moving` names those that are
    not, such as latest: nothing here deploys one of them, and for the lifecycle policy their image is what its other
    tags make it.
    """
    t = Template(Description="Container registry with lifecycle rules")
    needs(t, inputs.ENVIRONMENT_NAME, inputs.RETAINED_IMAGES, inputs.REPLICA_REPOSITORY)
    t.add_condition(_OWN, Equals(Ref(inputs.REPLICA_REPOSITORY.name), ""))
    repository = t.add_resource(_repository(moving))
    uri = "${AWS::AccountId}.dkr.ecr.${AWS::Region}.${AWS::URLSuffix}/${ReplicaRepository}"
    arn = "arn:${AWS::Partition}:ecr:${AWS::Region}:${AWS::AccountId}:repository/${ReplicaRepository}"
    gives(
        t,
        {
            inputs.REPOSITORY_NAME: If(_OWN, Ref(repository), Ref(inputs.REPLICA_REPOSITORY.name)),
            inputs.REPOSITORY_URI: If(_OWN, repository.get_att("RepositoryUri"), Sub(uri)),
            inputs.REPOSITORY_ARN: If(_OWN, repository.get_att("Arn"), Sub(arn)),
        },
    )
    return t


def _repository(moving: Sequence[str]) -> ecr.Repository:
    return ecr.Repository(
        "Repository",
        Condition=_OWN,
        DeletionPolicy="RetainExceptOnCreate",
        UpdateReplacePolicy="Retain",
        ImageScanningConfiguration=ecr.ImageScanningConfiguration(ScanOnPush=True),
        EncryptionConfiguration=ecr.EncryptionConfiguration(EncryptionType="AES256"),
        LifecyclePolicy=ecr.LifecyclePolicy(
            LifecyclePolicyText=lifecycle_policy({"tagPrefixList": ["${EnvironmentName}-"]})
        ),
        **immutable_but(moving),
    )
