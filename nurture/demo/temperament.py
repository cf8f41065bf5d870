"""What kind of reader somebody is; decided by the seed and the address alone."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from nurture.demo.agents import BROWSERS
from nurture.demo.dice import Dice, pick


class Mood(enum.StrEnum):
    """How somebody takes mail from a company they hardly know."""

    #: has the problem now and reads everything
    KEEN = "keen"
    #: reads what looks useful
    CURIOUS = "curious"
    #: skims, seldom clicks, late
    BUSY = "busy"
    #: the mail arrives and that is that
    SILENT = "silent"
    #: reads on, and wants to be left alone before long
    ANNOYED = "annoyed"


@dataclass(frozen=True, slots=True)
class Temperament:
    """Chances (0 to 1) and habits of one reader."""

    mood: Mood
    #: opens a mail
    opens: float
    #: follows a link of a mail that was opened
    clicks: float
    #: answers a mail that was opened
    replies: float
    #: does what a page offers: takes the document, fills in the form
    acts: float
    #: looks at one page more
    strolls: float
    #: leaves after so many mails; 0: does not leave
    patience: int
    #: acting moments until a mail is read, from and to
    delay: tuple[int, int]
    #: reads in the evening and on days off as well
    evenings: bool
    #: what the mail program calls itself
    agent: str
    #: pictures are loaded through the mail service
    proxied: bool
    #: the mail program loads pictures on arrival (Apple's privacy proxy)
    prefetches: bool


_SHARES = {
    Mood.KEEN: 0.11,
    Mood.CURIOUS: 0.25,
    Mood.BUSY: 0.32,
    Mood.SILENT: 0.26,
    Mood.ANNOYED: 0.06,
}

#: mood → opens, clicks, replies, acts, strolls, delay
_HABITS: dict[Mood, tuple[float, float, float, float, float, tuple[int, int]]] = {
    Mood.KEEN: (0.90, 0.50, 0.07, 0.55, 0.60, (1, 4)),
    Mood.CURIOUS: (0.65, 0.30, 0.04, 0.35, 0.40, (1, 9)),
    Mood.BUSY: (0.35, 0.14, 0.02, 0.20, 0.20, (3, 18)),
    Mood.SILENT: (0.05, 0.00, 0.00, 0.00, 0.00, (6, 18)),
    Mood.ANNOYED: (0.70, 0.06, 0.01, 0.05, 0.10, (1, 6)),
}


def temperament_of(dice: Dice, address: str) -> Temperament:
    """Return how the reader of an address behaves, for this seed always the same."""
    address = address.lower()
    rng = dice.about("temperament", address)
    mood = pick(rng, _SHARES)
    opens, clicks, replies, acts, strolls, delay = _HABITS[mood]
    patience = rng.randint(2, 4) if mood is Mood.ANNOYED else 0
    if mood is Mood.BUSY and rng.random() < 0.08:
        patience = rng.randint(4, 7)
    program = rng.random()
    return Temperament(
        mood=mood,
        opens=opens,
        clicks=clicks,
        replies=replies,
        acts=acts,
        strolls=strolls,
        patience=patience,
        delay=delay,
        evenings=rng.random() < 0.25,
        agent=rng.choice(BROWSERS),
        proxied=program < 0.22,
        prefetches=0.22 <= program < 0.34,
    )


class Gateway(enum.StrEnum):
    """How a company's mail security looks at what arrives."""

    #: says what it is, and follows every link
    NAMED = "named"
    #: asks every link for its head
    HEADS = "heads"
    #: pretends to be a browser and follows everything, hidden links too
    DISGUISED = "disguised"
    #: as `disguised`, but only when people are at their desks
    PATIENT = "patient"


_GATEWAYS: dict[Gateway | None, float] = {
    None: 0.84,
    Gateway.NAMED: 0.05,
    Gateway.HEADS: 0.05,
    Gateway.DISGUISED: 0.04,
    Gateway.PATIENT: 0.02,
}


def gateway_of(dice: Dice, domain: str) -> Gateway | None:
    """Return the scanner that stands before a domain's readers, if one does."""
    return pick(dice.about("gateway", domain.lower()), _GATEWAYS)
