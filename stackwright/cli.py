"""The command line: options and help here, the work behind one lazy import per verb.

What goes wrong arrives here as an exception and leaves as one or two lines on stderr and an exit
status: 0 done, 1 a finding, a failure or a declined prompt, 2 wrong usage or bad input, 130
interrupted.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import wraps
from io import TextIOWrapper
from pathlib import Path
from typing import Any

import click

from stackwright import __version__, console
from stackwright.errors import BadInput, StackwrightError
from stackwright.preflight import names
from stackwright.project import Project
from stackwright.quoting import LONGEST, quoted

PROGRAM = "python build.py"
INTERRUPTED = 130

# Models of AWS's services and schemas are much to look through and never garbage: look seldom.
NEW_OBJECTS_BETWEEN_COLLECTIONS = 100_000


def main() -> None:
    """Run the command line of this process and exit with its status."""
    gc.set_threshold(NEW_OBJECTS_BETWEEN_COLLECTIONS)
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # as stderr: what a log's encoding lacks ends nothing
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str], *, project: Project | None = None) -> int:
    """Run one verb on a project, by default the one here, and return the exit status."""
    try:
        return verbs.main(list(arguments), PROGRAM, standalone_mode=False, obj=project) or 0
    except click.Abort:  # what click makes of a KeyboardInterrupt
        told, status = "interrupted", INTERRUPTED
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        told = f"{error.format_message()}\nsee: {context.command_path if context else PROGRAM} --help"
        status = error.exit_code
    except StackwrightError as error:
        told, status = str(error), error.exit_status
    except Exception as error:
        if sys.flags.dev_mode:
            raise
        told, status = _unexpected(error), 1
    _fail(told, as_json="--json" in arguments)
    return status


def _unexpected(error: Exception) -> str:
    """Say what nobody foresaw: the machine's refusal in its words, else a defect of ours and how to see it."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    called = PROGRAM.replace("python", "python -X dev", 1)
    return f"this is a defect: {type(error).__name__}: {quoted(str(error))}\nplease report what `{called} ...` shows"


def _fail(told: str, *, as_json: bool) -> None:
    """Print what went wrong, for machines too; a stream that takes no more is left alone."""
    with suppress(OSError):
        console.error(told)
    if as_json:
        with suppress(OSError):
            console.data({"error": told})


class Verbs(click.Group):
    """A group that builds when no verb is given."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put `build` first where the first word is a blueprint, an option of build or missing."""
        own = {name for param in self.get_params(ctx) for name in param.opts}
        word = args[0] if args else ""
        option = word.startswith("-") and word not in own
        if not word or option or (word not in self.commands and word in _project(ctx).makers):
            args = ["build", *args]
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Name the near misses of a word that is neither verb nor blueprint."""
        if args[0] not in self.commands:
            from stackwright.aws_errors import near_misses

            known = [*self.commands, *_project(ctx).makers]
            raise BadInput(f"no verb or blueprint {quoted(args[0])}{near_misses(args[0], known)}")
        return super().resolve_command(ctx, args)


def _project(ctx: click.Context) -> Project:
    """Return the project of this run; the registry is loaded once, when it is first asked for."""
    if ctx.obj is None:
        ctx.obj = _here()
    project: Project = ctx.obj
    return project


def _here() -> Project:
    if not any(Path(place or ".", "templates").is_dir() for place in sys.path):
        sys.path.insert(0, str(Path.cwd()))  # an installed `stackwright` command starts elsewhere
    try:
        import templates
    except ModuleNotFoundError as error:
        raise BadInput("no templates/ here: run this in a clone of the repository") from error
    return Project(Path(templates.__file__).parent.parent, templates.BLUEPRINTS)


@click.group(
    cls=Verbs,
    epilog=f"Without a verb: build. Example: {PROGRAM} deploy ec2-alb dev --local",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="stackwright")
def verbs() -> None:
    """Build, prove and deploy highly available container services as plain CloudFormation."""


def _on_project(verb: Callable[..., int]) -> Callable[..., int]:
    """Give the verb the project of this run as its first argument, once its options agree."""

    @click.pass_context
    @wraps(verb)
    def called(ctx: click.Context, /, **options: Any) -> int:
        if options.get("local"):
            from stackwright.place import check_local

            check_local(options["profile"])
        return verb(_project(ctx), **options)

    return called


def _filled(_ctx: click.Context, _param: click.Parameter, value: Any) -> Any:
    """Refuse an empty value, one of several too: it comes from a variable that a script forgot to set."""
    given = value if isinstance(value, tuple) else (value,)
    if any(each is not None and not each.strip() for each in given):
        raise click.BadParameter("it is empty; give one, or leave the option out")
    return value


class _Port(click.IntRange):
    """A port in the digits 0 to 9: `int` alone takes those of every script, and underscores."""

    name = "port"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the number; click refuses the rest in its own words."""
        if isinstance(value, str) and not (value.isascii() and value.isdecimal() and len(value) < LONGEST):
            self.fail(f"{quoted(value)} is not a valid port.", param, ctx)
        return super().convert(value, param, ctx)


def _region(verb: Callable[..., Any]) -> Callable[..., Any]:
    shown = "default: AWS_REGION, AWS_DEFAULT_REGION, the profile's; offline us-east-1"
    return click.option("--region", metavar="REGION", callback=_filled, help=f"AWS region ({shown}).")(verb)


def _json(verb: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--json", "as_json", is_flag=True, help="JSON on stdout, for machines.")(verb)


_stack_name = click.option("--stack-name", metavar="NAME", callback=_filled, help="Instead of BLUEPRINT-ENV.")


def _account(verb: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say which account, and which stack in it."""
    for option in (_stack_name, click.option("--yes", is_flag=True, help="Do not ask.")):
        verb = option(verb)
    return _where(verb)


def _where(verb: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say which account and region."""
    for option in (
        click.option("--profile", metavar="PROFILE", callback=_filled, help="Profile of the AWS configuration."),
        click.option("--local", is_flag=True, help="On the local AWS; no account needed."),
    ):
        verb = option(verb)
    return _region(verb)


_bucket = click.option(
    "--bucket",
    metavar="BUCKET",
    callback=_filled,
    help="Artifact bucket (default: /stackwright/artifact-bucket in SSM).",
)
_role = click.option(
    "--role-arn",
    metavar="ARN",
    help="Role CloudFormation acts with (default: /stackwright/execution-role-arn in SSM; '' for none).",
)


@verbs.command(epilog=f"Example: {PROGRAM} build ec2-alb")
@click.argument("blueprints", nargs=-1, metavar="[BLUEPRINT...]")
@_region
@_json
@_on_project
def build(project: Project, blueprints: tuple[str, ...], **options: Any) -> int:
    """Render blueprints, check their parameter files and lint them."""
    from stackwright.building import build

    return build(project, blueprints, **options)


_file = click.Path(dir_okay=False, path_type=Path)
_folder = click.Path(file_okay=False, path_type=Path)


@verbs.command(epilog=f"Example: {PROGRAM} verify ec2-alb prod")
@click.argument("blueprint", required=False)
@click.argument("environment", metavar="[ENV]", required=False)
@click.option("--template", metavar="FILE", type=_file, help="Somebody else's template, JSON or YAML, instead.")
@click.option("--parameters", metavar="FILE", type=_file, help="Its parameters (default: its defaults).")
@_region
@_json
@_on_project
def verify(project: Project, **options: Any) -> int:
    """Check what a deployment guarantees; nothing is asked of AWS."""
    from stackwright.verify import verify

    return verify(project, **options)


@verbs.command(epilog=f"Example: {PROGRAM} resolve ec2-alb dev --region eu-west-1")
@click.argument("blueprint")
@click.argument("environment", metavar="ENV")
@_region
@_json
@_on_project
def resolve(project: Project, **options: Any) -> int:
    """Print what BLUEPRINT comes to in ENV, resource by resource."""
    from stackwright.inventory import inventory

    return inventory(project, **options)


@verbs.command(epilog=f"Example: {PROGRAM} publish ec2-alb dev --bucket my-artifacts")
@click.argument("blueprint")
@click.argument("environment", metavar="[ENV]", required=False)
@click.option("--local", is_flag=True, help="On the local AWS; no account needed.")
@click.option("--profile", metavar="PROFILE", callback=_filled, help="Profile of the AWS configuration.")
@_bucket
@_role
@_region
@_on_project
def publish(project: Project, **options: Any) -> int:
    """Upload what is not there yet, print one aws command per ENV."""
    from stackwright.publish import publish

    return publish(project, **options)


_image = click.option("--image", metavar="URI", help="Image to run (default: the one that runs).")
_waive = click.option(
    "--waive",
    multiple=True,
    metavar="CHECK",
    help=f"Go on although this check of preflight fails: {', '.join(names())}.",
)


@verbs.command(epilog=f"Example: {PROGRAM} preflight ec2-alb dev --profile shop-dev --region eu-west-1")
@click.argument("blueprint")
@click.argument("environment", metavar="ENV")
@_image
@_role
@_waive
@_stack_name
@_where
@_json
@_on_project
def preflight(project: Project, **options: Any) -> int:
    """Check what a deployment would fail at, without changing anything."""
    from stackwright.deploy import Choices
    from stackwright.preflight.verb import preflight

    return preflight(project, Choices(**options))


@verbs.command(epilog=f"Example: {PROGRAM} deploy ec2-alb dev --local")
@click.argument("blueprint")
@click.argument("environment", metavar="ENV")
@_image
@_waive
@click.option("--replace", multiple=True, metavar="STACK/NAME", callback=_filled, help="Allow to replace this.")
@click.option("--despite-findings", is_flag=True, help="Deploy although guarantees do not hold.")
@click.option("--no-execute", is_flag=True, help="Only show what would change; nothing is changed.")
@_bucket
@_role
@_account
@_json
@_on_project
def deploy(project: Project, **options: Any) -> int:
    """Publish, show what would change, ask, do it and follow it."""
    from stackwright.deploy import Choices, deploy

    return deploy(project, Choices(**options))


@verbs.command(epilog=f"Example: {PROGRAM} release fargate-bluegreen dev --image REPOSITORY_URI:dev-4f2a9c1")
@click.argument("blueprint")
@click.argument("environment", metavar="ENV")
@click.option("--image", metavar="URI", callback=_filled, help="Image to release (default: the stack's).")
@click.option("--version", metavar="VERSION", callback=_filled, help="Its version (default: AppVersion of ENV).")
@click.option("--folder", metavar="DIR", type=_folder, help="Build the image of this folder's Dockerfile, and push it.")
@click.option("--task-definition", metavar="FILE", type=_file, help="A task definition of your own, JSON, instead.")
@click.option("--appspec", metavar="FILE", type=_file, help="An AppSpec of your own, JSON or YAML, instead.")
@click.option("--write", metavar="DIR", type=_folder, help="Write what CodePipeline reads there, release nothing.")
@_role
@_account
@_json
@_on_project
def release(project: Project, **options: Any) -> int:
    """Release a version by CodeDeploy, follow it to its end."""
    from stackwright.release import Choices, release

    return release(project, Choices(**options))


@verbs.command(epilog=f"Example: {PROGRAM} watch ec2-alb dev")
@click.argument("blueprint")
@click.argument("environment", metavar="ENV")
@_stack_name
@_where
@_json
@_on_project
def watch(project: Project, **options: Any) -> int:
    """Follow what is going on with the stack, to its end."""
    from stackwright.deploy.watch import watch

    return watch(project, **options)


@verbs.command(epilog=f"Example: {PROGRAM} recover ec2-alb prod --skip Service.Service")
@click.argument("blueprint")
@click.argument("environment", metavar="ENV")
@click.option("--skip", multiple=True, metavar="CHILD.NAME", callback=_filled, help="Leave this as it is.")
@_account
@_on_project
def recover(project: Project, **options: Any) -> int:
    """Bring a rollback that failed or hangs to its end."""
    from stackwright.deploy.recover import recover

    return recover(project, **options)


@verbs.command(epilog=f"Example: {PROGRAM} destroy ec2-alb dev --local --yes")
@click.argument("blueprint")
@click.argument("environment", metavar="ENV")
@click.option("--unprotect", is_flag=True, help="Lift the protection of stack and load balancer.")
@click.option("--delete-data", is_flag=True, help="Delete images, logs, buckets and zones that are kept else.")
@_account
@_on_project
def destroy(project: Project, **options: Any) -> int:
    """Delete the stack, follow it and say what remains."""
    from stackwright.deploy.destroy import destroy

    return destroy(project, **options)


@verbs.command(epilog=f"Example: {PROGRAM} emulator --port 5005 --delay AWS::ECS::Service=20")
@click.option("--port", type=_Port(0, 65535), default=0, help="Default: a free one.")
@click.option("--delay", multiple=True, metavar="TYPE=SECONDS", help="Slow down a resource type.")
@_region
def emulator(**options: Any) -> int:
    """Keep a local AWS running, with the exports that point to it."""
    from stackwright.serve import serve

    return serve(**options)
