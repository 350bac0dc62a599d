from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest
from botocore import exceptions
from botocore.stub import Stubber

from stackwright.aws import Aws, local_keys
from stackwright.aws_errors import AccessDenied, AwsError, Credentials, Failing, Throttled, Unreachable
from stackwright.errors import BadInput, StackwrightError

KEYS = ("key", "secret")
OWN, GIVEN = "arn:aws:iam::123456789012:role/own", "arn:aws:iam::123456789012:role/given"
CHANGE_SET = "arn:aws:cloudformation:eu-west-1:123456789012:changeSet/x/1"


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep the machine's own AWS configuration out."""
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    (tmp_path / "config").write_text("[profile shop-dev]\nregion = eu-west-1\n")


@pytest.fixture
def aws() -> Aws:
    return Aws(region="eu-west-1", keys=KEYS)


def refused(aws: Aws, code: str, message: str = "no") -> StackwrightError:
    """Return what DescribeStacks refused with this code comes out as."""
    with Stubber(aws.client("cloudformation")) as stub:
        stub.add_client_error("describe_stacks", code, message)
        with pytest.raises(StackwrightError) as raised:
            aws.stack("shop-dev")
    return raised.value


@pytest.mark.parametrize("code", ["ExpiredToken", "ExpiredTokenException", "RequestExpired"])
def test_expired_credentials_are_said_in_one_line(aws: Aws, code: str) -> None:
    error = refused(aws, code)
    assert isinstance(error, Credentials) and error.exit_status == 2
    assert "expired" in str(error) and "\n" not in str(error)


@pytest.mark.parametrize("code", ["InvalidClientTokenId", "SignatureDoesNotMatch"])
def test_unknown_keys_are_said_in_one_line(aws: Aws, code: str) -> None:
    assert isinstance(refused(aws, code), Credentials)


def test_denied_access_names_the_action(aws: Aws) -> None:
    error = refused(aws, "AccessDenied", "User: arn:aws:iam::1:user/me is not authorized")
    assert isinstance(error, AccessDenied) and error.exit_status == 1
    assert "cloudformation:DescribeStacks" in str(error) and "user/me" in str(error)


def test_throttling_is_retried_then_said(aws: Aws) -> None:
    error = refused(aws, "Throttling", "Rate exceeded")
    assert isinstance(error, Throttled) and "run the same again" in str(error)
    assert aws.client("cloudformation").meta.config.retries["mode"] == "standard"


def test_trouble_of_aws_itself_is_told_from_a_refusal(aws: Aws) -> None:
    with Stubber(aws.client("ecs")) as stub:
        stub.add_client_error("list_tasks", "ServerException", "no", http_status_code=500)
        with pytest.raises(Failing, match="run the same again"):
            aws.call("ecs", "list_tasks")


@pytest.mark.parametrize(
    ("code", "reason", "absent"),
    [
        ("NoSuchEntity", "", True),
        ("LoadBalancerNotFound", "", True),
        ("404", "Not Found", True),
        ("ValidationError", "Stack with id x does not exist", True),
        ("ValidationError", "Stack x is busy", False),
    ],
)
def test_absence_is_told_from_other_refusals(code: str, reason: str, absent: bool) -> None:
    assert AwsError("", code=code, reason=reason).absent is absent


def test_other_refusals_keep_the_words_of_aws(aws: Aws) -> None:
    error = refused(aws, "InsufficientCapabilitiesException", "Requires\n capabilities : [X]")
    assert isinstance(error, AwsError) and "Requires capabilities : [X]" in str(error)


def test_missing_credentials_are_said_in_one_line() -> None:
    with pytest.raises(Credentials, match="aws configure"):
        _ = Aws(region="eu-west-1").account


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (exceptions.UnauthorizedSSOTokenError(), Credentials),
        (exceptions.EndpointConnectionError(endpoint_url="https://x"), Unreachable),
        (exceptions.ReadTimeoutError(endpoint_url="https://x"), Unreachable),
        (exceptions.ParamValidationError(report="Bad"), AwsError),
    ],
)
def test_errors_without_a_response_are_explained(
    aws: Aws, monkeypatch: pytest.MonkeyPatch, error: Exception, kind: type[Exception]
) -> None:
    def raises(**_: Any) -> None:
        raise error

    monkeypatch.setattr(aws.client("cloudformation"), "describe_stacks", raises)
    with pytest.raises(kind):
        aws.stack("shop-dev")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        (["secret"], "Invalid type for parameter StackName, valid types: <class 'str'>"),
        (
            ["sec, valid min length: 1", {"ret": "\n"}],
            "Invalid type for parameter StackName, valid types: <class 'str'>",
        ),
    ],
)
def test_a_request_of_the_wrong_shape_tells_where_and_no_value(aws: Aws, name: Any, reason: str) -> None:
    with pytest.raises(AwsError) as raised:
        aws.call("cloudformation", "describe_stacks", StackName=name)
    assert str(raised.value) == f"cloudformation:DescribeStacks failed: {reason}"


def test_unknown_region_names_the_near_misses() -> None:
    with pytest.raises(BadInput, match="eu-west-1"):
        Aws(region="eu-wset-1", keys=KEYS)


@pytest.mark.parametrize("elsewhere", [False, True])
def test_unknown_profile_names_the_near_misses(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, elsewhere: bool
) -> None:
    monkeypatch.delenv("AWS_DATA_PATH", raising=False)
    if elsewhere:
        monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path))  # as the AWS CLI sets it, for whoever it is imported by
    with pytest.raises(BadInput, match="shop-dev"):
        Aws(profile="shop-dve", region="eu-west-1")


def test_no_region_at_all_says_where_to_give_one() -> None:
    with pytest.raises(BadInput, match="--region"):
        Aws(keys=KEYS)


def test_region_comes_from_the_profile() -> None:
    assert Aws(profile="shop-dev").region == "eu-west-1"


def test_a_dead_endpoint_is_told_at_once() -> None:
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    with pytest.raises(Unreachable, match=f"localhost:{port}"):
        _ = Aws(region="eu-west-1", keys=KEYS, endpoint=f"http://localhost:{port}").account


def test_an_absent_stack_is_none(aws: Aws) -> None:
    with Stubber(aws.client("cloudformation")) as stub:
        stub.add_client_error("describe_stack_events", "ValidationError", "Stack [x] does not exist")
        assert aws.stack_now("x") is None


def test_stack_is_read_by_the_id_of_its_newest_event(aws: Aws) -> None:
    raw = {"StackId": "id-1", "StackName": "x", "StackStatus": "CREATE_COMPLETE"}
    listed = {"StackEvents": [_raw_event("e1", "id-1")]}
    with Stubber(aws.client("cloudformation")) as stub:
        stub.add_response("describe_stack_events", listed, {"StackName": "x"})
        found = {"Stacks": [{**raw, "CreationTime": 0}]}
        stub.add_response("describe_stacks", found, {"StackName": "id-1"})
        stack = aws.stack_now("x")
    assert stack and stack.status == "CREATE_COMPLETE" and not stack.protected


def test_events_stop_at_the_one_known_already(aws: Aws) -> None:
    page = {"StackEvents": [_raw_event(each, "s") for each in ("e3", "e2", "e1")], "NextToken": "n"}
    with Stubber(aws.client("cloudformation")) as stub:
        stub.add_response("describe_stack_events", page, {"StackName": "s"})
        assert [event.id for event in aws.events("s", after="e1")] == ["e2", "e3"]


def test_every_page_of_a_change_set_is_read(aws: Aws) -> None:
    pages = [
        {"Status": "CREATE_COMPLETE", "Changes": [{"Type": "Resource"}], "NextToken": "2"},
        {"Status": "CREATE_COMPLETE", "Changes": [{"Type": "Resource"}]},
    ]
    with Stubber(aws.client("cloudformation")) as stub:
        for page, more in zip(pages, ({}, {"NextToken": "2"}), strict=True):
            asked = {"ChangeSetName": CHANGE_SET, "StackName": "s", "IncludePropertyValues": True, **more}
            stub.add_response("describe_change_set", page, asked)
        assert len(aws.change_set(CHANGE_SET, "s")["Changes"]) == 2


def test_every_page_of_change_sets_is_read(aws: Aws) -> None:
    pages = [{"Summaries": [{"ChangeSetId": "c1"}], "NextToken": "2"}, {"Summaries": [{"ChangeSetId": "c2"}]}]
    with Stubber(aws.client("cloudformation")) as stub:
        for page in pages:
            stub.add_response("list_change_sets", page)
        assert aws.change_sets("s") == ["c1", "c2"]


def test_change_sets_are_named_with_their_stack(aws: Aws) -> None:
    asked = {"ChangeSetName": CHANGE_SET, "StackName": "s"}
    with Stubber(aws.client("cloudformation")) as stub:
        stub.add_response("delete_change_set", {}, asked)
        aws.delete_change_set(CHANGE_SET, "s")
        stub.add_response("execute_change_set", {}, {**asked, "ClientRequestToken": "t", "DisableRollback": False})
        aws.execute_change_set(CHANGE_SET, "s", token="t")


@pytest.mark.parametrize(("own", "acting"), [({}, GIVEN), ({"RoleARN": OWN}, OWN)])
def test_stack_is_deleted_by_its_own_role_else_by_the_given_one(aws: Aws, own: dict[str, str], acting: str) -> None:
    raw = {"StackId": "s", "StackName": "x", "StackStatus": "REVIEW_IN_PROGRESS", "CreationTime": 0, **own}
    with Stubber(aws.client("cloudformation")) as stub:
        stub.add_response("describe_stacks", {"Stacks": [raw]})
        stub.add_response("delete_stack", {}, {"StackName": "s", "RoleARN": acting})
        aws.delete_stack("s", role=GIVEN)


def test_template_that_another_tool_gave_as_yaml_is_read_as_json_has_it(aws: Aws) -> None:
    body = "Resources:\n  Zone:\n    Type: T\n    Properties: {Name: !Sub '${A}.', Of: !GetAtt B.C, Day: 2010-09-09}\n"
    with Stubber(aws.client("cloudformation")) as stub:
        stub.add_response("get_template", {"TemplateBody": body})
        properties = aws.template("s")["Resources"]["Zone"]["Properties"]
    assert properties == {"Name": {"Fn::Sub": "${A}."}, "Of": {"Fn::GetAtt": ["B", "C"]}, "Day": "2010-09-09"}


@pytest.mark.parametrize(
    ("given", "key"),
    [
        ("111122223333", "111122223333"),
        ("AKIAEXAMPLE", "local"),
        ("", "local"),
        ("12", "local"),
        ("\N{ARABIC-INDIC DIGIT THREE}" * 12, "local"),
    ],
)
def test_local_keys_name_the_account_and_never_leave_the_machine(given: str, key: str) -> None:
    assert local_keys({"AWS_ACCESS_KEY_ID": given})[0] == key


def _raw_event(event_id: str, stack_id: str) -> dict[str, Any]:
    return {"EventId": event_id, "StackId": stack_id, "StackName": "x", "Timestamp": 0}
