"""Temperature (how keen now) and lifecycle (how far): both move by stated rules."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from nurture.domain.evaluate import holds
from nurture.domain.facts import Facts
from nurture.domain.reads import reads
from nurture.domain.scoring import (
    Engagement,
    LifecycleRule,
    Scoring,
    crossing,
    matches,
    rounded,
    score_at,
)


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


#: stages out of which sales may give a lead back
RETURNABLE = (Stage.MQL, Stage.TQL, Stage.SAL, Stage.SQL)

#: nouns of events that record what our own people did about a lead
_OURS = frozenset({"call", "deal", "lead", "task", "lifecycle", "owner"})


def is_forward(old: str, new: str) -> bool:
    """Say whether a move leads on; to and from `lost` none does."""
    try:
        return ORDER.index(Stage(new)) > ORDER.index(Stage(old))
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Standing:
    """From when on the rules of stages look at what a contact does.

    `counts_from` is when sales gave the lead back, a deal was lost or a person set the stage;
    None: never, and everything counts. After such a step back:

    1. What our own people did before it (calls, acceptances, deals) never counts again.
    2. What the contact did before it does not count either, nor do the points of that time,
       unless the contact shows intent again: then they are as they would be without the step.
    3. While a lead that was given back rests (`rests_until`), no rule leads to the stage of
       the hand-off, unless it shows intent. The end of the rest moves nobody by itself: a deed
       after it does, together with those since the lead was given back.
    """

    counts_from: datetime | None = None
    #: id of the event that was the step: of the same instant, those after it count
    counts_after: int = 0
    rests_until: datetime | None = None
    #: points gained since `counts_from`; needed where that is set
    gained: Engagement | None = None
    fit: float = 0.0

    def counts(self, occurred_at: datetime, event_id: int) -> bool:
        """Say whether an event came after the step back."""
        since = self.counts_from
        return since is None or (occurred_at, event_id) > (since, self.counts_after)

    def keen(self, facts: Facts, scoring: Scoring) -> bool:
        """Say whether the contact has shown intent since the step back."""
        return self.counts_from is None or any(
            self.counts(event.occurred_at, event.id) and matches(where, event.properties)
            for kind, where in scoring.intent
            for event in facts.events.get(kind, ())
        )

    def view(self, facts: Facts, scoring: Scoring) -> Facts:
        """Return the facts that rules of stages may look at."""
        since = self.counts_from
        if since is None:
            return facts
        keen = self.keen(facts, scoring)
        events = {
            kind: found
            if keen and not _is_ours(kind)
            else [event for event in found if self.counts(event.occurred_at, event.id)]
            for kind, found in facts.events.items()
        }
        contact = facts.contact
        if not keen:
            contact = {**contact, "score": self.score(scoring, facts.now)}
        deal = facts.deal if _is_newer(facts.deal, since) else {}
        return replace(facts, contact=contact, events=events, deal=deal)

    def score(self, scoring: Scoring, now: datetime) -> float:
        """Return the points gained since the step back, plus fit."""
        gained = self.gained if self.gained is not None else Engagement(0.0, now)
        return score_at(gained, self.fit, scoring.half_life, now)


def next_rule(
    stage: str, facts: Facts, scoring: Scoring, standing: Standing
) -> LifecycleRule | None:
    """Return the first rule that leads a contact on from a stage, or None.

    `facts` are all that is known; the rules see of them what `standing` lets them see.
    """
    view = standing.view(facts, scoring)
    for rule in scoring.lifecycle:
        if (
            stage in rule.come_from
            and rule.stage != stage
            and holds(rule.condition, view)
            and not _rests(rule, view, scoring, standing)
        ):
            return rule
    return None


def _rests(rule: LifecycleRule, view: Facts, scoring: Scoring, standing: Standing) -> bool:
    """Say whether a lead that was given back is left in peace by a rule."""
    until = standing.rests_until
    handoff = scoring.handoff
    if until is None or handoff is None or rule.stage != handoff.stage:
        return False
    if standing.keen(view, scoring):
        return False
    if view.now < until:
        return True
    kinds = {rule.event for rule in scoring.rules} | reads(rule.condition).event_types
    return not any(
        event.occurred_at >= until
        for kind in kinds
        if not _is_ours(kind)
        for event in view.events.get(kind, ())
    )


def _is_ours(kind: str) -> bool:
    return kind.partition(".")[0] in _OURS


def _is_newer(deal: Mapping[str, object], since: datetime) -> bool:
    updated = deal.get("updated_at")
    return not isinstance(updated, datetime) or updated > since
