"""The one door to AWS: session, typed calls, and errors a person can act on.

Nothing else (but the local AWS itself) imports boto3, and this module does so only when the first
client is made, because most verbs never need it. Every call goes through `Aws.call`, which retries
what is worth it and turns botocore's errors into ours (`aws_errors`).
"""

from __future__ import annotations

import json
import os
import re
import socket
import threading
from collections.abc import Iterator, Mapping
from copy import copy
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from stackwright.aws_errors import AwsError, Unreachable, explained, near_misses, not_aws
from stackwright.aws_shapes import Event, Held, Stack, parse_event, parse_held, parse_stack
from stackwright.errors import BadInput
from stackwright.quoting import quoted

ATTEMPTS = 8  # CloudFormation throttles per account: with standard backoff about half a minute
CONNECT_SECONDS = 5
READ_SECONDS = 60


class Aws:
    """AWS in one account and region, by profile, environment or given keys.

    `endpoint` (default AWS_ENDPOINT_URL) points every service at one URL; `keys` are an access key
    and a secret instead of what boto3 finds. Raises BadInput for a profile or region that is not.
    """

    def __init__(
        self,
        *,
        profile: str | None = None,
        region: str | None = None,
        endpoint: str | None = None,
        keys: tuple[str, str] | None = None,
    ) -> None:
        self.profile = profile
        self.endpoint = endpoint or os.environ.get("AWS_ENDPOINT_URL") or None
        self._keys = keys
        self._clients: dict[str, Any] = {}
        self._making = threading.Lock()
        self.region = self._region(region or os.environ.get("AWS_REGION"))

    @cached_property
    def _session(self) -> Any:
        """The boto3 session; the profile must be one of the configuration's."""
        import boto3
        import botocore.session
        from botocore.exceptions import BotoCoreError, ProfileNotFound

        name = self.profile or os.environ.get("AWS_PROFILE", "")
        try:
            session = boto3.Session(*(self._keys or ()), profile_name=self.profile)
            if name and name not in session.available_profiles:  # where AWS_DATA_PATH is set, nobody looked yet
                raise ProfileNotFound(profile=name)
            return session
        except ProfileNotFound as error:
            known = botocore.session.Session().available_profiles  # boto3's would look for the profile again
            hint = near_misses(name, known)
            raise BadInput(f"no AWS profile {quoted(name)}{hint}: see `aws configure`") from error
        except BotoCoreError as error:
            raise BadInput(f"AWS configuration cannot be read: {error}") from error

    def _region(self, wanted: str | None) -> str:
        region = wanted or self._session.region_name
        if not region:
            raise BadInput("no AWS region: give --region, or set AWS_REGION or the profile's")
        known = known_regions(self._session)
        if region not in known:
            raise BadInput(f"no AWS region {quoted(region)}{near_misses(region, known)}")
        return str(region)

    def elsewhere(self, region: str) -> Aws:
        """Return the same account's AWS in a region; they share the session, which is slow to make."""
        if region == self.region:
            return self
        known = self._region(region)
        there = copy(self)
        there.region, there._clients = known, {}
        return there

    def client(self, service: str) -> Any:
        """Return the boto3 client of a service, made once; a session makes one at a time."""
        with self._making:
            return self._client(service)

    def _client(self, service: str) -> Any:
        if service not in self._clients:
            from botocore.config import Config

            config = Config(
                retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
                connect_timeout=CONNECT_SECONDS,
                read_timeout=READ_SECONDS,
                # A bucket's own host name would not resolve under a local endpoint's.
                s3={"addressing_style": "path"} if self.endpoint else None,
            )
            self._clients[service] = self._session.client(
                service, region_name=self.region, endpoint_url=self.endpoint, config=config
            )
        return self._clients[service]

    def call(self, service: str, operation: str, /, **arguments: Any) -> dict[str, Any]:
        """Return the response of `operation` (boto3's name); errors come as ours."""
        from botocore.exceptions import BotoCoreError, ClientError
        from botocore.parsers import ResponseParserError

        try:
            return self._answer(service, operation, arguments)
        except (BotoCoreError, ClientError, ResponseParserError) as error:
            action = "".join(word.capitalize() for word in operation.split("_"))
            raise explained(error, service=service, operation=action) from error

    def _answer(self, service: str, operation: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """Return botocore's response, by a new client where the old one may retry no more.

        A client's retries share a budget, which about a hundred throttled calls use up; following a deployment asks
        more often than that ("Retry behavior", AWS SDKs and Tools Reference Guide: retry quota).
        """
        from botocore.exceptions import ClientError

        response: dict[str, Any]
        try:
            response = getattr(self.client(service), operation)(**arguments)
        except ClientError as error:
            if not error.response.get("ResponseMetadata", {}).get("RetryQuotaReached"):
                raise
            self._clients.pop(service, None)
            response = getattr(self.client(service), operation)(**arguments)
        return response

    # --- who we are -------------------------------------------------------------------------

    @cached_property
    def account(self) -> str:
        """The 12 digits of the account; raises when credentials or endpoint are no good."""
        self._reach()
        try:
            return str(self.call("sts", "get_caller_identity")["Account"])
        except KeyError:  # a sign-in page, say, of a network that wants one first
            raise Unreachable(not_aws("sts")) from None

    @property
    def partition(self) -> str:
        """`aws`, `aws-cn` or `aws-us-gov`."""
        return str(self._session.get_partition_for_region(self.region))

    def _reach(self) -> None:
        """Fail at once when a given endpoint is dead: botocore would retry for a minute."""
        if self.endpoint is None:
            return
        try:
            socket.create_connection(address(self.endpoint), timeout=CONNECT_SECONDS).close()
        except OSError as error:
            raise Unreachable(
                f"nothing answers at {self.endpoint} (AWS_ENDPOINT_URL): {error.strerror or error}"
            ) from error

    # --- stacks -----------------------------------------------------------------------------

    def stack(self, name: str) -> Stack | None:
        """Return the stack of that name or id; None when there is none (or it is deleted)."""
        try:
            found = self.call("cloudformation", "describe_stacks", StackName=name)["Stacks"]
        except AwsError as error:
            if error.absent:
                return None
            raise
        return None if not found or found[0]["StackStatus"] == "DELETE_COMPLETE" else parse_stack(found[0])

    def stack_now(self, name: str) -> Stack | None:
        """Return the stack as it is, without the wait of a DescribeStacks by name.

        The local AWS holds a DescribeStacks by name while the stack is in progress (for the CLI's
        waiters). The newest event tells the id, by which nothing is held; a stack left alone for
        90 days has no events any more ("View stack events" in the CloudFormation User Guide).
        """
        try:
            page = self.call("cloudformation", "describe_stack_events", StackName=name)
        except AwsError as error:
            if error.absent:
                return None
            raise
        events = page["StackEvents"]
        return self.stack(events[0]["StackId"] if events else name)

    def events(self, stack_id: str, *, after: str | None = None) -> list[Event]:
        """Return the events of a stack, oldest first, that came after the event of that id."""
        found: list[Event] = []
        arguments = {"StackName": stack_id}
        while True:
            page = self.call("cloudformation", "describe_stack_events", **arguments)
            for raw in page["StackEvents"]:
                if raw["EventId"] == after:
                    return found[::-1]
                found.append(parse_event(raw))
            if not page.get("NextToken"):
                return found[::-1]
            arguments["NextToken"] = page["NextToken"]

    def newest_event(self, stack_id: str) -> str | None:
        """Return the id of a stack's newest event: where to follow from."""
        page = self.call("cloudformation", "describe_stack_events", StackName=stack_id)
        events = page["StackEvents"]
        return str(events[0]["EventId"]) if events else None

    def held(self, stack_id: str) -> list[Held]:
        """Return what a stack holds, nested stacks as one resource each."""
        found = listed(self, "cloudformation", "list_stack_resources", "StackResourceSummaries", StackName=stack_id)
        return [parse_held(raw) for raw in found]

    def template(self, stack_id: str) -> dict[str, Any]:
        """Return the template a stack was last deployed with, as JSON has it."""
        body = self.call("cloudformation", "get_template", StackName=stack_id, TemplateStage="Original")["TemplateBody"]
        if not isinstance(body, str):
            return dict(body)
        # `aws cloudformation package` writes YAML with short forms unless told otherwise.
        from cfnlint.decode import decode_str

        return dict(json.loads(json.dumps(decode_str(body)[0], default=str)))

    def delete_stack(self, stack_id: str, *, role: str | None = None) -> None:
        """Ask for a stack's deletion by the role it has, else by `role`; it goes on after this returns."""
        # Named again because a policy may admit the deletion by that role alone.
        stack = self.stack(stack_id)
        acting = (stack.role if stack else None) or role
        self.call("cloudformation", "delete_stack", StackName=stack_id, **({"RoleARN": acting} if acting else {}))

    def protect(self, stack_id: str, *, on: bool) -> None:
        """Set a stack's termination protection."""
        self.call(
            "cloudformation",
            "update_termination_protection",
            StackName=stack_id,
            EnableTerminationProtection=on,
        )

    # --- change sets ------------------------------------------------------------------------
    # Named with their stack, because a policy that admits stacks says nothing of a change set's own ARN.

    def create_change_set(self, **arguments: Any) -> tuple[str, str]:
        """Ask for a change set; return its id and its stack's id."""
        made = self.call("cloudformation", "create_change_set", **arguments)
        return str(made["Id"]), str(made["StackId"])

    def change_set(self, change_set_id: str, stack_id: str) -> dict[str, Any]:
        """Return a change set with all pages of its changes, values included; `stack_id` is "" where none is told."""
        named = {"StackName": stack_id} if stack_id else {}
        arguments = {"ChangeSetName": change_set_id, "IncludePropertyValues": True, **named}
        whole = self.call("cloudformation", "describe_change_set", **arguments)
        page = whole
        while page.get("NextToken"):
            page = self.call("cloudformation", "describe_change_set", **arguments, NextToken=page["NextToken"])
            whole["Changes"] += page["Changes"]
        return whole

    def execute_change_set(self, change_set_id: str, stack_id: str, *, token: str) -> None:
        """Start what a change set describes."""
        self.call(
            "cloudformation",
            "execute_change_set",
            ChangeSetName=change_set_id,
            StackName=stack_id,
            ClientRequestToken=token,
            DisableRollback=False,
        )

    def change_sets(self, stack_id: str) -> list[str]:
        """Return the ids of a stack's change sets."""
        found = listed(self, "cloudformation", "list_change_sets", "Summaries", StackName=stack_id)
        return [str(each["ChangeSetId"]) for each in found]

    def delete_change_set(self, change_set_id: str, stack_id: str) -> None:
        """Delete a change set, and with it those of its nested stacks."""
        self.call("cloudformation", "delete_change_set", ChangeSetName=change_set_id, StackName=stack_id)

    # --- parameters and objects -------------------------------------------------------------

    def parameter(self, name: str) -> str | None:
        """Return the value of an SSM parameter; None when there is none."""
        try:
            return str(self.call("ssm", "get_parameter", Name=name)["Parameter"]["Value"])
        except AwsError as error:
            if error.absent:
                return None
            raise

    def keys(self, bucket: str, prefix: str) -> tuple[set[str], str]:
        """Return the keys under a prefix of our own bucket, and the bucket's region."""
        found: set[str] = set()
        arguments = {"Bucket": bucket, "Prefix": prefix, "ExpectedBucketOwner": self.account}
        while True:
            page = self.call("s3", "list_objects_v2", **arguments)
            found |= {entry["Key"] for entry in page.get("Contents", [])}
            if not page.get("IsTruncated"):
                headers = page["ResponseMetadata"].get("HTTPHeaders", {})
                return found, headers.get("x-amz-bucket-region", self.region)
            arguments["ContinuationToken"] = page["NextContinuationToken"]

    def put(self, bucket: str, key: str, body: bytes) -> None:
        """Write an object to our own bucket; S3 checks its content by SHA-256."""
        self.call(
            "s3",
            "put_object",
            Bucket=bucket,
            Key=key,
            Body=body,
            ContentType="application/json",
            ChecksumAlgorithm="SHA256",
            ExpectedBucketOwner=self.account,
        )


def listed(aws: Aws, service: str, operation: str, member: str, /, **arguments: Any) -> Iterator[Any]:
    """Yield what a list has, every page of one that goes on by NextToken or nextToken."""
    while True:
        page = aws.call(service, operation, **arguments)
        yield from page[member]
        token = next((name for name in ("NextToken", "nextToken") if page.get(name)), None)
        if token is None:
            return
        arguments[token] = page[token]


def ecs_service(aws: Aws, cluster: str, name: str) -> dict[str, Any]:
    """Return what ECS says of one service, by name or ARN; nothing when it is not there."""
    found = aws.call("ecs", "describe_services", cluster=cluster, services=[name])["services"]
    return dict(next(iter(found), {}))


def address(endpoint: str) -> tuple[str, int]:
    """Return host and port of an endpoint's URL; raises BadInput for one that is none."""
    try:
        url = urlsplit(endpoint)
        host, port = url.hostname, url.port
    except ValueError:
        host = None
    if not host or url.scheme not in ("http", "https"):
        raise BadInput(f"AWS_ENDPOINT_URL is {quoted(endpoint)}: write it as http://localhost:5005, or unset it")
    return host, port or (443 if url.scheme == "https" else 80)


def local_keys(environ: Mapping[str, str]) -> tuple[str, str]:
    """Return the keys for the local AWS: a 12-digit access key names the account, others do not."""
    given = environ.get("AWS_ACCESS_KEY_ID", "")
    return (given if re.fullmatch("[0-9]{12}", given) else "local", "local")


def known_regions(session: Any) -> list[str]:
    """Return every region that has CloudFormation, in every partition botocore knows."""
    return [
        region
        for partition in session.get_available_partitions()
        for region in session.get_available_regions("cloudformation", partition_name=partition)
    ]
