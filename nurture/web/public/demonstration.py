"""The ways out of a test mail: every page as a reader sees it, and nothing is changed.

A test mail's links hold a token of a purpose of its own, which names no mail and no contact.
So whoever gets one can try them, one-click POST included, and no row is read for them or
written.
"""

from __future__ import annotations

from flask import Blueprint, Response, g, request
from sqlalchemy.exc import SQLAlchemyError

from nurture.db.engine import read
from nurture.domain.preferences import Choices
from nurture.emails.tokens import Purpose
from nurture.errors import NurtureError
from nurture.services.preference_desk import Offer, Sheet, offer_at
from nurture.services.runtime import Runtime
from nurture.services.unsubscribe import CHOICES
from nurture.web.languages import asked_for, known, language
from nurture.web.public.preferences import sheet_page
from nurture.web.public.reader_pages import write_page

#: view → the page that is shown where it would have acted
_PAGES = {"ask": "ask", "stop": "stopped", "undo": "resumed"}


def demonstrate(pages: Blueprint, runtime: Runtime) -> None:
    """Answer requests of these pages for a test mail, before any of them looks at the token."""

    @pages.before_request
    def show() -> Response | None:
        text = str((request.view_args or {}).get("text", ""))
        token = runtime.keyring.verify(text)
        if token is None or token.purpose is not Purpose.DEMONSTRATION:
            return None
        g.language = known(request.args.get("lang")) or asked_for()
        page = _PAGES.get((request.endpoint or "").rpartition(".")[2])
        if page is not None:
            return write_page(runtime, page, token, known=True)
        return sheet_page(runtime, text, token, _sheet(runtime))


def _sheet(runtime: Runtime) -> Sheet:
    """Return the choices of somebody who gets everything."""
    try:
        with read(runtime.engine) as connection:
            offer = offer_at(runtime, connection)
    except (SQLAlchemyError, NurtureError):
        offer = Offer()
    everything = Choices(
        topics=frozenset(offer.topics),
        purposes=frozenset(map(str, CHOICES)),
        locale=language() if language() in offer.locales else offer.default_locale,
    )
    return Sheet(0, language(), everything, offer, runtime.clock.now().date(), False)
