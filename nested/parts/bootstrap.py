"""Bootstrap container: what a service runs until it has an image of its own.

The first deployment creates the registry that the first image is pushed to, so the service has to start without one.
A public slim Python image with an inline server stands in. It answers 200 to every GET on every port of the
container, and so on every health path, and passes every other check the real container has to: numeric user,
read-only root file system, both processor architectures, no curl, an end on SIGTERM. It is pulled from a public
registry, so the subnets need a way out.
"""

from __future__ import annotations

from collections.abc import Sequence

from nested.parts import timing

# A full version, so that the same template starts the same container; the tag is an index over both architectures.
IMAGE = "public.ecr.aws/docker/library/python:3.13.5-slim-bookworm"

ENTRY_POINT = ["python"]

# SIGTERM would be ignored without a handler, because the server may be process 1. Connections are kept alive for
# longer than the load balancer keeps them, as the real container has to.
SERVER = f"""\
import signal, sys, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = {timing.KEEP_ALIVE}

    def do_GET(self):
        body = b"No image is deployed yet.\\n"
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(b"" if self.command == "HEAD" else body)

    do_HEAD = do_GET

    def log_message(self, *args):
        pass

signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
first, *others = [ThreadingHTTPServer(("", int(port)), Answer) for port in sys.argv[1:]]
for each in others:
    threading.Thread(target=each.serve_forever, daemon=True).start()
first.serve_forever()
"""


def command(ports: Sequence[int]) -> list[str]:
    """Return the command that listens on each of these ports, whatever variables tell the real container of them."""
    # Isolated, and without compiled files, which a read-only file system would refuse.
    return ["-I", "-B", "-c", SERVER, *map(str, ports)]
