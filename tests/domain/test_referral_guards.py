"""Who is asked for an introduction, and who is not, whatever happened before."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.domain.ask_reasons import ASK_SENTENCES
from nurture.domain.guard import Refusal
from nurture.domain.referral import AskAnswer
from nurture.domain.referral_guards import Allowed, Ask, AskFacts, PastAsk, may_ask
from nurture.domain.referral_program import (
    TIMINGS,
    AskLimits,
    Kit,
    Offer,
    Pilot,
    Program,
    Reward,
    Rules,
    Wanted,
)

NOW = datetime(2026, 5, 12, 1, 0, tzinfo=UTC)
DAY = timedelta(days=1)
ME, COLLEAGUE = 1, 2

TRAINING = Offer(
    "training",
    {"ja": "研修"},
    {"ja": "研修を一回"},
    referrer=Reward("training", {"ja": "研修"}),
    motives=("trusted", "relation", "value"),
)
LETTER = Offer(
    "letter", {"ja": "ご案内"}, {"ja": "先行のご案内"}, "emotional", motives=("trusted",)
)
PARTNERS = Offer("partner", {"ja": "割引"}, {"ja": "割引"}, kinds=("partner",))
PROGRAM = Program(
    "default",
    {"ja": "ご紹介"},
    Wanted(("manufacturing",), {"ja": "お困りの方"}, {"ja": "転記"}),
    {one.key: one for one in (LETTER, TRAINING, PARTNERS)},
    Rules({"ja": "-"}, {"ja": "-"}, {"ja": "-"}, {"ja": "-"}),
    Kit({"ja": "-"}, {"ja": "-"}),
    kinds=("customer", "partner", "employee", "community"),
    timings=tuple(one for one in TIMINGS if one != "negotiation"),
)
#: satisfied, with a result, heard out, never asked
HAPPY = AskFacts(
    ME, score=9, scored_at=NOW - 30 * DAY, result_at=NOW - 2 * DAY, hearing_at=NOW - 60 * DAY
)
ASK = Ask("result_reported")


def asked(days: float, who: int = ME, answer: AskAnswer | None = None) -> PastAsk:
    at = NOW - timedelta(days=days)
    return PastAsk(at, who, "default", answer, at + DAY if answer else None)


def why(facts: AskFacts, program: Program = PROGRAM, ask: Ask = ASK) -> str:
    found = may_ask(program, ask, facts, (), NOW)
    return found.reason if isinstance(found, Refusal) else ""


def test_somebody_satisfied_with_a_fresh_result_who_was_heard_is_asked() -> None:
    found = may_ask(PROGRAM, ASK, HAPPY, (), NOW)
    assert isinstance(found, Allowed)
    assert found.offer is LETTER
    assert not found.pilot


REFUSED = [
    # bounced, suppressed, erased: a referrer who left the company
    ({"reachable": False}, "ask_unreachable"),
    ({"do_not_ask": True}, "ask_do_not_ask"),
    ({"asks": (asked(900, answer=AskAnswer.NEVER),)}, "ask_do_not_ask"),
    ({"asks": (asked(900, answer=AskAnswer.COMPANY_POLICY),)}, "ask_company_policy"),
    # a rule of the company is one for its other people
    (
        {"account_asks": (asked(200, COLLEAGUE, AskAnswer.COMPANY_POLICY),)},
        "ask_company_policy",
    ),
    ({"kind": "prospect"}, "ask_kind"),
    # a customer no longer
    ({"customer": False}, "ask_no_customer"),
    ({"industry": "finance"}, "ask_sector"),
    # as a list from Japan writes it
    ({"industry": "金融・保険業"}, "ask_sector"),
    ({"industry": "総合病院"}, "ask_sector"),
    ({"score": 6}, "ask_detractor"),
    # however long ago
    ({"score": 0, "scored_at": NOW - 2000 * DAY}, "ask_detractor"),
    ({"loop_open": True}, "ask_loop_open"),
    ({"complaint_open": True}, "ask_complaint_open"),
    ({"complaint_at": NOW - 179 * DAY}, "ask_complaint_recent"),
    ({"score": None, "scored_at": None}, "ask_no_score"),
    ({"scored_at": NOW - 366 * DAY}, "ask_no_score"),
    ({"result_at": None}, "ask_no_result"),
    ({"result_at": NOW - 61 * DAY}, "ask_no_result"),
    ({"result_at": None, "result_worse": True}, "ask_result_worse"),
    ({"hearing_at": None}, "ask_no_hearing"),
    ({"asks": (asked(179),)}, "ask_cool_down"),
    # "not now" rests from the answer on
    ({"asks": (asked(180.5, answer=AskAnswer.NOT_NOW),)}, "ask_cool_down"),
    ({"asks": (asked(190), asked(364))}, "ask_contact_limit"),
    (
        {"account_asks": tuple(asked(days, COLLEAGUE) for days in (1, 2, 364))},
        "ask_account_limit",
    ),
]


@pytest.mark.parametrize(("changed", "reason"), REFUSED)
def test_every_guard_says_no_by_itself(changed: dict[str, object], reason: str) -> None:
    assert why(replace(HAPPY, **changed)) == reason  # type: ignore[arg-type]


PASSES = [
    {"complaint_at": NOW - 180 * DAY},
    {"scored_at": NOW - 365 * DAY},
    {"result_at": NOW - 60 * DAY},
    # asked before: heard out already
    {"hearing_at": None, "asks": (asked(400),)},
    {"asks": (asked(181), asked(366))},
    {"account_asks": tuple(asked(days, COLLEAGUE) for days in (1, 2, 366))},
    {"account_asks": (asked(400, COLLEAGUE, AskAnswer.COMPANY_POLICY),)},
    {"industry": "manufacturing"},
    # partners and colleagues answer no survey and get no results of their own
    {"kind": "partner", "customer": False, "score": None, "scored_at": None, "result_at": None},
    {"kind": "employee", "customer": False, "score": None, "result_at": None, "hearing_at": None},
]


@pytest.mark.parametrize("changed", PASSES)
def test_the_edges_of_the_limits_are_on_the_side_of_asking(changed: dict[str, object]) -> None:
    assert why(replace(HAPPY, **changed)) == ""  # type: ignore[arg-type]


def test_each_timing_can_be_switched_and_all_need_a_result() -> None:
    late = replace(HAPPY, result_at=NOW - 61 * DAY)
    for timing in TIMINGS:
        ask = Ask(timing)
        on = timing in PROGRAM.timings
        assert why(HAPPY, ask=ask) == ("" if on else "ask_timing_off")
        assert why(late, ask=ask) == ("ask_no_result" if on else "ask_timing_off")


def test_a_cleared_sector_is_asked() -> None:
    cleared = replace(PROGRAM, cleared=("finance",))
    assert why(replace(HAPPY, industry="finance"), cleared) == ""


@pytest.mark.parametrize(
    ("score", "candidate_from", "offer"),
    [
        (9, 9, "letter"),
        # a passive gets an incentive (000) …
        (8, 9, "training"),
        (7, 9, "training"),
        # … but where 8 is a promoter candidate (001)
        (8, 8, "letter"),
        (7, 8, "training"),
    ],
)
def test_passives_are_asked_with_an_incentive_only(
    score: int, candidate_from: int, offer: str
) -> None:
    program = replace(PROGRAM, asks=AskLimits(candidate_from=candidate_from))
    found = may_ask(program, ASK, replace(HAPPY, score=score, motive="trusted"), (), NOW)
    assert isinstance(found, Allowed)
    assert found.offer.key == offer


def test_a_passive_is_not_asked_where_a_step_names_an_offer_without_reward() -> None:
    assert why(replace(HAPPY, score=7), ask=Ask("renewal", "letter")) == "ask_passive"
    assert why(HAPPY, ask=Ask("renewal", "nothing-of-the-kind")) == "ask_no_offer"


@pytest.mark.parametrize(
    ("facts", "offer"),
    [
        ({"motive": "value"}, "training"),
        ({"motive": "trusted"}, "letter"),
        ({"kind": "partner"}, "partner"),
        ({"kind": "community"}, "letter"),
    ],
)
def test_the_offer_suits_motive_and_kind(facts: dict[str, str], offer: str) -> None:
    program = replace(PROGRAM, offers={**{"partner": PARTNERS}, **PROGRAM.offers})
    found = may_ask(program, ASK, replace(HAPPY, **facts), (), NOW)  # type: ignore[arg-type]
    assert isinstance(found, Allowed)
    assert found.offer.key == offer


def test_a_pilot_asks_three_people_until_it_is_widened() -> None:
    small = replace(PROGRAM, pilot=Pilot())
    first = may_ask(small, ASK, HAPPY, (7, 8), NOW)
    assert isinstance(first, Allowed) and first.pilot
    full = may_ask(small, ASK, HAPPY, (7, 8, 9), NOW)
    assert isinstance(full, Refusal) and full.reason == "ask_pilot_full"
    # who is among the three already is asked again, after the cool-down
    assert isinstance(may_ask(small, ASK, HAPPY, (7, 8, ME), NOW), Allowed)
    wide = replace(small, pilot=Pilot(widened=date(2026, 5, 12)))
    found = may_ask(wide, ASK, HAPPY, (7, 8, 9), NOW)
    assert isinstance(found, Allowed) and not found.pilot
    later = replace(small, pilot=Pilot(widened=date(2026, 5, 13)))
    assert isinstance(may_ask(later, ASK, HAPPY, (7, 8, 9), NOW), Refusal)


def test_without_an_occasion_only_those_who_are_ready_are_asked() -> None:
    regular = Ask("regular")
    assert isinstance(may_ask(PROGRAM, regular, HAPPY, (), NOW, ready=50), Allowed)
    found = may_ask(PROGRAM, regular, HAPPY, (), NOW, ready=49.9)
    assert isinstance(found, Refusal)
    assert found.reason == "ask_not_ready"
    assert isinstance(may_ask(PROGRAM, ASK, HAPPY, (), NOW, ready=0), Allowed)


def test_every_reason_has_its_sentence() -> None:
    found = {reason for _, reason in REFUSED}
    found |= {"ask_timing_off", "ask_passive", "ask_no_offer", "ask_pilot_full", "ask_not_ready"}
    assert found <= set(ASK_SENTENCES)


moments = st.integers(0, 1500).map(lambda days: NOW - timedelta(days=days))
past_asks = st.builds(
    PastAsk,
    moments,
    st.sampled_from((ME, COLLEAGUE)),
    st.just("default"),
    st.none() | st.sampled_from(AskAnswer),
    st.none() | moments,
)
histories = st.builds(
    AskFacts,
    st.just(ME),
    kind=st.sampled_from(("customer", "partner", "employee", "community", "prospect")),
    customer=st.booleans(),
    reachable=st.booleans(),
    motive=st.none() | st.sampled_from(("trusted", "relation", "value")),
    industry=st.sampled_from(("", "manufacturing", "finance", "medical")),
    do_not_ask=st.booleans(),
    score=st.none() | st.integers(0, 10),
    scored_at=st.none() | moments,
    loop_open=st.booleans(),
    complaint_at=st.none() | moments,
    complaint_open=st.booleans(),
    result_at=st.none() | moments,
    hearing_at=st.none() | moments,
    asks=st.lists(past_asks, max_size=4).map(
        lambda them: tuple(replace(one, contact_id=ME) for one in them)
    ),
    account_asks=st.lists(past_asks, max_size=4).map(tuple),
)


@given(
    histories,
    st.sampled_from(TIMINGS),
    st.sampled_from(("", "letter", "training", "partner")),
    st.sets(st.integers(0, 9)),
)
def test_whatever_happened_nobody_is_asked_who_must_not_be(
    facts: AskFacts, timing: str, offer: str, pilot: set[int]
) -> None:
    program = replace(PROGRAM, pilot=Pilot())
    found = may_ask(program, Ask(timing, offer), facts, pilot, NOW)
    if isinstance(found, Refusal):
        assert found.reason in ASK_SENTENCES
        return
    assert facts.score is None or facts.score >= 7
    assert not (facts.do_not_ask or facts.loop_open or facts.complaint_open)
    assert all(NOW - one.at >= program.asks.cool_down for one in facts.asks)
    assert all(one.answer is not AskAnswer.NEVER for one in facts.asks)
    assert facts.reachable
    assert timing in program.timings
    assert facts.kind in program.kinds
    assert facts.industry not in program.regulated
    assert len(pilot - {ME}) < 3 or ME in pilot
    if facts.kind == "customer":
        assert facts.customer and facts.score is not None
        assert facts.result_at is not None and NOW - facts.result_at <= 60 * DAY
        assert found.offer.is_incentive or facts.score >= 9
    assert not found.offer.kinds or facts.kind in found.offer.kinds
