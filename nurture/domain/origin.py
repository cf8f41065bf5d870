"""ご連絡の経緯: how we came to know a person, in one sentence, from the consent on record.

Nothing is said that the record does not say: without a date or a source the sentence gets
shorter, and without anything it is empty.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from nurture.domain.contact_row import Basis
from nurture.domain.contact_words import BASES, word_of
from nurture.domain.person_name import clean_text

#: longest source that a letter quotes, characters
LONGEST = 60

_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
#: sources that speak as we do already, or say what the person did: 弊社ウェブサイト, お電話
_OUR_WORDS = re.compile(r"(?:弊社|当社|貴社|お|ご)")
#: what people and programs write where they mean our site and nothing more
_SITE = re.compile(
    r"(?i)(?:(?:our |弊社|当社)?(?:web ?site|web ?form|form|site|web|hp|homepage"
    r"|ウェブサイト|webサイト|サイト|ホームページ|フォーム)|preferences page)"
)
_URL = re.compile(r"(?i)https?://\S+|www\.\S+")
#: an address in parts; who logs in and the port are nobody's business in a letter
_PARTS = re.compile(
    r"(?i)(?:https?://|(?!https?:))(?:[^/?#@]*@)?(?P<host>[^/?#:@]+)(?::\d*)?(?P<path>[^?#]*)"
)


@dataclass(frozen=True, slots=True)
class Acquaintance:
    """How we came to know a person, as the consent record says; None where it does not."""

    basis: str | None = None
    #: 「◯◯展2026」, a form's address, as somebody typed it
    source: str | None = None
    #: the day in the reader's zone
    obtained_on: date | None = None


def origin(known: Acquaintance | None, locale: str, website: str = "") -> str:
    """Return the sentence with its full stop, in Japanese or else in English; "" if unknown.

    `website` is our own: a form's address on it is 弊社サイト, another one is named as it is.
    """
    if known is None:
        return ""
    japanese = locale.split("-")[0] == "ja"
    place, is_site = _place(known.source or "", website, japanese)
    day = known.obtained_on
    write = _japanese if japanese else _english
    return write(known.basis or "", place, is_site, day)


def _japanese(basis: str, place: str, is_site: bool, day: date | None) -> str:
    on = f"{day.year}年{day.month}月{day.day}日" if day else ""
    # 3月12日の「◯◯展」で; without a place 3月12日に
    at = f"{on}の{place}で" if on and place else f"{place}で" if place else f"{on}に" if on else ""
    match basis:
        case Basis.BUSINESS_CARD:
            return f"{at}お名刺を頂戴しました。"
        case Basis.OPT_IN if is_site:
            return f"{f'{on}に' if on else ''}{place}でお申し込みいただきました。"
        case Basis.OPT_IN:
            comma = "、" if at else ""
            return f"{at}{comma}ご案内の送付にご同意いただきました。"
        case Basis.BUSINESS_RELATIONSHIP:
            since = f"{on}の{place}" if on and place else place or on
            return f"{f'{since}以来、' if since else ''}お付き合いをいただいております。"
        case Basis.PUBLISHED_ADDRESS:
            seen = f"{place}で公開されているご連絡先を" if place else "公開されているご連絡先を"
            return f"{seen}{f'、{on}に' if on else ''}拝見しました。"
    return f"{at}ご縁をいただきました。" if at else ""


def _english(basis: str, place: str, is_site: bool, day: date | None) -> str:
    on = f" on {_MONTHS[day.month - 1]} {day.day}, {day.year}" if day else ""
    match basis:
        case Basis.BUSINESS_CARD:
            return f"We received your business card{f' at {place}' if place else ''}{on}."
        case Basis.OPT_IN if is_site:
            return f"You signed up on {place}{on}."
        case Basis.OPT_IN:
            return f"You agreed to hear from us{on}{f' ({place})' if place else ''}."
        case Basis.BUSINESS_RELATIONSHIP:
            since = on.replace(" on ", " since ")
            return f"We have been in touch{since}{f' ({place})' if place else ''}."
        case Basis.PUBLISHED_ADDRESS:
            return f"We found your published address{f' ({place})' if place else ''}{on}."
    if not (place or on):
        return ""
    return f"We were put in touch{on}{f' ({place})' if place else ''}."


def _place(source: str, website: str, japanese: bool) -> tuple[str, bool]:
    """Return a source as a sentence names it, and whether it is a page of our own site."""
    text = clean_text(source).rstrip("。.、, ")
    if not text.strip("「」『』") or word_of(text) in BASES:
        # Brackets around nothing; or 名刺交換, which only repeats the basis.
        return "", False
    our_site = "弊社サイト" if japanese else "our website"
    if _SITE.fullmatch(text):
        return our_site, True
    if _URL.fullmatch(text):
        host, page = _address(text)
        if not host:
            return "", False
        ours = _address(website)[0]
        shown = _shorten(host + page)
        if ours and host.removeprefix("www.") == ours.removeprefix("www."):
            return (f"{our_site}（{shown}）" if japanese else f"{our_site} ({shown})"), True
        return (f"ウェブサイト（{shown}）" if japanese else shown), True
    text = _shorten(text)
    if not japanese:
        return text, False
    # 「◯◯展」 as it stands on a card or in a list, in brackets of its own or without any
    if text[0] == "「" and text.find("」") == len(text) - 1:
        text = text[1:-1]
    elif _OUR_WORDS.match(text):
        return text, False
    return f"「{text.translate(_INNER)}」" if text else "", False


#: brackets within brackets: 「」 become 『』
_INNER = str.maketrans("「」", "『』")


def _address(url: str) -> tuple[str, str]:
    """Return host and path of an address, without what may follow a question mark."""
    found = _PARTS.match(url)
    if found is None:
        return "", ""
    return found["host"].lower(), found["path"].rstrip("/")


def _shorten(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
