"""A reader as the library sees one: trade, part in the decision, and how far along."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nurture.domain.lifecycle import Stage, Temperature

#: how far a reader is, the earliest first
DEPTHS = ("first-look", "consider", "decide")

#: parts that people have in a decision; the words of `contact.role`
ROLES = ("decision-maker", "user", "it")

#: stages at which sales and reader are talking about a decision
_DECIDING = frozenset({Stage.SAL, Stage.SQL})

#: words of departments and titles that look after systems
_IT = (
    "情報システム", "情シス", "システム部", "システム課", "社内se", "it部", "it課", "ict", "dx",
    "information systems", "information technology", "it department", "it manager",
    "head of it", "cio", "cto",
)  # fmt: skip
#: words of titles that decide; 部長代理 and 課長 propose rather than decide
_DECIDERS = (
    "社長", "代表", "取締役", "会長", "役員", "理事", "部長", "工場長", "所長", "支店長",
    "院長", "施設長", "園長", "事務長", "センター長", "店長",
    "president", "chief", "ceo", "coo", "cfo", "director", "vice president", "head of",
    "general manager", "plant manager", "managing", "owner", "founder", "administrator",
)  # fmt: skip
#: titles that hold such a word and do not decide
_NOT_DECIDERS = ("部長代理", "部長補佐", "副部長", "次長", "assistant", "deputy", "秘書")


@dataclass(frozen=True, slots=True)
class Reader:
    """What `match` may ask of a contact; "" where it is not known."""

    industry: str = ""
    #: decision-maker | user | it
    role: str = ""
    #: first-look | consider | decide
    depth: str = DEPTHS[0]


def reader_of(contact: Mapping[str, Any]) -> Reader:
    """Return the reader that the facts of a contact describe (`Facts.contact`)."""
    return Reader(
        industry=str(contact.get("industry") or ""),
        role=role_of(contact),
        depth=depth_of(contact),
    )


def depth_of(contact: Mapping[str, Any]) -> str:
    """Return how far a contact is: a question of temperature, and of talks with sales.

    hot, or in talks (`sal`, `sql`) → `decide`; warm → `consider`; cold → `first-look`.
    """
    if contact.get("temperature") == Temperature.HOT or contact.get("lifecycle") in _DECIDING:
        return "decide"
    return "consider" if contact.get("temperature") == Temperature.WARM else "first-look"


def role_of(contact: Mapping[str, Any]) -> str:
    """Return a contact's part in the decision: as recorded, else as title and department say.

    Lists of business cards have titles, rarely roles. Who looks after systems is `it`, who
    leads a company, a site or a department is a `decision-maker`, anybody else with a title
    or department is a `user`. "" where neither is known.
    """
    recorded = str(contact.get("role") or "")
    if recorded:
        return recorded
    title, department = _plain(contact.get("title")), _plain(contact.get("department"))
    if not (title or department):
        return ""
    if any(_has(word, title) or _has(word, department) for word in _IT):
        return "it"
    decides = any(_has(word, title) for word in _DECIDERS)
    if decides and not any(_has(word, title) for word in _NOT_DECIDERS):
        return "decision-maker"
    return "user"


def _plain(value: object) -> str:
    return unicodedata.normalize("NFKC", str(value or "")).lower()


def _has(word: str, text: str) -> bool:
    """Say whether a text holds a word; a Latin one as a word of its own."""
    if not word.isascii():
        return word in text
    spaced = "".join(c if c.isascii() and c.isalnum() else " " for c in text)
    return f" {word} " in f" {' '.join(spaced.split())} "
