"""A task's signed page: GET shows and changes nothing, POST records, without cookie or script."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog
from flask import Blueprint, Response, abort, g, make_response, render_template, request
from sqlalchemy.exc import SQLAlchemyError

from nurture.domain import task_words
from nurture.domain.glossary import TASK_OUTCOMES, word
from nurture.domain.task_actions import ACTIONS
from nurture.emails.tokens import Purpose, Token
from nurture.errors import NotFoundError
from nurture.services import sentences
from nurture.services.runtime import Runtime
from nurture.services.task_actions import (
    Acted,
    AnswersError,
    NotOfferedError,
    NotYoursError,
    act,
)
from nurture.services.task_links import Standing
from nurture.services.task_pages import Sheet, sheet_of_link
from nurture.services.task_portraits import Portrait
from nurture.web.errors import is_away
from nurture.web.languages import asked_for, known, language, translate
from nurture.web.task_forms import answers_said, buttons, form_of

log = structlog.get_logger(__name__)

#: what a form may take, bytes; a note of 4,000 characters is 12,000 in UTF-8
_LARGEST_FORM = 60_000
#: a number of a form that is larger than this is none of ours
_LARGEST_REVISION = 10_000

_STATUS = {
    Standing.HOLDER: 200,
    Standing.OTHER: 403,
    Standing.LEFT: 403,
    Standing.EXPIRED: 410,
    Standing.GONE: 410,
}


def make_tasks(runtime: Runtime) -> Blueprint:
    """Return the pages that a task mail leads to."""
    pages = Blueprint("tasks", "nurture.web", template_folder="templates", url_prefix="/t")

    def token_of(text: str) -> Token:
        token = runtime.keyring.verify(text)
        if token is None or token.purpose is not Purpose.TASK:
            abort(404)
        return token

    def sheet_of(token: Token) -> Sheet:
        wish = known(request.args.get("lang"))
        sheet = sheet_of_link(runtime, token.message_id, token.contact_id, wish)
        g.language = known(sheet.locale) or asked_for()
        return sheet

    @pages.get("/<text>")
    def show(text: str) -> Response:
        token = token_of(text)
        chosen = request.args.get("do", "")
        try:
            sheet = sheet_of(token)
        except SQLAlchemyError as error:
            return _away(error, text, chosen, {})
        return _page(sheet, text, chosen)

    @pages.post("/<text>")
    def record(text: str) -> Response:
        token = token_of(text)
        request.max_content_length = _LARGEST_FORM
        chosen = request.args.get("do", "")
        answers = {name: request.form.get(name, "") for name in request.form}
        if chosen not in ACTIONS:
            abort(404)
        try:
            sheet = sheet_of(token)
            if sheet.portrait is None:
                return _page(sheet, text, chosen)
            return _record(runtime, sheet, token, text, chosen, answers)
        except SQLAlchemyError as error:
            return _away(error, text, chosen, answers)

    return pages


def _record(
    runtime: Runtime,
    sheet: Sheet,
    token: Token,
    text: str,
    chosen: str,
    answers: Mapping[str, str],
) -> Response:
    """Act, and answer with a page that says what was recorded."""
    revision = _revision(answers)
    try:
        acted = act(
            runtime,
            token.message_id,
            chosen,
            answers,
            sheet.member,
            "mail",
            revision=revision,
            holder=token.contact_id,
            further=bool(answers.get("further")),
        )
    except AnswersError as error:
        return _page(sheet, text, chosen, answers, error.faults)
    except (NotYoursError, NotFoundError):
        wish = known(sheet.locale)
        sheet = sheet_of_link(runtime, token.message_id, token.contact_id, wish)
        return _page(sheet, text, chosen)
    except NotOfferedError:
        return _page(sheet, text, "", refused=True)
    portrait = sheet.portrait
    assert portrait is not None  # the caller looked
    noted = _noted(acted, portrait, chosen, answers)
    if acted.status == "differs":
        offered = acted.adds and chosen in portrait.offers
        form = None
        if offered:
            form = form_of(portrait, chosen, answers, None, acted.revision, further=True)
        return _answer(409, "task", sheet, text, chosen, noted=noted, form=form, open=False)
    still_open = not acted.over and portrait.is_open
    return _answer(200, "task", sheet, text, "", noted=noted, open=still_open)


def _page(
    sheet: Sheet,
    text: str,
    chosen: str,
    answers: Mapping[str, str] | None = None,
    faults: Mapping[str, str] | None = None,
    refused: bool = False,
) -> Response:
    """Return a task's page with the form of an action that it offers."""
    portrait = sheet.portrait
    if portrait is None:
        values = {"standing": str(sheet.standing), "holder": sheet.holder}
        return _answer(_STATUS[sheet.standing], "task_shut", sheet, text, chosen, **values)
    form = None
    further = bool(answers and answers.get("further"))
    if (portrait.is_open or further) and chosen in portrait.offers:
        revision = _revision(answers) if answers is not None else None
        form = form_of(portrait, chosen, answers, faults, revision, further)
    status = 422 if faults else 409 if refused else 200
    return _answer(
        status, "task", sheet, text, chosen, form=form, refused=refused, open=portrait.is_open
    )


def _answer(
    status: int, template: str, sheet: Sheet, text: str, chosen: str, **more: Any
) -> Response:
    portrait = sheet.portrait
    values: dict[str, Any] = {
        "token": text,
        "chosen": chosen or None,
        "task": sheet.values,
        "buttons": buttons(portrait) if portrait is not None else [],
        "closed": _closed(portrait) if portrait is not None else {},
        **more,
    }
    return make_response(render_template(f"public/{template}.html", **values), status)


def _closed(portrait: Portrait) -> dict[str, str]:
    row = portrait.row
    at = sentences.moment(row.done_at, language(), portrait.zone)
    return {"what": _outcome(row.outcome), "at": at, "by": row.doer_name or ""}


def _noted(
    acted: Acted, portrait: Portrait, chosen: str, answers: Mapping[str, str]
) -> dict[str, Any]:
    at = sentences.moment(acted.at, language(), portrait.zone)
    recorded = acted.status == "recorded"
    return {
        "status": acted.status,
        "what": _outcome(acted.action),
        "at": at,
        "by": acted.by,
        "answers": answers_said(chosen, answers) if acted.status != "already" else [],
        "before": answers_said(acted.action, acted.said) if acted.said else [],
        "next": _what_follows(chosen, acted.over, answers) if recorded else "",
    }


def _outcome(code: str | None) -> str:
    known_here = word(task_words.ACTIONS, code, language())
    return known_here if code in task_words.ACTIONS else word(TASK_OUTCOMES, code, language())


def _what_follows(chosen: str, over: bool, answers: Mapping[str, str]) -> str:
    """Return what happens next, in a sentence."""
    if chosen == "called" and answers.get("result") == "no_answer":
        return translate("You will be asked to call again on the next business day.")
    if answers.get("revisit_at"):
        return translate("You will hear from us in the morning of the day you named.")
    match chosen:
        case "accepted":
            return translate("The lead is yours. A task for the first meeting follows.")
        case "meeting_set":
            return translate("If nobody writes how it went by the day after, you will be asked.")
        case "met" if answers.get("next_step"):
            return translate("The next step is kept with the deal and shown in every task mail.")
        case "send_pack":
            return translate(
                "The mail to the customer goes out by itself, in the name of their owner."
            )
        case "returned":
            return translate("Marketing goes on with them; they come back to you when it is time.")
        case "won":
            return translate("Congratulations. The deal and the contact's stage follow at once.")
    if over:
        return translate("There is nothing more to do here. You may close this page.")
    return translate("The task itself is still open.")


def _revision(answers: Mapping[str, str]) -> int | None:
    text = answers.get("revision", "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None
    return number if number is not None and number <= _LARGEST_REVISION else None


def _away(error: SQLAlchemyError, text: str, chosen: str, answers: Mapping[str, str]) -> Response:
    """Return a page that keeps the answers while the database is away."""
    if not is_away(error):
        raise error
    log.warning("task page without database", why=type(error).__name__)
    g.language = known(request.args.get("lang")) or asked_for()
    known_action = chosen in ACTIONS
    page = render_template(
        "public/task_away.html",
        token=text,
        chosen=chosen if known_action else None,
        answers=list(answers.items()) if known_action else [],
        said=answers_said(chosen, answers) if known_action and answers else [],
    )
    response = make_response(page, 503)
    response.headers["Retry-After"] = "5"
    return response
