"""Temperature (how keen now) and lifecycle (how far): both move by stated rules."""

from __future__ import annotations

import enum
from datetime import datetime

from nurture.domain.scoring import Engagement, Scoring, crossing, rounded


class Temperature(enum.StrEnum):
    """How keen a contact is now; it moves up and down."""

    COLD = "cold"
    WARM = "warm"
    HOT = "hot"


class Stage(enum.StrEnum):
    """How far a contact has come; forward, except where a person says otherwise."""

    #: might buy, no contact yet
    PROSPECT = "prospect"
    #: has acted: document, inquiry, seminar
    LEAD = "lead"
    #: marketing qualified: points or behaviour
    MQL = "mql"
    #: confirmed by phone (BANT)
    TQL = "tql"
    #: accepted by a salesperson
    SAL = "sal"
    #: a deal makes progress
    SQL = "sql"
    #: has bought
    CUSTOMER = "customer"
    #: a deal was lost; may come back
    LOST = "lost"


#: forward order; LOST stands beside it
ORDER = (
    Stage.PROSPECT,
    Stage.LEAD,
    Stage.MQL,
    Stage.TQL,
    Stage.SAL,
    Stage.SQL,
    Stage.CUSTOMER,
)


def temperature(
    current: Temperature,
    score: float,
    intent_until: datetime | None,
    scoring: Scoring,
    now: datetime,
) -> Temperature:
    """Return the temperature a score means, with hysteresis; hot also needs recent intent.

    >= `enter` goes up, < `leave` goes down. `intent_until` is when the newest sign of
    intent stops counting; None: there was none.
    """
    score = rounded(score)
    keen = intent_until is not None and now < intent_until
    hot_line = scoring.hot.leave if current is Temperature.HOT else scoring.hot.enter
    if keen and score >= hot_line:
        return Temperature.HOT
    was_warm = current in (Temperature.WARM, Temperature.HOT)
    warm_line = scoring.warm.leave if was_warm else scoring.warm.enter
    return Temperature.WARM if score >= warm_line else Temperature.COLD


def review_at(
    current: Temperature,
    engagement: Engagement,
    fit: float,
    intent_until: datetime | None,
    scoring: Scoring,
    now: datetime,
) -> datetime | None:
    """Return when the temperature may next change by time alone, or None.

    The candidates are every threshold that fading can cross and the end of intent; an
    early look does no harm, a missed one would.
    """
    moments = [
        moment
        for line in (
            scoring.warm.enter,
            scoring.warm.leave,
            scoring.hot.enter,
            scoring.hot.leave,
        )
        if (moment := crossing(engagement, fit, line, scoring.half_life, now)) is not None
    ]
    if current is Temperature.HOT and intent_until is not None and intent_until > now:
        moments.append(intent_until)
    return min(moments, default=None)
