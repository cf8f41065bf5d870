"""What a split is decided by: `winner: {by: clicked, after: 200, confidence: 0.95}`."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import timedelta

from nurture.domain.conditions import Scalar


class By(enum.StrEnum):
    """What counts as success in a variant."""

    #: a person clicked in one of its mails
    CLICKED = "clicked"
    #: a person answered one of its mails
    REPLY = "reply"
    #: the workflow's goal was reached
    GOAL = "goal"
    #: something happened, e.g. `{form: hearing}`
    EVENT = "event"


#: those that count from a variant's first mail, the others from the split itself
BY_MAIL = frozenset({By.CLICKED, By.REPLY})


class Otherwise(enum.StrEnum):
    """Who wins where the time is over and no variant is surely the best."""

    #: the one with the best rate so far
    BEST = "best"
    #: the one that is written first
    FIRST = "first"
    #: none: contacts go on being divided
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Measure:
    """What is counted, and within which time of each person."""

    by: By
    #: a person's observation: from their first mail (`clicked`, `reply`), else from the split
    within: timedelta
    #: the event and the properties it must have, for `By.EVENT`
    event: str = ""
    where: tuple[tuple[str, Scalar], ...] = ()


@dataclass(frozen=True, slots=True)
class Winner:
    """When a variant wins, and what becomes of newcomers then: all of them get it."""

    measure: Measure
    #: people of *each* variant whose observation must be over
    after: int
    #: 1 − the chance that a variant is taken for the best which is not
    confidence: float = 0.95
    #: from the first contact on; None: until it is clear
    at_most: timedelta | None = None
    otherwise: Otherwise = Otherwise.BEST
