"""HAProxy in the place of the load balancer, with the numbers of the template and none of its own virtues.

What an ALB does not do is off: no request is sent a second time (`retries 0`, no redispatch), and connections to
targets are shared among clients from the first request (`http-reuse always`). What it does is on: idle connections to
targets are kept, one connection each for health checks, and a target gets requests only after its checks have passed.
Source: "Health checks for Application Load Balancer target groups", "Edit target group attributes" and "Troubleshoot
your Application Load Balancers", User Guide for Application Load Balancers.
"""

from __future__ import annotations

import contextlib
import csv
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from support.rollout_numbers import Numbers

# Debian puts it where only root looks for programs.
HAPROXY = shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin")

POOL = "targets"

# HAProxy's names for what `load_balancing.algorithm.type` may be.
ALGORITHMS = {"round_robin": "roundrobin", "least_outstanding_requests": "leastconn", "weighted_random": "random"}

# How long an ALB tries to connect to a target, seconds ("HTTP 504" in "Troubleshoot your Application Load Balancers").
CONNECT = 10

CONFIGURATION = """
global
    stats socket {folder}/control level admin
    stats timeout 1h
    nbthread 1
    maxconn 2000
defaults
    mode http
    option http-keep-alive
    http-reuse always
    retries 0
    no option redispatch
    timeout connect {connect}
    timeout client {idle}
    timeout server {idle}
    timeout http-keep-alive {idle}
    timeout check {timeout}
frontend listener
    bind fd@{descriptor}
    default_backend {pool}
backend {pool}
    balance {algorithm}
    option httpchk
    http-check send meth GET uri {path} ver HTTP/1.1 hdr Host target hdr User-Agent ELB-HealthChecker/2.0
    http-check expect status {codes}
"""


@dataclass(frozen=True)
class Target:
    """What is known of a target: in service or not, requests on it now, sent to it ever, and failed on it.

    `lost` are requests that it could not be reached for or did not answer, `faults` its own answers of 500 and above.
    """

    healthy: bool
    busy: int
    served: int
    lost: int
    faults: int


class Balancer:
    """A running HAProxy."""

    def __init__(self, numbers: Numbers, folder: Path, port: int) -> None:
        self.numbers, self.folder, self.port = numbers, folder, port

    def register(self, name: str, address: str) -> None:
        """Register a target: it gets requests once it has passed as many checks as the template says."""
        check, spell = self.numbers.check, self._spell
        rules = f"inter {spell(check.interval)} rise {check.healthy} fall {check.unhealthy}"
        pool = f"pool-purge-delay {spell(self.numbers.idle_timeout)}"
        self._tell(f"add server {POOL}/{name} {address} weight 0 check {rules} {pool}", "New server registered.")
        # HAProxy takes a target that it is told of for healthy: without weight it gets nothing until that is mended.
        self._tell(f"enable health {POOL}/{name}; enable server {POOL}/{name}; set server {POOL}/{name} health down")
        self._tell(f"set weight {POOL}/{name} 100")

    def deregister(self, name: str) -> None:
        """Send the target no more requests; those under way go on."""
        self._tell(f"set server {POOL}/{name} state drain")

    def cut(self, name: str) -> None:
        """End the deregistration: what is still under way is cut off."""
        self._tell(f"set server {POOL}/{name} state maint; shutdown sessions server {POOL}/{name}")

    def targets(self) -> dict[str, Target]:
        """Return all targets that ever were, by name."""
        rows = csv.DictReader(self._tell("show stat").removeprefix("# ").splitlines())
        return {
            row["svname"]: Target(
                healthy=row["status"].startswith("UP"),
                busy=int(row["scur"]),
                served=int(row["stot"]),
                lost=int(row["econ"]) + int(row["eresp"]),
                faults=int(row["hrsp_5xx"]),
            )
            for row in rows
            if row["pxname"] == POOL and row["svname"] != "BACKEND"
        }

    def _spell(self, seconds: float) -> str:
        return spelled(self.numbers, seconds)

    def _tell(self, command: str, expected: str | None = None) -> str:
        with socket.socket(socket.AF_UNIX) as control:
            control.connect(str(self.folder / "control"))
            control.sendall(f"{command}\n".encode())
            answer = control.makefile().read().strip()
        wanted = "" if expected is None else expected
        assert command.startswith("show") or answer == wanted, f"HAProxy on {command!r}: {answer}"
        return answer


def spelled(numbers: Numbers, seconds: float) -> str:
    """Return a time of the template as HAProxy reads it, in milliseconds and at this speed."""
    return f"{round(1000 * numbers.wait(seconds))}ms"


@contextlib.contextmanager
def balancer(numbers: Numbers, folder: Path) -> Iterator[Balancer]:
    """Run HAProxy on a free loopback port, without targets."""
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listening, (folder / "haproxy.log").open("wb") as log:
        written = folder / "haproxy.cfg"
        written.write_text(_configuration(numbers, folder, listening.fileno()), encoding="utf-8")
        assert HAPROXY
        command = [HAPROXY, "-db", "-f", str(written)]
        process = subprocess.Popen(command, pass_fds=[listening.fileno()], stdout=log, stderr=subprocess.STDOUT)
        try:
            while not (folder / "control").exists():
                assert process.poll() is None, (folder / "haproxy.log").read_text(encoding="utf-8")
            yield Balancer(numbers, folder, listening.getsockname()[1])
        finally:
            process.kill()
            process.wait()


def _configuration(numbers: Numbers, folder: Path, descriptor: int) -> str:
    return CONFIGURATION.format(
        folder=folder,
        descriptor=descriptor,
        pool=POOL,
        connect=spelled(numbers, CONNECT),
        idle=spelled(numbers, numbers.idle_timeout),
        timeout=spelled(numbers, numbers.check.timeout),
        algorithm=ALGORITHMS[numbers.algorithm],
        path=numbers.check.path,
        codes=numbers.check.codes,
    )
