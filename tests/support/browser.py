"""Chromium without a window, asked for pages over the DevTools protocol, and a proxy like the one in front of us."""

from __future__ import annotations

import base64
import http.client
import json
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from support.application import HOST, PATIENCE, moments
from websockets.sync.client import ClientConnection, connect

PROGRAM = shutil.which("chromium")


class Page:
    """One tab."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.number = 0
        self.events: list[dict[str, Any]] = []

    def do(self, method: str, **given: Any) -> dict[str, Any]:
        """Return the result of one DevTools command; keep the events that came before it."""
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": given}))
        while True:
            said: dict[str, Any] = json.loads(self.socket.recv(PATIENCE))
            if said.get("id") == self.number:
                assert "error" not in said, said
                found: dict[str, Any] = said["result"]
                return found
            self.events.append(said)

    def value(self, expression: str) -> Any:
        """Return what the page makes of this expression."""
        result = self.do("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def open(self, url: str) -> None:
        """Go there, and wait until the page has settled what its backend says."""
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.do(f"{domain}.enable")
        self.do("Page.navigate", url=url)
        for _ in moments():
            if self.value("document.readyState") == "complete" and self.status() not in (None, "unknown", "asking"):
                return
        raise AssertionError(f"{url}: {self.value('document.documentElement.outerHTML')}")

    def status(self) -> str | None:
        found: str | None = self.value("document.getElementById('status')?.textContent ?? null")
        return found

    def press(self, key: str, code: int) -> None:
        for kind in ("keyDown", "keyUp"):
            text = {"text": "\r"} if key == "Enter" and kind == "keyDown" else {}
            self.do("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code, **text)

    def asked(self) -> list[str]:
        """Every address that the page asked for."""
        self.value("0")
        sent = [each["params"] for each in self.events if each["method"] == "Network.requestWillBeSent"]
        return [each["request"]["url"] for each in sent]

    def complaints(self) -> list[str]:
        """What the browser's console would show: refusals by policy, errors, failed requests."""
        self.value("0")
        entries = [each["params"]["entry"]["text"] for each in self.events if each["method"] == "Log.entryAdded"]
        thrown = [str(each["params"]) for each in self.events if each["method"] == "Runtime.exceptionThrown"]
        return entries + thrown

    def screenshot(self, file: Path) -> None:
        file.write_bytes(base64.b64decode(self.do("Page.captureScreenshot")["data"]))


class Browser:
    """A running Chromium."""

    def __init__(self, port: int) -> None:
        self.port = port

    @contextmanager
    def page(self) -> Iterator[Page]:
        """A tab of its own."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=PATIENCE)
        connection.request("PUT", "/json/new?about:blank")
        address = json.loads(connection.getresponse().read())["webSocketDebuggerUrl"]
        connection.close()
        with connect(address, max_size=None) as socket:
            yield Page(socket)


@contextmanager
def browser(folder: Path) -> Iterator[Browser]:
    """Chromium with a profile of its own in this folder."""
    assert PROGRAM
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--remote-debugging-port=0"]
    command = [PROGRAM, *options, f"--user-data-dir={folder}", "about:blank"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield Browser(_port(folder / "DevToolsActivePort"))
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _port(file: Path) -> int:
    for _ in moments():
        if file.exists() and (found := re.match(r"(\d+)\n", file.read_text(encoding="utf-8"))):
            return int(found[1])
    raise AssertionError("Chromium does not answer")


@contextmanager
def gateway(stage: str, backend: int) -> Iterator[str]:
    """A proxy like API Gateway: it takes its stage off the path, and knows nothing outside of it."""

    class Gateway(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            # As it came: `path` has slashes at its beginning made one.
            asked = self.requestline.split()[1]
            path = asked.removeprefix(f"/{stage}")
            if path == asked or path[:1] not in ("", "/", "?"):
                return self.send_error(403)
            connection = http.client.HTTPConnection(HOST, backend, timeout=PATIENCE)
            connection.request("GET", "/" + path.removeprefix("/"), headers=dict(self.headers.items()))
            answer = connection.getresponse()
            body = answer.read()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
            connection.close()

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer((HOST, 0), Gateway) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://{HOST}:{server.server_address[1]}/{stage}"
        finally:
            server.shutdown()
            thread.join()
