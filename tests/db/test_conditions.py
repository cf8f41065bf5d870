"""A condition says the same over facts as in SQL, on both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import get_args

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, update

from nurture.db.conditions import select_contacts, to_sql
from nurture.db.contact_facts import (
    ACCOUNT_COLUMNS,
    CONTACT_COLUMNS,
    account_values,
    contact_values,
)
from nurture.db.engine import write
from nurture.db.tables import contact
from nurture.db.touched import contact_rows, history, tags_of
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
    Value,
)
from nurture.domain.evaluate import holds
from nurture.domain.facts import Facts
from nurture.errors import NurtureError
from tests.db.worlds import (
    EVENT_TYPES,
    HALF_LIFE,
    KEYS,
    NOW,
    NUMBERS,
    TAGS,
    TEXTS,
    Happening,
    Person,
    people,
    store,
)

#: fields of a contact that are no column
COMPUTED = ("score", "name", "owner", "customer")

SCALARS = st.one_of(
    TEXTS, NUMBERS, st.booleans(), st.none(), st.sampled_from(["a a", "佐藤花子", "cold", "mql"])
)
WHERE = st.lists(st.tuples(KEYS, SCALARS), max_size=2).map(tuple)
WITHIN = st.sampled_from([None, timedelta(days=7), timedelta(days=30), timedelta(days=999_999)])
FIELDS = st.one_of(
    st.builds(
        Field,
        st.just(Scope.CONTACT),
        st.tuples(KEYS | st.sampled_from([*CONTACT_COLUMNS, *COMPUTED, "nothing"])),
    ),
    st.builds(
        Field,
        st.just(Scope.ACCOUNT),
        st.tuples(KEYS | st.sampled_from([*ACCOUNT_COLUMNS])),
    ),
)
COUNTS = st.builds(Count, EVENT_TYPES, WHERE, WITHIN)
VALUES = st.one_of(
    FIELDS, FIELDS, st.builds(Literal, SCALARS), COUNTS, st.builds(DaysSince, EVENT_TYPES, WHERE)
)
ORDERED = st.sampled_from([op for op in Op if op not in (Op.IN, Op.NOT_IN)])
LEAVES = st.one_of(
    st.builds(Compare, VALUES, ORDERED, VALUES),
    st.builds(Compare, VALUES, ORDERED, st.builds(Literal, SCALARS)),
    st.builds(
        Compare,
        VALUES,
        st.sampled_from([Op.IN, Op.NOT_IN]),
        st.lists(SCALARS, max_size=3).map(tuple),
    ),
    st.builds(HasTag, TAGS),
    st.builds(Truthy, VALUES),
)
CONDITIONS = st.recursive(
    LEAVES,
    lambda parts: st.one_of(
        st.builds(Not, parts),
        st.builds(All, st.lists(parts, max_size=3).map(tuple)),
        st.builds(AnyOf, st.lists(parts, max_size=3).map(tuple)),
    ),
    max_leaves=5,
)


def by_facts(
    connection: Connection, ids: list[int], condition: Condition, unknown_opens: bool
) -> list[int]:
    """Return those for whom a condition holds, looked at one by one in Python."""
    types = ["form.submitted", "page.viewed", "email.opened", "email.clicked"]
    events = history(connection, ids, types, unknown_opens).facts
    tags = tags_of(connection, ids)
    return [
        row.id
        for row in contact_rows(connection, ids)
        if holds(
            condition,
            Facts(
                row.id,
                NOW,
                contact_values(row._mapping, NOW, HALF_LIFE),
                account_values(row._mapping),
                tags=tags.get(row.id, frozenset()),
                events=events.get(row.id, {}),
            ),
        )
    ]


@settings(
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    everyone=st.lists(people, min_size=1, max_size=4),
    conditions=st.lists(CONDITIONS, min_size=1, max_size=6),
    unknown_opens=st.booleans(),
)
def test_facts_and_sql_agree_on_every_condition(engine, everyone, conditions, unknown_opens):
    with engine.connect() as connection, connection.begin() as transaction:
        ids = store(connection, everyone)
        for condition in conditions:
            sql = to_sql(condition, NOW, HALF_LIFE, unknown_opens)
            selected = connection.scalars(select_contacts(sql).order_by(contact.c.id)).all()
            assert selected == by_facts(connection, ids, condition, unknown_opens), condition
        transaction.rollback()


def kinds_in(node: Condition | Value) -> set[object]:
    """Return what a tree is made of: kinds of nodes, operators and scopes."""
    match node:
        case All(parts) | AnyOf(parts):
            return {type(node)}.union(*map(kinds_in, parts))
        case Not(part) | Truthy(part):
            return {type(node), *kinds_in(part)}
        case Compare(left, op, right):
            beside = set() if isinstance(right, tuple) else kinds_in(right)
            return {Compare, op, *kinds_in(left), *beside}
        case Field(scope):
            return {Field, scope}
        case Count(_, where, within):
            return {Count, ("where", len(where)), ("within", within is not None)}
        case _:
            return {type(node)}


#: what SQL cannot know of every contact: refused, as the tests below say
REFUSED = {StepEvents, Scope.DEAL, Scope.TRIGGER, Scope.EVENT, Scope.STEP}


def test_every_kind_of_node_operator_and_scope_is_generated_or_refused():
    """So that a new one cannot come into conditions without its SQL being held to Python."""
    found: set[object] = set()

    @settings(max_examples=400, derandomize=True, database=None, phases=[Phase.generate])
    @given(CONDITIONS)
    def look(condition):
        found.update(kinds_in(condition))

    look()
    nodes = {*get_args(Condition), *get_args(Value), *Op, *Scope} - REFUSED
    counted = {("where", number) for number in range(3)} | {("within", True), ("within", False)}
    assert (nodes | counted) - found == set()
    # The names of fields are drawn from what SQL reads, and Python reads no others.
    values = contact_values(dict.fromkeys(ROW, None) | EMPTY, NOW, HALF_LIFE)
    assert set(values) <= {*CONTACT_COLUMNS, *COMPUTED}


#: a contact of whom nothing is known
ROW = [
    *(column.name for column in CONTACT_COLUMNS.values() if column.table is contact),
    *(f"account_{c.name}" for c in CONTACT_COLUMNS.values() if c.table is not contact),
    "owner_email",
]
EMPTY = {"fields": {}, "engagement": 0.0, "scored_at": NOW, "fit": 0.0, "lifecycle": "prospect"}


SCORE = Field(Scope.CONTACT, ("score",))

#: who is selected of three people: 59, 60 and 61 points at NOW, all faded by one half-life
THRESHOLDS = [
    # passing is not reaching
    (Compare(SCORE, Op.GT, Literal(60)), {61}),
    (Compare(SCORE, Op.GE, Literal(60)), {60, 61}),
    (Compare(SCORE, Op.LT, Literal(60)), {59}),
    (Compare(SCORE, Op.LE, Literal(60.0)), {59, 60}),
    (Compare(SCORE, Op.EQ, Literal(60)), {60}),
    (Compare(SCORE, Op.NE, Literal(60)), {59, 61}),
    (Compare(SCORE, Op.IN, (59, 61, True)), {59, 61}),
    (Compare(SCORE, Op.NOT_IN, (59, "60")), {60, 61}),
    (Compare(Literal(60), Op.LT, SCORE), {61}),
    (Truthy(SCORE), {59, 60, 61}),
    # kinds that do not compare are false, and `not` turns that round
    (Compare(SCORE, Op.GT, Literal("60")), set()),
    (Compare(SCORE, Op.NE, Literal("60")), set()),
    (Not(Compare(SCORE, Op.NE, Literal("60"))), {59, 60, 61}),
    (All(()), {59, 60, 61}),
    (AnyOf(()), set()),
]


def test_a_threshold_lies_where_it_lies_in_python(engine):
    with write(engine) as connection:
        points = (59, 60, 61)
        by_id = dict(zip(store(connection, list(map(faded, points))), points, strict=True))
        for condition, expected in THRESHOLDS:
            sql = to_sql(condition, NOW, HALF_LIFE, True)
            found = {by_id[one] for one in connection.scalars(select_contacts(sql))}
            assert found == expected, condition


def faded(score: float) -> Person:
    row = {"engagement": 2 * score, "scored_at": NOW - HALF_LIFE, "created_at": NOW}
    return Person(row, None, owned=False)


#: raw score, score read: both databases round as Python does
ROUNDED = [
    (59.9999995, 60.0),
    (59.9999994, 59.999999),
    (59.999999, 59.999999),
    (-0.0000005, 0.0),
    (-0.0000006, -0.000001),
    (0.1 + 0.2, 0.3),
]


def test_scores_are_rounded_in_sql_as_in_python(engine):
    with write(engine) as connection:
        ids = store(connection, [faded(raw) for raw, _ in ROUNDED])
        for one, (raw, shown) in zip(ids, ROUNDED, strict=True):
            sql = to_sql(Compare(SCORE, Op.EQ, Literal(shown)), NOW, HALF_LIFE, True)
            assert one in connection.scalars(select_contacts(sql)).all(), raw


#: count of what happened, how many: each event is (type, age, mail)
COUNTED = [
    # an event exactly as old as the window is long has left it
    (Count("page.viewed", within=timedelta(days=7)), 1),
    (Count("page.viewed", within=timedelta(days=7, microseconds=1)), 2),
    (Count("page.viewed"), 2),
    # two clicks on one mail are one, and those on no known mail are one more
    (Count("email.clicked"), 2),
]


@pytest.mark.parametrize(("count", "expected"), COUNTED)
def test_events_are_counted_in_sql_as_in_python(engine, count, expected):
    happened = [
        Happening("page.viewed", timedelta(days=7), {}, None, []),
        Happening("page.viewed", timedelta(days=6), {}, None, []),
        *(Happening("email.clicked", timedelta(0), {}, mail, ["human"]) for mail in (1, 1)),
        *(Happening("email.clicked", timedelta(0), {}, None, ["human"]) for _ in range(2)),
    ]
    row = {"scored_at": NOW, "created_at": NOW}
    with write(engine) as connection:
        ids = store(connection, [Person(row, None, owned=False, happenings=happened)])
        condition = Compare(count, Op.EQ, Literal(expected))
        sql = to_sql(condition, NOW, HALF_LIFE, True)
        assert connection.scalars(select_contacts(sql)).all() == ids
        assert by_facts(connection, ids, condition, True) == ids


def test_a_score_that_faded_for_a_century_is_nothing_and_no_error(engine):
    row = {"engagement": 1e9, "scored_at": NOW - timedelta(days=36500), "created_at": NOW}
    with write(engine) as connection:
        ids = store(connection, [Person(row, None, owned=False)])
        sql = to_sql(Compare(SCORE, Op.EQ, Literal(0)), NOW, HALF_LIFE, True)
        assert connection.scalars(select_contacts(sql)).all() == ids


def test_merged_and_erased_contacts_are_never_selected(engine):
    with write(engine) as connection:
        kept, merged, erased = store(connection, [faded(1), faded(1), faded(1)])
        connection.execute(update(contact).where(contact.c.id == merged).values(merged_into=kept))
        connection.execute(update(contact).where(contact.c.id == erased).values(erased=True))
        sql = to_sql(ALWAYS, NOW, HALF_LIFE, True)
        assert connection.scalars(select_contacts(sql)).all() == [kept]


@pytest.mark.parametrize(
    "condition",
    [
        # properties of the event that enrolled
        Truthy(Field(Scope.TRIGGER, ("form",))),
        # the event being looked at
        Truthy(Field(Scope.EVENT, ("form",))),
        Truthy(Field(Scope.STEP, ("hearing", "outcome"))),
        # a contact has several deals
        Truthy(Field(Scope.DEAL, ("stage",))),
        Compare(StepEvents("email.clicked", "hearing"), Op.GT, Literal(0)),
        # however deep it stands
        Not(AnyOf((HasTag("vip"), Truthy(Field(Scope.TRIGGER, ("form",)))))),
    ],
)
def test_what_only_an_enrolment_or_an_event_has_cannot_select_contacts(condition):
    with pytest.raises(NurtureError, match="cannot be read here"):
        to_sql(condition, NOW, HALF_LIFE, True)


#: each verdict list (oldest first) of one open, one click and one form; who counts
EVIDENCE = [
    # no verdict: a form needs none, an open and a click do
    ([], {"form.submitted"}),
    (["human"], {"form.submitted", "email.opened", "email.clicked"}),
    (["machine"], set()),
    (["prefetch"], set()),
    # an unknown click is on hold; an unknown open counts as the policy says
    (["unknown"], {"form.submitted", "email.opened"}),
    # the newest wins, both ways
    (["unknown", "human"], {"form.submitted", "email.opened", "email.clicked"}),
    (["human", "machine"], set()),
    (["machine", "human"], {"form.submitted", "email.opened", "email.clicked"}),
]


@pytest.mark.parametrize(("verdicts", "expected"), EVIDENCE)
def test_only_what_is_no_machine_counts(engine, verdicts, expected):
    types = ("form.submitted", "email.opened", "email.clicked")
    happened = [Happening(one, timedelta(days=1), {}, 1, verdicts) for one in types]
    row = {"scored_at": NOW, "created_at": NOW}
    with write(engine) as connection:
        store(connection, [Person(row, None, owned=False, happenings=happened)])
        counted = {
            one
            for one in types
            if connection.scalars(
                select_contacts(
                    to_sql(Compare(Count(one), Op.EQ, Literal(1)), NOW, HALF_LIFE, True)
                )
            ).all()
        }
    assert counted == expected
