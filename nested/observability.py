"""Observability: who is told what, and where to look.

A topic with its key (`parts.notifications`), alarms for people (`parts.watch`), a dashboard and a budget. Nothing waits
for this stack, so that it can be left out; deployments roll back on alarms of the service stack, not on these.
"""

from __future__ import annotations

from troposphere import Ref, Template

from nested import inputs
from nested.parts import api_metrics, budget, dashboard, notifications, watch, watch_alb, watch_api
from nested.parts.api_metrics import Kind
from nested.shape import gives, needs

_GROUPS = (inputs.TARGET_GROUP_FULL_NAME, inputs.ALTERNATE_TARGET_GROUP_FULL_NAME)


def template(*, api: Kind | None = None, nat_gateways: bool = True) -> Template:
    """Emit the observability stack of one service; in somebody else's network without `nat_gateways`.

    Needs what its metrics go by: names of cluster, service, load balancer and log group, the NAT gateways, and the
    service's two alarms; of both target groups, or behind an `api` of a kind that API's names instead. And AlarmEmail,
    SlowResponseSeconds and MonthlyBudget (US dollars, 0 for none). Gives NotificationTopicArn.
    """
    t = Template(Description="Alarms, notifications, dashboard and budget")
    needs(t, inputs.PROJECT_NAME, inputs.ENVIRONMENT_NAME)
    if nat_gateways:
        needs(t, inputs.ZONE_COUNT, inputs.NAT_GATEWAYS, *inputs.NAT_GATEWAY_OF.values())
    needs(t, inputs.CONTAINER_INSIGHTS, inputs.CLUSTER_NAME, inputs.SERVICE_NAME)
    needs(t, inputs.LOAD_BALANCER_FULL_NAME, *(api_metrics.needed(api) if api else _GROUPS))
    needs(t, inputs.LOG_GROUP_NAME, inputs.UNHEALTHY_HOSTS_ALARM, inputs.SERVER_ERRORS_ALARM)
    needs(t, inputs.ALARM_EMAIL, inputs.SLOW_RESPONSE_SECONDS, inputs.MONTHLY_BUDGET)
    notifications.add_to(t, ["cloudwatch", "events", "budgets"])
    watch.add_to(t, noticed=watch_api.noticed(api) if api else watch_alb.noticed())
    if nat_gateways:
        watch.add_nat_gateways(t)
    t.add_resource(dashboard.dashboard(api))
    budget.add_to(t)
    gives(t, {inputs.NOTIFICATION_TOPIC_ARN: Ref("Notifications")})
    return t
