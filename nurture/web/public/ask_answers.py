"""Answering an ask for an introduction: GET shows the choice, POST records it, no cookie."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, g, request

from nurture.domain.referral import AskAnswer, WhyNot
from nurture.emails.tokens import Purpose, Token
from nurture.services import ask_answers as service
from nurture.services.ask_answers import OFFERED, AskSheet
from nurture.services.preference_desk import in_words
from nurture.services.runtime import Runtime
from nurture.web.languages import asked_for, known, language
from nurture.web.public.reader_pages import token_of, write_page

#: what a form may take, bytes
_LARGEST_FORM = 2_000


def make_ask_answers(runtime: Runtime) -> Blueprint:
    """Return the page that the polite no of an ask leads to."""
    pages = Blueprint("asks", __name__, url_prefix="/a")

    @pages.get("/<text>")
    def show(text: str) -> Response:
        token = token_of(runtime, text, Purpose.ASK)
        sheet = service.sheet(runtime, token.message_id, token.contact_id)
        return _page(runtime, text, token, sheet, _answer(request.args.get("as", "")))

    @pages.post("/<text>")
    def record(text: str) -> Response:
        token = token_of(runtime, text, Purpose.ASK)
        request.max_content_length = _LARGEST_FORM
        action = request.form.get("instead", "")
        if action:
            done = service.offer_help(runtime, token.message_id, token.contact_id, action)
            if not done:
                abort(404)
            sheet = service.sheet(runtime, token.message_id, token.contact_id)
            return _page(runtime, text, token, sheet, None, helping=action)
        why = next((one for one in WhyNot if one == request.form.get("why", "")), None)
        if why is not None:
            if not service.say_why(runtime, token.message_id, token.contact_id, why):
                abort(404)
            sheet = service.sheet(runtime, token.message_id, token.contact_id)
            return _page(runtime, text, token, sheet, None, done=True, why=str(why))
        said = _answer(request.form.get("answer", ""))
        if said is None:
            sheet = service.sheet(runtime, token.message_id, token.contact_id)
            page = _page(runtime, text, token, sheet, None, unread=True)
            page.status_code = 422
            return page
        sheet = service.answer(runtime, token.message_id, token.contact_id, said)
        return _page(runtime, text, token, sheet, None, done=True)

    return pages


def _answer(text: str) -> AskAnswer | None:
    """Return what the page offers under a word, or None."""
    return next((one for one in OFFERED if one == text), None)


def _page(
    runtime: Runtime,
    text: str,
    token: Token,
    sheet: AskSheet | None,
    chosen: AskAnswer | None,
    **values: Any,
) -> Response:
    g.language = (
        known(request.args.get("lang")) or known(sheet.locale if sheet else None) or asked_for()
    )
    if sheet is None:
        return write_page(runtime, "nobody", token)
    instead = [
        (action, in_words(title, language()), in_words(benefit, language()))
        for action, (title, benefit) in sheet.instead.items()
    ]
    return write_page(
        runtime,
        "ask_answer",
        token,
        text=text,
        sheet=sheet,
        chosen=chosen or sheet.answer,
        offered=[str(one) for one in OFFERED],
        instead=instead,
        whys=[str(one) for one in WhyNot],
        **values,
    )
