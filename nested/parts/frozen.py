"""Frozen: the revision that a service of CodeDeploy is created on, and what is fixed about it from then on.

ECS refuses every later change of it ("Unable to update task definition on services with a CODE_DEPLOY deployment
controller"), so nothing here follows a parameter, or a constant that anybody has another reason to change: not the
bootstrap container's image, not a time of `timing`. A golden file holds it. What is written here can only be read
anew by services that are still to be created.
"""

from __future__ import annotations

from troposphere import GetAtt, Ref, Sub
from troposphere.ecs import (
    CapacityProviderStrategyItem,
    ContainerDefinition,
    Environment,
    HealthCheck,
    KernelCapabilities,
    LinuxParameters,
    LogConfiguration,
    PortMapping,
    RuntimePlatform,
    TaskDefinition,
    Tmpfs,
)

TITLE = "BootstrapTaskDefinition"
CONTAINER = "app"
PLATFORM_VERSION = "1.4.0"
GRACE_SECONDS = 60

_IMAGE = "public.ecr.aws/docker/library/python:3.13.5-slim-bookworm"

# The handler, then what makes the server speak TLS where the targets do: load balancers check no target's certificate
# ("Target groups for your Application Load Balancers"), so one that it makes for itself will do.
_SERVER = """\
import os, signal, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 75

    def do_GET(self):
        body = b"No version is released yet.\\n"
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(b"" if self.command == "HEAD" else body)

    do_HEAD = do_GET

    def log_message(self, *args):
        pass

signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
server = ThreadingHTTPServer(("", int(os.environ["PORT"])), Answer)
"""
_TLS = """\
import ssl, subprocess
made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
made += ["-days", "3650", "-subj", "/CN=bootstrap", "-keyout", "/tmp/key.pem", "-out", "/tmp/certificate.pem"]
subprocess.run(made, check=True)
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
context.load_cert_chain("/tmp/certificate.pem", "/tmp/key.pem")
server.socket = context.wrap_socket(server.socket, server_side=True)
"""
_SERVES = "server.serve_forever()\n"


def definition(*, port: int, protocol: str) -> TaskDefinition:
    """Return the revision, whose container answers 200 to every GET on `port`, by HTTP or HTTPS.

    The template has the role ExecutionRole and the log group ApplicationLogs.
    """
    return TaskDefinition(
        TITLE,
        Family=Sub("${AWS::StackName}-bootstrap"),
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Retain",
        RequiresCompatibilities=["FARGATE"],
        NetworkMode="awsvpc",
        RuntimePlatform=RuntimePlatform(CpuArchitecture="X86_64", OperatingSystemFamily="LINUX"),
        Cpu="256",
        Memory="512",
        ExecutionRoleArn=GetAtt("ExecutionRole", "Arn"),
        ContainerDefinitions=[_container(port, protocol)],
    )


def strategy() -> list[CapacityProviderStrategyItem]:
    """Return what the first tasks run on; those of a release run on what its AppSpec says."""
    return [CapacityProviderStrategyItem(CapacityProvider="FARGATE", Weight=1)]


def server(protocol: str) -> str:
    """Return the text of the container's server."""
    return _SERVER + (_TLS if protocol == "HTTPS" else "") + _SERVES


def _container(port: int, protocol: str) -> ContainerDefinition:
    alive = f"import socket; socket.create_connection(('127.0.0.1', {port}), 4).close()"
    return ContainerDefinition(
        Name=CONTAINER,
        Essential=True,
        Image=_IMAGE,
        EntryPoint=["python"],
        Command=["-I", "-B", "-c", server(protocol)],
        User="10001:10001",
        ReadonlyRootFilesystem=True,
        LinuxParameters=LinuxParameters(
            InitProcessEnabled=True,
            Capabilities=KernelCapabilities(Drop=["ALL"]),
            Tmpfs=[Tmpfs(ContainerPath="/tmp", Size=64)],
        ),
        PortMappings=[PortMapping(Name="http", ContainerPort=port, Protocol="tcp", AppProtocol="http")],
        Environment=[Environment(Name="PORT", Value=str(port))],
        HealthCheck=HealthCheck(
            Command=["CMD", "python", "-I", "-B", "-c", alive], Interval=10, Timeout=5, Retries=3, StartPeriod=30
        ),
        StopTimeout=90,
        LogConfiguration=LogConfiguration(
            LogDriver="awslogs",
            Options={
                "awslogs-group": Ref("ApplicationLogs"),
                "awslogs-region": Ref("AWS::Region"),
                "awslogs-stream-prefix": "bootstrap",
                "mode": "non-blocking",
                "max-buffer-size": "25m",
            },
        ),
    )
