"""Processes that run `build.py`, each forked from one that has imported and read everything already.

A start costs half a second of reading, and the end-to-end tests start hundreds. Run as a program with the descriptor
of a socket, it takes orders from it, a JSON object a line, and answers each with the process's id at once and with its
exit status once it ends.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import pkgutil
import random
import runpy
import socket
import struct
import sys

NUMBER = struct.Struct("i")

SERVICES = (
    *("acm", "application-autoscaling", "autoscaling", "cloudformation", "ec2", "ecr", "ecs", "elbv2"),
    *("iam", "logs", "route53", "s3", "service-quotas", "ssm", "sts"),
)


def main() -> None:
    """Serve orders until the socket is closed; in a forked process, run `build.py` instead."""
    asked = socket.socket(fileno=int(sys.argv[1]))
    read_ahead()
    for line in asked.makefile():
        process = os.fork()
        if not process:
            asked.close()
            return become(**json.loads(line))
        asked.sendall(NUMBER.pack(process))
        asked.sendall(NUMBER.pack(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])))


def read_ahead() -> None:
    """Import the tool without its local AWS, and read the models of the services that it asks."""
    import boto3

    import stackwright.emulator  # The package alone: with it all sessions share the models that one has read.

    for module in pkgutil.walk_packages(stackwright.__path__, "stackwright."):
        if not module.name.startswith("stackwright.emulator"):
            importlib.import_module(module.name)
    session = boto3.Session("none", "none", region_name="us-east-1")
    for service in SERVICES:
        session.client(service)
    gc.freeze()  # a collection would write to what the processes share


def become(*, arguments: list[str], folder: str, environment: dict[str, str], streams: list[str], prelude: str) -> None:
    """Turn into what a shell would have started there; `prelude` is Python to run before."""
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    for number, path in enumerate(streams):
        os.dup2(os.open(path, os.O_RDWR), number)
    random.seed()
    sys.argv, sys.path[0] = ["build.py", *arguments], folder
    exec(prelude, {})
    runpy.run_path("build.py", run_name="__main__")


if __name__ == "__main__":
    main()
