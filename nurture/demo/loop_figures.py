"""What the loop came to, and whether its KPIs and its events tell the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nurture.db import demo_loop
from nurture.db.engine import read
from nurture.domain.kpi_list import KPIS
from nurture.domain.kpi_text import Shown, shown
from nurture.domain.kpi_values import Share
from nurture.domain.kpi_words import KPI_WORDS
from nurture.domain.referral import EVENT_OF, State, Way
from nurture.services.kpis import kpis
from nurture.services.runtime import Runtime

#: events that tell of the loop
_EVENTS = (
    "results.reported", "hearing.held", "nps.asked", "nps.responded", "referral.asked",
    "referral.ask_answered", "introduction.accepted", "referral.overdue", *EVENT_OF.values(),
)  # fmt: skip

#: figures of the end table, by key; those that are one number with what it rests on
_SHOWN = (
    "referrals", "referral_to_deal", "referral_to_win", "deal_to_win", "participation_rate",
    "referral_rate", "ask_response", "ask_to_referral", "survey_response", "lead_time",
    "first_contact_in_time", "crv", "referral_cac_share", "ltv_gain",
)  # fmt: skip

#: states that a referral reaches once and does not leave by itself
_ENDS = (State.WON, State.LOST, State.DECLINED, State.EXPIRED)


@dataclass(frozen=True, slots=True)
class Kept:
    """A figure of the end table: its name, what it says, and what events say of the same."""

    name: str
    said: Shown
    #: "events say the same" in numbers; "" where events alone do not tell it
    by_events: str


@dataclass(frozen=True, slots=True)
class LoopFigures:
    """Everything at the end."""

    counts: Mapping[str, int]
    events: Counter[str]
    #: way → state → referrals
    ways: Mapping[str, Counter[str]]
    rewards: Counter[str]
    kept: Sequence[Kept]
    #: KPI and events that differ, in sentences
    wrong: Sequence[str]
    #: what a full run brings and this one did not
    missing: Sequence[str]


def loop_of(runtime: Runtime) -> LoopFigures:
    """Count the loop and compute its KPIs, in English as the other tables of the end."""
    with read(runtime.engine) as connection:
        counts = demo_loop.loop_counts(connection)
        events = demo_loop.events_by_type(connection, _EVENTS)
        rows = demo_loop.referral_rows(connection)
        rewards = demo_loop.rewards_by_state(connection)
        told = {
            state: demo_loop.referrals_told(connection, kind) for state, kind in EVENT_OF.items()
        }
        agreed = demo_loop.consented(connection)
    found = kpis(runtime).figures
    ways: dict[str, Counter[str]] = {}
    for way, state in rows.values():
        ways.setdefault(way, Counter())[state] += 1
    wrong = []
    introduced = told[State.AWAITING_CONSENT]
    by_events = {
        "survey_response": _answered(events, counts),
        "ask_response": events["referral.ask_answered"],
    }
    if introduced != set(rows):
        wrong.append(f"{len(introduced ^ set(rows))} referrals and their first events differ")
    if told[State.RECEIVED] != agreed:
        wrong.append(f"{len(told[State.RECEIVED] ^ agreed)} consents and their events differ")
    for state in _ENDS:
        stands = {ref for ref, (_, now) in rows.items() if now == state}
        if not stands <= told[state]:
            wrong.append(f"{len(stands - told[state])} referrals are {state} and no event said so")
    if events["nps.asked"] != counts["invitations"]:
        wrong.append(f"nps.asked {events['nps.asked']}, invitations {counts['invitations']}")
    if events["nps.responded"] != counts["answers"]:
        wrong.append(f"nps.responded {events['nps.responded']}, answers {counts['answers']}")
    if events["referral.asked"] != counts["asks"]:
        wrong.append(f"referral.asked {events['referral.asked']}, asks {counts['asks']}")
    # What another referrer brought first, and what we referred to others, is none of A.
    counted = (
        introduced
        - told[State.DUPLICATE]
        - {ref for ref, (way, _) in rows.items() if way == Way.OUTBOUND}
    )
    by_events["referrals"] = len(counted)
    number = found["referrals"].number
    if number != len(counted):
        wrong.append(f"the KPI counts {number} referrals, events {len(counted)}")
    won = {ref for ref, (_, now) in rows.items() if now == State.WON}
    to_win = found["referral_to_win"]
    if isinstance(to_win, Share) and to_win.part != len(won & told[State.WON]):
        wrong.append(f"the KPI counts {to_win.part} wins, events {len(won & told[State.WON])}")
    by_events["referral_to_win"] = len(won & told[State.WON])
    kept = [
        Kept(
            KPI_WORDS[one.key].in_language("en")[0],
            shown(found[one.key], "en", one.key),
            str(by_events.get(one.key, "")),
        )
        for one in KPIS
        if one.key in _SHOWN
    ]
    return LoopFigures(counts, events, ways, rewards, kept, wrong, _missing(counts, events, ways))


def _answered(events: Counter[str], counts: Mapping[str, int]) -> int:
    """Return how many answers events tell of, those that changed an answer left out."""
    return events["nps.responded"] - (counts["answers"] - counts["answered"])


def _missing(
    counts: Mapping[str, int], events: Counter[str], ways: Mapping[str, Counter[str]]
) -> list[str]:
    wanted = {
        "no result was reported": counts["reports"] > 0,
        "nobody answered a survey": counts["answers"] > 0,
        "nobody unhappy was followed up": counts["loops"] > 0,
        "nobody was asked for an introduction": counts["asks"] > 0,
        "nobody introduced anybody": bool(ways),
        "nobody agreed to be introduced": events["introduction.accepted"] > 0,
    }
    return [what for what, there in wanted.items() if not there]
