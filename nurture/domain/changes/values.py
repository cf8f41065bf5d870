"""Any value of a definition as a short text: so that a new key is shown without a line of code."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from nurture.domain.condition_words import condition_text, duration_text, match_text, span_text
from nurture.domain.conditions import All, AnyOf, Compare, HasTag, Not, Truthy
from nurture.domain.library import Pick
from nurture.domain.steps import Duration, EventMatch

#: characters of a text that are shown of each side of a change
_LONGEST = 120

_CONDITIONS = (Compare, HasTag, Truthy, All, AnyOf, Not)

#: what a segment's name stands in, where its condition was replaced by a tag of that name
SEGMENT_MARK = "\x1f"


def value_text(value: Any, locale: str) -> str:
    """Return a value in a few words: 7日, スコア ≥ 40, 「件名」, なし."""
    ja = locale.startswith("ja")
    match value:
        case None | () | "" | frozenset():
            return "なし" if ja else "none"
        case bool():
            return ("はい" if value else "いいえ") if ja else ("yes" if value else "no")
        case Duration():
            return duration_text(value, locale)
        case EventMatch():
            return with_segments(match_text(value, locale), locale)
        case enum.Enum():
            return str(value.value)
        case str():
            return quoted(value, locale)
        case int() | float():
            return f"{value:g}"
        case timedelta():
            return span_text(value, locale)
        case datetime():
            return f"{value:%Y-%m-%d %H:%M}"
        case date():
            return value.isoformat()
        case time():
            return f"{value:%H:%M}"
        case Pick():
            return _pick(value, locale)
        case _ if isinstance(value, _CONDITIONS):
            return with_segments(condition_text(value, locale), locale)
        case Mapping():
            return _joined((f"{key}: {value_text(one, locale)}" for key, one in value.items()), ja)
        case set() | frozenset():
            return _joined(sorted(value_text(one, locale) for one in value), ja)
        case tuple() | list():
            return _joined((value_text(one, locale) for one in value), ja)
        case _ if is_dataclass(value):
            said = (
                f"{one.name}: {value_text(getattr(value, one.name), locale)}"
                for one in fields(value)
                if one.compare and getattr(value, one.name) not in (None, "", ())
            )
            return _joined(said, ja)
    return short(str(value))


def quoted(text: str, locale: str) -> str:
    """Return a text in the quotation marks of a language, shortened; bare where it is a name."""
    if text.replace("-", "").replace("_", "").replace("/", "").isascii() and " " not in text:
        return short(text)
    return f"「{short(text)}」" if locale.startswith("ja") else f"“{short(text)}”"


def short(text: str, most: int = _LONGEST) -> str:
    """Return a text on one line of at most so many characters."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def with_segments(text: str, locale: str) -> str:
    """Return the words of a condition with the segments that stand in it as such."""
    if SEGMENT_MARK not in text:
        return text
    parts = text.split(SEGMENT_MARK)
    # "tag ␟name␟" and "タグ「␟name␟」": the mark encloses each name
    ja = locale.startswith("ja")
    said = parts[0]
    for name, rest in zip(parts[1::2], parts[2::2], strict=True):
        opened = said.removesuffix("タグ「" if ja else "tag ")
        said = opened + (f"セグメント「{name}" if ja else f"segment {name}") + rest
    return said


def _pick(pick: Pick, locale: str) -> str:
    said = "最も合うもの" if locale.startswith("ja") else "best"
    return f"{pick.kind} ({said}: {', '.join(pick.match)})" if pick.match else pick.kind


def _joined(texts: Any, ja: bool) -> str:
    return ("、" if ja else ", ").join(texts)
