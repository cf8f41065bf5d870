"""Subject and preheader: the two lines by which a reader decides."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from nurture.emails.manner import Manner
from nurture.emails.sources import Kind, Source
from nurture.emails.tags import Passage
from nurture.errors import Place, Problem, Severity
from nurture.language import say

#: longest subject that lists show whole, in full-width characters; a Latin letter is half
MAX_SUBJECT = 30

_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_TITLE = re.compile(r"<mj-title>(.*?)</mj-title>|\[%-? block subject -?%\](.*?)\[%", re.DOTALL)
_PREVIEW = re.compile(
    r"<mj-preview>(.*?)</mj-preview>|\[%-? block preheader -?%\](.*?)\[%", re.DOTALL
)

_SUBJECT = (
    Manner(
        re.compile(r"(?i)^\s*(?:(?:re|fw|fwd)\s*[:：]|(?:返信|転送)\s*[:：])"),
        "manners-false-reply",
        say("a subject that pretends to be an answer"),
        say("say what the mail is about"),
    ),
    Manner(
        re.compile(r"【(?:重要|緊急|至急|必読|要確認|要返信)】|至急|(?i:\burgent\b|\bimportant!)"),
        "manners-alarm",
        say("a subject that raises an alarm"),
        say("say what the mail is about"),
    ),
    Manner(
        re.compile(r"[★☆◆◇■□●◎♪♥✨❗‼]|[\U0001f300-\U0001faff]"),
        "manners-symbols",
        say("a subject with symbols looks like an advertisement"),
        say("words are enough"),
    ),
    Manner(
        re.compile(r"(?:\b[A-Z]{3,}\b[\s!,.]*){2,}|\b(?:FREE|NOW|SALE|HURRY|ONLY)\b"),
        "manners-capitals",
        say("a subject in capitals shouts"),
        say("write it as a sentence"),
    ),
    Manner(
        re.compile("[!！]"),
        "manners-exclamations",
        say("a subject with several exclamation marks"),
        say("a full stop, or nothing, is calmer"),
        allowed=1,
    ),
)


def subject_of(source: Source) -> Passage | None:
    """Return the subject as a template writes it; None: it could not be found."""
    if source.path.kind is Kind.LETTER:
        return source.header.get("subject")
    return _inside(_TITLE, source)


def check_subject(subject: Passage) -> Iterator[Problem]:
    """Yield warnings about a subject, of a template or of a step."""
    for rule in _SUBJECT:
        yield from rule.found(subject)
    width = full_width(_TAG.sub("", subject.text).strip())
    if width > MAX_SUBJECT:
        yield Problem(
            subject.place,
            "manners-long-subject",
            say(
                "a subject of {width:g} full-width characters ({letters:g} letters of English); "
                "lists cut it at {most} ({most_letters})",
                width=width,
                letters=2 * width,
                most=MAX_SUBJECT,
                most_letters=2 * MAX_SUBJECT,
            ),
            say("say it shorter"),
            Severity.WARNING,
        )


def check_preheader(source: Source, subject: Passage | None) -> Iterator[Problem]:
    """Yield a warning where the line behind the subject is missing or says the same."""
    if source.path.kind is Kind.LETTER:
        preheader, how = source.header.get("preheader"), say("add `preheader: …` to the header")
    else:
        preheader = _inside(_PREVIEW, source)
        how = say("fill <mj-preview>, or the layout's preheader block")
    if preheader is None or not preheader.text.strip():
        yield Problem(
            subject.place if subject else Place(source.path.path),
            "preheader-missing",
            say("lists show the first words of the mail behind the subject, whatever they are"),
            how,
            Severity.WARNING,
        )
    elif subject is not None and _plain(preheader.text) == _plain(subject.text):
        yield Problem(
            preheader.place,
            "preheader-same",
            say("the preheader says what the subject says"),
            say("say what the reader finds inside"),
            Severity.WARNING,
        )


def full_width(text: str) -> float:
    """Return the width of a text in full-width characters (Unicode Annex 11).

    A Latin letter is half of one. Characters that are wide among Japanese ones only, such
    as … and ’, are so where there are any.
    """
    kinds = [unicodedata.east_asian_width(character) for character in text]
    wide = "WFA" if {"W", "F"} & set(kinds) else "WF"
    return sum(1.0 if kind in wide else 0.5 for kind in kinds)


def _inside(pattern: re.Pattern[str], source: Source) -> Passage | None:
    found = pattern.search(source.body.text)
    if found is None:
        return None
    group = 1 if found[1] is not None else 2
    return Passage(found[group], source.body.at(found.start(group)))


def _plain(text: str) -> str:
    return re.sub(r"[\s。.!！]+", "", text).lower()
