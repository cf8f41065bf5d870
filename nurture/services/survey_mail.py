"""What mails say of the survey that they ask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nurture.domain.library import in_locale
from nurture.domain.survey import ENDS, QUESTION, Survey
from nurture.emails.tokens import Token
from nurture.language import language_of
from nurture.services.runtime import Runtime


def values(runtime: Runtime, survey: Survey | None, token: Token, locale: str) -> Mapping[str, Any]:
    """Return the template value `survey` of a mail in a language.

    `link` is the answer's page; with `?score=9` behind it that answer is chosen there, and
    nothing is written before it is sent.
    """
    link = f"{runtime.public_url}/s/{runtime.keyring.sign(token)}"
    return {"survey": {"link": link, **words(survey, locale)}}


def words(survey: Survey | None, locale: str) -> dict[str, str]:
    """Return what is the same for every reader of a language."""
    language = language_of(locale)
    low, high = ENDS[language]
    title = in_locale(survey.title, locale) if survey is not None else None
    return {"question": QUESTION[language], "low": low, "high": high, "title": title or ""}
