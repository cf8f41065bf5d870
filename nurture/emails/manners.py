"""Manners of business mail: what works, but makes a careful colleague raise an eyebrow."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from nurture.emails.sources import Source
from nurture.emails.tags import Passage
from nurture.errors import Problem, Severity

#: longest subject that lists show whole, in full-width characters
MAX_SUBJECT = 30

_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_TITLES = "会長|社長|専務|常務|取締役|本部長|部長|次長|課長|係長|主任|室長|所長|支店長|工場長|店長"


@dataclass(frozen=True, slots=True)
class _Manner:
    pattern: re.Pattern[str]
    code: str
    message: str
    hint: str


_JAPANESE = (
    _Manner(re.compile("御社"), "manners-onsha", "御社 is spoken", "write 貴社"),
    _Manner(
        re.compile("各位(?:様|殿)"),
        "manners-kakui",
        "各位 is polite already",
        "write 各位 without 様",
    ),
    _Manner(
        re.compile(f"(?:{_TITLES})(?:様|殿)"),
        "manners-title",
        "a title takes no 様",
        "write 部長 佐藤花子様",
    ),
    _Manner(
        re.compile(r"\{\{\s*contact\.title\b[^{}]*\}\}\s*(?:様|さま|殿)"),
        "manners-title",
        "a title takes no 様",
        "write {{ contact | addressee }}",
    ),
    _Manner(
        re.compile(
            r"様様|御中様|様御中|\{\{[^{}]*\|\s*(?:addressee|short_name)\s*\}\}\s*(?:様|さま|御中)"
        ),
        "manners-double",
        "a courtesy stands twice",
        "addressee and short_name bring their own 様",
    ),
    _Manner(
        re.compile(r"\{\{\s*sender\.\w+[^{}]*\}\}\s*(?:様|さま|さん)"),
        "manners-own-staff",
        "our own people take no 様",
        "write {{ sender.name }}",
    ),
)
_EVERYWHERE = (
    _Manner(
        re.compile(r"(?i)\bno-?reply\b"),
        "manners-noreply",
        "a mail that takes no answer",
        "let a person's address receive the replies",
    ),
    _Manner(
        re.compile(r"Dear\s+\{\{[^{}]*\|\s*addressee\s*\}\}"),
        "manners-double",
        "addressee brings its own Dear",
        "write {{ contact | addressee }},",
    ),
)
_SUBJECT = (
    _Manner(
        re.compile(r"(?i)^\s*(?:re|fw|fwd)\s*[:：]"),
        "manners-false-reply",
        "a subject that pretends to be an answer",
        "say what the mail is about",
    ),
    _Manner(
        re.compile(r"【(?:重要|緊急|至急)】|(?i:\burgent\b|\bimportant!)"),
        "manners-alarm",
        "a subject that raises an alarm",
        "say what the mail is about",
    ),
)


def check_manners(source: Source, locale: str, subject: Passage | None) -> Iterator[Problem]:
    """Yield warnings about one template; `subject` None: it could not be found."""
    rules = (*_EVERYWHERE, *(_JAPANESE if locale.split("-")[0] == "ja" else ()))
    passages = [*source.header.values(), source.body, *([source.twin] if source.twin else [])]
    for passage in passages:
        for rule in rules:
            yield from _found(rule, passage)
    if subject is None:
        return
    for rule in _SUBJECT:
        yield from _found(rule, subject)
    width = full_width(_TAG.sub("", subject.text))
    if width > MAX_SUBJECT:
        yield Problem(
            subject.place,
            "manners-long-subject",
            f"a subject of {width:g} full-width characters; lists cut it at {MAX_SUBJECT}",
            "say it shorter",
            Severity.WARNING,
        )


def full_width(text: str) -> float:
    """Return the width of a text in full-width characters; a Latin letter is half of one."""
    wide = sum(unicodedata.east_asian_width(character) in "WFA" for character in text)
    return wide + (len(text) - wide) / 2


def _found(rule: _Manner, passage: Passage) -> Iterator[Problem]:
    for hit in rule.pattern.finditer(passage.text):
        place = passage.at(hit.start())
        yield Problem(place, rule.code, rule.message, rule.hint, Severity.WARNING)
