"""Hints with a word that was perhaps meant."""

from __future__ import annotations

import difflib
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


def is_near(hint: str) -> bool:
    """Say whether a hint names the word that was perhaps meant."""
    return hint.startswith("did you mean ")
