"""CodeDeploy beyond moto: ECS blue/green deployments that run, and the calls that follow and stop them.

moto keeps applications, groups and deployments as records. Deployments of other compute platforms stay so.
"""

from __future__ import annotations

import hashlib
import random
import string
from typing import Any

from moto.codedeploy import urls
from moto.codedeploy.exceptions import CodeDeployException
from moto.codedeploy.models import DeploymentInfo
from moto.codedeploy.responses import CodeDeployResponse
from moto.core.responses import ActionResult, EmptyResult
from moto.core.utils import utcnow

from stackwright.ecs.appspec import AppSpec, BadAppSpec, parse
from stackwright.emulator.services import codedeploy_configs, codedeploy_groups, codedeploy_traffic, ecs_task_sets
from stackwright.emulator.services.codedeploy_run import ENDED, ON_REQUEST, Run, undone
from stackwright.emulator.services.codedeploy_views import target, target_id
from stackwright.emulator.services.overlay import pace, put_in_place

_SLOWED = "AWS::CodeDeploy::DeploymentGroup"
_DIGITS = string.ascii_uppercase + string.digits


class CodeDeploy(CodeDeployResponse):
    """moto's CodeDeploy with what it lacks."""

    def create_deployment_config(self) -> ActionResult:
        """Keep a configuration of the account's own ("CreateDeploymentConfig")."""
        return ActionResult({"deploymentConfigId": codedeploy_configs.create(self.codedeploy_backend, self.params)})

    def get_deployment_config(self) -> ActionResult:
        """Tell of a configuration ("GetDeploymentConfig")."""
        found = codedeploy_configs.info(self.codedeploy_backend, self._get_param("deploymentConfigName"))
        return ActionResult({"deploymentConfigInfo": found})

    def list_deployment_configs(self) -> ActionResult:
        """List the configurations ("ListDeploymentConfigs")."""
        return ActionResult({"deploymentConfigsList": codedeploy_configs.names(self.codedeploy_backend)})

    def delete_deployment_config(self) -> EmptyResult:
        """Delete one that no group has ("DeleteDeploymentConfig")."""
        codedeploy_configs.delete(self.codedeploy_backend, self._get_param("deploymentConfigName"))
        return EmptyResult()

    def delete_application(self) -> EmptyResult:
        """Delete an application with its groups ("DeleteApplication")."""
        name = self._get_param("applicationName")
        self.codedeploy_backend.applications.pop(name, None)
        self.codedeploy_backend.deployment_groups.pop(name, None)
        return EmptyResult()

    def create_deployment_group(self) -> ActionResult:
        """Refuse one of an ECS application that could not deploy ("CreateDeploymentGroup")."""
        application = self.codedeploy_backend.get_application(self._get_param("applicationName"))
        if application.compute_platform == "ECS":
            codedeploy_groups.check(self.codedeploy_backend, self.params)
            self.params.setdefault("deploymentConfigName", codedeploy_configs.ALL_AT_ONCE)
        return super().create_deployment_group()

    def update_deployment_group(self) -> ActionResult:
        """Change a group ("UpdateDeploymentGroup"); moto has no such action."""
        group = self._group("currentDeploymentGroupName")
        if group.application.compute_platform == "ECS":
            wanted = {**codedeploy_groups.given_of(group), **self.params}
            codedeploy_groups.check(self.codedeploy_backend, wanted, beside=group.deployment_group_name)
        codedeploy_groups.change(group, self.params)
        return ActionResult({"hooksNotCleanedUp": []})

    def delete_deployment_group(self) -> ActionResult:
        """Delete a group; what it deploys goes on ("DeleteDeploymentGroup")."""
        groups = self.codedeploy_backend.deployment_groups.get(self._get_param("applicationName"), {})
        groups.pop(self._get_param("deploymentGroupName"), None)
        return ActionResult({"hooksNotCleanedUp": []})

    def get_deployment_group(self) -> ActionResult:
        """Tell the alarms too ("GetDeploymentGroup")."""
        result = super().get_deployment_group()
        told: Any = result.result
        group = self._group("deploymentGroupName")
        told["deploymentGroupInfo"]["alarmConfiguration"] = group.alarm_configuration or {}
        return result

    def create_deployment(self) -> ActionResult:
        """Begin a deployment, one at a time in a group ("CreateDeployment")."""
        group = self._group("deploymentGroupName")
        if group.application.compute_platform != "ECS":
            return super().create_deployment()
        spec = _read(self._get_param("revision") or {})
        name = self._get_param("deploymentConfigName") or str(group.deployment_config_name)
        codedeploy_configs.check_known(self.codedeploy_backend, name)
        self._refuse_second(group)
        deployment = self._made(group)
        deployment.run = self._run(group, deployment, spec, name)
        self._keep(deployment)
        deployment.run.begin()
        return ActionResult({"deploymentId": deployment.deployment_id})

    def _refuse_second(self, group: Any) -> None:
        for each in self.codedeploy_backend.deployments.values():
            if each.deployment_group is group and each.status not in ENDED:
                reason = (
                    f"The Deployment Group '{group.deployment_group_name}' already has an active Deployment"
                    f" '{each.deployment_id}'"
                )
                raise CodeDeployException("DeploymentLimitExceededException", reason)

    def _made(self, group: Any, **options: Any) -> Any:
        made = DeploymentInfo(
            group.application,
            group,
            options.get("revision") or self._get_param("revision"),
            self._get_param("deploymentConfigName") or group.deployment_config_name,
            options.get("description") or self._get_param("description"),
            None,
            None,
            self._get_param("autoRollbackConfiguration") or group.auto_rollback_configuration,
            None,
            None,
            None,
            options.get("creator", "user"),
        )
        made.deployment_id = f"d-{''.join(random.choices(_DIGITS, k=9))}"
        return made

    def _keep(self, deployment: Any) -> None:
        self.codedeploy_backend.deployments[deployment.deployment_id] = deployment

    def _run(self, group: Any, deployment: Any, spec: AppSpec, config: str) -> Run:
        place = self.current_account, self.region
        service = codedeploy_groups.service_of(self.codedeploy_backend, group.ecs_services[0])
        if service is None or ecs_task_sets.primary(service) is None:
            raise CodeDeployException("InvalidECSServiceException", "The ECS service has no primary task set.")
        pair = group.load_balancer_info["targetGroupPairInfoList"][0]
        test = (pair.get("testTrafficRoute") or {}).get("listenerArns") or []
        routing = codedeploy_configs.info(self.codedeploy_backend, config).get("trafficRoutingConfig") or {}
        options = group.blue_green_deployment_configuration
        return Run(
            deployment=deployment,
            service=service,
            spec=spec,
            production=codedeploy_traffic.listener(*place, pair["prodTrafficRoute"]["listenerArns"][0]),
            test=codedeploy_traffic.listener(*place, test[0]) if test else None,
            groups=tuple(codedeploy_traffic.group_named(*place, each["name"]).arn for each in pair["targetGroups"]),
            steps=codedeploy_configs.steps(routing),
            pace=pace(_SLOWED),
            alarms=_alarms(group),
            back=_rolls_back(deployment.auto_rollback_configuration),
            waits=options["deploymentReadyOption"].get("actionOnTimeout") == "STOP_DEPLOYMENT",
            terminates=options["terminateBlueInstancesOnDeploymentSuccess"].get("action") == "TERMINATE",
            rolled_back=self._rolled_back,
        )

    def _rolled_back(self, run: Run, message: str) -> None:
        """Undo a deployment by a new one: rollbacks have ids of their own."""
        failed = run.deployment
        back = self._made(
            failed.deployment_group,
            creator="codeDeployRollback",
            revision=failed.revision,
            description=f"Rollback of {failed.deployment_id}",
        )
        back.status, back.start_time, back.run = "InProgress", utcnow(), undone(run, back, "InProgress")
        self._keep(back)
        back.rollback_info = {"rollbackTriggeringDeploymentId": failed.deployment_id, "rollbackMessage": message}
        failed.rollback_info = {"rollbackDeploymentId": back.deployment_id, "rollbackMessage": message}
        status = "Failed"
        try:
            run.undo()
            status = "Succeeded"
        finally:
            back.run = undone(run, back, status)
            back.complete_time, back.status = utcnow(), status

    def stop_deployment(self) -> ActionResult:
        """Stop a deployment, and roll it back if told to ("StopDeployment")."""
        deployment = self.codedeploy_backend.get_deployment(self._get_param("deploymentId"))
        if deployment.status in ENDED:
            reason = f"The deployment {deployment.deployment_id} is already completed."
            raise CodeDeployException("DeploymentAlreadyCompletedException", reason)
        run = deployment.run
        if self._get_bool_param("autoRollbackEnabled"):
            run.back |= {ON_REQUEST}
        run.stop.set()
        return ActionResult({"status": "Pending", "statusMessage": "Deployment is stopping."})

    def continue_deployment(self) -> EmptyResult:
        """Reroute traffic now ("ContinueDeployment", READY_WAIT)."""
        deployment = self.codedeploy_backend.get_deployment(self._get_param("deploymentId"))
        if deployment.status != "Ready":
            reason = f"The deployment {deployment.deployment_id} is not in the Ready state."
            raise CodeDeployException("DeploymentIsNotInReadyStateException", reason)
        deployment.run.go_on.set()
        return EmptyResult()

    def get_deployment(self) -> ActionResult:
        """Tell why a deployment ended and what rolled it back ("GetDeployment")."""
        result = super().get_deployment()
        told: Any = result.result
        deployment = self.codedeploy_backend.get_deployment(self._get_param("deploymentId"))
        for name, attribute in (("errorInformation", "error_information"), ("rollbackInfo", "rollback_info")):
            told["deploymentInfo"][name] = getattr(deployment, attribute, {})
        return result

    def list_deployment_targets(self) -> ActionResult:
        """An ECS deployment has one target ("ListDeploymentTargets")."""
        run = self.codedeploy_backend.get_deployment(self._get_param("deploymentId")).run
        return ActionResult({"targetIds": [target_id(run)]})

    def get_deployment_target(self) -> ActionResult:
        """Tell how far it is, event by event ("GetDeploymentTarget")."""
        deployment = self.codedeploy_backend.get_deployment(self._get_param("deploymentId"))
        if self._get_param("targetId") != target_id(deployment.run):
            reason = f"The deployment target {self._get_param('targetId')} does not exist."
            raise CodeDeployException("DeploymentTargetDoesNotExistException", reason)
        return ActionResult({"deploymentTarget": target(deployment)})

    def batch_get_deployment_targets(self) -> ActionResult:
        """As GetDeploymentTarget, of several ("BatchGetDeploymentTargets")."""
        deployment = self.codedeploy_backend.get_deployment(self._get_param("deploymentId"))
        return ActionResult({"deploymentTargets": [target(deployment)]})

    def _group(self, member: str) -> Any:
        names = self._get_param("applicationName"), self._get_param(member)
        return self.codedeploy_backend.get_deployment_group(*names)


def _read(revision: dict[str, Any]) -> AppSpec:
    """Return the AppSpec of a revision; that of S3 is not fetched ("RevisionLocation")."""
    kinds = {"AppSpecContent": "appSpecContent", "String": "string"}
    kind = str(revision.get("revisionType", ""))
    given = revision.get(kinds.get(kind, "")) or {}
    content = given.get("content")
    if not content:
        reason = "The local AWS takes the AppSpec of an ECS deployment as AppSpecContent or String."
        raise CodeDeployException("InvalidRevisionException", reason)
    if given.get("sha256") not in (None, hashlib.sha256(content.encode()).hexdigest()):
        raise CodeDeployException("InvalidRevisionException", "The sha256 is not that of the content.")
    try:
        return parse(content)
    except BadAppSpec as error:
        raise CodeDeployException("InvalidRevisionException", f"The AppSpec is not valid: {error}") from error


def _alarms(group: Any) -> list[str]:
    given = group.alarm_configuration or {}
    return [each["name"] for each in given.get("alarms") or []] if given.get("enabled") else []


def _rolls_back(given: Any) -> frozenset[str]:
    return frozenset((given or {}).get("events") or ()) if (given or {}).get("enabled") else frozenset()


def install() -> None:
    """Put the overlay in the place of moto's CodeDeploy."""
    put_in_place(urls, CodeDeploy)
