"""Endpoints: the ports of one service, each with a listener of a Network Load Balancer before it.

Such a listener has no rules and can do nothing but forward: it stands to its target group as a rule of an Application
Load Balancer does, and lives where the group does, in the service's stack.
"""

from __future__ import annotations

from dataclasses import dataclass

from nested.parts import task, timing

# Seconds between two health checks, what one may take, and how many decide: a task is in service after a minute, and
# out of it as long after it stops answering.
INTERVAL = 30
TIMEOUT = 5
HEALTHY_COUNT = 2
UNHEALTHY_COUNT = 2

# ECS heeds neither these checks nor the container's until a slow but sound start has had time to pass them.
GRACE = timing.CONTAINER_START + HEALTHY_COUNT * INTERVAL


@dataclass(frozen=True)
class Endpoint:
    """One port of a service.

    `name` begins the logical ids of what belongs to it. The load balancer listens on `listener`, the container on
    `port`, which `variable` tells it; health checks ask `health_path` there.
    """

    name: str
    listener: int
    port: int
    health_path: str
    variable: str

    @property
    def of_task(self) -> task.Port:
        """The port as the task definition has it."""
        return task.Port(self.name.lower(), self.port, self.variable)


# Listeners are where callers look for them. The container's user is not root and may not listen on 80, so there the
# two differ.
FRONTEND = Endpoint("Frontend", listener=80, port=8080, health_path="/", variable="PORT")
BACKEND = Endpoint("Backend", listener=8000, port=8000, health_path="/status", variable="BACKEND_PORT")
BOTH = (FRONTEND, BACKEND)
