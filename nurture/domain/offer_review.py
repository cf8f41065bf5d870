"""Looking through the offers each month: which waited longest, and what each brought."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from nurture.domain.playbook import AskResult, Tally, playbook
from nurture.domain.referral_program import Offer, Program

#: an offer is looked through each month (001)
OFFER_AGES_AFTER = timedelta(days=30)
#: what was looked through so shortly before need not be again
_FRESH = timedelta(days=15)


@dataclass(frozen=True, slots=True)
class Look:
    """An offer, when somebody last looked it through, and what asks with it brought."""

    offer: Offer
    #: None: nobody said
    on: date | None
    #: days since then
    days: int | None
    #: None: nobody was asked with it
    tally: Tally | None

    @property
    def old(self) -> bool:
        """Whether it is to be looked through again."""
        return self.days is None or self.days > OFFER_AGES_AFTER.days


def looks(
    program: Program, asks: Iterable[AskResult], noted: date | None, today: date
) -> tuple[Look, ...]:
    """Return the offers of a programme, those that waited longest first.

    `noted`: the day somebody last closed the task of looking through them all; None: never. The
    file's own `reviewed` of an offer counts where it is later.
    """
    own = [one for one in asks if one.program == program.name]
    tallies = {one.key: one for one in playbook(own)["offer"]}
    found = []
    for offer in program.offers.values():
        on = max((day for day in (offer.reviewed, noted) if day is not None), default=None)
        days = (today - on).days if on is not None else None
        found.append(Look(offer, on, days, tallies.get(offer.key)))
    return tuple(sorted(found, key=lambda one: (one.days is not None, -(one.days or 0))))


def wanted(found: Sequence[Look]) -> bool:
    """Say whether anybody has to look: not where all was looked through days ago."""
    return any(one.days is None or one.days > _FRESH.days for one in found)
