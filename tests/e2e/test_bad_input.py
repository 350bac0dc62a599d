"""What a careless person or a hostile file gives: one clear message, exit status 2, and nothing changed."""

from __future__ import annotations

import http.server
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from support.accounts import Account, Project

FILE = "params/ec2-alb/dev.json"
GOOD = json.loads((Path(__file__).parents[2] / FILE).read_text())
ESCAPE = "\x1b[2J"


@dataclass(frozen=True)
class House:
    """A project that is built, so that there is something that could change."""

    project: Project
    build: dict[str, tuple[bytes, int]]

    @property
    def file(self) -> Path:
        return self.project.folder / FILE

    def refused(self, *arguments: str, status: int = 2) -> str:
        """Run a verb that is refused, hold that nothing changed, and return what stderr says."""
        done = self.project.run(*arguments, status=status)
        assert not done.stdout
        assert done.stderr.startswith("error: ")
        assert all(character.isprintable() or character == "\n" for character in done.stderr)
        assert _tree(self.project.folder / "build") == self.build
        return done.stderr.removeprefix("error: ")


def _tree(folder: Path) -> dict[str, tuple[bytes, int]]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


@pytest.fixture(scope="module")
def built(make_project: Callable[[Path], Project], tmp_path_factory: pytest.TempPathFactory) -> House:
    project = make_project(tmp_path_factory.mktemp("house"))
    project.run("build")
    return House(project, _tree(project.folder / "build"))


@pytest.fixture
def house(built: House) -> Iterator[House]:
    """Hand out the one project; what a test puts into its params/ is taken away again."""
    kept = built.file.read_bytes()
    before = set((built.project.folder / "params").rglob("*"))
    yield built
    for path in sorted(set((built.project.folder / "params").rglob("*")) - before, reverse=True):
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
    if built.file.is_dir():
        built.file.rmdir()
    else:
        built.file.unlink(missing_ok=True)
    built.file.write_bytes(kept)


def changed(**parameters: Any) -> str:
    return json.dumps({**GOOD, "Parameters": {**GOOD["Parameters"], **parameters}})


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["buidl"], "no verb or blueprint 'buidl' (did you mean build?)"),
        (["ec2-abl"], "no verb or blueprint 'ec2-abl' (did you mean ec2-alb"),
        (["build", "ec2-abl"], "no blueprint 'ec2-abl' (did you mean ec2-alb"),
        (["build", "../templates"], "no blueprint '../templates'; there is account, region, "),
        (["resolve", "ec2-alb", "pord"], "no environment 'pord' of ec2-alb (did you mean prod?)"),
        (["resolve", "ec2-alb", "../region/dev"], "no environment '../region/dev' of ec2-alb; there is dev, prod"),
        (["publish", "ec2-alb", "x"], "no environment 'x' of ec2-alb; there is dev, prod"),
        (["deploy", "ec2-alb", "staging", "--yes"], "no environment 'staging' of ec2-alb; there is dev, prod"),
        (["destroy", "ec2-alb", "devv", "--yes"], "no environment 'devv' of ec2-alb (did you mean dev?)"),
        (["resolve", "ec2-alb", ESCAPE], "no environment '\\x1b[2J' of ec2-alb"),
        (["resolve", "ec2-alb", "x" * 5000], "(5000 characters)"),
        (["build", "--region", "eu-wst-1"], "no AWS region 'eu-wst-1' (did you mean eu-west-1"),
        (["resolve", "ec2-alb", "dev", "--region", "mars"], "no AWS region 'mars': give one such as eu-west-1"),
        (["deploy", "ec2-alb", "dev", "--yes", "--region", "mars"], "no AWS region 'mars'"),
        (["deploy", "ec2-alb", "dev", "--yes", "--stack-name", ""], "'--stack-name': it is empty"),
        (["deploy", "ec2-alb", "dev", "--yes", "--stack-name", "aws-app"], "may not begin with 'aws'"),
        (["deploy", "ec2-alb", "dev", "--yes", "--stack-name", "ECS1"], "may not begin with 'ecs'"),
        (["deploy", "ec2-alb", "dev", "--yes", "--stack-name", "fargate-x"], "may not begin with 'fargate'"),
        (["deploy", "ec2-alb", "dev", "--yes", "--stack-name", "a" * 129], "must be 1 to 128 letters"),
        (["deploy", "ec2-alb", "dev", "--yes", "--stack-name", f"a{ESCAPE}"], "'a\\x1b[2J' must be"),
        (["destroy", "ec2-alb", "dev", "--yes", "--stack-name", "a/b"], "'a/b' must be 1 to 128 letters"),
        (["destroy", "ec2-alb", "dev", "--local", "--yes", "--profile", "x"], "give one of the two"),
        (["deploy", "account", "dev", "--local", "--yes", "--profile", "x"], "give one of the two"),
        (["publish", "account", "--local", "--profile", "x"], "give one of the two"),
        (["deploy", "ec2-alb", "dev"], "there is no terminal to ask on: give --yes"),
        (["emulator", "--delay", "AWS::ECS::Servce=1"], "(did you mean AWS::ECS::Service"),
        (["emulator", "--delay", "AWS::ECS::Service=soon"], "write TYPE=SECONDS"),
        (["emulator", "--delay", "AWS::ECS::Service=-1"], "write TYPE=SECONDS"),
        (["emulator", "--port", "70000"], "'--port'"),
        (["deploy", "ec2-alb"], "Missing argument 'ENV'"),
        (["--nonsense"], "No such option '--nonsense'"),
    ],
)
def test_arguments(house: House, arguments: list[str], told: str) -> None:
    said = house.refused(*arguments)
    assert told in said
    assert said.count("\n") <= 2


# Each is an environment of one blueprint, so that one build sees them all.
FILES: list[tuple[str | bytes, str]] = [
    ("", "is empty; write"),
    ("\ufeff{}", "byte order mark"),
    ("{'a': 1}", "not JSON: Expecting property name enclosed in double quotes (line 1, column 2)"),
    ("[]", "is a list; write"),
    ("3", "is a number; write"),
    ("[" * 100_000, "nested too deep"),
    ('{"Parameters": ' * 50_000, "nested too deep"),
    (GOOD["Parameters"]["DomainName"].encode("utf-16"), "not UTF-8"),
    (json.dumps(GOOD).replace("{", '{"Parameters": {},', 1), "Parameters: given twice"),
    (json.dumps(GOOD).replace('"MinTasks"', '"MinTasks": "1", "MinTasks"'), "MinTasks: given twice"),
    (json.dumps({"parameters": {}}), "parameters: unknown section"),
    (json.dumps({"Parameters": []}), "Parameters: is a list where an object belongs"),
    (json.dumps({f"P{ESCAPE}": {}}), "'P\\x1b[2J': unknown section"),
    (changed(MinTasks=2), 'MinTasks: is a number where a string belongs; write "2"'),
    (changed(MinTasks=0).replace(": 0", ": " + "9" * 5000), "MinTasks: is a number where a string belongs"),
    (changed(MinTask="2"), "MinTask: the template has no such parameter (did you mean MinTasks"),
    (changed(**{"Evil\nerror: x": "2"}), "'Evil\\nerror: x': the template has no such parameter"),
    (changed(MinTasks="1.5"), "MinTasks: '1.5' is no whole number; write 1 or 2"),
    (changed(MaxInstances="2.5"), "MaxInstances: '2.5' is no whole number; write 2 or 3"),
    (changed(MinTasks="two"), "MinTasks: 'two' is not of type Number"),
    (changed(MinTasks="\N{DEVANAGARI DIGIT TWO}"), "is not of type Number"),
    (changed(MaxTasks="501"), "MaxTasks: '501' is above"),
    (changed(ZoneCount="4"), "ZoneCount: '4' is not one of 2, 3"),
    (changed(VpcCidr="11.0.0.0/16"), "VpcCidr: '11.0.0.0/16' does not match"),
    (changed(VpcCidr="10.0.0.0/16\n"), "VpcCidr: '10.0.0.0/16\\n' does not match"),
    (changed(VpcCidr="10.0.0.0/20"), "VpcCidr and SubnetHostBits: 10.0.0.0/20 has no room for 6 blocks"),
    (changed(MinTasks="5", MaxTasks="4"), "MinTasks: 5 is above MaxTasks, which is 4"),
    (changed(MinInstances="9", MaxInstances="8"), "MinInstances: 9 is above MaxInstances, which is 8"),
    (changed(ProjectName="x" * 5000), "ProjectName: is longer than 4096 bytes"),
    (changed(ProjectName="x" * 4000), "(4000 characters) does not match"),
    (changed(ProjectName="\ud800"), "ProjectName: has half a character"),
    (changed(ProjectName=f"{ESCAPE}\x07"), "ProjectName: '\\x1b[2J\\x07' does not match"),
    (changed(Image="nginx"), "Image: the image is never in a parameter file; give it with --image"),
]


@pytest.fixture(scope="module")
def said_of_files(built: House) -> list[str]:
    folder = built.file.parent
    written = [folder / f"case{number}.json" for number in range(len(FILES))]
    for path, (content, _) in zip(written, FILES, strict=True):
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    said = built.refused("build", "ec2-alb")
    for path in written:
        path.unlink()
    return said.splitlines()


@pytest.mark.parametrize("number", range(len(FILES)))
def test_parameter_files(said_of_files: list[str], number: int) -> None:
    told = FILES[number][1]
    lines = [line for line in said_of_files if line.startswith(f"params/ec2-alb/case{number}.json: ")]
    assert any(told in line for line in lines), lines
    assert len(lines) <= 10
    assert all(len(line) < 400 for line in lines)


def test_no_line_stands_for_itself(said_of_files: list[str]) -> None:
    """A name with a line break in it could otherwise write a message of its own."""
    assert all(line.startswith(("params/ec2-alb/case", "in us-east-1, at ")) for line in said_of_files)


def test_a_missing_parameter_is_named(house: House) -> None:
    parameters = {name: value for name, value in GOOD["Parameters"].items() if name != "DomainName"}
    house.file.write_text(json.dumps({**GOOD, "Parameters": parameters}))
    assert (
        house.refused("deploy", "ec2-alb", "dev", "--yes")
        == f"{FILE}: DomainName: has no default and must have a value\n"
    )


def test_windows_line_ends_are_taken(house: House) -> None:
    house.file.write_bytes(json.dumps(GOOD, indent=2).replace("\n", "\r\n").encode())
    house.project.run("resolve", "ec2-alb", "dev")


def test_all_errors_are_shown_at_once_over_all_files(house: House) -> None:
    house.file.write_text(changed(MinTasks=1, MaxTask="2", VpcCidr="x", ZoneCount="9"))
    (house.file.parent / "broken.json").write_text("{")
    (house.file.parent / "my env.json").write_text("{}")
    said = house.refused("build", "ec2-alb")
    for part in ("MinTasks: is a number", "MaxTask: the template", "VpcCidr: 'x'", "ZoneCount: '9'"):
        assert f"{FILE}: {part}" in said
    assert "params/ec2-alb/broken.json: not JSON" in said
    assert "params/ec2-alb/my env.json: an environment is named in letters, digits and hyphens" in said


def test_more_zones_than_the_region_has(house: House) -> None:
    said = house.refused("resolve", "ec2-alb", "prod", "--region", "us-west-1")
    assert "ZoneCount" in said and "in us-west-1" in said


def test_no_file_at_all(house: House) -> None:
    folder = house.file.parent
    (folder / "folder.json").mkdir()
    (folder / "loop.json").symlink_to("loop.json")
    (folder / "dangling.json").symlink_to("nowhere")
    (folder / "endless.json").symlink_to("/dev/zero")
    os.mkfifo(folder / "pipe.json")
    said = house.refused("build", "ec2-alb")
    for name in ("folder", "endless", "pipe"):
        assert f"params/ec2-alb/{name}.json: is no file" in said
    assert "params/ec2-alb/loop.json: cannot be read: Too many levels of symbolic links" in said
    assert "params/ec2-alb/dangling.json: cannot be read: No such file or directory" in said


def test_what_an_editor_leaves_beside_a_file_is_no_environment(house: House) -> None:
    (house.file.parent / ".#dev.json").symlink_to("somebody@somewhere")
    assert "no environment '.#dev'" in house.refused("resolve", "ec2-alb", ".#dev")
    house.project.run("build", "ec2-alb")


def test_a_folder_without_a_blueprint_is_told(project: Project) -> None:
    (project.folder / "params" / "ec2-abl").mkdir()
    (project.folder / "params" / "ec2-abl" / "dev.json").write_text("nonsense")
    said = project.run("build").stderr
    assert "note: nothing checks params/ec2-abl: no blueprint ec2-abl (did you mean ec2-alb" in said


@pytest.mark.parametrize("verb", [["build", "account"], ["deploy", "account", "dev", "--yes"]])
def test_build_that_is_a_file(project: Project, verb: list[str]) -> None:
    (project.folder / "build").write_text("mine")
    said = project.run(*verb, status=2).stderr
    assert "build cannot be written: File exists; make " in said and "a folder you may write to" in said
    assert (project.folder / "build").read_text() == "mine"
    assert not project.account.client("cloudformation").list_stacks()["StackSummaries"]


def test_failures_are_json_too(house: House) -> None:
    for arguments in (
        ["build", "nope"],
        ["resolve", "ec2-alb", "nope"],
        ["deploy", "ec2-alb", "nope", "--yes"],
        ["build", "--no"],
    ):
        done = house.project.run(*arguments, "--json", status=2)
        assert json.loads(done.stdout)["error"] in done.stderr


def test_successes_are_json(house: House) -> None:
    assert json.loads(house.project.run("build", "account", "--json").stdout)["findings"] == []
    assert json.loads(house.project.run("resolve", "ec2-alb", "dev", "--json").stdout)["Resources"]


# --- streams, signals and two runs at once ------------------------------------------------------


@pytest.mark.parametrize("redirection", ["| head -c 20", ">/dev/full", ">&-", "2>&-"])
@pytest.mark.parametrize("verb", ["resolve ec2-alb dev", "resolve ec2-alb nope --json"])
def test_closed_and_full_streams(house: House, verb: str, redirection: str) -> None:
    done = subprocess.run(
        ["sh", "-c", f"{sys.executable} build.py {verb} {redirection}"],
        cwd=house.project.folder,
        env=house.project.account.environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "Traceback" not in done.stderr and "Exception" not in done.stderr
    assert done.returncode in (0, 1, 2)


def test_an_encoding_without_our_characters(house: House) -> None:
    house.file.write_text(changed(ProjectName="café"))
    environment = house.project.account.environment | {"PYTHONIOENCODING": "ascii"}
    done = subprocess.run(
        [sys.executable, "build.py", "resolve", "ec2-alb", "dev", "--json"],
        cwd=house.project.folder,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "caf\\xe9" in json.loads(done.stdout)["error"] or "café" in json.loads(done.stdout)["error"]


def _started(project: Project, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "build.py", *arguments],
        cwd=project.folder,
        env=project.account.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def test_an_interrupted_build_ends_at_once_and_the_next_one_works(project: Project) -> None:
    (project.folder / ".cache").unlink()
    process = _started(project, "build")
    assert process.stderr is not None and re.fullmatch(r"linting \d+ templates\n", process.stderr.readline())
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=20)
    assert process.returncode == 130
    assert said.strip() == "error: interrupted"
    assert not list((project.folder / "build").rglob(".*"))
    project.run("build", "account")


def test_runs_at_once_wait_for_one_another(project: Project) -> None:
    import fcntl

    folder = project.folder / "build"
    folder.mkdir()
    descriptor = os.open(folder, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    processes = [_started(project, "build", name) for name in ("account", "region")]
    time.sleep(1)
    assert not list(folder.iterdir())
    os.close(descriptor)
    for process in processes:
        process.communicate(timeout=60)
        assert process.returncode == 0
    assert json.loads((folder / "manifest.json").read_text())["blueprints"].keys() == {"account", "region"}


# --- credentials, endpoints, buckets ------------------------------------------------------------


def _without_account(project: Project, **environment: str) -> Project:
    """The same project in an environment where AWS is told nothing but this."""

    class Nobody(Account):
        @property
        def environment(self) -> dict[str, str]:
            kept = super().environment
            hidden = ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION")
            return {name: value for name, value in kept.items() if name not in hidden} | environment

    return Project(project.folder, Nobody(project.account.id, project.account.endpoint))


KEYS = {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "us-east-1"}


@pytest.mark.parametrize(
    ("arguments", "environment", "told"),
    [
        (["--region", "us-east-1"], {}, "no AWS credentials found: run `aws configure`, or give --profile"),
        ([], {}, "no AWS region: give --region, or set AWS_REGION or the profile's"),
        (["--profile", "mine"], {}, "no AWS profile 'mine': see `aws configure`"),
        ([], KEYS | {"AWS_PROFILE": "mine"}, "no AWS profile 'mine': see `aws configure`"),
        ([], KEYS | {"AWS_ENDPOINT_URL": "http://localhost:1"}, "nothing answers at http://localhost:1"),
        ([], KEYS | {"AWS_ENDPOINT_URL": "http://["}, "AWS_ENDPOINT_URL is 'http://['"),
        ([], KEYS | {"AWS_ENDPOINT_URL": "localhost:5005"}, "AWS_ENDPOINT_URL is 'localhost:5005'"),
        (["--local"], KEYS | {"AWS_ENDPOINT_URL": "http://localhost:x"}, "AWS_ENDPOINT_URL is 'http://localhost:x'"),
        (["--local"], KEYS | {"AWS_ENDPOINT_URL": "https://sts.amazonaws.com"}, "unset one of the two"),
    ],
)
def test_no_way_to_an_account(house: House, arguments: list[str], environment: dict[str, str], told: str) -> None:
    project = _without_account(house.project, **environment)
    assert told in project.run("deploy", "account", "dev", "--yes", *arguments, status=2).stderr


@contextmanager
def _answering(status: int, body: str) -> Iterator[str]:
    """Serve one answer to everything, and yield the address."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"] or 0))
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def _error(code: str) -> str:
    return f"<ErrorResponse><Error><Code>{code}</Code><Message>no</Message></Error></ErrorResponse>"


@pytest.mark.parametrize(
    ("status", "body", "told", "ends"),
    [
        (403, _error("ExpiredToken"), "AWS credentials have expired: get new ones", 2),
        (403, _error("InvalidClientTokenId"), "AWS does not accept these credentials", 2),
        (403, _error("AccessDenied"), "access denied to sts:GetCallerIdentity", 1),
        (200, "<html>sign in to the airport's network</html>", "what answers for AWS sts is not AWS", 2),
        (404, "not here", "what answers for AWS sts is not AWS", 2),
    ],
    ids=["expired", "unknown", "denied", "page", "text"],
)
def test_what_aws_answers(house: House, status: int, body: str, told: str, ends: int) -> None:
    with _answering(status, body) as endpoint:
        project = _without_account(house.project, **KEYS, AWS_ENDPOINT_URL=endpoint)
        assert told in project.run("deploy", "account", "dev", "--yes", status=ends).stderr


def test_buckets_that_are_not_ours(project: Project, make_project: Callable[[Path], Project], tmp_path: Path) -> None:
    project.run("build", "ec2-alb")
    theirs = Account("299999999999", project.account.endpoint).client("s3")
    theirs.create_bucket(Bucket="somebody-elses-artifacts")
    for bucket, told in (
        ("somebody-elses-artifacts", f"is not account {project.account.id}'s"),
        ("nobodys-artifacts", "bucket nobodys-artifacts does not exist: deploy the `region` blueprint"),
        ("Not_A_Name", "'Not_A_Name' cannot be a bucket's name"),
    ):
        assert told in project.run("publish", "ec2-alb", "dev", "--bucket", bucket, status=2).stderr
    assert "no artifact bucket: SSM parameter" in project.run("publish", "ec2-alb", "dev", status=2).stderr
    assert "Contents" not in theirs.list_objects_v2(Bucket="somebody-elses-artifacts")
    assert not (project.folder / "build/ec2-alb/packaged.json").exists()
    assert not project.account.client("cloudformation").list_stacks()["StackSummaries"]


@pytest.mark.parametrize("image", ["two words", f"x{ESCAPE}", "a" * 600])
def test_no_image(house: House, image: str) -> None:
    done = house.project.run("deploy", "ec2-alb", "dev", "--yes", "--image", image, status=2)
    assert "Image" in done.stderr or "--image" in done.stderr
    assert "\x1b" not in done.stderr
    assert not house.project.account.client("cloudformation").list_stacks()["StackSummaries"]
