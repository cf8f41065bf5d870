"""Unsubscribe and preferences: GET shows, POST acts at once, without cookie or redirect."""

from __future__ import annotations

from typing import Any

import structlog
from flask import Blueprint, Response, abort, g, make_response, render_template, request
from sqlalchemy.exc import SQLAlchemyError

from nurture.emails.tokens import Purpose, Token
from nurture.errors import NurtureError
from nurture.services import unsubscribe as service
from nurture.services.house import company_name
from nurture.services.runtime import Runtime
from nurture.services.spool import Spool
from nurture.web.languages import asked_for, known, language, translate

log = structlog.get_logger(__name__)

#: what a form may take, bytes
_LARGEST_FORM = 10_000


def make_choices(runtime: Runtime, spool: Spool) -> Blueprint:
    """Return the pages a person reaches from a mail's footer."""
    pages = Blueprint("choices", __name__)

    def token_of(text: str, purpose: Purpose) -> Token:
        token = runtime.keyring.verify(text)
        if token is None or token.purpose is not purpose:
            abort(404)
        return token

    def reader_of(token: Token) -> service.Reader | None:
        try:
            reader = service.reader(runtime, token.contact_id, token.message_id)
        except SQLAlchemyError:
            # The page needs nothing from SQL but the language.
            reader = None
        locale = reader.locale if reader else None
        g.language = known(request.args.get("lang")) or known(locale) or asked_for()
        return reader

    def page(template: str, **values: Any) -> Response:
        try:
            company = company_name(runtime, language())
        except (SQLAlchemyError, NurtureError):
            company = ""
        values = {"company": company, "undo_text": _undo_text(), **values}
        return make_response(render_template(f"public/{template}.html", **values))

    @pages.get("/u/<text>")
    def ask(text: str) -> Response:
        token = token_of(text, Purpose.UNSUBSCRIBE)
        reader = reader_of(token)
        stopped = reader is not None and not reader.granted and bool(reader.withdrawn)
        return page("stopped" if stopped else "ask", token=text)

    @pages.post("/u/<text>")
    def stop(text: str) -> Response:
        # RFC 8058: the body says `List-Unsubscribe=One-Click` as a form or as multipart.
        # The signed address says the same, so nothing in a body can stand in the way.
        token = token_of(text, Purpose.UNSUBSCRIBE)
        try:
            service.unsubscribe(runtime, token.contact_id, token.message_id)
        except SQLAlchemyError as error:
            log.warning("unsubscribe spooled", why=type(error).__name__)
            line = {"contact": token.contact_id, "message": token.message_id}
            try:
                spool.append([{"kind": "unsubscribe", **line}])
            except OSError:
                # Not durable anywhere, so we must not say that it is done.
                abort(503)
        reader_of(token)
        return page("stopped", token=text)

    @pages.post("/u/<text>/undo")
    def undo(text: str) -> Response:
        token = token_of(text, Purpose.UNSUBSCRIBE)
        reader_of(token)
        service.resubscribe(
            runtime, token.contact_id, token.message_id, _undo_text(), "unsubscribe page"
        )
        return page("resumed", token=text)

    @pages.get("/p/<text>")
    def preferences(text: str) -> Response:
        token = token_of(text, Purpose.PREFERENCES)
        reader = reader_of(token)
        return page("preferences", token=text, granted=reader.granted if reader else ())

    @pages.post("/p/<text>")
    def choose(text: str) -> Response:
        token = token_of(text, Purpose.PREFERENCES)
        request.max_content_length = _LARGEST_FORM
        form = request.form
        wanted = () if "stop" in form else tuple(p for p in service.CHOICES if p in form)
        reader_of(token)
        text_shown = translate("Please send me the mails I have chosen here.")
        service.choose(
            runtime, token.contact_id, token.message_id, wanted, text_shown, "preferences page"
        )
        return page("preferences", token=text, granted=wanted, saved=True)

    return pages


def _undo_text() -> str:
    """Return the text above the button, which the consent record keeps."""
    return translate(
        "If you pressed by mistake, you can start the mails again. "
        "You will then receive news and invitations as before."
    )
