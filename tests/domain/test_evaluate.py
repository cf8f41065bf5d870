"""Conditions over facts: missing values are false, kinds do not mix, `not` is two-valued."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.domain.conditions import (
    ALWAYS,
    All,
    AnyOf,
    Compare,
    Condition,
    Count,
    DaysSince,
    Field,
    HasTag,
    Literal,
    Not,
    Op,
    Scope,
    StepEvents,
    Truthy,
)
from nurture.domain.evaluate import compare, compile_condition, holds, plain, value_of
from nurture.domain.facts import EventFact, Facts, StepFact

NOW = datetime(2026, 5, 12, 3, tzinfo=UTC)
DAY = timedelta(days=1)
A_DAY, NEXT_DAY = date(2026, 5, 12), date(2026, 5, 13)


def happened(number: int, kind: str, days_ago: float, mail: int | None = None, **properties: Any):
    return EventFact(number, kind, NOW - days_ago * DAY, properties, mail)


def facts(**known: Any) -> Facts:
    contact = known.pop("contact", {})
    return Facts(1, NOW, contact, **known)


MISSING = None

#: left, operator, right, result
COMPARISONS = [
    (1, Op.EQ, 1, True),
    (1, Op.EQ, 1.0, True),
    (1, Op.NE, 2, True),
    (1, Op.NE, 1.0, False),
    # a missing value is false, != too
    (MISSING, Op.EQ, 1, False),
    (MISSING, Op.NE, 1, False),
    (1, Op.NE, MISSING, False),
    (MISSING, Op.EQ, MISSING, False),
    (MISSING, Op.LT, 1, False),
    (MISSING, Op.CONTAINS, "a", False),
    # truth is no number
    (True, Op.EQ, 1, False),
    (True, Op.NE, 1, False),
    (True, Op.GE, 1, False),
    (True, Op.EQ, True, True),
    (True, Op.NE, False, True),
    (True, Op.GT, False, False),
    # texts are no numbers
    ("5", Op.EQ, 5, False),
    ("5", Op.NE, 5, False),
    ("5", Op.LT, 6, False),
    # texts in the order of their characters, case counts
    ("a", Op.LT, "b", True),
    ("B", Op.LT, "a", True),
    ("Tokyo", Op.EQ, "tokyo", False),
    ("2026-05-12", Op.LT, "2026-10-01", True),
    # composed and decomposed are two texts
    ("é", Op.EQ, "e\u0301", False),
    ("営業部", Op.CONTAINS, "営業", True),
    ("営業部", Op.CONTAINS, "", True),
    ("営業部", Op.CONTAINS, "総務", False),
    (55, Op.CONTAINS, "5", False),
    # moments compare with moments, days with days, never across
    (NOW, Op.LT, NOW + DAY, True),
    (A_DAY, Op.LT, NEXT_DAY, True),
    (A_DAY, Op.LT, NOW + DAY, False),
    (A_DAY, Op.NE, NOW, False),
    (NOW, Op.LT, "2027-01-01", False),
    # edges
    (60, Op.GT, 60, False),
    (60, Op.GE, 60, True),
    (60, Op.LE, 60, True),
    (60, Op.LT, 60, False),
]


@pytest.mark.parametrize(("left", "op", "right", "expected"), COMPARISONS)
def test_values_compare(left, op, right, expected):
    assert compare(op, left, right) is expected


FIELD = Field(Scope.CONTACT, ("seats",))

#: value, allowed, in, not in
MEMBERS = [
    (5, (1, 5), True, False),
    (5, (), False, True),
    (5, ("5",), False, True),
    (True, (1,), False, True),
    ("care", ("medical", "care"), True, False),
    # missing is neither in nor not in
    (MISSING, ("care",), False, False),
    (MISSING, (None,), False, False),
    ("care", (None,), False, True),
]


@pytest.mark.parametrize(("value", "allowed", "inside", "outside"), MEMBERS)
def test_a_value_is_one_of_several(value, allowed, inside, outside):
    known = facts(contact={"seats": value})
    assert holds(Compare(FIELD, Op.IN, allowed), known) is inside
    assert holds(Compare(FIELD, Op.NOT_IN, allowed), known) is outside


#: value of a field, whether it counts as there
TRUTHS = [
    (MISSING, False),
    ("", False),
    (0, False),
    (0.0, False),
    (False, False),
    ("0", True),
    (-1, True),
    (NOW, True),
    (True, True),
]


@pytest.mark.parametrize(("value", "expected"), TRUTHS)
def test_a_field_alone_holds_where_it_is_there_and_not_false_zero_or_empty(value, expected):
    assert holds(Truthy(FIELD), facts(contact={"seats": value})) is expected


MISSING_IS = Compare(FIELD, Op.EQ, Literal(5))

#: condition, whether it holds for somebody without the field
COMBINED: list[tuple[Condition, bool]] = [
    (ALWAYS, True),
    (AnyOf(()), False),
    (Not(AnyOf(())), True),
    # not turns a false comparison round, missing or not: there is no third answer
    (Not(MISSING_IS), True),
    (Not(Compare(FIELD, Op.NE, Literal(5))), True),
    (Not(Not(MISSING_IS)), False),
    (All((HasTag("vip"), Not(MISSING_IS))), True),
    (All((HasTag("vip"), MISSING_IS)), False),
    (AnyOf((MISSING_IS, HasTag("vip"))), True),
    (HasTag("VIP"), False),
]


@pytest.mark.parametrize(("condition", "expected"), COMBINED)
def test_conditions_combine(condition, expected):
    assert holds(condition, facts(tags=frozenset({"vip"}))) is expected


#: scope, path, value found
READS = [
    (Scope.CONTACT, ("role",), "user"),
    (Scope.ACCOUNT, ("employees",), 120),
    (Scope.DEAL, ("stage",), "won"),
    (Scope.TRIGGER, ("form",), "quote"),
    (Scope.EVENT, ("page",), "pricing"),
    (Scope.STEP, ("hearing", "outcome"), "sent"),
    (Scope.STEP, ("answer", "event", "form"), "hearing"),
    # what is not there
    (Scope.CONTACT, ("nothing",), None),
    (Scope.STEP, ("never", "outcome"), None),
    (Scope.STEP, ("never", "event", "form"), None),
    # lists and maps of properties do not compare
    (Scope.TRIGGER, ("tags",), None),
    (Scope.EVENT, ("nested",), None),
]


@pytest.mark.parametrize(("scope", "path", "expected"), READS)
def test_a_field_is_read_from_its_scope(scope, path, expected):
    known = facts(
        contact={"role": "user"},
        account={"employees": 120},
        deal={"stage": "won"},
        trigger={"form": "quote", "tags": ["a"]},
        event=happened(1, "page.viewed", 0, page="pricing", nested={"a": 1}),
        steps={
            "hearing": StepFact("sent", 7),
            "answer": StepFact("event", None, {"form": "hearing"}),
        },
    )
    assert value_of(Field(scope, path), known) == expected


def test_outside_of_an_event_its_fields_are_missing():
    assert value_of(Field(Scope.EVENT, ("page",)), facts()) is None


#: value, what conditions see of it
PLAIN = [
    ("a", "a"),
    (True, True),
    (0, 0),
    (NOW, NOW),
    (A_DAY, A_DAY),
    (None, None),
    ([1], None),
    ({"a": 1}, None),
    (b"a", None),
    # no database need hold these
    (float("nan"), None),
    (float("inf"), None),
    (10**400, None),
    (-1e301, None),
    (1e300, 1e300),
]


@pytest.mark.parametrize(("value", "expected"), PLAIN)
def test_only_scalars_are_values(value, expected):
    assert plain(value) == expected


EVENTS = {
    "page.viewed": [
        happened(1, "page.viewed", 1, page="pricing"),
        happened(2, "page.viewed", 7, page="pricing"),
        happened(3, "page.viewed", 40, page="product"),
    ],
    "email.clicked": [
        happened(4, "email.clicked", 1, 70),
        happened(5, "email.clicked", 2, 70),
        happened(6, "email.clicked", 3, 71),
    ],
}

#: value, result
COUNTS: list[tuple[Count | DaysSince | StepEvents, Any]] = [
    (Count("page.viewed"), 3),
    (Count("page.viewed", within=30 * DAY), 2),
    # an event exactly that old has left
    (Count("page.viewed", within=7 * DAY), 1),
    (Count("page.viewed", within=7 * DAY + timedelta(microseconds=1)), 2),
    # longer than the calendar reaches back: ever
    (Count("page.viewed", within=timedelta(days=999_999)), 3),
    (Count("page.viewed", (("page", "pricing"),)), 2),
    (Count("page.viewed", (("page", "pricing"), ("x", 1))), 0),
    (Count("page.viewed", (("page", "product"),), 30 * DAY), 0),
    (Count("never.happened"), 0),
    # two clicks on one mail are one
    (Count("email.clicked"), 2),
    (DaysSince("page.viewed"), 1.0),
    (DaysSince("page.viewed", (("page", "product"),)), 40.0),
    (DaysSince("never.happened"), None),
    # of the step's last mail
    (StepEvents("email.clicked", "case"), 2),
    (StepEvents("email.clicked", "queued"), 0),
    (StepEvents("email.clicked", "never"), 0),
    (StepEvents("email.opened", "case"), 0),
]


@pytest.mark.parametrize(("value", "expected"), COUNTS)
def test_events_are_counted(value, expected):
    steps = {"case": StepFact("sent", 70), "queued": StepFact()}
    assert value_of(value, facts(events=EVENTS, steps=steps)) == expected


def test_never_is_not_long_ago():
    rare = Compare(DaysSince("never.happened"), Op.GT, Literal(30))
    assert not holds(rare, facts())
    assert not holds(Compare(DaysSince("never.happened"), Op.LE, Literal(30)), facts())


def test_a_condition_with_true_is_not_the_one_with_one():
    """Equal in Python, so a cache by equality would mix them up."""
    one, true = (Compare(FIELD, Op.EQ, Literal(value)) for value in (1, True))
    assert one == true
    known = facts(contact={"seats": 1})
    assert holds(one, known)
    assert not holds(true, known)


def test_a_tree_is_compiled_once():
    condition = All((HasTag("vip"), Truthy(FIELD)))
    assert compile_condition(condition) is compile_condition(condition)


def test_compiling_more_trees_than_are_kept_changes_no_answer():
    conditions = [Compare(FIELD, Op.EQ, Literal(number)) for number in range(5000)]
    known = facts(contact={"seats": 4321})
    assert [holds(condition, known) for condition in conditions].count(True) == 1


ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.dates(),
    st.datetimes(timezones=st.just(UTC)),
    st.lists(st.integers()),
)


@given(ANYTHING, ANYTHING, st.sampled_from([op for op in Op if op not in (Op.IN, Op.NOT_IN)]))
def test_no_two_values_make_a_comparison_crash(left, right, op):
    left, right = plain(left), plain(right)
    answer = compare(op, left, right)
    assert answer in (True, False)
    if left is None or right is None:
        assert answer is False


@given(ANYTHING, ANYTHING)
def test_what_compares_is_equal_or_not_equal_and_never_both(left, right):
    left, right = plain(left), plain(right)
    assert not (compare(Op.EQ, left, right) and compare(Op.NE, left, right))
    assert compare(Op.EQ, left, right) is compare(Op.EQ, right, left)
