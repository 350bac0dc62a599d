"""A pipeline, read back from CodePipeline's own API, and gone through as AWS would.

What an action is given is what the actions before it left, and what it does is what AWS does for it; what a project
runs may do what the project's role may. Builder and registry are stood in for; approvals are given.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from support.accounts import REGION, Account
from support.delivery import REPOSITORY, commands, loaded, stand_in
from support.roles import actions, refusing

_REFERENCE = re.compile(r"#\{([^}.]+)\.([^}]+)\}")
# What a machine of CodeBuild has or gets, once `make` has made its environment: tests are not run again inside a test.
_PYTHON = f"""#!/bin/sh
if [ "$2" = pytest ]; then echo "pytest $*" >> "$NOTED"; exit 0; fi
exec {sys.executable} "$@"
"""
_NOTHING = "#!/bin/sh\nexit 0\n"


@dataclass
class Run:
    """One execution: the artifacts and variables that its actions left, and what each was configured with.

    `results` are what linting and proving gave before, which every machine would find anew; `lacking` is an action that
    roles of projects then may not do.
    """

    account: Account
    pipeline: str
    folder: Path
    results: Path
    lacking: str = ""
    artifacts: dict[str, Path] = field(default_factory=dict)
    variables: dict[tuple[str, str], str] = field(default_factory=dict)
    configured: dict[str, dict[str, str]] = field(default_factory=dict)
    printed: dict[str, str] = field(default_factory=dict)

    def stages(self) -> list[dict[str, Any]]:
        found = self.account.client("codepipeline").get_pipeline(name=self.pipeline)
        stages: list[dict[str, Any]] = found["pipeline"]["stages"]
        return stages

    def go(self, *, before: str = "") -> Run:
        """Do one action after the other, up to one named `Stage/Action` if there is one."""
        for stage in self.stages():
            for action in sorted(stage["actions"], key=lambda each: int(each["runOrder"])):
                name = f"{stage['name']}/{action['name']}"
                if name == before:
                    return self
                if name not in self.configured:
                    self._act(name, action)
        return self

    def _act(self, name: str, action: dict[str, Any]) -> None:
        given = {key: _REFERENCE.sub(self._variable, value) for key, value in action["configuration"].items()}
        assert not [value for value in given.values() if len(value) > 1000], "longer than CodePipeline takes"
        self.configured[name] = given
        folder = self.folder / name
        folder.mkdir(parents=True)
        inputs = [self.artifacts[each["name"]] for each in action["inputArtifacts"]]
        act = getattr(self, f"_{action['actionTypeId']['provider'].lower()}")
        exported = act(name, given, inputs, folder)
        if "namespace" in action:
            self.variables |= {(action["namespace"], key): value for key, value in exported.items()}
        for each in action["outputArtifacts"]:
            self.artifacts[each["name"]] = folder / "out"

    def _variable(self, reference: re.Match[str]) -> str:
        return self.variables[reference[1], reference[2]]

    # -- What AWS does for an action -------------------------------------------------------------------------------

    def _s3(self, name: str, given: dict[str, str], inputs: list[Path], folder: Path) -> dict[str, str]:
        found = self.account.client("s3").get_object(Bucket=given["S3Bucket"], Key=given["S3ObjectKey"])
        (folder / "source.zip").write_bytes(found["Body"].read())
        with ZipFile(folder / "source.zip") as archive:
            archive.extractall(folder / "out")
        self.variables["", "revision"] = found["VersionId"]
        return {"VersionId": found["VersionId"], "ETag": found["ETag"]}

    def _manual(self, name: str, given: dict[str, str], inputs: list[Path], folder: Path) -> dict[str, str]:
        return {}

    def _codebuild(self, name: str, given: dict[str, str], inputs: list[Path], folder: Path) -> dict[str, str]:
        (project,) = self.account.client("codebuild").batch_get_projects(names=[given["ProjectName"]])["projects"]
        (source,) = inputs
        work = folder / "src"
        shutil.copytree(source, work)
        spec = work / project["source"]["buildspec"]
        if "\n" in project["source"]["buildspec"]:
            spec = folder / "inline.yml"
            spec.write_text(project["source"]["buildspec"])
        self._equip(folder / "tools", project["serviceRole"])
        exported = self._ran(name, spec, work, self._environment(project, given, spec))
        files = loaded(spec).get("artifacts", {}).get("files", [])
        for path in _matching(work, files):
            (folder / "out" / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(work / path, folder / "out" / path)
        return exported

    def _equip(self, tools: Path, role: str) -> None:
        """Stand in for builder and registry, and have every Python, the AWS CLI too, begin with what the role may."""
        stand_in(tools)
        allowed = [each for each in actions(self.account, role) if each != self.lacking]
        (tools / "sitecustomize.py").write_text(refusing(allowed))

    def _environment(self, project: dict[str, Any], given: dict[str, str], spec: Path) -> dict[str, str]:
        """What CodeBuild sets: the spec's own, over it the project's, over that the action's."""
        variables = dict(loaded(spec).get("env", {}).get("variables", {}))
        listed = [*project["environment"]["environmentVariables"], *json.loads(given.get("EnvironmentVariables", "[]"))]
        variables |= {each["name"]: each["value"] for each in listed}
        return variables | {
            "AWS_REGION": REGION,
            "CODEBUILD_BUILD_ID": f"{project['name']}:12345678-90ab-cdef-1234-567890abcdef",
            "CODEBUILD_RESOLVED_SOURCE_VERSION": self.variables["", "revision"],
        }

    def _ran(self, name: str, spec: Path, work: Path, variables: dict[str, str]) -> dict[str, str]:
        """Run a spec's commands in one shell, which the first that fails ends; return what it exports."""
        tools = work.parent / "tools"
        own = {"dnf": (tools / "dnf", _NOTHING), "python": (work / ".venv/bin/python", _PYTHON)}
        for path, text in own.values():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            path.chmod(0o755)
        (work / ".venv/.installed").touch()
        (work / ".cache").mkdir()
        (work / ".cache/stackwright").symlink_to(self.results)
        exported = loaded(spec).get("env", {}).get("exported-variables", [])
        told = [f'printf "%s=%s\\n" {each} "${each}" >> ../exported' for each in exported]
        environment = {key: value for key, value in self.account.environment.items() if not key.startswith("MAKE")}
        path = os.pathsep.join([str(tools), str(Path(sys.executable).parent), environment["PATH"]])
        ended = subprocess.run(
            ["bash", "-e", "-c", "\n".join([*commands(spec), *told])],
            cwd=work,
            env=environment | {"PATH": path, "PYTHONPATH": str(tools), "NOTED": str(work.parent / "noted")} | variables,
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )
        self.printed[name] = ended.stdout + ended.stderr
        assert ended.returncode == 0, self.printed[name]
        lines = (work.parent / "exported").read_text().splitlines() if exported else []
        return dict(line.split("=", 1) for line in lines)

    def _cloudformation(self, name: str, given: dict[str, str], inputs: list[Path], folder: Path) -> dict[str, str]:
        client = self.account.client("cloudformation")
        named = {"StackName": given["StackName"], "ChangeSetName": given["ChangeSetName"]}
        if given["ActionMode"] == "CHANGE_SET_REPLACE":
            self._propose(client, named, given, inputs)
        else:
            client.execute_change_set(**named)
            client.get_waiter("stack_update_complete").wait(
                StackName=given["StackName"], WaiterConfig={"Delay": 1, "MaxAttempts": 120}
            )
        return {}

    def _propose(self, client: Any, named: dict[str, str], given: dict[str, str], inputs: list[Path]) -> None:
        """CodePipeline reads both files from the artifact, and asks for no change sets of nested stacks."""
        (artifact,) = inputs
        template, configuration = (given[key].partition("::")[2] for key in ("TemplatePath", "TemplateConfiguration"))
        settings = json.loads((artifact / configuration).read_text())
        parameters = settings["Parameters"] | json.loads(given["ParameterOverrides"])
        client.create_change_set(
            **named,
            TemplateURL=self._laid_down((artifact / template).read_bytes()),
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
            Tags=[{"Key": key, "Value": value} for key, value in settings["Tags"].items()],
            Capabilities=given["Capabilities"].split(","),
            RoleARN=given["RoleArn"],
        )
        client.get_waiter("change_set_create_complete").wait(**named, WaiterConfig={"Delay": 1, "MaxAttempts": 60})

    def _laid_down(self, body: bytes) -> str:
        found = self.account.client("codepipeline").get_pipeline(name=self.pipeline)["pipeline"]
        store = found["artifactStore"]["location"]
        self.account.client("s3").put_object(Bucket=store, Key="template", Body=body)
        return f"https://{store}.s3.{REGION}.amazonaws.com/template"

    def _ecs(self, name: str, given: dict[str, str], inputs: list[Path], folder: Path) -> dict[str, str]:
        """A new revision of what the service runs, with other images ("Amazon ECS deploy action reference")."""
        (artifact,) = inputs
        client = self.account.client("ecs")
        where = {"cluster": given["ClusterName"]}
        (service,) = client.describe_services(**where, services=[given["ServiceName"]])["services"]
        now = client.describe_task_definition(taskDefinition=service["taskDefinition"])["taskDefinition"]
        images = {each["name"]: each["imageUri"] for each in json.loads((artifact / given["FileName"]).read_text())}
        assert images.keys() <= {each["name"] for each in now["containerDefinitions"]}
        shape = client.meta.service_model.operation_model("RegisterTaskDefinition").input_shape.members
        new = {key: value for key, value in now.items() if key in shape}
        new["containerDefinitions"] = [
            each | {"image": images.get(each["name"], each["image"])} for each in now["containerDefinitions"]
        ]
        revision = client.register_task_definition(**new)["taskDefinition"]["taskDefinitionArn"]
        client.update_service(**where, service=given["ServiceName"], taskDefinition=revision)
        return {}

    def _codedeploytoecs(self, name: str, given: dict[str, str], inputs: list[Path], folder: Path) -> dict[str, str]:
        """A revision of the template with the image in its place, deployed by the AppSpec with the revision in its.

        "Amazon ECS and CodeDeploy blue-green deployment action reference", AWS CodePipeline User Guide.
        """
        artifacts = dict(zip(self._taken(name), inputs, strict=True))
        detail = json.loads((artifacts[given["Image1ArtifactName"]] / "imageDetail.json").read_text())
        template = artifacts[given["TaskDefinitionTemplateArtifact"]] / given["TaskDefinitionTemplatePath"]
        definition = template.read_text().replace(f"<{given['Image1ContainerName']}>", detail["ImageURI"])
        made = self.account.client("ecs").register_task_definition(**json.loads(definition))["taskDefinition"]
        spec = (artifacts[given["AppSpecTemplateArtifact"]] / given["AppSpecTemplatePath"]).read_text()
        told = {"content": spec.replace("<TASK_DEFINITION>", made["taskDefinitionArn"])}
        client = self.account.client("codedeploy")
        deployment = client.create_deployment(
            applicationName=given["ApplicationName"],
            deploymentGroupName=given["DeploymentGroupName"],
            revision={"revisionType": "AppSpecContent", "appSpecContent": told},
        )["deploymentId"]
        client.get_waiter("deployment_successful").wait(
            deploymentId=deployment, WaiterConfig={"Delay": 1, "MaxAttempts": 60}
        )
        return {}

    def _taken(self, name: str) -> list[str]:
        """The names of an action's input artifacts."""
        stage, _, action = name.partition("/")
        actions = next(each["actions"] for each in self.stages() if each["name"] == stage)
        found = next(each for each in actions if each["name"] == action)
        return [each["name"] for each in found["inputArtifacts"]]


def _matching(folder: Path, patterns: list[str]) -> Iterator[Path]:
    """What CodeBuild collects: `**/*` is everything below."""
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        name = path.relative_to(folder)
        if any(fnmatchcase(str(name), pattern.replace("**/*", "*")) for pattern in patterns):
            yield name


def zipped(project: Path, parts: list[str], to: Path) -> bytes:
    """Pack a project's parts, and the files of the repository that a delivery takes, as source.zip."""
    with ZipFile(to, "w") as archive:
        for part in parts:
            root = project / part if (project / part).exists() else REPOSITORY / part
            for path in [root] if root.is_file() else sorted(root.rglob("*")):
                if path.is_file() and "__pycache__" not in path.parts:
                    archive.write(path, path.relative_to(root.parent))
    return to.read_bytes()
