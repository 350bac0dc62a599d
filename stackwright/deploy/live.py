"""The image that a service really runs, asked of ECS: whoever ships past the stack has to tell the stack.

A revision that a workflow registers with ECS is unknown to CloudFormation, whose next update brings the stack's own
image back. So an update that would keep "the previous image" is refused while another one runs, and so is one to an
image that the stack's pointer names, where that is not what runs: the pipeline was stopped before it could say so.

And CloudFormation may call an update complete whose tasks ECS has rolled back: it waits for a service that is stable,
with whatever revision (aws/containers-roadmap#1205). So after an update that made a revision ECS is asked if it runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackwright.aws import ecs_service
from stackwright.aws_errors import AwsError, Failing, Throttled
from stackwright.deploy.plan import IMAGE, Plan
from stackwright.deploy.tasks import told_of
from stackwright.errors import BadInput, StackwrightError

if TYPE_CHECKING:
    from stackwright.aws import Aws
    from stackwright.aws_shapes import Stack
    from stackwright.deploy.again import Again

_OUTPUTS = ("ClusterName", "ServiceName", "TaskDefinitionArn")


def refuse_unknown_image(aws: Aws, plan: Plan) -> None:
    """Refuse what nobody said where the service runs another image; who may not ask ECS is not refused.

    Raises what of AWS may answer later: the image that runs is not taken back because ECS was busy.
    """
    kept = plan.parameters.get(IMAGE, "") is None
    if plan.before is None or not (kept or plan.released):
        return
    cluster, service, known = _outputs(plan.before)
    if not (cluster and service and known):
        return
    try:
        revision = _running(aws, cluster, service)
        if revision == "" or (kept and revision == known):
            return
        running, next_ = _image(aws, revision), plan.pointer if plan.released else _image(aws, known)
    except (Failing, Throttled):
        raise
    except AwsError:
        return
    if running != next_:
        raise BadInput(
            f"{plan.stack_name}: the service runs image {running}, which the stack does not know of;"
            f" an update would bring {next_} back: say with --image which one shall run"
        )


def check_not_rolled_back(aws: Aws, plan: Plan, stack_id: str, again: Again) -> None:
    """Raise where ECS does not run the revision that this update made; who may not ask ECS is told nothing.

    Raises what of AWS may answer later too: nobody knows then.
    """
    cluster, service, wanted = _outputs(aws.stack(stack_id))
    if not (cluster and service and wanted) or wanted == _outputs(plan.before)[2]:
        return
    try:
        running = _running(aws, cluster, service)
    except (Failing, Throttled):
        raise
    except AwsError:
        return
    if running in ("", wanted):
        return
    lines = [
        f"{plan.stack_name} is complete, but ECS rolled the deployment back: {service} runs {running}, not {wanted}",
        *(f"  {each}" for each in told_of(aws, cluster, service)),
        f"next: mend what its tasks stopped for, then {again.ours('deploy', '--image', 'IMAGE')}",
    ]
    raise StackwrightError("\n".join(lines))


def _outputs(stack: Stack | None) -> tuple[str, ...]:
    return tuple(stack.outputs.get(name, "") if stack else "" for name in _OUTPUTS)


def _running(aws: Aws, cluster: str, service: str) -> str:
    """Return the revision that ECS itself deployed last; nothing where another controller does that."""
    found = ecs_service(aws, cluster, service)
    ours = found.get("deploymentController", {}).get("type", "ECS") == "ECS"
    return str(found.get("taskDefinition", "")) if ours else ""


def _image(aws: Aws, revision: str) -> str:
    definition = aws.call("ecs", "describe_task_definition", taskDefinition=revision)["taskDefinition"]
    return str(definition["containerDefinitions"][0]["image"])
