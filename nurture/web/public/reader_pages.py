"""What the pages share that a reader reaches from a mail: tokens, frame, and the stop."""

from __future__ import annotations

from typing import Any

import structlog
from flask import Response, abort, g, make_response, render_template, request
from sqlalchemy.exc import SQLAlchemyError

from nurture.emails.tokens import Purpose, Token
from nurture.errors import NurtureError
from nurture.services import unsubscribe as service
from nurture.services.house import company_name
from nurture.services.runtime import Runtime
from nurture.services.spool import Spool
from nurture.web.languages import asked_for, known, language, translate

log = structlog.get_logger(__name__)


def token_of(runtime: Runtime, text: str, purpose: Purpose) -> Token:
    """Return what a token says; the same 404 for all that we did not sign for this."""
    token = runtime.keyring.verify(text)
    if token is None or token.purpose is not purpose:
        abort(404)
    return token


def reader_of(runtime: Runtime, token: Token) -> service.Reader | None:
    """Return the person behind a token and speak their language."""
    try:
        reader = service.reader(runtime, token.contact_id, token.message_id)
    except SQLAlchemyError:
        # The page needs nothing from SQL but the language.
        reader = None
    locale = reader.locale if reader else None
    g.language = known(request.args.get("lang")) or known(locale) or asked_for()
    return reader


def write_page(runtime: Runtime, template: str, token: Token, **values: Any) -> Response:
    """Return a page that knows its way to stopping and to the preferences."""
    try:
        company = company_name(runtime, language())
    except (SQLAlchemyError, NurtureError):
        company = ""
    sibling = {
        name: runtime.keyring.sign(Token(purpose, token.message_id, token.contact_id))
        for name, purpose in (
            ("token", Purpose.UNSUBSCRIBE),
            ("preferences", Purpose.PREFERENCES),
        )
    }
    demonstration = token.purpose is Purpose.DEMONSTRATION
    if demonstration:
        # No page of a test mail leads to one that acts.
        sibling = dict.fromkeys(sibling, runtime.keyring.sign(token))
    values = {"company": company, "undo_text": undo_text(), **sibling, **values}
    values["demonstration"] = demonstration
    return make_response(render_template(f"public/{template}.html", **values))


def stop_everything(
    runtime: Runtime, spool: Spool, token: Token, source: str = "unsubscribe link"
) -> Response:
    """Stop all that needs consent, at once; kept on disk while the database is away."""
    try:
        service.unsubscribe(runtime, token.contact_id, token.message_id, source=source)
    except SQLAlchemyError as error:
        log.warning("unsubscribe spooled", why=type(error).__name__)
        line = {"contact": token.contact_id, "message": token.message_id}
        try:
            spool.append([{"kind": "unsubscribe", **line}])
        except OSError:
            # Not durable anywhere, so we must not say that it is done.
            abort(503)
    known = reader_of(runtime, token) is not None
    return write_page(runtime, "stopped", token, known=known)


def undo_text() -> str:
    """Return the text above the button, which the consent record keeps."""
    return translate(
        "If you pressed by mistake, you can start the mails again. "
        "You will then receive news and invitations as before."
    )
