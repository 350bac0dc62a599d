"""A role trusts whom it is meant for: not anybody, not a service on anybody's behalf, not any job of a forge.

A named role or user of another account is a name; a whole other account needs an ExternalId or an organisation. An
account that is written out is taken for another one: one's own is `AWS::AccountId`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stackwright.resolve.symbols import Text, Value
from stackwright.verify.deployment import Deployment, at
from stackwright.verify.policies import ROLE, Condition, Statement, trusts
from stackwright.verify.rule import Finding, Rule

# Services that say on whose behalf they assume a role, each with the page that shows the condition in a role's trust
# policy. Others (ec2, apigateway, cloudformation, ecs, lambda, codepipeline) do not, or their pages do not say so: with
# the condition, nobody could assume the role.
SAY_THE_SOURCE = {
    "codebuild": "Cross-service confused deputy prevention (AWS CodeBuild User Guide)",
    "codedeploy": "Cross-service confused deputy prevention (AWS CodeDeploy User Guide)",
    "ecs-tasks": "Amazon ECS task IAM role (Amazon ECS Developer Guide)",
    "logs": "Subscription filters with Amazon Kinesis Data Streams (Amazon CloudWatch Logs User Guide)",
    "monitoring.rds": "Setting up and enabling Enhanced Monitoring (Amazon RDS User Guide)",
    "pipes": "Amazon EventBridge Pipes permissions (Amazon EventBridge User Guide)",
    "scheduler": "Confused deputy prevention in EventBridge Scheduler (EventBridge Scheduler User Guide)",
    "ssm": "Create a service role for Automation (AWS Systems Manager User Guide)",
    "states": "Creating an IAM role for your state machine (AWS Step Functions Developer Guide)",
    "vpc-flow-logs": "IAM role for publishing flow logs to CloudWatch Logs (Amazon VPC User Guide)",
}
SOURCES = ("aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths")
_CALLERS = ("aws:principal", "aws:source", "sts:externalid")
_SERVICE = re.compile(r"([a-z0-9.-]+?)(\.[a-z]{2}(-[a-z]+)+-\d)?\.amazonaws\.com(\.cn)?")
_ACCOUNT = re.compile(r"(?:arn:[\w-]+:iam::)?(\d{12})(?::root)?")

GITHUB = "token.actions.githubusercontent.com"
# "repo:octo-org/octo-repo:ref:refs/heads/main"; owners and repositories have no colon.
_SUBJECT = re.compile(r"repo:[^:/]*/([^:]*)(?::(.*))?")
# Claims that say which of a repository's jobs, beside the subject.
_JOB = tuple(f"{GITHUB}:{claim}" for claim in ("ref", "environment", "job_workflow_ref"))


def check(deployment: Deployment) -> Iterator[Finding]:
    """Yield each statement by which somebody may assume the role whom nobody meant."""
    for statement in trusts(deployment):
        if statement.allows:
            yield from _accounts(statement, deployment.graph.account_id)
            yield from _services(statement)
            yield from _identities(deployment, statement)


def _found(statement: Statement, key: str, value: Value, problem: str, mend: str) -> Finding:
    return Finding(statement.resource.path, f"{statement.path}.{key}", value, problem, mend)


def _accounts(statement: Statement, own: str) -> Iterator[Finding]:
    if any(each.limits and each.key.startswith(_CALLERS) for each in statement.conditions):
        return
    for each in statement.principals("AWS"):
        account = _ACCOUNT.fullmatch(each) if isinstance(each, str) else None
        if each == "*":
            mend = "name the accounts or roles that are meant, or add the condition aws:PrincipalOrgID"
            yield _found(statement, "Principal", each, "anybody with an AWS account may assume the role", mend)
        elif account and account[1] != own:
            problem = "everybody whom that account lets may assume the role, also on behalf of a stranger"
            mend = "add the condition sts:ExternalId or aws:PrincipalOrgID, or name the role that is meant"
            yield _found(statement, "Principal.AWS", each, problem, mend)


def _services(statement: Statement) -> Iterator[Finding]:
    if any(each.limits and each.key in SOURCES for each in statement.conditions):
        return
    for each in statement.principals("Service"):
        name = _SERVICE.fullmatch(each) if isinstance(each, str) else None
        if name and name[1] in SAY_THE_SOURCE:
            problem = "the service assumes the role for whichever account tells it to"
            mend = "add the condition StringEquals aws:SourceAccount with AWS::AccountId"
            yield _found(statement, "Principal.Service", each, problem, mend)


def _identities(deployment: Deployment, statement: Statement) -> Iterator[Finding]:
    """Yield what is missing where tokens of an OpenID Connect provider are taken; SAML says its audience itself."""
    if not any(isinstance(each, str) and each.endswith("WithWebIdentity") for each in statement.actions):
        return
    conditions = [each for each in statement.conditions if each.limits]
    if _of_github(deployment, statement):
        yield from _audience(statement, conditions)
        yield from _subjects(statement, conditions)
    elif not any(each.key.endswith((":sub", ":aud")) for each in conditions):
        mend = "add the conditions that its tokens can be told by, sub and aud"
        yield _found(statement, "Condition", None, "any token of the identity provider is taken", mend)


def _of_github(deployment: Deployment, statement: Statement) -> bool:
    providers = statement.principals("Federated")
    urls = [at(target.properties, "Url") for each in providers if (target := deployment.graph.target(each))]
    said = any(GITHUB in each for each in (*providers, *urls) if isinstance(each, str))
    return said or any(each.key.startswith(f"{GITHUB}:") for each in statement.conditions)


def _audience(statement: Statement, conditions: list[Condition]) -> Iterator[Finding]:
    if not any(each.key == f"{GITHUB}:aud" for each in conditions):
        problem = "a token that was made for somebody else is taken too"
        mend = f"add the condition StringEquals {GITHUB}:aud = sts.amazonaws.com"
        yield _found(statement, "Condition", None, problem, mend)


def _subjects(statement: Statement, conditions: list[Condition]) -> Iterator[Finding]:
    subjects = [value for each in conditions if each.key == f"{GITHUB}:sub" for value in each.values]
    told = any(each.key in _JOB for each in conditions)
    if not subjects:
        problem = "a job of any repository on GitHub may assume the role"
        mend = f"add the condition StringEquals {GITHUB}:sub = repo:OWNER/REPOSITORY:ref:refs/heads/BRANCH"
        yield _found(statement, "Condition", None, problem, mend)
    for each in subjects:
        problem = _too_wide(each, told=told)
        if problem:
            mend = "name the repository, and its branch or environment"
            yield _found(statement, f"Condition.{GITHUB}:sub", each, problem, mend)


def _too_wide(subject: Value, *, told: bool) -> str:
    """Return what is wrong with a subject, "" for nothing; what is unknown in it is somebody's name."""
    parts = subject.parts if isinstance(subject, Text) else (subject,)
    text = "".join(each if isinstance(each, str) else "x" for each in parts)
    named = _SUBJECT.fullmatch(text)
    if text.startswith("*") or (text.startswith("repo:") and "*" in text.partition("/")[0]):
        return "a job of any repository on GitHub may assume the role"
    if named and "*" in named[1]:
        return "a job of any repository of that owner may assume the role"
    if named and (named[2] or "").strip("*:") == "" and not told:
        return "a job of any branch, and of any pull request, may assume the role"
    return ""


RULE = Rule(
    claim="Roles trust only whom they are meant for.",
    why="Whoever can assume a role has its permissions; a service or a forge assumes it for others too.",
    source="The confused deputy problem, IAM roles for OIDC providers (IAM User Guide)",
    about=(ROLE,),
    check=check,
)
