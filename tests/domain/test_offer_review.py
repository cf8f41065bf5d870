"""Which offers somebody has to look through, and what stands beside each."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from nurture.domain.offer_review import looks, wanted
from nurture.domain.playbook import AskResult
from nurture.domain.referral_program import Kit, Offer, Program, Rules, Wanted

TODAY = date(2026, 7, 1)


def _program(**reviewed: date | None) -> Program:
    offers = {
        key: Offer(key, {"en": key}, {"en": "a seat"}, reviewed=day)
        for key, day in reviewed.items()
    }
    wanted_people = Wanted(("care",), {"en": "people"}, {"en": "problem"})
    return Program(
        "default", {"en": "Ours"}, wanted_people, offers, Rules({}, {}, {}, {}), Kit({}, {})
    )


def _ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def test_offers_that_waited_longest_come_first_and_those_nobody_saw_before_all() -> None:
    program = _program(fresh=_ago(3), never=None, old=_ago(31), month=_ago(30))
    found = looks(program, [], None, TODAY)
    assert [one.offer.key for one in found] == ["never", "old", "month", "fresh"]
    assert [one.old for one in found] == [True, True, False, False]
    assert [one.days for one in found] == [None, 31, 30, 3]


def test_closing_the_task_counts_for_all_and_a_later_day_of_the_file_for_its_offer() -> None:
    program = _program(never=None, later=_ago(2), earlier=_ago(90))
    found = {one.offer.key: one.days for one in looks(program, [], _ago(10), TODAY)}
    assert found == {"never": 10, "later": 2, "earlier": 10}


def test_what_each_offer_brought_stands_beside_it_and_other_programmes_do_not() -> None:
    asks = [
        AskResult("one", "renewal", "mail", program="default", referrals=2, won=1),
        AskResult("one", "renewal", "mail", program="default"),
        AskResult("one", "renewal", "mail", program="partners", referrals=5),
    ]
    one, two = looks(_program(one=None, two=None), asks, None, TODAY)
    assert one.tally is not None and two.tally is None
    assert (one.tally.asked, one.tally.referrals, one.tally.won) == (2, 2, 1)


@given(st.lists(st.one_of(st.none(), st.integers(0, 400)), min_size=1, max_size=5))
def test_nobody_is_asked_where_everything_was_seen_days_ago(ages: list[int | None]) -> None:
    program = _program(
        **{f"o{n}": _ago(age) if age is not None else None for n, age in enumerate(ages)}
    )
    found = looks(program, [], None, TODAY)
    assert wanted(found) == any(age is None or age > 15 for age in ages)
    # whoever has just closed the task is left alone, whatever the file says
    assert not wanted(looks(program, [], TODAY, TODAY))
    assert not wanted(looks(replace(program, offers={}), [], None, TODAY))
