"""Rewards: which state may follow which, what a referral's life does to them, what holds them.

`pending → earned → due → delivered`, and `reversed` from any of them, always with a reason.
A reward that was delivered once never comes alive again, so none is delivered twice, whatever
order the news comes in. Amounts are what a reward is worth to its receiver; the ledger adds
them up by unit, and no two units are ever added.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from nurture.domain.industries import sectors_of
from nurture.domain.referral import PROGRESS, RewardState, State
from nurture.domain.referral_program import KINDS, Offer, Program


class Move(enum.StrEnum):
    """What may be done with a reward."""

    #: a closed referral is open again: what was reversed is expected once more
    EXPECT = "expect"
    #: the referral has come to the stage at which it was promised
    EARN = "earn"
    #: the wait for a reversal is over: somebody has to see to it
    FALL_DUE = "fall_due"
    DELIVER = "deliver"
    REVERSE = "reverse"


#: all that may be done; whatever is not here may not
MOVES: Mapping[tuple[RewardState, Move], RewardState] = {
    (RewardState.PENDING, Move.EARN): RewardState.EARNED,
    (RewardState.EARNED, Move.FALL_DUE): RewardState.DUE,
    (RewardState.DUE, Move.DELIVER): RewardState.DELIVERED,
    (RewardState.PENDING, Move.REVERSE): RewardState.REVERSED,
    (RewardState.EARNED, Move.REVERSE): RewardState.REVERSED,
    (RewardState.DUE, Move.REVERSE): RewardState.REVERSED,
    # By a person alone, who has spoken with the receiver.
    (RewardState.DELIVERED, Move.REVERSE): RewardState.REVERSED,
    (RewardState.REVERSED, Move.EXPECT): RewardState.PENDING,
    (RewardState.REVERSED, Move.EARN): RewardState.EARNED,
}

#: states in which the receiver has, or is owed, what was promised
STANDS = frozenset({RewardState.EARNED, RewardState.DUE, RewardState.DELIVERED})
#: owed and not given yet
OWED = frozenset({RewardState.EARNED, RewardState.DUE})


class Reason(enum.StrEnum):
    """Why a reward is held, or was reversed by what became of its referral."""

    #: cash that nobody of legal has cleared
    LEGAL = "legal"
    #: medical, finance: until the sector is cleared
    REGULATED = "regulated"
    #: the referral has a doubt: somebody looks first
    DOUBT = "doubt"
    #: as many as one referrer gets in all
    LIMIT_ALL = "limit_all"
    #: as many as one referrer gets in a month: the next one's, not lost
    LIMIT_MONTH = "limit_month"
    REOPENED = "reopened"
    LOST = "lost"
    DECLINED = "declined"
    DUPLICATE = "duplicate"
    EXPIRED = "expired"
    #: its receiver was erased
    ERASED = "erased"


#: reversals that the referral's life undoes as well; those in a person's words it does not
UNDONE = frozenset(
    {Reason.REOPENED, Reason.LOST, Reason.DECLINED, Reason.DUPLICATE, Reason.EXPIRED}
)
#: holds that end by themselves once their cause has; others a person releases
PASSING = frozenset({Reason.LEGAL, Reason.REGULATED, Reason.LIMIT_MONTH})


@dataclass(frozen=True, slots=True)
class Standing:
    """How a reward stands."""

    state: RewardState
    held: bool = False
    #: it was delivered once, even where that was reversed
    given: bool = False
    #: why it was reversed
    reason: str = ""


def after(standing: Standing, move: Move) -> RewardState | None:
    """Return the state that a move leads to, or None where it may not be made.

    What is held falls not due and is not delivered; what was given once is neither
    expected nor earned again.
    """
    if standing.held and move in (Move.FALL_DUE, Move.DELIVER):
        return None
    if standing.given and move in (Move.EXPECT, Move.EARN, Move.DELIVER):
        return None
    return MOVES.get((standing.state, move))


@dataclass(frozen=True, slots=True)
class Change:
    """What a referral's new state does to one of its rewards."""

    #: None: nothing moves; where `ask` is set a person has to look
    move: Move | None = None
    reason: str = ""
    #: it was delivered already and is not earned any more: a person decides, nothing is taken
    ask: bool = False


#: closing → why what was promised is off
_CLOSED: Mapping[State, Reason] = {
    State.LOST: Reason.LOST,
    State.DECLINED: Reason.DECLINED,
    State.DUPLICATE: Reason.DUPLICATE,
    State.EXPIRED: Reason.EXPIRED,
}


def change(standing: Standing, stage: State, new: State) -> Change:
    """Return what becomes of a reward earned at `stage` when its referral comes to `new`.

    A referral that is lost or declined takes nothing away that was earned at an earlier stage
    than the contract; one that turns out to be somebody else's takes everything that was not
    delivered. Reopened below the stage, what was earned is reversed, and expected again.
    """
    if new in _CLOSED:
        return _closed(standing, stage, new)
    if PROGRESS.index(new) >= PROGRESS.index(stage):
        if standing.state is RewardState.REVERSED and standing.reason not in UNDONE:
            return Change()
        return Change(Move.EARN if after(standing, Move.EARN) is not None else None)
    if standing.state is RewardState.REVERSED:
        undone = standing.reason in UNDONE and after(standing, Move.EXPECT) is not None
        return Change(Move.EXPECT if undone else None)
    return _take_back(standing, Reason.REOPENED)


def _closed(standing: Standing, stage: State, new: State) -> Change:
    kept = new is not State.DUPLICATE and stage is not State.WON
    if standing.state in STANDS and kept:
        return Change()
    if standing.state is RewardState.PENDING:
        return Change(Move.REVERSE, _CLOSED[new])
    return _take_back(standing, _CLOSED[new])


def _take_back(standing: Standing, reason: Reason) -> Change:
    if standing.state is RewardState.DELIVERED:
        return Change(None, reason, ask=True)
    return Change(Move.REVERSE, reason) if standing.state in OWED else Change()


def adds(before: RewardState, move: Move, amount: float | None) -> float | None:
    """Return what a move adds to the ledger: its amount when earned, less it when reversed.

    None: nothing (a delivery changes nothing of what was promised), or no amount is known.
    """
    if amount is None:
        return None
    if move is Move.EARN:
        return amount
    return -amount if move is Move.REVERSE and before in STANDS else None


def unit_of(kind: str, currency: str | None) -> str:
    """Return what an amount may be added up by: its currency, `points`, or "" (by nothing).

    20 percent and 10 percent are not 30 of anything, nor are hours and months.
    """
    return currency or ("points" if kind == "points" else "")


def totals(amounts: Iterable[tuple[str, float | None]]) -> dict[str, float]:
    """Return (unit, amount) added up by unit, in the order of units.

    No two units are ever added; what has no unit or no amount is in no sum.
    """
    found: dict[str, list[float]] = {}
    for unit, amount in amounts:
        if amount is not None and unit:
            found.setdefault(unit, []).append(amount)
    return {unit: math.fsum(parts) for unit, parts in sorted(found.items())}


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What speaks for holding a reward that was just earned."""

    kind: str
    #: referrer | referred
    side: str
    #: doubts about the referral
    flags: Collection[str] = ()
    #: industries of the referrer and of the referred person
    industries: Collection[str] = ()
    #: rewards of this referrer that stand and are not held: this month, and in all
    this_month: int = 0
    in_all: int = 0


def hold_of(program: Program, facts: Circumstances, cleared: bool = False) -> Reason | None:
    """Return why a reward is held for now, the weightiest reason; None: it is not.

    Law comes first: no person can release what it holds. `cleared`: a person has looked at
    the doubts and lifted the limit over all. Limits are the referrer's alone: the referred
    person is not to blame for how many somebody refers.
    """
    limits = program.rewards
    if facts.kind == "cash" and not limits.legal_approved:
        return Reason.LEGAL
    watched = set(program.regulated) - set(program.cleared)
    if any(sectors_of(industry, watched) for industry in facts.industries):
        return Reason.REGULATED
    if facts.flags and not cleared:
        return Reason.DOUBT
    if facts.side != "referrer":
        return None
    if limits.in_all is not None and facts.in_all >= limits.in_all and not cleared:
        return Reason.LIMIT_ALL
    over = limits.per_month is not None and facts.this_month >= limits.per_month
    return Reason.LIMIT_MONTH if over and not cleared else None


def offer_of(program: Program, channel: str, motive: str, promised: str = "") -> Offer | None:
    """Return the offer that holds for a referrer: what they were promised, else what suits them.

    Partners and colleagues have offers of their own (`kinds`). Among several those that name
    the referrer's motive come first, then those without cash; nobody knows a motive ("") that
    an offer would not suit. None: there is no offer for them, and so no reward.
    """
    known = program.offers.get(promised)
    if known is not None and (not known.kinds or channel in known.kinds):
        return known
    fitting = [
        one
        for one in program.offers.values()
        if (not one.kinds or channel in one.kinds)
        and (not motive or not one.motives or motive in one.motives)
    ]
    return min(fitting, key=lambda one: _order(one, motive), default=None)


def _order(offer: Offer, motive: str) -> tuple[bool, bool, int]:
    named = bool(offer.motives) and motive in offer.motives
    own = bool(offer.kinds)
    kind = KINDS.index(offer.referrer.kind) if offer.referrer is not None else 0
    return (not own, not named, kind)
