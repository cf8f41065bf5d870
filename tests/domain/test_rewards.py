"""Rewards: every move of the table, what a referral's life does, what holds, and the sums."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.domain.policy import Calendar
from nurture.domain.referral import PROGRESS, RewardState, State
from nurture.domain.referral_program import (
    KINDS,
    Kit,
    Offer,
    Program,
    Reward,
    RewardLimits,
    Rules,
    Wanted,
)
from nurture.domain.reward_days import falls_due, is_overdue, month_of, promised_by
from nurture.domain.rewards import (
    MOVES,
    STANDS,
    Change,
    Circumstances,
    Move,
    Reason,
    Standing,
    adds,
    after,
    change,
    hold_of,
    offer_of,
    totals,
    unit_of,
)
from tests.domain.calendars import HOLIDAYS, TOKYO, WINDOWS

PENDING, EARNED, DUE, DELIVERED, REVERSED = RewardState
OFFER = Offer(
    "gift", {"ja": "お礼の品"}, {"ja": "お礼"}, referrer=Reward("gift", {"ja": "お礼の品"})
)
PROGRAM = Program(
    "main",
    {},
    Wanted(("manufacturing",), {"ja": "困っている方"}, {"ja": "転記"}),
    {"gift": OFFER},
    Rules({}, {}, {}, {}),
    Kit({}, {}),
)
GIFT = Circumstances("gift", "referrer")
CALENDAR = Calendar("Asia/Tokyo", HOLIDAYS, (), WINDOWS)


# -- the table ---------------------------------------------------------------------------


@pytest.mark.parametrize(("state", "move"), [(s, m) for s in RewardState for m in Move])
def test_each_move_leads_where_the_table_says_and_no_other_may_be_made(
    state: RewardState, move: Move
) -> None:
    expected = {
        (PENDING, Move.EARN): EARNED,
        (EARNED, Move.FALL_DUE): DUE,
        (DUE, Move.DELIVER): DELIVERED,
        (PENDING, Move.REVERSE): REVERSED,
        (EARNED, Move.REVERSE): REVERSED,
        (DUE, Move.REVERSE): REVERSED,
        (DELIVERED, Move.REVERSE): REVERSED,
        (REVERSED, Move.EXPECT): PENDING,
        (REVERSED, Move.EARN): EARNED,
    }
    assert after(Standing(state), move) is expected.get((state, move))
    assert expected == MOVES


def test_what_is_held_neither_falls_due_nor_is_delivered_but_may_be_reversed() -> None:
    assert after(Standing(EARNED, held=True), Move.FALL_DUE) is None
    assert after(Standing(DUE, held=True), Move.DELIVER) is None
    assert after(Standing(DUE, held=True), Move.REVERSE) is REVERSED


def test_what_was_given_once_and_reversed_never_comes_alive_again() -> None:
    given_back = Standing(REVERSED, given=True)
    assert [after(given_back, move) for move in Move] == [None] * len(Move)


# -- what a referral's life does ---------------------------------------------------------

WON, PROPOSAL, MEETING, RECEIVED = State.WON, State.PROPOSAL, State.MEETING, State.RECEIVED


@pytest.mark.parametrize(
    ("standing", "stage", "new", "expected"),
    [
        # earned at its stage, or beyond where stages are skipped
        (Standing(PENDING), WON, PROPOSAL, Change()),
        (Standing(PENDING), WON, WON, Change(Move.EARN)),
        (Standing(PENDING), MEETING, PROPOSAL, Change(Move.EARN)),
        (Standing(EARNED), MEETING, WON, Change()),
        (Standing(DELIVERED), MEETING, WON, Change()),
        # closed before it: nothing will be earned
        (Standing(PENDING), WON, State.LOST, Change(Move.REVERSE, Reason.LOST)),
        (Standing(PENDING), WON, State.DECLINED, Change(Move.REVERSE, Reason.DECLINED)),
        (Standing(PENDING), WON, State.EXPIRED, Change(Move.REVERSE, Reason.EXPIRED)),
        # earned for a meeting, and the deal lost later: a promise is a promise
        (Standing(EARNED), MEETING, State.LOST, Change()),
        (Standing(DUE), RECEIVED, State.DECLINED, Change()),
        # somebody else's referral after all
        (Standing(EARNED), MEETING, State.DUPLICATE, Change(Move.REVERSE, Reason.DUPLICATE)),
        (Standing(DELIVERED), MEETING, State.DUPLICATE, Change(None, Reason.DUPLICATE, ask=True)),
        # the deal is open again
        (Standing(EARNED), WON, PROPOSAL, Change(Move.REVERSE, Reason.REOPENED)),
        (Standing(DUE), WON, PROPOSAL, Change(Move.REVERSE, Reason.REOPENED)),
        (Standing(DELIVERED), WON, PROPOSAL, Change(None, Reason.REOPENED, ask=True)),
        (Standing(DELIVERED), WON, State.LOST, Change(None, Reason.LOST, ask=True)),
        (Standing(REVERSED, reason="reopened"), WON, State.LOST, Change()),
        # … and won once more, or expected once more
        (Standing(REVERSED, reason="reopened"), WON, WON, Change(Move.EARN)),
        (Standing(REVERSED, reason="lost"), WON, PROPOSAL, Change(Move.EXPECT)),
        # what a person reversed in their own words stays so
        (Standing(REVERSED, reason="規約違反のため"), WON, PROPOSAL, Change()),
        (Standing(REVERSED, reason="規約違反のため"), WON, WON, Change()),
        # given, given back, won again: never a second time
        (Standing(REVERSED, given=True, reason="reopened"), WON, WON, Change()),
    ],
)  # fmt: skip
def test_a_reward_follows_its_referral(
    standing: Standing, stage: State, new: State, expected: Change
) -> None:
    assert change(standing, stage, new) == expected


# -- properties --------------------------------------------------------------------------


@given(
    st.lists(
        st.one_of(
            st.sampled_from(list(Move)),
            st.sampled_from(list(State)),
            st.sampled_from(["hold", "release"]),
        ),
        max_size=40,
    ),
    st.sampled_from(PROGRESS[1:]),
    st.integers(1, 10**9),
)
def test_whatever_the_order_none_is_delivered_twice_and_the_ledger_is_what_stands(
    deeds: list[Move | State | str], stage: State, amount: int
) -> None:
    standing = Standing(PENDING)
    ledger: list[float] = []
    delivered = 0
    for deed in deeds:
        reason = "a person's words"
        if isinstance(deed, State):
            found = change(standing, stage, deed)
            move, reason = found.move, found.reason
        elif isinstance(deed, Move):
            move = deed
        else:
            standing = replace(standing, held=deed == "hold")
            continue
        state = after(standing, move) if move is not None else None
        if move is None or state is None:
            continue
        ledger.append(adds(standing.state, move, amount) or 0)
        delivered += move is Move.DELIVER
        given_once = standing.given or state is DELIVERED
        standing = Standing(state, standing.held, given_once, reason)
        assert sum(ledger) == (amount if standing.state in STANDS else 0)
    assert delivered <= 1


_KNOWN = st.sampled_from(
    [("gift", "JPY"), ("discount", "USD"), ("points", None), ("training", None)]
)


@given(st.lists(st.tuples(_KNOWN, st.integers(0, 10**6))))
def test_sums_never_mix_currencies_or_units(
    amounts: list[tuple[tuple[str, str | None], int]],
) -> None:
    told = [(unit_of(kind, currency), float(n)) for (kind, currency), n in amounts]
    found = totals(told)
    for unit, total in found.items():
        assert total == sum(n for one, n in told if one == unit)
    assert set(found) == {unit for unit, _ in told if unit} <= {"JPY", "USD", "points"}


def test_what_has_no_amount_is_in_no_sum() -> None:
    assert totals([("JPY", None), ("JPY", 5000.0), ("points", 5000.0)]) == {
        "JPY": 5000.0,
        "points": 5000.0,
    }


# -- holds -------------------------------------------------------------------------------


def test_nothing_holds_a_gift_by_itself() -> None:
    assert hold_of(PROGRAM, GIFT) is None


def test_cash_waits_for_legal_and_no_person_can_let_it_go() -> None:
    cash = replace(GIFT, kind="cash")
    assert hold_of(PROGRAM, cash) is Reason.LEGAL
    assert hold_of(PROGRAM, cash, cleared=True) is Reason.LEGAL
    approved = replace(PROGRAM, rewards=RewardLimits(legal_approved=True))
    assert hold_of(approved, cash) is None


def test_a_regulated_sector_waits_until_it_is_cleared() -> None:
    medical = replace(GIFT, industries=("manufacturing", "medical"))
    assert hold_of(PROGRAM, medical, cleared=True) is Reason.REGULATED
    assert hold_of(replace(PROGRAM, cleared=("medical",)), medical) is None
    hospital = replace(GIFT, industries=("総合病院",))
    assert hold_of(PROGRAM, hospital) is Reason.REGULATED


def test_a_doubt_about_the_referral_waits_for_a_person() -> None:
    doubtful = replace(GIFT, flags=("self",))
    assert hold_of(PROGRAM, doubtful) is Reason.DOUBT
    assert hold_of(PROGRAM, doubtful, cleared=True) is None


@pytest.mark.parametrize(
    ("this_month", "in_all", "expected"),
    [(1, 5, None), (2, 5, Reason.LIMIT_MONTH), (1, 10, Reason.LIMIT_ALL)],
)
def test_limits_per_month_and_in_all_hold_and_lose_nothing(
    this_month: int, in_all: int, expected: Reason | None
) -> None:
    limited = replace(PROGRAM, rewards=RewardLimits(per_month=2, in_all=10))
    facts = replace(GIFT, this_month=this_month, in_all=in_all)
    assert hold_of(limited, facts) is expected
    assert hold_of(limited, facts, cleared=True) is None


def test_the_referred_person_is_not_held_by_the_referrers_limits() -> None:
    limited = replace(PROGRAM, rewards=RewardLimits(per_month=1, in_all=1))
    assert hold_of(limited, replace(GIFT, side="referred", this_month=9, in_all=9)) is None


# -- offers ------------------------------------------------------------------------------


def _offer(
    key: str, kind: str, kinds: tuple[str, ...] = (), motives: tuple[str, ...] = ()
) -> Offer:
    return replace(OFFER, key=key, referrer=Reward(kind, {"ja": key}), kinds=kinds, motives=motives)


OFFERS = {
    one.key: one
    for one in (
        _offer("money", "cash"),
        _offer("lesson", "training"),
        _offer("award", "gift", kinds=("employee",)),
        _offer("leads", "discount", kinds=("partner",)),
        _offer("charity", "donation", motives=("value",)),
    )
}
MANY = replace(PROGRAM, offers=OFFERS)


@pytest.mark.parametrize(
    ("channel", "motive", "promised", "expected"),
    [
        # what was promised holds
        ("customer", "", "money", "money"),
        # … but not for whom it is not meant
        ("customer", "", "award", "lesson"),
        # what is not cash comes first
        ("customer", "", "", "lesson"),
        # colleagues and partners have their own
        ("employee", "", "", "award"),
        ("partner", "", "", "leads"),
        # the natural motive of this referrer
        ("customer", "value", "", "charity"),
    ],
)
def test_a_referrer_gets_what_was_promised_else_what_suits_them(
    channel: str, motive: str, promised: str, expected: str
) -> None:
    found = offer_of(MANY, channel, motive, promised)
    assert found is not None
    assert found.key == expected


def test_whose_motive_nobody_knows_has_what_is_offered_to_all_of_their_kind() -> None:
    only = replace(PROGRAM, offers={"charity": OFFERS["charity"]})
    for motive, expected in (("", "charity"), ("value", "charity"), ("trusted", None)):
        found = offer_of(only, "customer", motive)
        assert (found.key if found is not None else None) == expected


def test_without_an_offer_for_them_there_is_no_reward() -> None:
    only = replace(PROGRAM, offers={"award": OFFERS["award"]})
    assert offer_of(only, "customer", "") is None


def test_cash_stands_last_of_all_kinds() -> None:
    assert KINDS[-1] == "cash"


# -- days --------------------------------------------------------------------------------


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TOKYO).astimezone(UTC)


def test_a_promise_ends_on_the_last_business_day_within_it() -> None:
    earned = _at("2026-06-05T10:00")
    # 30 days later is Sunday, 5 July: on Monday the promise would be broken.
    day = promised_by(CALENDAR, earned, timedelta(days=30), timedelta(days=14))
    assert day == _at("2026-07-03T17:30")


def test_a_promise_shorter_than_the_wait_ends_on_the_first_business_day_after_it() -> None:
    earned = _at("2026-06-05T10:00")
    # The wait of 15 days ends on Saturday, 20 June, in business hours on Monday.
    day = promised_by(CALENDAR, earned, timedelta(days=5), timedelta(days=15))
    assert day == _at("2026-06-22T17:30")
    assert falls_due(CALENDAR, earned, timedelta(days=15)) == _at("2026-06-22T09:00")


@given(st.integers(0, 3000), st.integers(0, 120), st.integers(0, 120))
def test_a_promised_day_is_a_business_day_and_never_before_the_wait_is_over(
    hours: int, within: int, hold: int
) -> None:
    earned = _at("2026-01-06T00:00") + timedelta(hours=hours)
    day = promised_by(CALENDAR, earned, timedelta(days=within), timedelta(days=hold))
    assert day >= falls_due(CALENDAR, earned, timedelta(days=hold))
    wall = day.astimezone(TOKYO)
    assert wall.weekday() < 5
    assert wall.date() not in HOLIDAYS
    if within > hold + 14:
        assert day.date() <= (earned + timedelta(days=within)).astimezone(TOKYO).date()


@pytest.mark.parametrize(
    ("state", "held", "late", "expected"),
    [
        (DUE, False, True, True),
        (DUE, False, False, False),
        (EARNED, False, True, True),
        # what is held was promised for no day
        (DUE, True, True, False),
        (DELIVERED, False, True, False),
        (REVERSED, False, True, False),
    ],
)
def test_a_promise_is_broken_when_its_day_has_passed(
    state: RewardState, held: bool, late: bool, expected: bool
) -> None:
    now = _at("2026-07-03T17:30")
    due_at = now if late else now + timedelta(minutes=1)
    assert is_overdue(state, held, due_at, now) is expected


def test_months_begin_where_the_calendar_is() -> None:
    first, following = month_of(_at("2026-07-01T00:30"), TOKYO)
    assert (first, following) == (_at("2026-07-01T00:00"), _at("2026-08-01T00:00"))
