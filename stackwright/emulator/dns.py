"""The local AWS's public DNS: answers over UDP from the hosted zones of every account.

A zone counts as delegated: its NS records are answered as the zone above it would have them. A zone above that has an
NS record of the name says itself whom it refers to. A query has no account, so where several accounts have a zone of
one name, all of their name servers are answered. Alias records are not followed.
"""

from __future__ import annotations

import socketserver
import threading
from typing import Any

import dns.exception
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
from moto.route53.models import route53_backends

from stackwright.emulator.services.acm import DELEGATED

_TTL = 60  # seconds
_POLL_SECONDS = 0.1


class Dns:
    """A DNS server on loopback; raises OSError for a port that is taken."""

    def __init__(self, port: int) -> None:
        self._server = socketserver.UDPServer(("127.0.0.1", port), _Request)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(_POLL_SECONDS,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop answering and free the port."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Request(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        wire, socket = self.request
        try:
            query = dns.message.from_wire(wire)
        except dns.exception.DNSException:  # somebody else's datagram
            return
        socket.sendto(answer(query).to_wire(), self.client_address)


def answer(query: dns.message.Message) -> dns.message.Message:
    """Return the response to a query: records, none of this type, or no such name."""
    response = dns.message.make_response(query)
    for question in query.question:
        name, kind = _plain(question.name.to_text()), dns.rdatatype.to_text(question.rdtype)
        zones = _delegated()
        values = _name_servers(zones, name) if kind == "NS" else _values(zones, name, kind)
        if values:
            response.answer.append(dns.rrset.from_text_list(question.name, _TTL, "IN", kind, sorted(values)))
        elif not _known(zones, name):
            response.set_rcode(dns.rcode.NXDOMAIN)
    return response


def _delegated() -> list[Any]:
    """Return the public zones of all accounts that a zone above refers to."""
    backends = [route53_backends[account]["aws"] for account in list(route53_backends)]
    return [
        zone
        for backend in backends
        for key, zone in list(backend.zones.items())
        if not zone.private_zone and backend.resource_tags.get(key, {}).get(DELEGATED) != "false"
    ]


def _name_servers(zones: list[Any], name: str) -> set[str]:
    above = {value for zone in zones if _plain(zone.name) != name for value in _values([zone], name, "NS")}
    own = {
        f"{_plain(each)}." for zone in zones if _plain(zone.name) == name for each in zone.delegation_set.name_servers
    }
    return above or own


def _values(zones: list[Any], name: str, kind: str) -> set[str]:
    records = [each for zone in zones for each in zone.rrsets if _plain(each.name) == name and each.type == kind]
    return {str(value) for each in records for value in each.records or []}


def _known(zones: list[Any], name: str) -> bool:
    names = {_plain(each.name) for zone in zones for each in (zone, *zone.rrsets)}
    return any(each == name or each.endswith(f".{name}") for each in names)


def _plain(name: str) -> str:
    return name.rstrip(".").lower()
