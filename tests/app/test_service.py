"""Routes, limits and headers, asked for over HTTP."""

from __future__ import annotations

import http.client
import socket
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.application import HOST, Application, Start, received

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


# -- Greeting ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("accept", ["*/*", "", "text/plain", "application/json", "text/html;q=0.5,text/plain"])
def test_root_greets_in_text_what_is_no_browser(service: Application, accept: str) -> None:
    answer = service.get("/", Accept=accept)
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.text == f"Hello from {service.lines()[0]['instance']}\n"


def test_root_greets_a_browser_with_a_page(service: Application) -> None:
    answer = service.get("/", Accept=BROWSER)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.text.startswith("<!DOCTYPE html>")


def test_caches_are_told_that_root_depends_on_who_asks(service: Application) -> None:
    assert {service.get("/", Accept=accept).headers["vary"] for accept in ("*/*", BROWSER)} == {"Accept"}


def test_frontend_is_the_page_for_anyone(service: Application) -> None:
    assert service.get("/frontend", Accept="*/*").body == service.get("/", Accept=BROWSER).body


# -- Health and status ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/health", "/backend/health"])
def test_health_is_true(service: Application, path: str) -> None:
    answer = service.get(path)
    assert (answer.status, answer.body, answer.headers["content-type"]) == (200, b"true", "application/json")


@pytest.mark.parametrize("path", ["/status", "/backend/status"])
def test_status_is_up(service: Application, path: str) -> None:
    assert service.get(path).json() == {"STATUS": "UP"}


def test_second_listener_serves_the_same(start: Start) -> None:
    service = start(BACKEND_PORT="0")
    frontend, backend = service.ports
    assert frontend != backend
    for port in service.ports:
        assert service.get("/backend/status", port=port).json() == {"STATUS": "UP"}
        assert service.get("/", port=port, Accept=BROWSER).status == 200


def test_head_has_headers_and_no_body(service: Application) -> None:
    answer = service.get("/health", method="HEAD")
    assert (answer.status, answer.headers["content-length"], answer.body) == (200, "4", b"")


# -- Errors --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/nope", "/health/x", "/static/nope", "/static/..%2fconfig.py", "/backend"])
def test_unknown_path_is_json(service: Application, path: str) -> None:
    answer = service.get(path)
    assert answer.status == 404
    assert answer.json() == {"status": 404, "error": "Not Found", "request_id": answer.headers["x-request-id"]}


def test_wrong_method_is_json_and_says_which_are_right(service: Application) -> None:
    answer = service.get("/items/5", method="POST", body=b"{}")
    assert (answer.status, answer.json()["error"]) == (405, "Method Not Allowed")
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD"}


def test_unhandled_error_is_json_without_its_cause(start: Start) -> None:
    service = start("import app.items\ndef boom(text): raise RuntimeError('secret')\napp.items.parse = boom")
    answer = service.get("/items/5", X_Request_Id="r-1")
    assert answer.status == 500
    assert answer.json() == {"status": 500, "error": "Internal Server Error", "request_id": "r-1"}
    (line,) = service.lines("Unhandled error")
    assert (line["level"], line["request_id"], line["path"]) == ("ERROR", "r-1", "/items/5")
    assert "RuntimeError: secret" in line["exception"]
    assert service.get("/health").status == 200


# -- Limits --------------------------------------------------------------------------------------------------------


def test_large_body_is_refused(service: Application) -> None:
    answer = service.get("/items/5", body=b"x" * 65537)
    assert (answer.status, answer.json()["error"]) == (413, "Request Entity Too Large")


def test_body_within_the_limit_is_taken(service: Application) -> None:
    assert service.get("/items/5", body=b"x" * 65536).status == 200


def test_limit_follows_the_setting(start: Start) -> None:
    service = start(REQUEST_MAX_BYTES="16384")
    assert [service.get("/status", body=b"x" * size).status for size in (16384, 16385)] == [200, 413]


def test_large_header_is_refused(service: Application) -> None:
    assert service.get("/status", X_Large="x" * 20_000).status == 413


def test_request_that_trickles_in_ends_by_the_limit(start: Start) -> None:
    service = start(REQUEST_TIMEOUT="1")
    began = time.monotonic()
    with service.connect() as client:
        client.settimeout(0.1)
        client.sendall(b"GET /status HTTP/1.1\r\nX-Slow: ")
        answer = _trickled(client, until=began + 10)
    assert answer.startswith(b"HTTP/1.1 408 Request Timeout\r\n")
    assert b'"error":"Request Timeout"' in answer
    assert time.monotonic() - began < 5


def test_body_that_trickles_in_ends_by_the_limit(start: Start) -> None:
    service = start(RESPONSE_TIMEOUT="1")
    began = time.monotonic()
    with service.connect() as client:
        client.settimeout(0.1)
        client.sendall(b"GET /status HTTP/1.1\r\nContent-Length: 1000\r\n\r\n")
        answer = _trickled(client, until=began + 10)
    assert answer.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
    assert time.monotonic() - began < 5


def _trickled(client: socket.socket, *, until: float) -> bytes:
    while time.monotonic() < until:
        try:
            return client.recv(65536)
        except TimeoutError:
            client.sendall(b"x")
    raise AssertionError("never answered")


def test_idle_connection_is_closed_after_its_time(start: Start) -> None:
    service = start(KEEP_ALIVE_TIMEOUT="1")
    with service.connect() as client:
        assert client.recv(1) == b""


# What one reads as the body's length and another as nothing hides a request in a body.
HIDDEN = b"GET /status HTTP/1.1\r\n\r\n"


@pytest.mark.parametrize(
    "header",
    [
        b"Content-Length : 24",
        b" Content-Length: 24",
        b"\tContent-Length: 24",
        b": 24",
        b"Content\0Length: 24",
        b"X-A: a\rContent-Length: 24",
        b"X-A: a\nContent-Length: 24",
        b"X-A: a\0b",
        b"X-A: a\r\n b",
        b"X-\xff: a",
        b"nothing",
    ],
)
def test_head_that_two_can_read_differently_is_refused(service: Application, header: bytes) -> None:
    with service.connect() as client:
        client.sendall(b"GET /status HTTP/1.1\r\nHost: a\r\n" + header + b"\r\n\r\n" + HIDDEN)
        client.shutdown(socket.SHUT_WR)
        answer = _all(client)
    assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert answer.count(b"HTTP/1.1 ") == 1


def test_values_may_have_any_other_character(service: Application) -> None:
    with service.connect() as client:
        client.sendall(b"GET /status HTTP/1.1\r\nX-!#$%&'*+.^_`|~1: \xff\t:;\"\r\nX-B:\r\nConnection: close\r\n\r\n")
        assert _all(client).startswith(b"HTTP/1.1 200 OK\r\n")


# What a client may do to us at worst; bytes that are no request, or nearly one.
NEARLY = st.sampled_from(
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET http://a:b@[::1 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET //%00%ff?&=&;%zz HTTP/1.1\r\nHost: [\r\n\r\n",
        b"GET /items/%2e%2e/%00 HTTP/1.1\r\nAccept: a/b/c;q=x,,,\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\n\r\n",
        b"POST /health HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
        b"GET /health HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\nX-Forwarded-For: ,,,\r\nForwarded: for=;=\r\nCookie: =;=\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /\xc3\xa9 HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nExpect: nothing\r\nContent-Length: 1\r\n\r\n",
    ]
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200) | NEARLY | st.tuples(NEARLY, st.binary(max_size=50)).map(b"".join))
def test_no_bytes_make_the_service_fail(service: Application, sent: bytes) -> None:
    with service.connect() as client:
        client.sendall(sent)
        client.shutdown(socket.SHUT_WR)
        answer = _all(client)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 ")
    assert b"HTTP/1.1 500" not in answer
    assert b"Traceback" not in answer
    assert [line.get("exception", line) for line in service.lines() if line["level"] == "ERROR"] == []


def _all(client: socket.socket) -> bytes:
    found = b""
    try:
        while chunk := client.recv(65536):
            found += chunk
    except ConnectionResetError:
        pass
    return found


# -- Headers -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/health", "/frontend", "/nope", "/static/page.css", "/items/x"])
def test_every_answer_has_the_security_headers(service: Application, path: str) -> None:
    headers = service.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert not {"server", "x-powered-by", "alt-svc", "strict-transport-security"} & headers.keys()


def test_browsers_are_told_to_insist_on_https_where_configured(start: Start) -> None:
    headers = start(HSTS_SECONDS="31536000").get("/nope").headers
    assert headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"


@pytest.mark.parametrize("path", ["/", "/health", "/status", "/api/info", "/items/5", "/nope", "/static/nope"])
def test_what_changes_is_never_cached(service: Application, path: str) -> None:
    assert service.get(path).headers["cache-control"] == "no-store"


def test_forwarded_address_is_ignored_by_default(service: Application) -> None:
    service.get("/status", X_Request_Id="forwarded-1", X_Forwarded_For="192.0.2.7", Forwarded="for=192.0.2.7")
    assert _client(service, "forwarded-1") == HOST


@pytest.mark.parametrize(("count", "expected"), [("1", "192.0.2.7"), ("2", "198.51.100.1"), ("3", HOST)])
def test_forwarded_address_is_that_before_the_proxies_configured(start: Start, count: str, expected: str) -> None:
    service = start(PROXIES_COUNT=count)
    service.get("/status", X_Request_Id="forwarded-2", X_Forwarded_For="198.51.100.1, 192.0.2.7")
    assert _client(service, "forwarded-2") == expected


def _client(service: Application, request_id: str) -> str:
    (found,) = [line["client"] for line in service.lines() if line.get("request_id") == request_id]
    return str(found)


# -- Connections ---------------------------------------------------------------------------------------------------


def test_connection_serves_many_requests(service: Application) -> None:
    connection = http.client.HTTPConnection(HOST, service.ports[0], timeout=10)
    answers = []
    for _ in range(3):
        connection.request("GET", "/status")
        answers.append(received(connection.getresponse()))
    connection.close()
    assert [(each.status, each.headers["connection"]) for each in answers] == [(200, "keep-alive")] * 3


def test_sanics_own_variables_are_not_obeyed(start: Start) -> None:
    assert start(SANIC_KEEP_ALIVE="false").get("/status").headers["connection"] == "keep-alive"
