"""Times that must fit together, from the load balancer through the target group to the container; all in seconds.

The life of a request sets them: the load balancer gives up on a silent connection after `IDLE_TIMEOUT`, so nothing
behind it may close one sooner, and nothing that still serves may be stopped sooner.
"""

from __future__ import annotations

# Load balancer: what it is by default, and the longest that a request may go without a byte.
IDLE_TIMEOUT = 60

# CloudFront: it closes connections before the load balancer does, and waits until the load balancer has given up.
# Both within 1 to 120 s ("VpcOriginConfig", CloudFront API Reference).
ORIGIN_KEEP_ALIVE = IDLE_TIMEOUT - 15
ORIGIN_READ = IDLE_TIMEOUT + 5

# Application: longer than the load balancer's, or it closes connections that the load balancer is about to use.
KEEP_ALIVE = IDLE_TIMEOUT + 15

# Target group: a target that leaves still finishes the longest request that is under way.
DEREGISTRATION_DELAY = IDLE_TIMEOUT

# Target group: a task is in service after 20 s, and out of it 30 s after it stops answering.
TARGET_INTERVAL = 10
TARGET_TIMEOUT = 5
HEALTHY_COUNT = 2
UNHEALTHY_COUNT = 3

# Container: as fast as the target group, so that both agree on what is broken; failures while it starts do not count.
CONTAINER_INTERVAL = TARGET_INTERVAL
CONTAINER_TIMEOUT = TARGET_TIMEOUT
CONTAINER_RETRIES = UNHEALTHY_COUNT
CONTAINER_START = 30

# The health command gives up before ECS does, so that it exits with its own status.
HEALTH_COMMAND_TIMEOUT = CONTAINER_TIMEOUT - 1

# Service: ECS ignores both checks until a slow but sound start has had time to pass them.
HEALTH_CHECK_GRACE = CONTAINER_START + CONTAINER_RETRIES * CONTAINER_INTERVAL

# Container: ECS deregisters a task before it sends SIGTERM, except on Spot interruption, host loss and the exit of an
# essential container. There the application serves on while it deregisters; 30 s are left to end. Fargate: 120 at most.
STOP_TIMEOUT = DEREGISTRATION_DELAY + 30

# Application: it serves on after SIGTERM until health checks alone have taken it out, should nobody deregister it.
DRAIN_TIME = UNHEALTHY_COUNT * TARGET_INTERVAL + TARGET_TIMEOUT

# Alarms: the length of one data point, and how many must be bad before a deployment is rolled back.
ALARM_PERIOD = 60
ALARM_PERIODS = 3

# Alarms: by how many data points a metric may be late. Where gaps are filled the newest ones are zeros until then, and
# an alarm that wants bad ones in a row, up to now, would never go off ("FILL", "Using math expressions with CloudWatch
# metrics", Amazon CloudWatch User Guide).
LATE_PERIODS = 2
