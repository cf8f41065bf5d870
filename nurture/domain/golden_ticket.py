"""Golden tickets: a letter that a referrer hands on; it opens one door, once, until its day."""

from __future__ import annotations

import enum
import re
import unicodedata
from datetime import datetime

#: letters and digits that nobody mistakes for another (Crockford's base 32)
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
#: 60 bits: with a million tickets about, a guess a second takes a thousand years to hit one
LENGTH = 12
#: tickets that one referrer may have open; a drawer full of them is worth nothing
MOST_OPEN = 5

_ALIKE = str.maketrans("OIL", "011")
_CODE = re.compile(rf"[{ALPHABET}]{{{LENGTH}}}")


class Standing(enum.StrEnum):
    """What a ticket is worth now."""

    OPEN = "open"
    REDEEMED = "redeemed"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


def standing(
    redeemed_at: datetime | None,
    withdrawn_at: datetime | None,
    expires_at: datetime,
    now: datetime,
) -> Standing:
    """Return what a ticket is worth; one that was used stays used, whatever came later."""
    if redeemed_at is not None:
        return Standing.REDEEMED
    if withdrawn_at is not None:
        return Standing.WITHDRAWN
    return Standing.OPEN if now < expires_at else Standing.EXPIRED


def read_code(text: str) -> str | None:
    """Return the code of a ticket as somebody typed it from paper, or None where it is none.

    >>> read_code("7k2m-9qx4-trdo")
    '7K2M9QX4TRD0'
    """
    plain = unicodedata.normalize("NFKC", text).upper().replace("-", "").replace(" ", "")
    plain = plain.translate(_ALIKE)
    return plain if _CODE.fullmatch(plain) else None


def written(code: str) -> str:
    """Return a code as it is printed: 7K2M-9QX4-TRD0."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))
