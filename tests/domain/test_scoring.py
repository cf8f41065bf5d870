"""Points, caps and the ledger: whatever the order of arrival, the sum is what it should be."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.domain.scoring import (
    Cap,
    Engagement,
    LedgerEntry,
    PointRule,
    ScoredEvent,
    Scoring,
    Threshold,
    decay,
    matches,
    reconcile,
    rules_for,
    score_at,
    worth,
)

START = datetime(2026, 4, 1, tzinfo=UTC)
HALF_LIFE = timedelta(days=30)
DAY = timedelta(days=1)

DOCUMENT = PointRule("document", "document.downloaded", 15, cap=Cap(1, 7 * DAY), group="content")
WEBINAR = PointRule("webinar", "seminar.attended", 25, group="content")
QUOTE = PointRule("quote", "form.submitted", 40, where=(("form", "quote"),), cap=Cap(1))
PAGE = PointRule("page", "page.viewed", 5, cap=Cap(2, DAY))
CLICK = PointRule("click", "email.clicked", 7)
LEFT = PointRule("left", "contact.unsubscribed", -30)


def scoring(*rules: PointRule, groups: tuple[tuple[str, Cap], ...] = ()) -> Scoring:
    return Scoring(
        HALF_LIFE, rules, (), Threshold(20, 15), Threshold(50, 40), (), DAY, group_caps=groups
    )


def event(number: int, kind: str, days: float, **written) -> ScoredEvent:
    properties = written.pop("properties", {})
    return ScoredEvent(number, kind, START + days * DAY, properties, **written)


def points(rules: Scoring, *events: ScoredEvent) -> list[float]:
    """Return what each event is worth under all rules together, in the order given."""
    found = worth(rules, rules.rules, events)
    return [
        sum(paid for (_, number), (paid, _) in found.items() if number == one.id) for one in events
    ]


#: rules, (day, type …) of events in order of their ids, points of each
CAPS = [
    # no cap: every one pays
    ((WEBINAR,), [(0, "seminar.attended"), (0, "seminar.attended")], [25, 25]),
    # clicks about no known mail are about one
    ((CLICK,), [(0, "email.clicked"), (1, "email.clicked")], [7, 0]),
    # once ever
    ((QUOTE,), [(0, "form.submitted"), (400, "form.submitted")], [40, 0]),
    # two a day: the third within 24 hours is free, one exactly 24 hours later pays
    (
        (PAGE,),
        [(0, "page.viewed"), (0.5, "page.viewed"), (0.9, "page.viewed"), (1, "page.viewed")],
        [5, 5, 0, 5],
    ),
    # the day rolls: it does not begin at midnight
    ((PAGE,), [(0.9, "page.viewed"), (1.1, "page.viewed"), (1.2, "page.viewed")], [5, 5, 0]),
    # once per seven days; what was not paid does not block
    (
        (DOCUMENT,),
        [(0, "document.downloaded"), (6.9, "document.downloaded"), (7, "document.downloaded")],
        [15, 0, 15],
    ),
    # negative points
    ((LEFT,), [(0, "contact.unsubscribed")], [-30]),
    # no rule, no points
    ((PAGE,), [(0, "seminar.attended")], [0]),
]


@pytest.mark.parametrize(("rules", "happened", "expected"), CAPS)
def test_a_rule_pays_as_often_as_its_cap_allows(rules, happened, expected):
    events = [
        event(number, kind, day, properties={"form": "quote"})
        for number, (day, kind) in enumerate(happened, 1)
    ]
    assert points(scoring(*rules), *events) == expected


def test_rules_of_a_group_share_its_cap():
    rules = scoring(DOCUMENT, WEBINAR, groups=(("content", Cap(2, 7 * DAY)),))
    events = (
        event(1, "document.downloaded", 0),
        event(2, "seminar.attended", 1),
        # the third of the group within seven days
        event(3, "seminar.attended", 2),
        # the document of day 0 has left the period
        event(4, "seminar.attended", 7),
    )
    assert points(rules, *events) == [15, 25, 0, 25]


def test_an_event_that_its_own_cap_refuses_takes_no_slot_of_the_group():
    rules = scoring(DOCUMENT, WEBINAR, groups=(("content", Cap(2, 7 * DAY)),))
    events = (
        event(1, "document.downloaded", 0),
        event(2, "document.downloaded", 1),
        event(3, "seminar.attended", 2),
    )
    assert points(rules, *events) == [15, 0, 25]


def test_several_clicks_on_one_mail_are_worth_one_and_on_two_mails_two():
    events = (
        event(1, "email.clicked", 0, message_id=8),
        event(2, "email.clicked", 9, message_id=8),
        event(3, "email.clicked", 9, message_id=9),
    )
    assert points(scoring(CLICK), *events) == [7, 0, 7]


def test_what_a_machine_did_is_worth_nothing_and_does_not_stand_in_the_way():
    events = (
        event(1, "document.downloaded", 0, counts=False),
        event(2, "document.downloaded", 1),
    )
    assert points(scoring(DOCUMENT), *events) == [0, 15]


def test_the_earlier_event_pays_though_it_arrived_later():
    late = event(9, "document.downloaded", 0)
    assert points(scoring(DOCUMENT), event(1, "document.downloaded", 1), late) == [0, 15]


#: filter, properties, result
FILTERS = [
    ((), {"a": 1}, True),
    ((("form", "quote"),), {"form": "quote", "x": 1}, True),
    ((("form", "quote"),), {"form": "Quote"}, False),
    ((("form", "quote"),), {}, False),
    # every filter
    ((("a", 1), ("b", 2)), {"a": 1, "b": 3}, False),
    # numbers of both kinds are one, truth is none
    ((("a", 1),), {"a": 1.0}, True),
    ((("a", 1),), {"a": True}, False),
    ((("a", True),), {"a": True}, True),
    ((("a", 1),), {"a": "1"}, False),
    # missing equals nothing, null neither
    ((("a", None),), {}, False),
    ((("a", None),), {"a": None}, False),
    ((("a", "x"),), {"a": ["x"]}, False),
]


@pytest.mark.parametrize(("where", "properties", "expected"), FILTERS)
def test_filters_compare_as_conditions_do(where, properties, expected):
    assert matches(where, properties) is expected


def test_an_event_touches_its_rules_and_all_rules_of_their_groups():
    rules = scoring(DOCUMENT, WEBINAR, QUOTE, PAGE)
    assert rules_for(rules, "document.downloaded") == (DOCUMENT, WEBINAR)
    assert rules_for(rules, "page.viewed") == (PAGE,)
    assert rules_for(rules, "email.opened") == ()


ALL_RULES = scoring(
    DOCUMENT,
    WEBINAR,
    QUOTE,
    PAGE,
    CLICK,
    LEFT,
    groups=(("content", Cap(2, 7 * DAY)),),
)
HAPPENED = st.lists(
    st.builds(
        lambda kind, hours, form, mail: (kind, hours, {"form": form}, mail),
        st.sampled_from([rule.event for rule in ALL_RULES.rules]),
        st.integers(0, 24 * 20),
        st.sampled_from(["quote", "hearing"]),
        st.none() | st.integers(1, 3),
    ),
    max_size=12,
)


@given(HAPPENED, st.lists(st.tuples(st.integers(0, 11), st.booleans()), max_size=8), st.randoms())
def test_the_ledger_sums_to_the_worth_in_any_order_of_arrival_and_re_classing(
    happened, verdicts, order: random.Random
):
    """Events arrive shuffled, some are re-classed (machine, human) in between."""
    events = {
        number: ScoredEvent(number, kind, START + timedelta(hours=hours), properties, True, mail)
        for number, (kind, hours, properties, mail) in enumerate(happened)
    }
    todo: list[tuple[int, bool]] = [(number, True) for number in events]
    order.shuffle(todo)
    todo += [(number, counts) for number, counts in verdicts if number in events]
    seen: dict[int, ScoredEvent] = {}
    ledger: list[LedgerEntry] = []
    engagement = Engagement(0.0, START)
    now = START + 21 * DAY
    for number, counts in todo:
        one = events[number]
        seen[number] = ScoredEvent(
            one.id, one.type, one.occurred_at, one.properties, counts, one.message_id
        )
        rules = rules_for(ALL_RULES, one.type)
        changes = reconcile(worth(ALL_RULES, rules, seen.values()), ledger)
        ledger += changes
        now += timedelta(hours=7)
        engagement = engagement.add(changes, now, HALF_LIFE)
    target = worth(ALL_RULES, ALL_RULES.rules, seen.values())
    sums = dict.fromkeys(target, 0.0)
    for entry in ledger:
        sums[entry.rule, entry.event_id] += entry.points
        assert entry.occurred_at == events[entry.event_id].occurred_at
    assert sums == {key: paid for key, (paid, _) in target.items()}
    # What is kept per contact is the faded sum of the rows, at any later time.
    for days in (0, 1, 45):
        moment = now + days * DAY
        rows = sum(e.points * decay(moment - e.occurred_at, HALF_LIFE) for e in ledger)
        assert engagement.value_at(moment, HALF_LIFE) == pytest.approx(rows, abs=1e-6)


def test_nothing_changes_where_nothing_changed():
    events = [event(1, "document.downloaded", 0)]
    target = worth(ALL_RULES, ALL_RULES.rules, events)
    ledger = reconcile(target, [])
    assert reconcile(target, ledger) == []


def test_rows_of_rules_that_were_not_looked_at_are_left_alone():
    old = LedgerEntry("gone", 10, 1, START)
    assert reconcile({}, [old]) == []


@given(st.floats(0.5, 100), st.integers(0, 100), st.lists(st.integers(0, 400), max_size=5))
def test_a_reversal_cancels_at_all_times(paid, late, looks):
    """Paid on day 0, taken back `late` days on: as if it had never been."""
    entry = LedgerEntry("click", paid, 1, START)
    back = LedgerEntry("click", -paid, 1, START)
    other = LedgerEntry("page", 5.0, 2, START)
    engagement = Engagement(0.0, START).add([entry, other], START, HALF_LIFE)
    at = START + late * DAY
    engagement = engagement.add([back], at, HALF_LIFE)
    for days in looks:
        moment = at + days * DAY
        alone = 5.0 * decay(moment - START, HALF_LIFE)
        assert engagement.value_at(moment, HALF_LIFE) == pytest.approx(alone, abs=1e-9)


def test_a_ledger_that_cancels_out_reads_as_nothing():
    engagement = Engagement(0.0, START)
    for number in range(50):
        at = START + number * timedelta(hours=5)
        engagement = engagement.add([LedgerEntry("click", 0.1, number, at)], at, HALF_LIFE)
    end = START + 20 * DAY
    back = [
        LedgerEntry("click", -0.1, number, START + number * timedelta(hours=5))
        for number in range(50)
    ]
    assert engagement.add(back, end, HALF_LIFE).value == 0.0


#: age, factor
FADING = [
    (timedelta(0), 1.0),
    (HALF_LIFE, 0.5),
    (2 * HALF_LIFE, 0.25),
    (HALF_LIFE / 2, 2**-0.5),
    # an event dated a little ahead of now does not grow
    (-DAY, 1.0),
]


@pytest.mark.parametrize(("age", "factor"), FADING)
def test_points_halve_every_half_life(age, factor):
    assert decay(age, HALF_LIFE) == pytest.approx(factor)


#: engagement at START, fit, days later, score shown
SHOWN = [
    (60.0, 0.0, 0, 60.0),
    # reached by fading: exactly the threshold
    (120.0, 0.0, 30, 60.0),
    (100.0, 10.0, 30, 60.0),
    # fit does not fade
    (0.0, 7.5, 300, 7.5),
    # sums that binary fractions miss by a hair
    (0.1 + 0.2, 0.0, 0, 0.3),
    (59.9999999, 0.0, 0, 60.0),
    (59.999999, 0.0, 0, 59.999999),
    (-30.0, 0.0, 30, -15.0),
]


@pytest.mark.parametrize(("engagement", "fit", "days", "shown"), SHOWN)
def test_scores_are_read_in_millionths_of_a_point(engagement, fit, days, shown):
    found = score_at(Engagement(engagement, START), fit, HALF_LIFE, START + days * DAY)
    assert found == shown
