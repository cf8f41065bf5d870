"""Whether two introductions by one referrer mean the same person: by address, else by name."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from nurture.domain.account_match import looks_alike
from nurture.domain.person_name import strip_courtesy


@dataclass(frozen=True, slots=True)
class Meant:
    """Who is meant, as far as it was said."""

    #: keyed hash of the address; None: it was not said
    hashed: str | None
    name: str = ""
    company: str = ""
    #: the referral's row, where it is one that stands
    row: Any = None


def is_same(known: Meant, new: Meant) -> bool:
    """Say whether two of one referrer's introductions are of the same person.

    Two addresses decide. Where one of them is missing (the form takes a name, the person
    writes their address themselves later) it is the name, in whatever spelling, at the same
    company or one that was left out; without any name the company alone.
    """
    if known.hashed and new.hashed:
        return known.hashed == new.hashed
    if _plain(known.name) != _plain(new.name):
        return False
    if not (known.company and new.company):
        return bool(known.name)
    return looks_alike(known.company, new.company)


def standing_among(found: Iterable[Meant], new: Meant) -> Meant | None:
    """Return the one of these that stands for the same person; an address beats a name."""
    same = [one for one in found if is_same(one, new)]
    return min(same, key=lambda one: one.hashed != new.hashed, default=None)


def _plain(name: str) -> str:
    text = unicodedata.normalize("NFKC", strip_courtesy(name)).casefold()
    return "".join(text.split())
