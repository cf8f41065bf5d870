"""The hot paths: `/o/` pixels and `/c/` clicks, as plain WSGI in front of Flask.

A mailing brings thousands of these at once, and Flask's request costs more than the work
itself. Whatever is not a token of ours goes on to Flask, whose 404 is the same for all.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from sqlalchemy.exc import SQLAlchemyError

from nurture.emails.tokens import TRAP_LINK, Keyring, Purpose, Token
from nurture.services.link_targets import LinkBook
from nurture.services.tracking import Recorder
from nurture.web.public.redirects import location

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

#: a transparent GIF of one pixel
PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")

_METHODS = ("GET", "HEAD")
_ALWAYS = [
    ("Cache-Control", "no-store"),
    ("X-Robots-Tag", "noindex, nofollow"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
]
_LENGTH_OF_SUFFIX = len(".gif")


class TrackingPaths:
    """WSGI middleware that answers opens and clicks."""

    def __init__(
        self,
        inner: WSGIApplication,
        keyring: Keyring,
        recorder: Recorder,
        links: LinkBook,
        home: str,
    ) -> None:
        self._inner = inner
        self._keyring = keyring
        self._recorder = recorder
        self._links = links
        #: where the hidden link leads in a mail without any other
        self._home = home

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer an open or a click, or hand the request on."""
        path: str = environ.get("PATH_INFO", "")
        answer = None
        if environ["REQUEST_METHOD"] in _METHODS:
            if path.startswith("/c/"):
                answer = self._click(path[3:], environ, start_response)
            elif path.startswith("/o/") and path.endswith(".gif"):
                answer = self._open(path[3:-_LENGTH_OF_SUFFIX], environ, start_response)
        return self._inner(environ, start_response) if answer is None else answer

    def _open(
        self, text: str, environ: WSGIEnvironment, start: StartResponse
    ) -> Iterable[bytes] | None:
        token = self._keyring.verify(text)
        if token is None or token.purpose is not Purpose.OPEN:
            return None
        self._record(token, environ)
        headers = [("Content-Type", "image/gif"), ("Content-Length", str(len(PIXEL))), *_ALWAYS]
        start("200 OK", headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [PIXEL]

    def _click(
        self, text: str, environ: WSGIEnvironment, start: StartResponse
    ) -> Iterable[bytes] | None:
        query = environ.get("QUERY_STRING", "")
        # What others append (`&utm_source=…`, `fbclid`) does not break a link.
        personal = _personal(query) if query else ""
        token = self._keyring.verify(text, personal)
        if token is None and personal:
            personal, token = "", self._keyring.verify(text)
        if token is None or token.purpose is not Purpose.CLICK:
            return None
        try:
            target = personal or self._target(token)
        except SQLAlchemyError:
            return _come_again(start)
        uri = location(target) if target else None
        if uri is None:
            return None
        self._record(token, environ, target or "")
        start("302 Found", [("Location", uri), ("Content-Length", "0"), *_ALWAYS])
        return []

    def _target(self, token: Token) -> str | None:
        targets = self._links.targets(token.template.hex()) or ()
        if token.link == TRAP_LINK:
            # It leads somewhere real, so that nothing tells it apart.
            return next((target for target in targets if target), self._home)
        return targets[token.link - 1] if token.link <= len(targets) else None

    def _record(self, token: Token, environ: WSGIEnvironment, target: str = "") -> None:
        self._recorder.visit(
            token.message_id,
            click=token.purpose is Purpose.CLICK,
            method=environ["REQUEST_METHOD"],
            agent=environ.get("HTTP_USER_AGENT", ""),
            address=environ.get("REMOTE_ADDR", ""),
            link=token.link,
            target=target,
        )


def _personal(query: str) -> str:
    """Return the personal target that stands beside the token, or nothing."""
    try:
        return dict(parse_qsl(query, max_num_fields=20)).get("to", "")
    except ValueError:
        return ""


def _come_again(start: StartResponse) -> Iterable[bytes]:
    """Answer a click whose target only SQL knows, while SQL is away."""
    status = HTTPStatus.SERVICE_UNAVAILABLE
    start(
        f"{status.value} {status.phrase}",
        [("Retry-After", "5"), ("Content-Length", "0"), *_ALWAYS],
    )
    return []
