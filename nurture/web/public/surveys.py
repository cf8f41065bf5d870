"""A survey's page: GET shows it, whatever a button had behind it; POST records an answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import structlog
from flask import Blueprint, Response, g, make_response, render_template, request
from sqlalchemy.exc import SQLAlchemyError

from nurture.domain.survey import ENDS, HIGHEST, LOWEST, QUESTION, Survey
from nurture.domain.survey_answers import LONGEST_COMMENT, Answer, read_answer, read_score
from nurture.emails.tokens import Purpose, Token
from nurture.errors import NurtureError
from nurture.services.house import company_name
from nurture.services.runtime import Runtime
from nurture.services.survey_answers import Recorded, Sheet, Standing, answer, sheet
from nurture.web.errors import is_away
from nurture.web.languages import asked_for, known, language
from nurture.web.public.reader_pages import token_of

log = structlog.get_logger(__name__)

#: what a form may take, bytes; a comment of 4,000 characters is 12,000 in UTF-8
_LARGEST_FORM = 60_000


def make_surveys(runtime: Runtime) -> Blueprint:
    """Return the pages that the buttons of a survey's mail lead to."""
    pages = Blueprint("surveys", "nurture.web", template_folder="templates", url_prefix="/s")

    @pages.get("/<text>")
    def show(text: str) -> Response:
        token = _token(runtime, text)
        chosen = read_score(request.args.get("score", ""))
        try:
            found = _sheet(runtime, token)
        except SQLAlchemyError as error:
            return _away(error, text, chosen, (), "")
        return _page(runtime, text, found, chosen)

    @pages.post("/<text>")
    def record(text: str) -> Response:
        token = _token(runtime, text)
        request.max_content_length = _LARGEST_FORM
        form = request.form
        score, comment = form.get("score", ""), form.get("comment", "")
        drivers = form.getlist("driver")
        try:
            found = _sheet(runtime, token)
            if found.standing is not Standing.OPEN or found.survey is None:
                return _page(runtime, text, found, None)
            sent = read_answer(found.survey, score, drivers, comment)
            if sent is None:
                written = Answer(LOWEST, tuple(drivers), comment)
                return _page(runtime, text, found, None, written, missing=True)
            if token.purpose is Purpose.DEMONSTRATION:
                return _thanks(runtime, text, found, sent)
            done = answer(runtime, token.message_id, sent, language())
        except SQLAlchemyError as error:
            return _away(error, text, read_score(score), drivers, comment)
        if done is Recorded.REFUSED:
            return _page(runtime, text, _sheet(runtime, token), None)
        return _thanks(runtime, text, found, sent, changed=done is Recorded.CHANGED)

    return pages


def _token(runtime: Runtime, text: str) -> Token:
    token = runtime.keyring.verify(text)
    if token is not None and token.purpose is Purpose.DEMONSTRATION:
        # Of a test mail: shows what a reader would see, and records nothing.
        return token
    return token_of(runtime, text, Purpose.SURVEY)


def _sheet(runtime: Runtime, token: Token) -> Sheet:
    """Return what the page shows, and speak its reader's language."""
    if token.purpose is Purpose.DEMONSTRATION:
        found = Sheet(Standing.OPEN, None, Survey("sample", {}))
    else:
        found = sheet(runtime, token.message_id)
    g.language = known(request.args.get("lang")) or known(found.locale) or asked_for()
    g.demonstration = token.purpose is Purpose.DEMONSTRATION
    return found


def _page(
    runtime: Runtime,
    text: str,
    found: Sheet,
    chosen: int | None,
    written: Answer | None = None,
    missing: bool = False,
) -> Response:
    """Return the form; of an invitation that cannot be answered, why not."""
    if found.standing is not Standing.OPEN or found.survey is None:
        late = found.standing is Standing.LATE
        return _answer(runtime, 410, "survey_shut", text, found, late=late)
    before = found.answer
    filled = written or before
    score = chosen if chosen is not None or missing else (before.score if before else None)
    return _answer(
        runtime,
        422 if missing else 200,
        "survey",
        text,
        found,
        score=score,
        drivers=filled.drivers if filled is not None else (),
        comment=filled.comment if filled is not None else "",
        before=before,
        missing=missing,
        longest=LONGEST_COMMENT,
    )


def _thanks(
    runtime: Runtime, text: str, found: Sheet, sent: Answer, changed: bool = False
) -> Response:
    survey = found.survey
    assert survey is not None  # what was answered is open
    said = survey.thanks.get(sent.band, {})
    own = said.get(language()) or said.get("")
    return _answer(
        runtime, 200, "survey_thanks", text, found,
        sent=sent, band=sent.band.value, said=own, changed=changed,
    )  # fmt: skip


def _answer(
    runtime: Runtime, status: int, template: str, text: str, found: Sheet, **more: Any
) -> Response:
    speaking = language()
    try:
        company = company_name(runtime, speaking)
    except (SQLAlchemyError, NurtureError):
        company = ""
    drivers = found.survey.drivers if found.survey is not None else ()
    values: dict[str, Any] = {
        "token": text,
        "company": company,
        "demonstration": g.get("demonstration", False),
        "question": QUESTION.get(speaking, QUESTION["en"]),
        "ends": ENDS.get(speaking, ENDS["en"]),
        "scores": range(LOWEST, HIGHEST + 1),
        "choices": [
            (one.key, one.title.get(speaking) or one.title.get("") or one.key) for one in drivers
        ],
        "owner": found.owner.get(speaking) or found.owner.get("") or "",
        **more,
    }
    return make_response(render_template(f"public/{template}.html", **values), status)


def _away(
    error: SQLAlchemyError, text: str, score: int | None, drivers: Sequence[str], comment: str
) -> Response:
    """Return a page that keeps what was written while the database is away."""
    if not is_away(error):
        raise error
    log.warning("survey page without database", why=type(error).__name__)
    g.language = known(request.args.get("lang")) or asked_for()
    page = render_template(
        "public/survey_away.html",
        token=text,
        score=score,
        drivers=list(drivers)[:50],
        comment=comment[:LONGEST_COMMENT],
        sending=request.method == "POST",
    )
    response = make_response(page, 503)
    response.headers["Retry-After"] = "5"
    return response
