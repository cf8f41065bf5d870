"""One rule of manners: what to look for, what is wrong with it, what to write instead."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from nurture.emails.tags import Passage
from nurture.errors import Problem, Severity
from nurture.language import Said


@dataclass(frozen=True, slots=True)
class Manner:
    """A pattern that a careful colleague would not let pass."""

    pattern: re.Pattern[str]
    code: str
    #: `{word}` in it is what was found
    message: Said
    hint: Said
    #: so many hits are fine; the warning stands at the next one
    allowed: int = 0

    def found(self, passage: Passage) -> Iterator[Problem]:
        """Yield a warning for each hit, or one for all where some are allowed."""
        hits = list(self.pattern.finditer(passage.text))[self.allowed :]
        for hit in hits[:1] if self.allowed else hits:
            place = passage.at(hit.start())
            message = self.message.but(word=hit[0])
            yield Problem(place, self.code, message, self.hint, Severity.WARNING)
