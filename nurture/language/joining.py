"""Words that stand together in a sentence: a, b or c."""

from __future__ import annotations

from collections.abc import Iterable

from nurture.language.said import NOTHING, Said, say


def either(words: Iterable[str]) -> Said:
    """Return `a, b or c`; nothing for no words."""
    *others, last = [*words] or [NOTHING]
    if not others:
        return last if isinstance(last, Said) else say("{words}", words=last)
    return say("{words} or {last}", words=others, last=last)


def both(words: Iterable[str]) -> Said:
    """Return `a, b and c`; nothing for no words."""
    *others, last = [*words] or [NOTHING]
    if not others:
        return last if isinstance(last, Said) else say("{words}", words=last)
    return say("{words} and {last}", words=others, last=last)
