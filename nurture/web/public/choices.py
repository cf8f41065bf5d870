"""Unsubscribe, and fewer mails instead: GET shows, POST acts at once, without cookie."""

from __future__ import annotations

from flask import Blueprint, Response, request

from nurture.domain.preferences import Rhythm
from nurture.emails.tokens import Purpose, Token
from nurture.services import preferences, unsubscribe
from nurture.services.runtime import Runtime
from nurture.services.spool import Spool
from nurture.web.languages import translate
from nurture.web.public.preferences import LARGEST_FORM, saved_page, sheet_page
from nurture.web.public.reader_pages import (
    reader_of,
    stop_everything,
    token_of,
    undo_text,
    write_page,
)

#: what a person may have instead of a stop: button, rhythm, months of pause
INSTEAD: dict[str, tuple[str, Rhythm | None, int]] = {
    "monthly": ("At most one mail a month", Rhythm.MONTHLY, 0),
    "pause": ("A pause of three months", None, 3),
}


def make_choices(runtime: Runtime, spool: Spool) -> Blueprint:
    """Return the pages a person reaches by the opt-out of a mail."""
    pages = Blueprint("choices", __name__)

    @pages.get("/u/<text>")
    def ask(text: str) -> Response:
        token = token_of(runtime, text, Purpose.UNSUBSCRIBE)
        reader = reader_of(runtime, token)
        stopped = reader is not None and not reader.granted and bool(reader.withdrawn)
        known = reader is not None and (stopped or bool(reader.granted))
        return write_page(runtime, "stopped" if stopped else "ask", token, known=known)

    @pages.post("/u/<text>")
    def stop(text: str) -> Response:
        # RFC 8058: the body says `List-Unsubscribe=One-Click` as a form or as multipart.
        # The signed address says the same, so nothing in a body can stand in the way.
        return stop_everything(runtime, spool, token_of(runtime, text, Purpose.UNSUBSCRIBE))

    @pages.post("/u/<text>/undo")
    def undo(text: str) -> Response:
        token = token_of(runtime, text, Purpose.UNSUBSCRIBE)
        reader_of(runtime, token)
        unsubscribe.resubscribe(
            runtime, token.contact_id, token.message_id, undo_text(), "unsubscribe page"
        )
        return write_page(runtime, "resumed", token)

    @pages.post("/u/<text>/instead")
    def instead(text: str) -> Response:
        token = token_of(runtime, text, Purpose.UNSUBSCRIBE)
        request.max_content_length = LARGEST_FORM
        wanted = INSTEAD.get(request.form.get("do", ""))
        reader_of(runtime, token)
        mine = runtime.keyring.sign(Token(Purpose.PREFERENCES, token.message_id, token.contact_id))
        if wanted is None:
            sheet = preferences.sheet(runtime, token.contact_id, token.message_id)
            return sheet_page(runtime, mine, token, sheet, unread=sheet is not None)
        button, rhythm, months = wanted
        shown = f"{translate(OFFER)} {translate(button)}"
        saved = preferences.fewer(
            runtime,
            token.contact_id,
            token.message_id,
            shown,
            "unsubscribe page",
            rhythm=rhythm,
            months=months,
        )
        return saved_page(runtime, mine, token, saved)

    return pages


#: what stands above those buttons
OFFER = "You can also hear from us less often, or not at all for a while."
