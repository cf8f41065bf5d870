"""What lists of the API are asked with: filters that exist, how many, where to go on."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from nurture.errors import NurtureError
from nurture.language import say

#: larger numbers are no ids
LARGEST = 2**62
#: the most of one answer, and of a page where nobody says
MOST, PAGE = 1000, 200


def only(wanted: Mapping[str, str], known: Collection[str]) -> None:
    """Raise NurtureError for a filter that we do not know, which would silently be none."""
    for name in wanted:
        if name not in known:
            raise NurtureError(
                say("there is no filter '{name}'", name=name),
                say("known: {known}", known=list(known)),
            )


def limit_of(wanted: Mapping[str, str], usual: int = PAGE) -> int:
    """Return how many are asked for; NurtureError where that is no number from 1 to `MOST`."""
    text = wanted.get("limit", "") or str(usual)
    if not (_is_number(text) and 0 < int(text) <= MOST):
        raise NurtureError(say("limit: 1 to {most}", most=MOST))
    return int(text)


def before_of(wanted: Mapping[str, str]) -> int | None:
    """Return the id before which to go on, None at the beginning; NurtureError for no id."""
    text = wanted.get("before", "")
    if not text:
        return None
    if not _is_number(text):
        raise NurtureError(say("before: the `next` of the answer before"))
    return int(text)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < len(str(LARGEST))
