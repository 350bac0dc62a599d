"""A container as ECS would start it, without an engine: namespaces, a read-only root, no capability, and process 1.

The service is process 1 itself: what ECS puts in front of it by `InitProcessEnabled` makes its life easier, not harder.
The network is the container's own, so that it listens on the ports that it has on ECS, and nothing else does. Run as a
program, this file is what becomes that process.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import signal
import socket
import stat
import struct
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PATIENCE = 30  # seconds
# From Linux's if.h, sockios.h and prctl.h.
SIOCSIFFLAGS, IFF_UP, PR_CAPBSET_DROP, LAST_CAPABILITY = 0x8914, 0x1, 24, 40
DEVICES = {"null": (1, 3), "zero": (1, 5), "random": (1, 8), "urandom": (1, 9)}

# Runs on the host's Python, which is there whatever the image has, in the container's network.
ASK = """
import http.client, json, sys
connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=10)
connection.request("GET", sys.argv[2])
response = connection.getresponse()
print(json.dumps([response.status, response.read().decode()]))
"""


@dataclass(frozen=True)
class Order:
    """What to start and in what; sizes in MiB."""

    root: str
    command: list[str]
    environment: dict[str, str]
    directory: str
    user: int
    group: int
    writable: dict[str, int]


def ordered(root: Path, image: Mapping[str, Any], definition: Mapping[str, Any], **environment: str) -> Order:
    """Return what a container definition starts of an image: its word where it has one, else the image's."""
    config = image["config"]
    own = dict(each.split("=", 1) for each in config["Env"])
    given = {each["Name"]: str(each["Value"]) for each in definition["Environment"]}
    user, group = str(definition["User"]).split(":")
    assert definition["ReadonlyRootFilesystem"] is True
    assert definition["LinuxParameters"]["Capabilities"] == {"Drop": ["ALL"]}
    return Order(
        root=str(root),
        command=[
            *(definition.get("EntryPoint") or config["Entrypoint"]),
            *(definition.get("Command") or config["Cmd"]),
        ],
        environment={**own, **given, **environment},
        directory=config["WorkingDir"],
        user=int(user),
        group=int(group),
        writable={each["ContainerPath"]: int(each["Size"]) for each in definition["LinuxParameters"]["Tmpfs"]},
    )


@dataclass
class Container:
    """A running container; `process` is who waits for it and ends with its exit status."""

    order: Order
    process: subprocess.Popen[bytes]
    out: Path
    errors: Path
    pid: int = 0

    def ask(self, path: str, *, port: int = 3000) -> tuple[int, str]:
        """Return status and body of a GET from inside the container's network."""
        enter = ["nsenter", f"--target={self.pid}", "--net"]
        done = subprocess.run(
            [*enter, sys.executable, "-c", ASK, str(port), path], capture_output=True, timeout=PATIENCE
        )
        assert done.returncode == 0, done.stderr.decode()
        status, body = json.loads(done.stdout)
        return int(status), str(body)

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the container, as its user and with its variables: what ECS does with a health command."""
        enter = ["nsenter", f"--target={self.pid}", "--mount", "--net", "--pid", "--root", "--wd"]
        identity = [f"--setgid={self.order.group}", f"--setuid={self.order.user}", "--"]
        return subprocess.run(
            [*enter, *identity, *command],
            env=self.order.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )

    def status(self) -> dict[str, str]:
        """What the kernel says of process 1."""
        lines = Path(f"/proc/{self.pid}/status").read_text(encoding="utf-8").splitlines()
        return {key: value.strip() for key, value in (line.split(":", 1) for line in lines)}

    def stop(self, within: float = PATIENCE) -> int:
        """Send SIGTERM to process 1 and return its exit status; raise TimeoutExpired after these seconds."""
        self.tell()
        return self.process.wait(within)

    def tell(self) -> None:
        os.kill(self.pid, signal.SIGTERM)

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.read_text(encoding="utf-8").splitlines()]


def start(order: Order, folder: Path) -> Container:
    """Return a container once its service says that it serves."""
    out, errors = folder / "out", folder / "errors"
    separate = ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child=SIGKILL"]
    with out.open("wb") as standard, errors.open("wb") as complaints:
        process = subprocess.Popen(
            [*separate, sys.executable, __file__, json.dumps(order.__dict__)],
            stdin=subprocess.DEVNULL,
            stdout=standard,
            stderr=complaints,
        )
    container = Container(order, process, out, errors)
    for _ in _moments():
        if '"Serving"' in out.read_text(encoding="utf-8"):
            (container.pid,) = _children(process)
            return container
        if process.poll() is not None:
            break
    end(container)
    raise AssertionError(f"it never served: {out.read_text(encoding='utf-8')}{errors.read_text(encoding='utf-8')}")


def end(container: Container) -> None:
    """Kill it, whatever it is doing; process 1 by itself, as it outlives who waits for it since it changed its user."""
    if container.process.poll() is None:
        for each in _children(container.process):
            os.kill(each, signal.SIGKILL)
    container.process.kill()
    container.process.wait()


def _children(process: subprocess.Popen[bytes]) -> list[int]:
    listed = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="utf-8")
    return [int(each) for each in listed.split()]


def _moments() -> Iterator[None]:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        yield
        time.sleep(0.05)


# -- Inside --------------------------------------------------------------------------------------------------------


def become(order: Order) -> None:
    """Turn this process, alone in new namespaces, into the container's; never returns."""
    _raise_loopback()
    _mount(Path(order.root), order.writable)
    os.chroot(order.root)
    os.chdir(order.directory)
    _drop_capabilities()
    os.setgroups([])
    os.setgid(order.group)
    os.setuid(order.user)
    os.execvpe(order.command[0], order.command, order.environment)


def _raise_loopback() -> None:
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))


def _mount(root: Path, writable: Mapping[str, int]) -> None:
    _call("mount", "--bind", root, root)
    _call("mount", "--options", "remount,bind,ro", root)
    _call("mount", "--types", "proc", "proc", root / "proc")
    _call("mount", "--types", "tmpfs", "tmpfs", root / "dev")
    for name, numbers in DEVICES.items():
        os.mknod(root / "dev" / name, stat.S_IFCHR, os.makedev(*numbers))
        (root / "dev" / name).chmod(0o666)
    _call("mount", "--options", "remount,ro", root / "dev")
    for path, size in writable.items():
        _call(
            "mount",
            "--types",
            "tmpfs",
            "--options",
            f"size={size}m,mode=1777,nosuid,nodev,noexec",
            "tmpfs",
            f"{root}{path}",
        )


def _drop_capabilities() -> None:
    # What remains of root's goes with its user id; this keeps any program from giving some back.
    for each in range(LAST_CAPABILITY + 1):
        ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, each, 0, 0, 0)


def _call(*command: str | Path) -> None:
    subprocess.run(command, check=True)


if __name__ == "__main__":
    become(Order(**json.loads(sys.argv[1])))
