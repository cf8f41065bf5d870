"""Whatever order moves come in: steps go forward, each event comes once, nobody is named early."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nurture.db import tables
from nurture.db.engine import make_memory_engine
from nurture.db.tables import metadata
from nurture.domain.referral import CLOSED, EVENT_OF, PROGRESS, State, may_become
from nurture.errors import NurtureError
from tests.services.house import make_house
from tests.services.referring import Referring, referring

_MOVES: dict[str, Callable[[Referring, int], object]] = {
    "agree": lambda r, one: r.agree(one, email="suzuki@kigyou.example"),
    "refuse": lambda r, one: r.refuse(one),
    "again": lambda r, one: r.introduce(),
    "reopen": lambda r, one: r.reopen(one),
    "hours": lambda r, one: r.house.after(hours=30),
    "weeks": lambda r, one: r.house.after(days=22),
    "called": lambda r, one: _deal(r, one, "call.logged", result="talked"),
    "met": lambda r, one: _deal(r, one, "deal.met"),
    "lost": lambda r, one: _deal(r, one, "deal.lost", reason="later"),
    "won": lambda r, one: _deal(r, one, "deal.won"),
    **{
        f"to {state}": lambda r, one, state=state: r.move(one, state, reason="timing")  # type: ignore[misc]
        for state in State
    },
}


def _deal(refers: Referring, number: int, kind: str, /, **said: str) -> None:
    contact = refers.row(number).contact_id
    if contact is not None:
        refers.house.happens(contact, kind, **said)
        refers.house.turn()
        refers.house.clock.move_to(refers.house.clock.now() + timedelta(minutes=1))


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
@given(st.lists(st.sampled_from(sorted(_MOVES)), max_size=10))
def test_in_whatever_order_moves_come(order: list[str]) -> None:
    engine = make_memory_engine()
    metadata.create_all(engine)
    try:
        refers = referring(make_house(engine))
        number = refers.introduce().id
        for move in order:
            before = refers.row(number)
            try:
                _MOVES[move](refers, number)
            except NurtureError:
                # Refused with a sentence: nothing is written.
                assert refers.row(number) == before, move
            row = refers.row(number)
            if row.consented_at is None and row.contact_id is None:
                said = json.dumps(
                    [dict(one.properties) for one in refers.house.rows(tables.event)],
                    ensure_ascii=False,
                )
                assert "suzuki" not in said and "鈴木" not in said
                assert len(refers.house.rows(tables.contact)) == 1
        _look_back(refers, number)
    finally:
        engine.dispose()


def _look_back(refers: Referring, number: int) -> None:
    """Every step may follow the one before, or opened it again; events tell each once."""
    steps = refers.house.rows(tables.referral_step, referral_id=number)
    at = State(steps[0].to_state)
    told: list[State] = []
    for step in steps[1:]:
        to = State(step.to_state)
        if step.reason == "reopened":
            assert at in CLOSED and to in PROGRESS
            told = []
        else:
            assert may_become(at, to), (at, to)
            assert to not in told
            told.append(to)
        at = to
    assert at == State(refers.row(number).state)
    kinds = [kind for kind in refers.told() if kind != "referral.overdue"]
    expected = [
        "referral.reopened" if step.reason == "reopened" else EVENT_OF[State(step.to_state)]
        for step in steps
    ]
    assert kinds[: len(expected)] == expected or sorted(kinds) == sorted(
        [*expected, *["referral.introduced"] * (kinds.count("referral.introduced") - 1)]
    )
