"""Manners of business mail: what works, but makes a careful colleague raise an eyebrow."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nurture.emails.compile import Assembled
from nurture.emails.manner import Manner
from nurture.emails.manners_en import ENGLISH
from nurture.emails.manners_ja import JAPANESE, USUAL_GREETING
from nurture.emails.sources import Source
from nurture.emails.subjects import check_preheader, check_subject, subject_of
from nurture.emails.tags import Passage
from nurture.errors import Place, Problem, Severity
from nurture.language import say

_EVERYWHERE = (
    Manner(
        re.compile(r"(?i)\b(?:no|do-?not)-?reply\b"),
        "manners-noreply",
        say("a mail that takes no answer"),
        say("let a person's address receive the replies"),
    ),
    Manner(
        re.compile(r"Dear\s+\{\{[^{}]*\|\s*addressee\s*\}\}"),
        "manners-double",
        say("addressee brings its own Dear"),
        say("write {{ contact | addressee }},"),
    ),
    Manner(
        re.compile("[!！]{2,}"),
        "manners-shouting",
        say("several exclamation marks in a row"),
        say("one is plenty, none is better"),
    ),
    Manner(
        re.compile("[!！]+"),
        "manners-exclamations",
        say("a mail with many exclamation marks"),
        say("let the words do it"),
        allowed=2,
    ),
)
#: what is no prose: tags, MJML's own, comments, addresses of pictures
_NOT_PROSE = re.compile(r"<!--.*?-->|\{#.*?#\}|<!|!\[|!=|!important", re.DOTALL)
_ORIGIN = re.compile(r"\{\{-?\s*origin\b")
_OPT_OUT_LINK = re.compile(r"\{\{-?\s*(?:nv_unsubscribe|urls\.unsubscribe)\b")
#: words for the way out, as readers look for them
_WAY_OUT = re.compile(
    r"(?i)配信.{0,4}停止|購読.{0,4}解除|受信.{0,4}停止|停止いただけ|unsubscribe|opt[- ]?out"
    r"|stop (?:these|receiving|getting)"
)


def check_manners(source: Source, locale: str) -> Iterator[Problem]:
    """Yield warnings about one template as it is written."""
    language = JAPANESE if locale.split("-")[0] == "ja" else ENGLISH
    for passage in _prose(source):
        for rule in (*_EVERYWHERE, *language):
            yield from rule.found(passage)
    subject = subject_of(source)
    if subject is not None:
        yield from check_subject(subject)
    yield from check_preheader(source, subject)


def check_first(whole: Assembled, source: Source, journey: str) -> Iterator[Problem]:
    """Yield warnings about a template that may be a stranger's first letter of a journey."""
    if not _ORIGIN.search(whole.page):
        header = source.header.get("origin")
        yield Problem(
            header.place if header else source.body.place,
            "first-mail-origin",
            say(
                "{journey} may write to strangers here, and nothing says where we know them from",
                journey=journey,
            ),
            say("use {{ origin }}, or take `origin: own` out so that the layout says it"),
            Severity.WARNING,
        )
    if "first_mail" in {r.path[0] for r in whole.references if r.place.file == source.path.path}:
        # It asks for itself what it may say to whom.
        return
    for passage in _prose(source):
        for hit in USUAL_GREETING.finditer(passage.text):
            yield Problem(
                passage.at(hit.start()),
                "manners-stranger",
                say(
                    "{journey} may write to strangers here, who have done us no favour yet",
                    journey=journey,
                ),
                say("introduce yourself instead of お世話になっております"),
                Severity.WARNING,
            )


def check_way_out(whole: Assembled) -> Iterator[Problem]:
    """Yield a warning where the link to opt out is there, but not a word that says so."""
    for part, text in ((say("HTML"), whole.page), (say("text"), whole.text)):
        if _OPT_OUT_LINK.search(text) and not _WAY_OUT.search(re.sub("<[^>]*>", "", text)):
            yield Problem(
                Place(whole.path.path),
                "opt-out-unnamed",
                say("the {part} part links to the way out without saying so", part=part),
                say("write 配信停止 or unsubscribe on it"),
                Severity.WARNING,
            )


def _prose(source: Source) -> list[Passage]:
    """Return the passages of a template with what is no prose blanked out, places kept."""
    passages = [
        *(text for key, text in source.header.items() if key not in ("layout", "origin")),
        source.body,
        *([source.twin] if source.twin else []),
    ]
    return [
        Passage(_NOT_PROSE.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), p.text), p.place)
        for p in passages
    ]
