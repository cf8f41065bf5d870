"""宛名: how a letter addresses a person, first at its head and later in the text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nurture.domain.person_name import company_name, is_katakana, is_latin, job_title, name_part

#: stands in for a person whose name nobody knows
_SOMEONE = "ご担当者様"


@dataclass(frozen=True, slots=True)
class Person:
    """What an address line is made of; empty where unknown."""

    family_name: str = ""
    given_name: str = ""
    company: str = ""
    department: str = ""
    title: str = ""
    #: Mr, Ms, Dr …: English only
    honorific: str = ""


def person_of(values: Mapping[str, Any]) -> Person:
    """Return the person in a contact's values, cleaned of courtesies they came with."""

    def text(key: str) -> str:
        value = values.get(key)
        return value if isinstance(value, str) else ""

    return Person(
        name_part(text("family_name")),
        name_part(text("given_name")),
        company_name(text("company")),
        job_title(text("department")),
        job_title(text("title")),
        name_part(text("honorific")),
    )


def addressee(person: Person, locale: str) -> str | None:
    """Return the line at the head of a letter; None: nobody to address, do not send.

    Japanese: 株式会社◯◯ 営業部 部長 佐藤花子様; without a name 株式会社◯◯ ご担当者様; without
    a company 佐藤花子様. A title never takes 様 itself, 御中 never meets 様. English:
    `Dear Ms Sato`, `Dear Hanako Sato` where the honorific is unknown, `Hello` without a name.
    """
    if locale.split("-")[0] != "ja":
        return _english(person)
    name = _full_name(person)
    if not person.company:
        return f"{name}様" if name else None
    if not name:
        return _line(person.company, person.department, _SOMEONE)
    return _line(person.company, person.department, person.title, f"{name}様")


def short_name(person: Person, locale: str) -> str | None:
    """Return how the text goes on to name the person: 佐藤様, Ms Sato, Hanako.

    None where there is no name to use; Japanese then says ご担当者様.
    """
    if locale.split("-")[0] == "ja":
        name = person.family_name or person.given_name
        return f"{name}様" if name else _SOMEONE
    if person.honorific and person.family_name:
        return f"{person.honorific} {person.family_name}"
    return person.given_name or person.family_name or None


def _english(person: Person) -> str:
    if person.honorific and person.family_name:
        return f"Dear {person.honorific} {person.family_name}"
    full = _line(person.given_name, person.family_name)
    if full and not is_latin(full):
        # 佐藤花子 is written as she writes it, not turned round into Latin order.
        full = _full_name(person)
    return f"Dear {full}" if full else "Hello"


def _full_name(person: Person) -> str:
    """Return 佐藤花子, or John Smith in the order of its own script."""
    family, given = person.family_name, person.given_name
    if is_latin(family) and is_latin(given):
        return f"{given} {family}"
    foreign = is_latin(family) or is_latin(given) or is_katakana(family + given)
    return _line(family, given) if foreign else family + given


def _line(*parts: str) -> str:
    return " ".join(part for part in parts if part)
