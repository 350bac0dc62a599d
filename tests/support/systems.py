"""A system that stands, whichever blueprint it is of: who to ask about it, and what every one lives through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from support.accounts import Account, Project
from support.stacks import Stack, resources


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


def destroyed_with_nothing_left(system: System) -> None:
    """Destroy it: what it keeps is told, all else is gone, and another time there is nothing to do."""
    stack = Stack(system.account, system.blueprint, system.environment)
    destroy = ("destroy", system.blueprint, system.environment, "--local", "--yes")
    kept = stack.kept()
    gone = system.project.run(*destroy, "--unprotect").stderr
    assert all(physical_id in gone.partition("what remains")[2] for physical_id in kept)
    assert not [each for each in stack.stacks() if each.startswith(system.blueprint)]
    assert stack.left() == kept
    assert "nothing to do" in system.project.run(*destroy).stderr
