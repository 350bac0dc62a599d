"""Image replicas: copies of the stacks' images in the registry of another region, made as they are pushed.

One registry for account and region has one replication and one template for repositories that come by it. What is in a
repository when replication begins is not copied, nor is what is deleted; repositories at the destination have the name
of the source's and none of its settings, but those of the template there: without its exception for `latest` the copy's
would stay with the first image that had it.
Source: "Private image replication in Amazon ECR" and "Templates to control repositories created during a pull through
cache, create on push, or replication action", Amazon ECR User Guide.
"""

from __future__ import annotations

from collections.abc import Sequence

from troposphere import Equals, Not, Ref, Template, ecr

from nested import inputs
from nested.parts.images import immutable_but, lifecycle_policy
from nested.shape import needs

_SENDS = "SendsReplicas"
_RECEIVES = "ReceivesReplicas"

# Templates go by what is before a slash, and names of the stacks' repositories have none.
_EVERY_REPOSITORY = "ROOT"


def template(*, stacks: Sequence[str]) -> Template:
    """Emit replication of the stacks' images, and the template for those that arrive; each is off by default.

    `stacks` are patterns of stack names that end in `*`: repositories are named after their stacks, in small letters.
    Needs ImageReplicaRegion, ReceivesReplicas and RetainedImages; gives nothing.
    """
    t = Template(Description="Copies of images in another region")
    needs(t, inputs.IMAGE_REPLICA_REGION, inputs.RECEIVES_REPLICAS, inputs.RETAINED_IMAGES)
    t.add_condition(_SENDS, Not(Equals(Ref(inputs.IMAGE_REPLICA_REGION.name), "none")))
    t.add_condition(_RECEIVES, Equals(Ref(inputs.RECEIVES_REPLICAS.name), "on"))
    t.add_resource([_replication([each.removesuffix("*").lower() for each in stacks]), _template()])
    return t


def _replication(prefixes: Sequence[str]) -> ecr.ReplicationConfiguration:
    region = Ref(inputs.IMAGE_REPLICA_REGION.name)
    destination = ecr.ReplicationDestination(Region=region, RegistryId=Ref("AWS::AccountId"))
    rule = ecr.ReplicationRule(
        Destinations=[destination],
        RepositoryFilters=[ecr.RepositoryFilter(Filter=each, FilterType="PREFIX_MATCH") for each in prefixes],
    )
    return ecr.ReplicationConfiguration(
        "ImageReplication",
        Condition=_SENDS,
        ReplicationConfiguration=ecr.ReplicationConfigurationProperty(Rules=[rule]),
    )


def _template() -> ecr.RepositoryCreationTemplate:
    return ecr.RepositoryCreationTemplate(
        "ReplicaTemplate",
        Condition=_RECEIVES,
        Prefix=_EVERY_REPOSITORY,
        AppliedFor=["REPLICATION"],
        Description="Repositories that replication makes",
        EncryptionConfiguration=ecr.EncryptionConfiguration(EncryptionType="AES256"),
        LifecyclePolicy=lifecycle_policy({"tagPatternList": ["*"]}),
        **immutable_but(["latest"]),
    )
