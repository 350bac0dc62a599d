"""Deploying, as plan, show, execute.

    wish      render the blueprint, read and check the environment's parameters    no AWS
    lint      every template that is not known to be clean                         no AWS
    verify    the guarantees of what the parameters make of them                   no AWS
    preflight what would fail later, asked before anything is created              every service
    source    publish the templates; a flat blueprint goes as text                 S3
    plan      what to ask, from the wish and the stack as it is: plain data        no AWS
    proposal  a change set with nested ones, read into one tree and judged         CloudFormation
    show, ask the tree with what is replaced, sure or known after apply            the person
    execute   the change set, followed by its events to the end                    CloudFormation
    release   a new version, where CodeDeploy deploys the service                  CodeDeploy
    outcome   outputs and elapsed time, or the first real failure                  no AWS

What can be refused before AWS is asked is refused in `wish` and `plan`. A change set that is not
executed is taken away again, and with it the stack that was only made for it; with `--no-execute`
none is, and the sum of what it holds is all that is printed. With `--local` the
bootstrap blueprints go first, down the same way.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace as changed
from typing import TYPE_CHECKING

from stackwright import console
from stackwright.aws_errors import AccessDenied
from stackwright.building import check_findings
from stackwright.deploy import pointer
from stackwright.deploy.again import Again, Where
from stackwright.deploy.changes import refuse_changes_in_use, refuse_replacements
from stackwright.deploy.execute import (
    Proposal,
    Source,
    discard_forgotten,
    discard_leftover,
    execute,
    proposed,
)
from stackwright.deploy.first_try import discarded
from stackwright.deploy.frozen import refuse_frozen
from stackwright.deploy.live import check_not_rolled_back, refuse_unknown_image
from stackwright.deploy.outcome import DECLINED, check_ended, tell_declined, tell_outputs
from stackwright.deploy.plan import (
    ENDED_WELL,
    IMAGE,
    Busy,
    Plan,
    Stuck,
    check_image,
    check_provider_names,
    check_stack_name,
    make_plan,
)
from stackwright.deploy.screen import Screen, reached
from stackwright.deploy.show import change_lines, summary
from stackwright.deploy.tasks import Evidence
from stackwright.deploy.traffic import refuse_moved_traffic
from stackwright.deploy.unhang import Unhang
from stackwright.deploy.wish import BOOTSTRAP, Wish, make_wish
from stackwright.errors import BadInput, StackwrightError
from stackwright.preflight.examine import check_ready, check_waived
from stackwright.preflight.subject import make_subject
from stackwright.publish import artifact_bucket, execution_role, upload
from stackwright.regions import chosen_region, offline_region
from stackwright.verify import check_guarantees
from stackwright.wiring.text import as_text

if TYPE_CHECKING:
    from stackwright.aws import Aws
    from stackwright.aws_shapes import Stack
    from stackwright.preflight.subject import Subject
    from stackwright.project import Project

DONE = {"CREATE_COMPLETE", "UPDATE_COMPLETE"}
NO_CHANGES = "no changes"


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What the command line says about one deployment, under the names of its options."""

    blueprint: str
    environment: str
    region: str | None = None
    profile: str | None = None
    local: bool = False
    yes: bool = False
    stack_name: str | None = None
    image: str | None = None
    bucket: str | None = None
    role_arn: str | None = None
    replace: Sequence[str] = ()
    waive: Sequence[str] = ()
    despite_findings: bool = False
    no_execute: bool = False
    as_json: bool = False

    @property
    def again(self) -> Again:
        """The environment and where its stack is, to name the next command by."""
        name = self.stack_name or f"{self.blueprint}-{self.environment}"
        return Again(self.blueprint, self.environment, name, Where(self.profile, self.region, self.local))

    def deploying(self, blueprint: str) -> str:
        """Return the command that deploys another blueprint to the same environment, account and region."""
        where = self.again.where
        return Again(blueprint, self.environment, f"{blueprint}-{self.environment}", where).ours("deploy")

    @property
    def name(self) -> str:
        """The stack's name: given, else of blueprint and environment."""
        return self.again.stack_name

    @property
    def offline(self) -> str:
        """The region to resolve for, before AWS is asked."""
        return offline_region(chosen_region(self.region, profile=self.profile))


def deploy(project: Project, choices: Choices) -> int:
    """Deploy a blueprint to an environment; return the exit status."""
    started = time.monotonic()
    screen = Screen(yes=choices.yes or choices.no_execute)
    wishes = _wishes(project, choices, screen)
    with reached(choices.again.where, screen) as aws:
        for wish in wishes[:-1]:
            _refuse_shared(aws, project, wish)
        for wish in wishes[:-1]:
            bootstrap(aws, wish, Screen(yes=True), choices)
        before = aws.stack_now(choices.name)
        if not bring_about(aws, wishes[-1], choices, screen):
            tell_declined(choices.name, as_json=choices.as_json)
            return DECLINED
        if choices.no_execute:
            return 0
        _release(aws, before, choices, screen)
        tell_outputs(aws, choices.name, screen, seconds=time.monotonic() - started, as_json=choices.as_json)
    return 0


def _release(aws: Aws, before: Stack | None, choices: Choices, screen: Screen) -> None:
    """Release the version that a stack has now, where CodeDeploy deploys it and it is a new one."""
    from stackwright.release import after_deploy

    after_deploy(aws, before, choices.again, screen)


def _wishes(project: Project, choices: Choices, screen: Screen) -> list[Wish]:
    """Return what to bring about, bootstrap blueprints first; lint and verify all of it before AWS is asked."""
    wish = wished(project, choices)
    before = [
        make_wish(project, name, choices.environment, region=choices.offline) for name in _first(project, choices)
    ]
    wishes = [*before, wish]
    screen.say(check_findings(project, [each.rendered for each in wishes]))
    despite = choices.despite_findings
    for each in wishes:
        screen.say(check_guarantees(project, each.made, each.environment, region=choices.offline, despite=despite))
    return wishes


def _first(project: Project, choices: Choices) -> list[str]:
    """Return the bootstrap blueprints of the same environment; a pipeline is none, and finds what stands already."""
    others = [name for name in BOOTSTRAP if choices.local and name != choices.blueprint and name in project.makers]
    return [name for name in others if choices.environment in project.environments(name)]


def wished(project: Project, choices: Choices) -> Wish:
    """Return what is wanted; raises BadInput for what AWS need not be asked about."""
    check_waived(choices.waive)
    check_stack_name(choices.name)
    wish = make_wish(project, choices.blueprint, choices.environment, region=choices.offline)
    check_image(choices.blueprint, wish.built.root, choices.image)
    check_provider_names(choices.name, [wish.built.root, *wish.built.nested.values()])
    return wish


def bootstrap(aws: Aws, wish: Wish, screen: Screen, main: Choices) -> None:
    """Bring about a bootstrap blueprint for the main one, unless its stack is there as it should be."""
    choices = Choices(
        blueprint=wish.built.name,
        environment=wish.environment,
        region=main.region,
        profile=main.profile,
        local=main.local,
        waive=main.waive,
    )
    stack = aws.stack_now(choices.name)
    same = stack is not None and (
        stack.status in DONE
        and wish.parameters.items() <= stack.parameters.items()
        and stack.tags == wish.tags
        and aws.template(stack.id) == wish.built.root
    )
    if not same:
        screen.say(f"{choices.name} goes first")
        bring_about(aws, wish, choices, screen)


def _refuse_shared(aws: Aws, project: Project, wish: Wish) -> None:
    """Refuse a second environment: what these stacks write to SSM is there once an account."""
    blueprint = wish.built.name
    for other in project.environments(blueprint):
        stack = aws.stack_now(f"{blueprint}-{other}") if other != wish.environment else None
        if stack is not None and stack.status in ENDED_WELL:
            raise BadInput(
                f"local account {aws.account} has {blueprint}-{other} already, and holds one"
                " environment: set AWS_ACCESS_KEY_ID to 12 other digits for an account of its own"
            )


def bring_about(aws: Aws, wish: Wish, choices: Choices, screen: Screen) -> bool:
    """Make the stack what the wish says, or show what that takes; return False when the person declines."""
    again = choices.again
    act = _preview if choices.no_execute else _bring_about
    try:
        return act(aws, wish, choices, screen, again)
    except Busy as error:
        raise Busy(f"{error}\nwatch it: {again.ours('watch')}") from error
    except Stuck as error:
        raise Stuck(f"{error}\nnext: {again.ours('recover')}") from error


def _bring_about(aws: Aws, wish: Wish, choices: Choices, screen: Screen, again: Again) -> bool:
    plan = planned(aws, wish, choices)
    if plan.released:
        screen.say(f"{plan.stack_name}: image {plan.pointer}, which {pointer.parameter(plan.stack_name)} names")
    _refuse_beside(aws, plan, screen, again)
    subject = make_subject(aws, wish, plan, deploying=choices.deploying)
    check_ready(subject, waived=choices.waive, say=screen.say)
    source = _source(aws, wish, choices, screen)
    if not _cleared(aws, plan, screen, again):
        return False
    if plan.replaces or plan.leftover:
        plan = changed(plan, replaces=None, leftover=None)
    with proposed(aws, plan, source) as proposal:
        if proposal.empty:
            screen.say(f"{plan.stack_name}: {NO_CHANGES}")
            stack_id = proposal.stack_id
        else:
            _offer(subject, proposal, choices, screen)
            if not screen.agreed(f"{'create' if plan.creates else 'update'} {plan.stack_name}?"):
                return False
            stack_id = carried_out(aws, plan, proposal, screen, again)
    _protect(aws, plan, stack_id)
    check_not_rolled_back(aws, plan, stack_id, again)
    if plan.points_to:
        pointer.move(aws, plan.stack_name, plan.points_to)
    return True


def _refuse_beside(aws: Aws, plan: Plan, screen: Screen, again: Again) -> None:
    """Refuse what does not fit what others than CloudFormation deploy, or have deployed."""
    from stackwright.release import refuse_second

    refuse_unknown_image(aws, plan)
    refuse_second(aws, plan, screen, again)


def _offer(subject: Subject, proposal: Proposal, choices: Choices, screen: Screen) -> None:
    """Show what would change, and refuse what must not."""
    screen.show(change_lines(proposal.changes))
    refuse_replacements(proposal.changes, allowed=choices.replace)
    refuse_changes_in_use(proposal.changes)
    refuse_moved_traffic(subject, proposal.changes)
    refuse_frozen(proposal.changes, proposal.templates)


def _preview(aws: Aws, wish: Wish, choices: Choices, screen: Screen, again: Again) -> bool:
    """Show what a deployment would change, and print its sum; what is refused of a deployment is refused here."""
    plan = planned(aws, wish, choices)
    first_try = plan.replaces or plan.leftover
    if first_try:
        raise StackwrightError(
            f"{plan.stack_name} is in {first_try.status} since its first try and can only be deleted: nothing to show"
            f"\nnext: {again.ours('deploy')} deletes it and creates it anew"
        )
    _refuse_beside(aws, plan, screen, again)
    subject = make_subject(aws, wish, plan, deploying=choices.deploying)
    check_ready(subject, waived=choices.waive, say=screen.say)
    with proposed(aws, plan, _source(aws, wish, choices, screen)) as proposal:
        told = NO_CHANGES if proposal.empty else summary(proposal.changes)
        if not proposal.empty:
            _offer(subject, proposal, choices, screen)
    if choices.as_json:
        console.data({"stack": plan.stack_name, "changes": told})
    else:
        console.out(told)
    return True


def carried_out(aws: Aws, plan: Plan, proposal: Proposal, screen: Screen, again: Again) -> str:
    """Execute and follow; return the stack's id, or raise with why it failed after what ECS says of it."""
    cancel = "delete-stack" if plan.creates else "cancel-update-stack"
    with screen.following(again.goes_on("the deployment", cancel=cancel)) as heard:
        evidence = Evidence(aws, heard)
        progress = execute(aws, proposal, Unhang(aws, evidence, screen.say, again))
    for line in evidence.lines():
        screen.say(line)
    return check_ended(progress, again, wanted=DONE)


def planned(aws: Aws, wish: Wish, choices: Choices) -> Plan:
    """Return what to ask of CloudFormation, from the wish and the stack as it is."""
    built = wish.built
    runs_an_image = IMAGE in built.root.get("Parameters", {})
    return make_plan(
        blueprint=built.name,
        environment=wish.environment,
        root=built.root,
        nested=built.nested,
        parameters=wish.parameters,
        tags=wish.tags,
        stack=aws.stack_now(choices.name),
        stack_name=choices.name,
        image=choices.image,
        pointer=pointer.read(aws, choices.name) if runs_an_image else None,
        # The stacks that make the role cannot be made with it.
        role=None if built.flat else execution_role(aws, choices.role_arn),
    )


def _source(aws: Aws, wish: Wish, choices: Choices, screen: Screen) -> Source:
    """Publish, or for a flat blueprint take the text."""
    if wish.built.flat:
        root = wish.built.root
        return Source({"TemplateBody": as_text(root)}, root, {})
    published = upload(aws, wish.built, artifact_bucket(aws, choices.bucket))
    screen.say(published.sentence())
    return Source({"TemplateURL": published.root_url}, published.root, published.nested)


def _cleared(aws: Aws, plan: Plan, screen: Screen, again: Again) -> bool:
    """Take away what earlier runs left; return False when the person declines."""
    forgotten = discard_forgotten(aws, plan.before.id) if plan.before else 0
    if forgotten:
        screen.say(f"{plan.stack_name}: took away {forgotten} of our change sets that was never executed")
    if plan.leftover:
        screen.say(f"{plan.stack_name}: taking away an earlier change set that was never executed")
        discard_leftover(aws, plan.leftover.id, role=plan.role)
    if plan.replaces is None:
        return True
    screen.say(f"{plan.stack_name}: its first try failed ({plan.replaces.status}) and it can only be deleted")
    return discarded(aws, plan.replaces, screen, again, question="delete it and create it anew?")


def _protect(aws: Aws, plan: Plan, stack_id: str) -> None:
    if not plan.protect or (plan.before and plan.before.protected):
        return
    try:
        aws.protect(stack_id, on=True)
    except AccessDenied as error:
        # A role that delivers need not be one that lifts protection, and AWS has one action for both.
        console.warn(f"{plan.stack_name} has no termination protection: {error}")
