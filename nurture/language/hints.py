"""Hints with a word that was perhaps meant."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

from nurture.language.said import NOTHING, Said, say

#: characters; comparing takes their square in time, and nobody misspells a page of text
_LONGEST_WORD = 100
#: more words than these help nobody
_MOST_LISTED = 12


def did_you_mean(word: str, known: Iterable[str]) -> Said:
    """Return a hint with the nearest known word, else with the few there are, else nothing."""
    choices = sorted(set(known))
    if hint := nearest(word, choices):
        return hint
    if len(word) <= _LONGEST_WORD and 0 < len(choices) <= _MOST_LISTED:
        return say("known: {known}", known=choices)
    return NOTHING


def nearest(word: str, known: Iterable[str], before: str = "") -> Said:
    """Return a hint with the nearest known word, or nothing where none is near.

    `before` stands before the word in the hint: `contact.` before a field of it.
    """
    if len(word) > _LONGEST_WORD:
        return NOTHING
    choices = sorted(set(known))
    # A misspelt word keeps most of its letters; capitals are no mistake worth missing one for.
    near = difflib.get_close_matches(word.lower(), [c.lower() for c in choices], n=1, cutoff=0.6)
    if not near:
        return NOTHING
    original = next(c for c in choices if c.lower() == near[0])
    return say("did you mean '{word}'?", word=f"{before}{original}")


def misspelling_of(word: str, known: Iterable[str]) -> Said:
    """Return a hint with the one known word that differs by a slip of the hand, or nothing.

    Stricter than `nearest`, for words that may well be new: one letter wrong, missing, added or
    swapped in a part of at least five; `news-2` and `quote-en` are other words than `news-1`.
    """
    found = sorted(other for other in set(known) if other != word and _slipped(word, other))
    return say("did you mean '{word}'?", word=found[0]) if found else NOTHING


#: letters; in shorter words one letter makes another word
_SHORTEST = 5
_PARTS = re.compile(r"[\W_]+")


def _slipped(one: str, other: str) -> bool:
    if len(one) > _LONGEST_WORD or len(other) > _LONGEST_WORD:
        return False
    if one.casefold() == other.casefold():
        return True
    ours, theirs = _PARTS.split(one.casefold()), _PARTS.split(other.casefold())
    if len(ours) != len(theirs):
        return False
    pairs = [(a, b) for a, b in zip(ours, theirs, strict=True) if a != b]
    if not pairs:
        return True
    if len(pairs) > 1 or max(map(len, pairs[0])) < _SHORTEST:
        return False
    a, b = pairs[0]
    return _digits(a) == _digits(b) and _one_slip(a, b)


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isdigit())


def _one_slip(a: str, b: str) -> bool:
    """Say whether one letter was replaced, added, left out or swapped with its neighbour."""
    if abs(len(a) - len(b)) > 1:
        return False
    start = next((at for at, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), None)
    if start is None:
        return True
    rest_a, rest_b = a[start:], b[start:]
    swapped = rest_a[:2] == rest_b[1::-1] and rest_a[2:] == rest_b[2:]
    return swapped or rest_a[1:] == rest_b[1:] or rest_a[1:] == rest_b or rest_a == rest_b[1:]


def is_near(hint: str) -> bool:
    """Say whether a hint names the word that was perhaps meant."""
    return hint.startswith("did you mean ")
