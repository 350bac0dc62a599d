"""Claim: 200 services by `several` in one blueprint take under 1 s, and time grows with their number.

Services that share their settings fit. Services with settings of their own meet CloudFormation's 200 parameters
first: then the refusal is what is timed, and the largest number that fits is reported.

As a script, composes and renders NUMBER services of KIND (`small`, or `real`: the library's own) into FOLDER.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from troposphere import GetAtt, Ref, Sub, Template
from troposphere.sqs import Queue

from benchmarks.measure import Row, timed
from nested.shape import Input, gives, needs
from stackwright.compose import Blueprint, Refused, compose, several
from stackwright.render import render

RESOURCES_PER_SERVICE = 15
ENVIRONMENT = Input("EnvironmentName", "String", "Identity", "Environment", "Environment", shared=True)
PRIORITY = Input("Priority", "Number", "Service", "Priority", "Place among the rules", allotted=True)
SERVICE_NAME = Input("ServiceName", "String", "Service", "Service", "Name of the service", public=True)


def rows() -> list[Row]:
    """Measure growing numbers of services, the refusal, and what fits."""
    with TemporaryDirectory() as folder:
        script = ["-m", "benchmarks.services"]
        shared = [
            timed(
                f"{number} services of {RESOURCES_PER_SERVICE} resources, settings shared",
                [*script, "small", str(number), folder],
                limit=1 if number == 200 else None,
            )
            for number in (50, 100, 200)
        ]
        refused = timed("200 services with settings of their own", [*script, "real", "200", folder], limit=1)
        return [*shared, refused, _largest()]


def small() -> Template:
    """Emit a service whose every setting is shared by its instances."""
    template = Template()
    needs(template, ENVIRONMENT, PRIORITY)
    for number in range(RESOURCES_PER_SERVICE):
        template.add_resource(
            Queue(f"Queue{number}", DelaySeconds=Ref("Priority"), QueueName=Sub("${EnvironmentName}"))
        )
    gives(template, {SERVICE_NAME: GetAtt("Queue0", "QueueName")})
    return template


def blueprint(kind: str, number: int) -> Blueprint:
    """Compose that many services of a kind; raises Refused above CloudFormation's limits."""
    template = small() if kind == "small" else _real()
    names = (f"S{at}" for at in range(number))
    return compose("synthetic", description="Many services", service=several(template, *names))


def _real() -> Template:
    from nested import service

    return service.template(capacity="ec2")


def _largest() -> Row:
    number = next(at for at in range(200, 0, -1) if isinstance(_tried(at), Blueprint))
    return Row("most services with settings of their own", "CloudFormation's limit", f"{number}: {_tried(number + 1)}")


def _tried(number: int) -> Blueprint | Refused:
    try:
        return blueprint("real", number)
    except Refused as refusal:
        return refusal


def main() -> None:
    """Render the services, or be refused."""
    kind, number, folder = sys.argv[1:]
    try:
        render([blueprint(kind, int(number))], Path(folder))
    except Refused as refusal:
        sys.stderr.write(f"{refusal}\n")


if __name__ == "__main__":
    main()
