"""A system that stands, whichever blueprint it is of: who to ask about it, and what every one lives through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from support.accounts import Account, Project
from support.inventory import left, unseen
from support.stacks import Stack, resources

DATA = ("AWS::ECR::Repository", "AWS::Logs::LogGroup", "AWS::S3::Bucket")
"""Types of what a system keeps until it is asked to delete its data as well."""


@dataclass(frozen=True)
class System:
    """A blueprint's stack in one environment: what its deployment printed, and the physical ids of what it made."""

    blueprint: str
    environment: str
    project: Project
    printed: str
    resources: dict[str, dict[str, str]]

    @property
    def account(self) -> Account:
        return self.project.account

    def id(self, stack: str, logical_id: str) -> str:
        return self.resources[stack][logical_id]

    def ask(self, service: str, operation: str, **arguments: Any) -> Any:
        return getattr(self.account.client(service), operation)(**arguments)

    @property
    def cluster(self) -> str:
        return self.id("Cluster", "Cluster")

    def private_subnets(self, *words: str) -> set[str]:
        return {self.id("Vpc", f"PrivateSubnet{word}") for word in words}

    def service(self) -> Any:
        named = [self.id("Service", "Service")]
        (found,) = self.ask("ecs", "describe_services", cluster=self.cluster, services=named)["services"]
        return found

    def tasks(self) -> list[Any]:
        arns = self.ask("ecs", "list_tasks", cluster=self.cluster)["taskArns"]
        found: list[Any] = self.ask("ecs", "describe_tasks", cluster=self.cluster, tasks=arns)["tasks"]
        return found

    def load_balancer(self) -> Any:
        (found,) = self.ask("elbv2", "describe_load_balancers")["LoadBalancers"]
        return found

    def listeners(self) -> list[Any]:
        arn = self.load_balancer()["LoadBalancerArn"]
        found = self.ask("elbv2", "describe_listeners", LoadBalancerArn=arn)["Listeners"]
        return sorted(found, key=lambda each: int(each["Port"]))

    def rules(self, listener: Any) -> list[Any]:
        """The services' rules on a listener."""
        found = self.ask("elbv2", "describe_rules", ListenerArn=listener["ListenerArn"])["Rules"]
        return [each for each in found if not each["IsDefault"]]

    def task_limits(self) -> tuple[int, int]:
        (target,) = self.ask("application-autoscaling", "describe_scalable_targets", ServiceNamespace="ecs")[
            "ScalableTargets"
        ]
        return target["MinCapacity"], target["MaxCapacity"]


def deployed(project: Project, blueprint: str, environment: str) -> System:
    """Deploy a blueprint into the project's account."""
    printed = project.run("deploy", blueprint, environment, "--local", "--yes").stdout
    return System(blueprint, environment, project, printed, resources(project.account, f"{blueprint}-{environment}"))


def deployed_again_changes_nothing(system: System) -> None:
    assert "no changes" in system.project.run("deploy", system.blueprint, system.environment, "--local", "--yes").stderr


def updated(system: System, **parameters: str) -> set[str]:
    """Change parameters, deploy, and return what of the stack's was updated, without the stack itself."""
    stack = Stack(system.account, system.blueprint, system.environment)
    before = stack.history()
    system.project.set(system.blueprint, system.environment, **parameters)
    system.project.run("deploy", system.blueprint, system.environment, "--local", "--yes")
    new = [each for event, each in stack.history().items() if event not in before]
    return {path for path, status in new if status == "UPDATE_COMPLETE"} - {stack.name}


def an_image_is_shipped(system: System) -> str:
    """Push an image, deploy it, and return it; it is what runs now."""
    stack = Stack(system.account, system.blueprint, system.environment)
    image = f"{stack.output('RepositoryUri')}:{system.environment}-4f2a9c1"
    system.account.push(image)
    system.project.run("deploy", system.blueprint, system.environment, "--local", "--yes", "--image", image)
    assert stack.image() == image
    return image


def destroyed_with_nothing_left(system: System, *, before: frozenset[str] = frozenset()) -> None:
    """Destroy it: only data is kept, all of which is told; with its data nothing is left but what was there before."""
    missed = unseen(system.account, f"{system.blueprint}-{system.environment}")
    assert not missed, missed
    destroy = ("destroy", system.blueprint, system.environment, "--local", "--yes", "--unprotect")
    told = system.project.run(*destroy).stderr.partition("what remains")[2]
    kept = left(system.account) - before
    assert kept
    untold = {each for each in kept if not each.startswith(DATA) or each.rpartition(" ")[2] not in told}
    assert not untold, untold
    system.project.run(*destroy, "--delete-data")
    remains = left(system.account) ^ before
    assert not remains, remains
