"""Real HTTP: pixels, links and one-click posts of readers and scanners, events of the site.

The standard library's client: every visit is one request from a source address of its own,
so there is no connection to keep, and a redirect must not be followed anyway.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlencode, urlsplit

from nurture.demo import agents
from nurture.demo.site import Deed
from nurture.errors import NurtureError
from nurture.settings import is_loopback

#: machine seconds that an answer may take
_TIMEOUT = 30.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said."""

    status: int
    #: where it redirects to; empty: nowhere
    location: str
    body: bytes


def network_address(name: str) -> str:
    """Return a loopback address that stands for the office or the cloud called `name`.

    Each has a /24 of its own within 127.0.0.0/8, since evidence looks at networks: if all
    came from 127.0.0.1, one machine would sweep the mails of three hundred people.
    """
    digest = hashlib.blake2b(name.lower().encode(), digest_size=4).digest()
    return f"127.{1 + digest[0] % 254}.{digest[1]}.{1 + digest[2] % 254}"


class Web:
    """Reaches Nurture's public pages from many networks, and no other host.

    May be used from several threads. Requests raise NurtureError where nobody answers.
    """

    def __init__(self, base: str, api_key: str) -> None:
        parts = urlsplit(base)
        if parts.scheme != "http" or not is_loopback(parts.hostname or ""):
            raise NurtureError(f"{base} is not on this machine: the audience leaves it alone")
        self.base = base
        self._host = parts.hostname or ""
        self._port = parts.port or 80
        self._key = api_key

    def look(self, url: str, agent: str, network: str, method: str = "GET") -> str:
        """Ask for a pixel or a link; return where it redirects to, empty for nowhere."""
        return self._request(method, url, network, {"User-Agent": agent}).location

    def open(self, url: str, agent: str, network: str) -> Answer:
        """Open a page as a person does."""
        return self._request("GET", url, network, {"User-Agent": agent})

    def submit(
        self, path: str, fields: Sequence[tuple[str, str]], agent: str, network: str
    ) -> Answer:
        """Send a form of a page to where it says, a path of these pages."""
        headers = {"User-Agent": agent, "Content-Type": "application/x-www-form-urlencoded"}
        body = urlencode(list(fields)).encode()
        return self._request("POST", f"{self.base}{path}", network, headers, body)

    def unsubscribe(self, url: str, agent: str, network: str) -> None:
        """Send the one-click POST of RFC 8058; raise NurtureError unless it is taken."""
        headers = {"User-Agent": agent, "Content-Type": "application/x-www-form-urlencoded"}
        answer = self._request("POST", url, network, headers, b"List-Unsubscribe=One-Click")
        if answer.status != 200:
            raise NurtureError(f"the one-click unsubscribe answered {answer.status}")

    def report(self, deeds: Sequence[Deed], key: str) -> list[dict[str, Any]]:
        """Post events to the API as one request; return what became of each.

        `key` is the idempotency key, so that a repeated request changes nothing.
        """
        body = [
            {
                "type": deed.type,
                "email": deed.email,
                "properties": dict(deed.properties),
                "key": f"{key}/{number}",
                **({"occurred_at": deed.occurred_at.isoformat()} if deed.occurred_at else {}),
            }
            for number, deed in enumerate(deeds)
        ]
        events: list[dict[str, Any]] = self._api("events", body, key)["events"]
        return events

    def tell_who_came(self, seminar: str, addresses: Sequence[str]) -> dict[str, Any]:
        """Hand the list of a seminar's guests to the API; return what it brought."""
        body = {"attended": list(addresses)}
        return self._api(f"seminars/{seminar}/attendance", body, f"guests/{seminar}")

    def _api(self, path: str, body: object, key: str) -> dict[str, Any]:
        headers = {
            "User-Agent": agents.SITE,
            "Authorization": f"Bearer {self._key}",
            "Content-Type": "application/json",
            "Idempotency-Key": key,
        }
        url = f"{self.base}/api/v1/{path}"
        answer = self._request("POST", url, "", headers, json.dumps(body).encode())
        if answer.status != 200:
            raise NurtureError(f"the API answered {answer.status}: {answer.body[:500]!r}")
        found: dict[str, Any] = json.loads(answer.body)
        return found

    def _request(
        self, method: str, url: str, network: str, headers: Mapping[str, str], body: bytes = b""
    ) -> Answer:
        if not url.startswith(f"{self.base}/"):
            raise NurtureError(f"{url} is not on this machine: the audience leaves it alone")
        source = (network_address(network), 0) if network else None
        connection = HTTPConnection(self._host, self._port, _TIMEOUT, source_address=source)
        try:
            path = url[len(self.base) :]
            connection.request(method, path, body or None, {**headers, "Connection": "close"})
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers.get("Location", ""), answer.read())
        except (HTTPException, OSError) as error:
            raise NurtureError(f"{self.base} does not answer: {error!r}") from error
        finally:
            connection.close()
