"""Conditions as SQL over contacts; `nurture.domain.evaluate` is the same over facts.

A value of a condition has a kind only at run time (a custom field may hold a text here and
a number there), a SQL expression has one for good. So each value becomes one expression per
kind it can have, null where it is of another kind, and values compare kind by kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, TypeAlias, assert_never, cast

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Float,
    FromClause,
    Integer,
    ScalarSelect,
    Select,
    Text,
    and_,
    case,
    distinct,
    exists,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    true,
)

from nurture.db.contact_facts import (
    ACCOUNT_COLUMNS,
    CONTACT_COLUMNS,
    CUSTOMER,
    fact_source,
    owner_email,
)
from nurture.db.expressions import (
    by_code_point,
    contains_text,
    json_boolean,
    json_number,
    json_text,
    microseconds_between,
    score,
)
from nurture.db.tables import account, contact, contact_tag, event, event_evidence
from nurture.db.types import UtcDateTime
from nurture.domain.conditions import (
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
    Scalar,
    Scope,
    StepEvents,
    Truthy,
    Value,
)
from nurture.domain.evaluate import EVER, kind, plain
from nurture.domain.facts import NOT_HUMAN, ONCE_PER_MESSAGE
from nurture.errors import NurtureError
from nurture.language import say

#: kind of value → expression that is null where the value is of another kind
Kinds: TypeAlias = Mapping[str, ColumnElement[Any]]

_DAY = timedelta(days=1) / timedelta(microseconds=1)

_LITERAL_TYPES: Mapping[str, Any] = {"boolean": Boolean(), "number": Float(), "text": Text()}


def to_sql(
    condition: Condition,
    now: datetime,
    half_life: timedelta,
    count_unknown_opens: bool,
    default_locale: str = "ja",
) -> ColumnElement[bool]:
    """Return a condition as an expression for a SELECT from `contact_facts.fact_source()`.

    It is true or false, never null. `now` and `half_life` are those of the score,
    `default_locale` the policy's. Raises NurtureError where the condition reads what only
    an enrolment or an event has: trigger, event, deal and steps.
    """
    return _Writer(now, half_life, count_unknown_opens, default_locale).condition(condition)


def select_contacts(where: ColumnElement[bool]) -> Select[tuple[int]]:
    """Return the ids of living contacts (not merged, not erased) for which `where` holds."""
    living = and_(contact.c.merged_into.is_(None), contact.c.erased.is_(false()))
    return select(contact.c.id).select_from(fact_source()).where(living, where)


def counts(
    happening: FromClause, event_type: str, count_unknown_opens: bool
) -> ColumnElement[bool]:
    """Return whether a row of the event table counts, as `nurture.db.touched.counts` says."""
    verdict = (
        select(event_evidence.c.verdict)
        .where(event_evidence.c.event_id == happening.c.id)
        .order_by(event_evidence.c.id.desc())
        .limit(1)
        .correlate(happening)
        .scalar_subquery()
    )
    if event_type not in ONCE_PER_MESSAGE:
        return func.coalesce(verdict.not_in(sorted(NOT_HUMAN)), true())
    good = ["human"]
    if event_type == "email.opened" and count_unknown_opens:
        good.append("unknown")
    return func.coalesce(verdict.in_(good), false())


def property_is(happening: FromClause, name: str, value: Scalar) -> ColumnElement[bool]:
    """Return whether a property of a row of the event table has this very value."""
    return _compare(_json(happening.c.properties, name), Op.EQ, _literal(value))


class _Writer:
    """Turns the nodes of one condition into SQL."""

    def __init__(
        self, now: datetime, half_life: timedelta, count_unknown_opens: bool, locale: str
    ) -> None:
        self.now = now
        self.half_life = half_life
        self.count_unknown_opens = count_unknown_opens
        self.locale = locale

    def condition(self, node: Condition) -> ColumnElement[bool]:
        match node:
            case All(parts):
                return and_(true(), *(self.condition(part) for part in parts))
            case AnyOf(parts):
                return or_(false(), *(self.condition(part) for part in parts))
            case Not(part):
                return not_(self.condition(part))
            case HasTag(tag):
                return exists().where(
                    contact_tag.c.contact_id == contact.c.id, contact_tag.c.tag == tag
                )
            case Truthy(value):
                return _any_kind(
                    {one: _is_true(one, found) for one, found in self.value(value).items()}
                )
            case Compare(left, op, right):
                if isinstance(right, tuple):
                    return _member(self.value(left), op, right)
                return _compare(self.value(left), op, self.value(right))
        assert_never(node)

    def value(self, node: Value) -> Kinds:
        match node:
            case Literal(constant):
                return _literal(constant)
            case Field(scope, path):
                return self.field(scope, path)
            case Count():
                return {"number": self.count(node)}
            case DaysSince():
                return {"number": self.days_since(node)}
            case StepEvents():
                raise _not_selectable("what happened at a step")
        assert_never(node)

    def field(self, scope: Scope, path: tuple[str, ...]) -> Kinds:
        name = path[0]
        if scope is Scope.CONTACT:
            match name:
                case "score":
                    columns = (contact.c.engagement, contact.c.scored_at, contact.c.fit)
                    return {"number": score(*columns, self.now, self.half_life)}
                case "name":
                    return {"text": self.full_name()}
                case "owner":
                    return {"text": owner_email()}
                case "customer":
                    return {"boolean": contact.c.lifecycle == CUSTOMER}
            return _stored(CONTACT_COLUMNS, contact.c.fields, name)
        if scope is Scope.ACCOUNT:
            return _stored(ACCOUNT_COLUMNS, account.c.fields, name)
        raise _not_selectable(f"{scope}.{'.'.join(path)}")

    def full_name(self) -> ColumnElement[Any]:
        """Return the name as `contact_facts.full_name` puts it together."""
        family = func.nullif(contact.c.family_name, "", type_=Text())
        given = func.nullif(contact.c.given_name, "", type_=Text())
        locale = func.coalesce(func.nullif(contact.c.locale, "", type_=Text()), self.locale)
        return case(
            (family.is_(None), given),
            (given.is_(None), family),
            (func.substr(locale, 1, 2) == "ja", family + given),
            else_=given + " " + family,
        )

    def events(
        self, event_type: str, where: tuple[tuple[str, Scalar], ...], within: timedelta | None
    ) -> tuple[FromClause, ColumnElement[bool]]:
        """Return an alias of the event table and which of its rows count."""
        happening = event.alias()
        tests = [
            happening.c.contact_id == contact.c.id,
            happening.c.type == event_type,
            counts(happening, event_type, self.count_unknown_opens),
        ]
        if within is not None and within < EVER:
            tests.append(happening.c.occurred_at > self.now - within)
        tests += [property_is(happening, key, wanted) for key, wanted in where]
        return happening, and_(*tests)

    def count(self, node: Count) -> ScalarSelect[Any]:
        happening, counted = self.events(node.event, node.where, node.within)
        what: ColumnElement[Any] = happening.c.id
        if node.event in ONCE_PER_MESSAGE:
            # Those about no known mail are one, as in nurture.domain.evaluate.count.
            what = distinct(func.coalesce(happening.c.message_id, -1))
        return select(func.count(what)).where(counted).correlate(contact).scalar_subquery()

    def days_since(self, node: DaysSince) -> ColumnElement[Any]:
        happening, counted = self.events(node.event, node.where, None)
        newest = (
            select(func.max(happening.c.occurred_at))
            .where(counted)
            .correlate(contact)
            .scalar_subquery()
        )
        return microseconds_between(newest, literal(self.now, UtcDateTime())) / literal(
            _DAY, Float()
        )


def _not_selectable(what: str) -> NurtureError:
    return NurtureError(
        say("{what} cannot be read here: contacts are selected before any enrolment", what=what),
        say("use fields of contact and account, tags and counts of events"),
    )


def _literal(constant: Scalar) -> Kinds:
    value = plain(constant)
    if value is None:
        return {}
    of_kind = kind(value)
    # Numbers are compared as doubles, so that a column of integers does not round them.
    written = float(value) if of_kind == "number" else value
    return {of_kind: literal(written, _LITERAL_TYPES[of_kind])}


def _stored(columns: Mapping[str, Column[Any]], fields: Column[Any], name: str) -> Kinds:
    column = columns.get(name)
    if column is None:
        return _json(fields, name)
    if isinstance(column.type, UtcDateTime):
        return {"moment": column}
    return {"number" if isinstance(column.type, Integer | Float) else "text": column}


def _json(document: ColumnElement[Any], name: str) -> Kinds:
    key = literal(name, Text())
    return {
        "text": json_text(document, key),
        "number": json_number(document, key),
        "boolean": json_boolean(document, key),
    }


def _any_kind(tests: Mapping[str, ColumnElement[Any]]) -> ColumnElement[bool]:
    return or_(false(), *(func.coalesce(test, false()) for test in tests.values()))


def _is_true(of_kind: str, value: ColumnElement[Any]) -> ColumnElement[Any]:
    match of_kind:
        case "text":
            return value != literal("", Text())
        case "number":
            return value != literal(0.0, Float())
        case "boolean":
            return value == literal(True, Boolean())
        case _:
            return value.is_not(None)


def _member(left: Kinds, op: Op, allowed: tuple[Scalar, ...]) -> ColumnElement[bool]:
    found = or_(false(), *(_compare(left, Op.EQ, _literal(one)) for one in allowed))
    if op is Op.IN:
        return found
    there = or_(false(), *(value.is_not(None) for value in left.values()))
    return and_(there, not_(found))


def _compare(left: Kinds, op: Op, right: Kinds) -> ColumnElement[bool]:
    return _any_kind(
        {
            of_kind: test
            for of_kind, value in left.items()
            if of_kind in right
            and (test := _one_kind(of_kind, value, op, right[of_kind])) is not None
        }
    )


def _one_kind(
    of_kind: str, left: ColumnElement[Any], op: Op, right: ColumnElement[Any]
) -> ColumnElement[Any] | None:
    """Return a comparison of two values of one kind, or None where it is always false."""
    if op is Op.CONTAINS:
        return contains_text(left, right) if of_kind == "text" else None
    if op in (Op.EQ, Op.NE):
        return cast("ColumnElement[Any]", left == right if op is Op.EQ else left != right)
    if of_kind == "boolean":
        return None
    if of_kind == "text":
        left, right = by_code_point(left), by_code_point(right)
    match op:
        case Op.LT:
            return left < right
        case Op.LE:
            return left <= right
        case Op.GT:
            return left > right
        case _:
            return left >= right
