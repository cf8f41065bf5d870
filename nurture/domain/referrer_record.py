"""What came of a referrer's introductions: volume, quality, wins, revenue; their tier.

A referrer is judged by what came of their introductions, not by how many there were.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


class Tier(enum.StrEnum):
    """How much a referrer's word has brought."""

    #: nothing came of it yet, or nobody was introduced
    NEW = "new"
    #: somebody became a customer, and most introductions were worth a meeting
    TRUSTED = "trusted"
    #: again and again
    AMBASSADOR = "ambassador"


#: the order of tiers
TIERS = tuple(Tier)

#: of those who agreed, so many have to be worth a meeting
_QUALITY = 1 / 3
#: wins of an ambassador, and their share of what was decided
_WINS, _WIN_RATE = 3, 1 / 3


@dataclass(frozen=True, slots=True)
class Record:
    """Counts of one referrer; duplicates and what goes out to partners are not among them."""

    introduced: int = 0
    #: the referred person agreed
    agreed: int = 0
    #: it came to a meeting, or further
    met: int = 0
    won: int = 0
    #: lost or declined after they had agreed
    ended: int = 0
    #: currency → what their customers signed for; never added across currencies
    revenue: Mapping[str, float] = field(default_factory=dict)
    #: customers whom we referred to them
    sent: int = 0

    @property
    def quality(self) -> float | None:
        """Share of those who agreed that were worth a meeting, 0 to 1; None: nobody agreed."""
        return self.met / self.agreed if self.agreed else None

    @property
    def win_rate(self) -> float | None:
        """Won of all that was decided, 0 to 1; None: nothing was."""
        decided = self.won + self.ended
        return self.won / decided if decided else None

    @property
    def balance(self) -> int:
        """How many more they sent us than we sent them; below zero: they have yet to return it."""
        return self.agreed - self.sent

    @property
    def tier(self) -> Tier:
        """What the record makes of them: by what came of it, never by numbers alone."""
        if not self.won or (self.quality or 0) < _QUALITY:
            return Tier.NEW
        often = self.won >= _WINS and (self.win_rate or 0) >= _WIN_RATE
        return Tier.AMBASSADOR if often else Tier.TRUSTED


@dataclass(frozen=True, slots=True)
class Partner:
    """A partner who may be referred to."""

    contact_id: int
    certifications: Sequence[str]
    record: Record
    reach: int = 0


def route(partners: Sequence[Partner], speciality: str) -> Partner | None:
    """Return the partner whom a customer with a need is referred to; None: nobody is certified.

    Only partners certified for the speciality; among them the one to whom we owe most
    (reciprocity), then the one with the widest reach, then the longest-standing.
    """
    wanted = speciality.strip().casefold()
    able = [
        one
        for one in partners
        if wanted in {name.strip().casefold() for name in one.certifications}
    ]
    return min(
        able, key=lambda one: (-one.record.balance, -one.reach, one.contact_id), default=None
    )
