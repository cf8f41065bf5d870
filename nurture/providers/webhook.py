"""Calling other systems: one POST over TLS to a public address, and what came back.

urllib3 won: it connects to an address of our choice while the certificate is checked against
the name, follows no redirect unless told to, and knows no proxy of the environment.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from nurture.clock import machine_seconds
from nurture.providers.base import one_line
from nurture.providers.public_address import (
    NotPublicError,
    Resolve,
    is_public,
    public_address,
    resolved,
)

if TYPE_CHECKING:
    from urllib3.connection import HTTPSConnection
    from urllib3.response import BaseHTTPResponse

#: seconds of machine time: until connected, until the next byte, and for all of it
CONNECT, READ, WHOLE = 5.0, 10.0, 20.0

#: bytes of an answer that are read; what is longer is cut
MOST_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Call:
    """One try of a call."""

    #: https://…
    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Response:
    """What came back."""

    #: HTTP status; None: no answer
    status: int | None
    body: bytes = b""
    #: what the other side asked to wait before the next try
    retry_after: timedelta | None = None
    #: in words what went wrong where there was no answer, one line
    text: str = ""
    #: nothing will change by trying again: the address is none that calls go to
    never: bool = False
    #: machine time it took
    seconds: float = 0.0


class Caller(Protocol):
    """A way to call; faults of the network and of the other side are responses, never raised."""

    def call(self, call: Call) -> Response:
        """POST once and return what came back."""
        ...


class HttpsCaller:
    """Calls by HTTPS; resolves, refuses what is not public, and connects to that very address."""

    def __init__(
        self,
        resolve: Resolve = resolved,
        allowed: Callable[[str], bool] = is_public,
        context: ssl.SSLContext | None = None,
        whole: float = WHOLE,
    ) -> None:
        self._resolve, self._allowed = resolve, allowed
        self._context = context or ssl.create_default_context()
        self._whole = whole

    def call(self, call: Call) -> Response:
        """POST once and return what came back."""
        # Imported here: it binds a socket, to see whether there is IPv6, as soon as it loads.
        from urllib3.exceptions import HTTPError

        began = machine_seconds()
        try:
            return self._call(call, began)
        except NotPublicError as error:
            return _nothing(f"not a public address: {error}", began, never=True)
        except ssl.SSLCertVerificationError as error:
            return _nothing(f"certificate: {error.verify_message}", began)
        except (OSError, HTTPError, ValueError) as error:
            late = machine_seconds() - began >= self._whole
            return _nothing("took too long" if late else _said(error), began)

    def _call(self, call: Call, began: float) -> Response:
        from urllib3.connection import HTTPSConnection

        parts = urlsplit(call.url)
        host, port = parts.hostname or "", parts.port or 443
        if parts.scheme != "https" or not host:
            return _nothing("only https:// is called", began, never=True)
        address = public_address(host, port, self._resolve, self._allowed)
        connection = HTTPSConnection(
            address,
            port,
            timeout=CONNECT,
            ssl_context=self._context,
            server_hostname=host,
            assert_hostname=host,
        )
        # One byte now and then would keep every wait for the next one short, for ever.
        watch = threading.Timer(self._whole, _cut, [connection])
        watch.daemon = True
        watch.start()
        try:
            connection.connect()
            connection.timeout = READ
            if connection.sock is not None:
                connection.sock.settimeout(READ)
            path = parts.path or "/"
            target = f"{path}?{parts.query}" if parts.query else path
            named = f"[{host}]" if ":" in host else host
            headers = {
                "Host": named if port == 443 else f"{named}:{port}",
                "Accept": "application/json",
                "Accept-Encoding": "identity",
                "Connection": "close",
                **call.headers,
            }
            connection.request(
                "POST",
                target,
                body=call.body,
                headers=headers,
                preload_content=False,
                decode_content=False,
            )
            answer = connection.getresponse()
            return Response(
                answer.status,
                _body(answer),
                _retry_after(answer.headers.get("Retry-After")),
                seconds=machine_seconds() - began,
            )
        finally:
            watch.cancel()
            connection.close()


@dataclass
class MemoryCaller:
    """Answers as told and remembers what it was called with; for simulations, tests and looking."""

    #: url → response; others get an empty object
    responses: dict[str, Response] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)

    def call(self, call: Call) -> Response:
        """Remember the call and return the response."""
        if not call.url.startswith("https://"):
            return Response(None, text="only https:// is called", never=True)
        self.calls.append(call)
        return self.responses.get(call.url, Response(200, b"{}"))


def _cut(connection: HTTPSConnection) -> None:
    """End whatever the connection waits for."""
    sock = connection.sock
    if sock is not None:
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)


def _body(answer: BaseHTTPResponse) -> bytes:
    """Return the start of a body as it came; a packed one says nothing to us."""
    if answer.headers.get("Content-Encoding", "identity").lower() != "identity":
        return b""
    found = bytearray()
    while len(found) < MOST_BYTES:
        part = answer.read1(MOST_BYTES - len(found))
        if not part:
            break
        found += part
    return bytes(found)


def _retry_after(value: str | None) -> timedelta | None:
    """Return seconds of the header `Retry-After`; its other form, a date, is not used here."""
    if value is None or not (value.isascii() and value.isdigit()) or len(value) > 9:
        return None
    return timedelta(seconds=int(value))


def _nothing(text: str, began: float, never: bool = False) -> Response:
    return Response(None, text=one_line(text), never=never, seconds=machine_seconds() - began)


def _said(error: Exception) -> str:
    """Return what went wrong in a few words, without addresses of memory."""
    cause = error.args[-1] if error.args else ""
    text = str(cause if isinstance(cause, str) else error) or type(error).__name__
    return text.split(": ", 1)[-1] if text.startswith("<") else text
