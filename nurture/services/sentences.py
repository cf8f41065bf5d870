"""Stored reasons and events as sentences in a language and a zone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime

from nurture.domain import glossary, loop_words
from nurture.domain.event_codes import CODES, PROPERTIES
from nurture.domain.event_words import MOVES, name_of
from nurture.domain.reasons import sentence
from nurture.language import language_of

#: blanks of reasons that hold a code of the glossary, by reason
_CODES: Mapping[str, Mapping[str, glossary.Words]] = {
    "warmer": {"old": glossary.TEMPERATURES, "new": glossary.TEMPERATURES},
    "cooler": {"old": glossary.TEMPERATURES, "new": glossary.TEMPERATURES},
    "stage": {"old": glossary.STAGES, "new": glossary.STAGES},
    "unsubscribed": {"purpose": glossary.PURPOSES},
    "no_consent": {"purpose": glossary.PURPOSES},
    "ended": {"outcome": glossary.OUTCOMES},
    "returned": {
        "old": glossary.STAGES,
        "new": glossary.STAGES,
        "cause": glossary.RETURNS,
    },
    "not_returned": {"old": glossary.STAGES},
    "task_closed": {"outcome": glossary.TASK_OUTCOMES},
    "ask_sector": {"industry": glossary.INDUSTRIES},
    "ask_timing_off": {"timing": loop_words.TIMINGS},
    "ask_kind": {"kind": loop_words.CHANNELS},
    "reward_held": {"why": loop_words.REWARD_REASONS},
    "reward_asked": {"why": loop_words.REWARD_REASONS},
}

#: reasons whose moment may lie in another year
_FAR = frozenset(
    {
        "returned",
        "revisit_noted",
        "survey_contact_limit",
        "survey_too_soon",
        "survey_account_limit",
        "ask_complaint_recent",
        "ask_cool_down",
        "ask_contact_limit",
        "ask_account_limit",
    }
)

#: reasons of a mail that waits for a moment that is known
_HELD_BACK = frozenset(
    {
        "window",
        "quiet_hours",
        "spread",
        "best_hour",
        "cap",
        "try_later",
        "not_sent",
        "sending_off",
        "reader_pause",
        "reader_rhythm",
    }
)

#: (kind, reason) of decisions whose sentence says no more than their noun and their workflow
_AGAIN = frozenset({("sent", "accepted"), ("walked", "walked"), ("enrolled", "enrolled")})

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")

_FORMATS = {"ja": "M月d日(E) H:mm", "en": "EEE, d MMM, HH:mm"}
_LONG = {"ja": "y年M月d日(E) H:mm", "en": "EEE, d MMM y, HH:mm"}
_DAYS = {"ja": "y年M月d日", "en": "d MMM y"}


def moment(at: datetime | None, locale: str, zone: ZoneInfo, year: bool = False) -> str:
    """Return a moment as people of a zone write it, empty for none."""
    if at is None:
        return ""
    language = language_of(locale)
    form = (_LONG if year else _FORMATS)[language]
    return str(format_datetime(at.astimezone(zone), form, locale=language))


def day(at: datetime | None, locale: str, zone: ZoneInfo) -> str:
    """Return the day of a moment, empty for none."""
    if at is None:
        return ""
    language = language_of(locale)
    return str(format_date(at.astimezone(zone).date(), _DAYS[language], locale=language))


def decided(
    kind: str,
    code: str,
    detail: Mapping[str, Any],
    locale: str,
    zone: ZoneInfo,
    titles: Mapping[str, str],
) -> tuple[str, str]:
    """Return a decision's noun and its sentence; without one where that says the noun again."""
    noun = glossary.word(glossary.DECISIONS, kind, locale)
    told = "" if (kind, code) in _AGAIN else reason(code, detail, locale, zone, titles)
    return noun, told


def property_text(kind: str, name: str, value: Any, locale: str, zone: ZoneInfo) -> str:
    """Return a property of an event of a kind as `種類: ホワイトペーパー`."""
    values = value if isinstance(value, list) else [value]
    comma = "、" if language_of(locale) == "ja" else ", "
    text = comma.join(f"{one:g}" if isinstance(one, float) else str(one) for one in values)
    if kind in MOVES and name in ("from", "to"):
        text = glossary.word(MOVES[kind], text, locale)
    elif (codes := CODES.get((kind, name))) is not None:
        text = glossary.word(codes, text, locale)
    elif isinstance(value, str) and _INSTANT.match(value):
        text = _moment(value, locale, zone, True)
    return f"{glossary.word(PROPERTIES, name, locale)}: {text}"


def reason(
    code: str, detail: Mapping[str, Any], locale: str, zone: ZoneInfo, titles: Mapping[str, str]
) -> str:
    """Return the sentence of a stored reason; `titles` names workflows as people know them."""
    said: dict[str, Any] = dict(detail)
    for blank, words in _CODES.get(code, {}).items():
        if blank in said:
            said[blank] = glossary.word(words, str(said[blank]), locale)
    if isinstance(said.get("until"), str):
        said["until"] = _moment(said["until"], locale, zone, code in _FAR)
    if isinstance(said.get("events"), list):
        said["events"] = [name_of(str(one), locale) for one in said["events"]]
    if isinstance(said.get("matched"), list):
        said["matched"] = [
            glossary.word(glossary.MATCHES, str(one), locale) for one in said["matched"]
        ]
    if code == "no_item" and "kind" in said:
        said["kind"] = glossary.word(glossary.ITEMS, str(said["kind"]), locale)
    if isinstance(said.get("title"), dict):
        title = said["title"]
        said["title"] = title.get(language_of(locale)) or next(iter(title.values()), "")
    if isinstance(said.get("workflow"), str):
        said["workflow"] = titles.get(said["workflow"], said["workflow"])
    told = sentence(code, said, locale)
    if code in _HELD_BACK and said.get("until"):
        # The first question about a mail that waits is until when.
        told += (
            f"（{said['until']} まで）"
            if language_of(locale) == "ja"
            else f", until {said['until']}"
        )
    return told


def _moment(text: str, locale: str, zone: ZoneInfo, year: bool) -> str:
    try:
        return moment(datetime.fromisoformat(text), locale, zone, year)
    except ValueError:
        return text
