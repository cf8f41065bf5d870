"""Words that this house writes into its own events: right whether or not one was seen yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from nurture.domain import loop_words as words
from nurture.domain.referral import AskAnswer, Channel, Flag, RewardState, State, Way
from nurture.domain.referral import Reason as ReferralReason
from nurture.domain.rewards import Reason as RewardReason
from nurture.domain.survey import Band

#: property → the enumerations and tables that its texts come from
_WRITTEN: Mapping[str, tuple[Iterable[str], ...]] = {
    # reward.*
    "side": (words.REWARD_SIDES,),
    "state": (State, RewardState, words.REWARD_STATES, words.LOOP_STATES),
    "kind": (words.REWARD_KINDS,),
    "tier": (words.TIERS,),
    # referral.*
    "way": (Way, words.WAYS),
    "channel": (Channel, words.CHANNELS, words.ASK_CHANNELS),
    "flag": (Flag,),
    "reason": (
        ReferralReason,
        RewardReason,
        words.REFERRAL_REASONS,
        words.TOLD_REASONS,
        words.REWARD_REASONS,
    ),
    "contacted_by": (words.CONTACTED_BY,),
    # asks
    "answer": (AskAnswer, words.ASK_ANSWERS),
    "timing": (words.TIMINGS,),
    "mode": (words.ASK_MODES,),
    "lever": (words.LEVERS,),
    "motive": (words.MOTIVES,),
    # nps.*
    "band": (Band, words.BANDS),
}

#: property of events → every text that the house itself gives it
_OWN: Mapping[str, frozenset[str]] = {
    name: frozenset(str(text) for some in several for text in some)
    for name, several in _WRITTEN.items()
}


def own_words(name: str) -> frozenset[str]:
    """Return the texts that the house itself writes into properties of a name."""
    return _OWN.get(name, frozenset())
