"""The image that a service really runs, asked of ECS: whoever ships past the stack has to tell the stack.

A revision that a workflow registers with ECS is unknown to CloudFormation, whose next update brings the stack's own
image back. So an update that would keep "the previous image" is refused while another one runs, and so is one to an
image that the stack's pointer names, where that is not what runs: the pipeline was stopped before it could say so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackwright.aws_errors import AwsError
from stackwright.deploy.plan import IMAGE, Plan
from stackwright.errors import BadInput

if TYPE_CHECKING:
    from stackwright.aws import Aws

_OUTPUTS = ("ClusterName", "ServiceName", "TaskDefinitionArn")


def refuse_unknown_image(aws: Aws, plan: Plan) -> None:
    """Refuse what nobody said where the service runs another image; who may not ask ECS is not refused."""
    kept = plan.parameters.get(IMAGE, "") is None
    if plan.before is None or not (kept or plan.released):
        return
    cluster, service, known = (plan.before.outputs.get(name, "") for name in _OUTPUTS)
    if not (cluster and service and known):
        return
    try:
        revision = _running(aws, cluster, service)
        if revision == "" or (kept and revision == known):
            return
        running, next_ = _image(aws, revision), plan.pointer if plan.released else _image(aws, known)
    except AwsError:
        return
    if running != next_:
        raise BadInput(
            f"{plan.stack_name}: the service runs image {running}, which the stack does not know of;"
            f" an update would bring {next_} back: say with --image which one shall run"
        )


def _running(aws: Aws, cluster: str, service: str) -> str:
    """Return the revision that ECS itself deployed last; nothing where another controller does that."""
    found = aws.call("ecs", "describe_services", cluster=cluster, services=[service])["services"]
    ours = [each for each in found if each.get("deploymentController", {}).get("type", "ECS") == "ECS"]
    return next((str(each.get("taskDefinition", "")) for each in ours), "")


def _image(aws: Aws, revision: str) -> str:
    definition = aws.call("ecs", "describe_task_definition", taskDefinition=revision)["taskDefinition"]
    return str(definition["containerDefinitions"][0]["image"])
