"""May somebody be asked for an introduction, and with which offer? The guards of the engine.

They hold for every ask, by a journey or by hand, and are asked again when the mail leaves.
Each no is a reason that is stored and explained (`nurture.domain.ask_reasons`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from nurture.domain.guard import Refusal
from nurture.domain.industries import industry_code, sectors_of
from nurture.domain.referral import AskAnswer
from nurture.domain.referral_program import Offer, Program
from nurture.domain.survey import Band, band

#: the limits count in any span as long as this, not in calendar years
YEAR = timedelta(days=365)

#: who has to be satisfied with results of their own before they are asked
_CUSTOMERS = frozenset({"customer"})
#: who is one of us: nobody needs to hear them out first
_OURS = frozenset({"employee", "partner"})


@dataclass(frozen=True, slots=True)
class PastAsk:
    """An ask that counts: its mail was neither dropped nor failed."""

    at: datetime
    contact_id: int
    program: str
    answer: AskAnswer | None = None
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AskFacts:
    """What is known of a contact who may be asked."""

    contact_id: int
    #: customer | partner | employee | community | prospect
    kind: str = "customer"
    #: they are a customer of ours now
    customer: bool = True
    #: they can be reached: not erased, not suppressed, with an address
    reachable: bool = True
    motive: str | None = None
    industry: str = ""
    #: said 今後不要, or somebody wrote it down for them
    do_not_ask: bool = False
    #: the newest answer to a survey, 0 to 10, and when it was given
    score: int | None = None
    scored_at: datetime | None = None
    #: an unhappy answer of theirs is still followed
    loop_open: bool = False
    #: newest complaint of theirs
    complaint_at: datetime | None = None
    #: a complaint of theirs or of a colleague is not resolved
    complaint_open: bool = False
    #: since when they know of a result that holds (`nurture.domain.newest_result`)
    result_at: datetime | None = None
    #: they knew of one, and the newest report tells of nothing better
    result_worse: bool = False
    #: somebody listened to them
    hearing_at: datetime | None = None
    #: asks of theirs that count, whenever they were
    asks: tuple[PastAsk, ...] = ()
    #: asks of everybody of their account, their own included
    account_asks: tuple[PastAsk, ...] = ()


@dataclass(frozen=True, slots=True)
class Ask:
    """What is to be asked."""

    timing: str
    #: key of an offer; "": the first that suits them
    offer: str = ""


@dataclass(frozen=True, slots=True)
class Allowed:
    """They may be asked."""

    offer: Offer
    #: within the small start
    pilot: bool = False
    detail: Mapping[str, Any] = field(default_factory=dict)


def may_ask(
    program: Program,
    ask: Ask,
    facts: AskFacts,
    pilot: Iterable[int],
    now: datetime,
    ready: float = 100.0,
    today: date | None = None,
) -> Allowed | Refusal:
    """Return the offer with which a contact may be asked now, or why they may not be.

    `pilot`: the contacts whom this programme asked while it was small. `ready`: their readiness,
    0 to 100, which decides where people are asked without an occasion. `today`: the day in the
    calendar's zone; None: that of `now`. What makes an ask wrong
    for ever or hurts comes first, so that the reason that is shown is the gravest one.
    """
    refusal = (
        _never(program, ask, facts, now)
        or _unhappy(program, facts, now)
        or _too_early(program, facts, now)
        or _too_often(program, facts, now)
    )
    if refusal is not None:
        return refusal
    if ask.timing == "regular" and ready < program.asks.ready_from:
        least = round(program.asks.ready_from)
        return Refusal("ask_not_ready", {"ready": int(ready), "least": least})
    small = program.pilot is not None and not widened(program, today or now.date())
    if program.pilot is not None and small:
        asked = set(pilot)
        if facts.contact_id not in asked and len(asked) >= program.pilot.people:
            return Refusal("ask_pilot_full", {"people": program.pilot.people})
    offer = offer_for(program, ask, facts, now)
    if offer is None:
        needs = is_passive(program, facts, now)
        return Refusal("ask_passive" if needs else "ask_no_offer", {"score": facts.score})
    return Allowed(offer, small)


def widened(program: Program, today: date) -> bool:
    """Say whether the small start is over on a day of the calendar's zone, or there is none."""
    pilot = program.pilot
    return pilot is None or (pilot.widened is not None and pilot.widened <= today)


def valid_score(program: Program, facts: AskFacts, now: datetime) -> int | None:
    """Return the newest answer where it still counts, or None."""
    if facts.score is None or facts.scored_at is None:
        return None
    return facts.score if now - facts.scored_at <= program.asks.score_within else None


def is_passive(program: Program, facts: AskFacts, now: datetime) -> bool:
    """Say whether only an incentive makes an ask right: 7 or 8, below the candidates (000)."""
    score = valid_score(program, facts, now)
    if score is None or score >= program.asks.candidate_from:
        return False
    return band(score) is Band.PASSIVE


def offer_for(program: Program, ask: Ask, facts: AskFacts, now: datetime) -> Offer | None:
    """Return the offer that is named, or the first that suits kind, motive and industry.

    Passives get one with a reward, or none. An offer for their motive goes before one for all.
    """
    if ask.offer:
        named = program.offers.get(ask.offer)
        offers = [named] if named is not None else []
    else:
        offers = [
            one
            for one in program.offers.values()
            if (facts.motive is None or not one.motives or facts.motive in one.motives)
            and (not one.industries or industry_code(facts.industry) in one.industries)
        ]
        offers.sort(key=lambda one: _fit(one, facts), reverse=True)
    passive = is_passive(program, facts, now)
    for offer in offers:
        if offer.kinds and facts.kind not in offer.kinds:
            continue
        if passive and not offer.is_incentive:
            continue
        return offer
    return None


def _fit(offer: Offer, facts: AskFacts) -> int:
    """Say how closely an offer is cut for them; equals keep the order of the file.

    An offer for one motive is closer than one that names three.
    """
    motive = len(offer.motives) if facts.motive in offer.motives else 0
    return (0 if not motive else 4 - motive) + (4 if offer.industries else 0)


def _never(program: Program, ask: Ask, facts: AskFacts, now: datetime) -> Refusal | None:
    """Return what makes this ask wrong whenever it came."""
    if not facts.reachable:
        return Refusal("ask_unreachable")
    if facts.do_not_ask or any(one.answer is AskAnswer.NEVER for one in facts.asks):
        return Refusal("ask_do_not_ask")
    # A rule of the company is one for its other people, too.
    rules = [
        one
        for one in (*facts.asks, *facts.account_asks)
        if one.answer is AskAnswer.COMPANY_POLICY
        and (one.contact_id == facts.contact_id or now - _answered(one) < YEAR)
    ]
    if rules:
        return Refusal("ask_company_policy")
    if ask.timing not in program.timings:
        return Refusal("ask_timing_off", {"timing": ask.timing})
    if facts.kind not in program.kinds:
        return Refusal("ask_kind", {"kind": facts.kind})
    if facts.kind in _CUSTOMERS and not facts.customer:
        return Refusal("ask_no_customer")
    if sectors := sectors_of(facts.industry, program.regulated) - set(program.cleared):
        return Refusal("ask_sector", {"industry": min(sectors)})
    return None


def _unhappy(program: Program, facts: AskFacts, now: datetime) -> Refusal | None:
    """Return why somebody who is not content is left alone."""
    # However old: who was unhappy is asked how it goes before they are asked for anything.
    if facts.score is not None and band(facts.score) is Band.DETRACTOR:
        return Refusal("ask_detractor", {"score": facts.score})
    if facts.loop_open:
        return Refusal("ask_loop_open")
    if facts.complaint_open:
        return Refusal("ask_complaint_open")
    rest = program.asks.complaint_within
    if facts.complaint_at is not None and now - facts.complaint_at < rest:
        until = (facts.complaint_at + rest).isoformat()
        return Refusal("ask_complaint_recent", {"days": rest.days, "until": until})
    return None


def _too_early(program: Program, facts: AskFacts, now: datetime) -> Refusal | None:
    """Return what has to come before an ask: an answer, a result, somebody who listened."""
    limits = program.asks
    if facts.kind in _CUSTOMERS:
        if valid_score(program, facts, now) is None:
            return Refusal("ask_no_score", {"days": limits.score_within.days})
        if facts.result_worse:
            return Refusal("ask_result_worse")
        if facts.result_at is None or now - facts.result_at > limits.result_within:
            return Refusal("ask_no_result", {"days": limits.result_within.days})
    first = not facts.asks
    if limits.hearing_first and first and facts.hearing_at is None and facts.kind not in _OURS:
        return Refusal("ask_no_hearing")
    return None


def _too_often(program: Program, facts: AskFacts, now: datetime) -> Refusal | None:
    """Return the limit that an ask would pass; all kinds of referrers have them."""
    limits = program.asks
    # Who said "not now" rests from then on.
    newest = max((max(one.at, _answered(one)) for one in facts.asks), default=None)
    if newest is not None and now - newest < limits.cool_down:
        until = (newest + limits.cool_down).isoformat()
        return Refusal("ask_cool_down", {"days": limits.cool_down.days, "until": until})
    year = sorted(one.at for one in facts.asks if now - one.at < YEAR)
    if len(year) >= limits.per_contact:
        until = (year[-limits.per_contact] + YEAR).isoformat()
        return Refusal("ask_contact_limit", {"asked": len(year), "until": until})
    account = sorted(one.at for one in facts.account_asks if now - one.at < YEAR)
    if len(account) >= limits.per_account:
        until = (account[-limits.per_account] + YEAR).isoformat()
        return Refusal("ask_account_limit", {"asked": len(account), "until": until})
    return None


def _answered(ask: PastAsk) -> datetime:
    return ask.answered_at or ask.at
