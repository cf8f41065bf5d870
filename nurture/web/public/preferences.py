"""The preference centre: GET shows, POST acts at once; no cookie, no redirect, no script."""

from __future__ import annotations

from typing import Any

import structlog
from babel import Locale, UnknownLocaleError
from flask import Blueprint, Response, g, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.datastructures import MultiDict

from nurture.domain.preference_words import PURPOSES, change_in_words, day_in_words, summary
from nurture.domain.preferences import LONGEST_PAUSE, Choices
from nurture.emails.tokens import Purpose, Token
from nurture.services import preferences as service
from nurture.services.preference_desk import Sheet, in_words
from nurture.services.runtime import Runtime
from nurture.services.spool import Spool
from nurture.web.errors import is_away
from nurture.web.languages import asked_for, known, language, translate
from nurture.web.public import preference_form
from nurture.web.public.preference_form import Filled
from nurture.web.public.reader_pages import stop_everything, token_of, write_page

log = structlog.get_logger(__name__)

#: what a form may take, bytes
LARGEST_FORM = 10_000


def make_preferences(runtime: Runtime, spool: Spool) -> Blueprint:
    """Return the pages a person reaches by 配信設定 in a mail's footer."""
    pages = Blueprint("preferences", __name__)

    @pages.get("/p/<text>")
    def show(text: str) -> Response:
        token = token_of(runtime, text, Purpose.PREFERENCES)
        try:
            sheet = service.sheet(runtime, token.contact_id, token.message_id)
        except SQLAlchemyError as error:
            return _away(runtime, text, token, error, MultiDict())
        return sheet_page(runtime, text, token, sheet)

    @pages.post("/p/<text>")
    def choose(text: str) -> Response:
        token = token_of(runtime, text, Purpose.PREFERENCES)
        request.max_content_length = LARGEST_FORM
        form = request.form
        asked = form.get("do", "")
        try:
            if asked == "stop":
                return stop_everything(runtime, spool, token, "preferences page")
            sheet = service.sheet(runtime, token.contact_id, token.message_id)
            if sheet is None or asked not in ("save", "undo"):
                return sheet_page(runtime, text, token, sheet, unread=sheet is not None)
            filled = preference_form.read_form(form, sheet, asked == "undo")
            if filled.mistake:
                return sheet_page(runtime, text, token, sheet, filled)
            _speak(sheet)
            shown = _text_shown(filled.wish, sheet, asked == "undo")
            saved = service.save(
                runtime, token.contact_id, token.message_id, filled.wish, shown, "preferences page"
            )
        except SQLAlchemyError as error:
            return _away(runtime, text, token, error, form)
        return saved_page(runtime, text, token, saved, filled.shortened)

    return pages


def saved_page(
    runtime: Runtime, text: str, token: Token, saved: service.Saved | None, shortened: bool = False
) -> Response:
    """Return the page after a choice: what changed exactly, and a way back."""
    if saved is None:
        return sheet_page(runtime, text, token, None)
    if saved.before.locale != saved.sheet.choices.locale:
        # Who chooses a language for the mails wants to read on in it.
        g.language = known(saved.sheet.choices.locale) or language()
    _speak(saved.sheet)
    titles = saved.sheet.offer.titles(language())
    return sheet_page(
        runtime,
        text,
        token,
        saved.sheet,
        saved=True,
        changes=[change_in_words(one, titles, language()) for one in saved.changes],
        undo=preference_form.undo(saved.before),
        latest=_day(saved.sheet) if shortened else "",
    )


def sheet_page(
    runtime: Runtime,
    text: str,
    token: Token,
    sheet: Sheet | None,
    filled: Filled | None = None,
    **values: Any,
) -> Response:
    """Return the form, filled with what a person has or has just written wrongly."""
    _speak(sheet)
    if sheet is None:
        return write_page(runtime, "nobody", token, preferences=text)
    filled = filled or preference_form.as_it_stands(sheet)
    offer, wish = sheet.offer, filled.wish
    titles = offer.titles(language())
    page = write_page(
        runtime,
        "preferences",
        token,
        preferences=text,
        sheet=sheet,
        filled=filled,
        wish=wish,
        topics=[
            (name, titles[name], in_words(one.description, language()))
            for name, one in offer.topics.items()
        ],
        purposes=[name for name in PURPOSES if not (name == "marketing" and offer.topics)],
        locales=[(code, _own_name(code)) for code in offer.locales],
        standing=summary(sheet.choices, titles, len(offer.locales), language()),
        first_day=sheet.today,
        last_day=sheet.today + LONGEST_PAUSE,
        **values,
    )
    page.status_code = 422 if filled.mistake else 400 if values.get("unread") else 200
    return page


def _speak(sheet: Sheet | None) -> None:
    """Choose the page's language: asked for by link, else the person's, else the browser's."""
    if "language" not in g:
        own = known(sheet.locale) if sheet is not None else None
        g.language = known(request.args.get("lang")) or own or asked_for()


def _away(
    runtime: Runtime,
    text: str,
    token: Token,
    error: SQLAlchemyError,
    form: MultiDict[str, str],
) -> Response:
    """Answer while the database is away: nothing of what was filled in is lost."""
    if not is_away(error):
        raise error
    log.warning("preferences cannot be reached", why=type(error).__name__)
    _speak(None)
    page = write_page(
        runtime,
        "away",
        token,
        preferences=text,
        fields=preference_form.again(form) if "do" in form else [],
        again="undo" if form.get("do") == "undo" else "save",
    )
    page.status_code = 503
    page.headers["Retry-After"] = "5"
    return page


def _text_shown(wish: Choices, sheet: Sheet, undoing: bool) -> str:
    """Return what stood above the button that grants, and what was chosen there."""
    text = translate("Put everything back as it was before." if undoing else SAVING)
    titles = sheet.offer.titles(language())
    chosen = [titles[name] for name in titles if name in wish.topics]
    ja = language() == "ja"
    chosen += [
        words[0 if ja else 1]
        for name, words in PURPOSES.items()
        if name in wish.purposes and not (name == "marketing" and titles)
    ]
    return f"{text}（{'、'.join(chosen)}）" if ja else f"{text} ({', '.join(chosen)})"


#: what a person says by pressing the button
SAVING = "Please send me the mails I have chosen here."


def _day(sheet: Sheet) -> str:
    resumes = sheet.choices.resumes
    return day_in_words(resumes, language()) if resumes is not None else ""


def _own_name(code: str) -> str:
    """Return a language's name in itself: 日本語, English, français."""
    try:
        locale = Locale.parse(code.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return code
    return locale.get_display_name(locale) or code
