"""Where others speak of a person who is erased: their address anywhere, their name near them.

Near are their company's people, those who referred them, those whom they referred, and what
is about nobody. Elsewhere the same name is somebody else's.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    Text,
    and_,
    cast,
    delete,
    false,
    func,
    literal,
    or_,
    select,
    tuple_,
    update,
)

from nurture.db import tables as t
from nurture.db.engine import is_sqlite
from nurture.db.erasing import Whom
from nurture.domain.erasure import Marks, Name, escaped, written


@dataclass(frozen=True, slots=True)
class Circle:
    """Who and what is near a person."""

    contacts: tuple[int, ...]
    accounts: tuple[int, ...]
    #: people referred by them or who referred them
    linked: tuple[int, ...]
    company: tuple[str, ...] = ()

    def has(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        """Return the condition that a column names somebody near, or them."""
        there = select(t.contact.c.id).where(t.contact.c.account_id.in_(self.accounts))
        return or_(column.in_((*self.contacts, *self.linked)), column.in_(there))


@dataclass(frozen=True, slots=True)
class Place:
    """Texts in which people may be named."""

    table: Table
    columns: tuple[str, ...]
    #: rows in which a name means them; None: in none
    near: Callable[[Circle], ColumnElement[bool]] | None = None


def _of(table: Table, nobody: bool = False) -> Callable[[Circle], ColumnElement[bool]]:
    column = table.c.contact_id

    def near(circle: Circle) -> ColumnElement[bool]:
        return or_(circle.has(column), column.is_(None)) if nobody else circle.has(column)

    return near


def _step_near(circle: Circle) -> ColumnElement[bool]:
    mine = select(t.referral.c.id).where(_referral_near(circle))
    return t.referral_step.c.referral_id.in_(mine)


def _referral_near(circle: Circle) -> ColumnElement[bool]:
    columns = t.referral.c
    return or_(
        circle.has(columns.referrer_id),
        circle.has(columns.contact_id),
        columns.company.in_(circle.company),
    )


def _entry_near(circle: Circle) -> ColumnElement[bool]:
    mine = select(t.reward.c.id).where(circle.has(t.reward.c.contact_id))
    return t.reward_entry.c.reward_id.in_(mine)


#: every column in which somebody may have written of somebody else
PLACES: tuple[Place, ...] = (
    Place(t.event, ("properties",), _of(t.event, nobody=True)),
    Place(t.enrolment, ("trigger", "memory", "subject"), _of(t.enrolment)),
    Place(t.message, ("values", "subject"), _of(t.message, nobody=True)),
    Place(t.decision, ("detail",), _of(t.decision, nobody=True)),
    Place(t.task, ("title", "result"), _of(t.task, nobody=True)),
    Place(t.notice, ("text",), _of(t.notice, nobody=True)),
    Place(t.consent, ("source", "text_shown", "recorded_by"), _of(t.consent)),
    Place(
        t.deal,
        ("reason", "next_step", "facts", "product", "external_id"),
        lambda circle: or_(
            circle.has(t.deal.c.contact_id), t.deal.c.account_id.in_(circle.accounts)
        ),
    ),
    Place(
        t.account,
        ("hold_reason", "fields"),
        lambda circle: t.account.c.id.in_(circle.accounts),
    ),
    Place(
        t.contact,
        ("source", "revisit_reason", "fields"),
        lambda circle: circle.has(t.contact.c.id),
    ),
    Place(
        t.results_report,
        ("remark", "lines"),
        lambda circle: t.results_report.c.account_id.in_(circle.accounts),
    ),
    Place(t.survey_answer, ("comment",), _of(t.survey_answer)),
    Place(t.survey_loop, ("resolution",), _of(t.survey_loop)),
    Place(t.referral_ask, ("named", "reason"), _of(t.referral_ask)),
    Place(t.referral, ("name", "why", "result", "reason"), _referral_near),
    Place(t.referral_step, ("reason", "by"), _step_near),
    Place(t.reward, ("title", "recipient", "reason"), _of(t.reward)),
    Place(t.reward_entry, ("reason",), _entry_near),
    Place(t.idempotency, ("answer",)),
    Place(t.attempt, ("answer",)),
    Place(t.webhook_attempt, ("text",)),
    Place(t.webhook_call, ("data",)),
    Place(t.suppression, ("detail",)),
    Place(t.pause, ("reason",)),
    Place(t.mailing, ("reason",)),
    Place(t.experiment_decision, ("note",)),
    Place(t.acquisition_cost, ("note",)),
)


#: tables that a busy house fills by the million
_LARGE = (t.event, t.message, t.decision, t.enrolment, t.attempt)


def circle_of(connection: Connection, whom: Whom) -> Circle:
    """Return who and what is near a person."""
    mine = t.contact.c.id.in_(whom.contacts)
    accounts = connection.execute(
        select(t.contact.c.account_id, t.account.c.name)
        .join(t.account, t.account.c.id == t.contact.c.account_id)
        .where(mine)
    ).all()
    gave = select(t.referral.c.referrer_id).where(whom.referrals())
    got = select(t.referral.c.contact_id).where(t.referral.c.referrer_id.in_(whom.contacts))
    linked = {*connection.execute(gave).scalars(), *connection.execute(got).scalars()}
    return Circle(
        whom.contacts,
        tuple(sorted({row.account_id for row in accounts})),
        tuple(sorted(one for one in linked - set(whom.contacts) if one is not None)),
        tuple(sorted({row.name for row in accounts})),
    )


def marks_of(connection: Connection, whom: Whom, circle: Circle) -> Marks:
    """Return what a person is recognised by, while their rows still say it."""
    columns = t.contact.c
    rows = connection.execute(
        select(columns.family_name, columns.given_name).where(columns.id.in_(whom.contacts))
    )
    names = {Name(row.family_name or "", row.given_name or "") for row in rows}
    families = {one.family for one in names if one.family}
    alike = select(columns.id).where(
        circle.has(columns.id),
        columns.id.not_in(whom.contacts),
        columns.family_name.in_(families),
    )
    alone = connection.execute(alike.limit(1)).first() is None
    return Marks(whom.addresses, tuple(sorted(names, key=lambda n: (n.family, n.given))), alone)


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look found in the large tables, before anybody waits for it."""

    marks: Marks
    circle: Circle
    #: table → (ids of rows that name them, the newest row that was looked at)
    found: Mapping[str, tuple[Sequence[int], int]]


def look(connection: Connection, marks: Marks, circle: Circle) -> Looked:
    """Look through the large tables, which takes seconds where there are a million rows."""
    found = {}
    for place in PLACES:
        if place.table not in _LARGE:
            continue
        newest = connection.execute(select(func.max(place.table.c.id))).scalar() or 0
        wanted, _ = _wanted(connection, place, marks, circle)
        ids = connection.execute(select(place.table.c.id).where(wanted)).scalars().all()
        found[place.table.name] = (ids, newest)
    return Looked(marks, circle, found)


def take_out(
    connection: Connection, marks: Marks, circle: Circle, looked: Looked | None = None
) -> int:
    """Take a person out of what others wrote; return how many rows that changed.

    `looked`: only what it found is read again in the large tables, and what came since.
    """
    found: Mapping[str, tuple[Sequence[int], int]] = {}
    if looked is not None and (looked.marks, looked.circle) == (marks, circle):
        found = looked.found
    changed = 0
    for place in PLACES:
        changed += _take_out(connection, place, marks, circle, found.get(place.table.name))
    return changed + _strays(connection, marks) + _keys(connection, marks)


def _wanted(
    connection: Connection, place: Place, marks: Marks, circle: Circle
) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Return the conditions of the rows of a place that may name them, and of those near."""
    columns = [place.table.c[name] for name in place.columns]
    near: ColumnElement[bool] = place.near(circle) if place.near is not None else false()
    wanted = _holds(connection, columns, marks.addresses)
    if place.near is not None and marks.needles:
        wanted = or_(wanted, and_(near, _holds(connection, columns, marks.needles)))
    return wanted, near


def _take_out(
    connection: Connection,
    place: Place,
    marks: Marks,
    circle: Circle,
    known: tuple[Sequence[int], int] | None,
) -> int:
    table = place.table
    keys = tuple(table.primary_key.columns)
    columns = [table.c[name] for name in place.columns]
    wanted, near = _wanted(connection, place, marks, circle)
    if known is not None:
        ids, newest = known
        wanted = and_(or_(table.c.id.in_(ids), table.c.id > newest), wanted)
    is_near = func.coalesce(near, literal(False)).label("is_near")
    rows = connection.execute(select(*keys, *columns, is_near).where(wanted)).all()
    number = 0
    for row in rows:
        found = row._mapping
        new = {
            name: _without(found[name], marks, bool(row.is_near))
            for name in place.columns
            if found[name] is not None
        }
        new = {name: value for name, value in new.items() if value != found[name]}
        if new:
            this = [key == found[key.name] for key in keys]
            connection.execute(update(table).where(*this).values(**new))
            number += 1
    return number


def _without(value: Any, marks: Marks, near: bool) -> Any:
    return marks.out_of_json(value, near)


def _strays(connection: Connection, marks: Marks) -> int:
    """Events that named nobody we know and hold their address: theirs, as a whole."""
    columns = [t.stray_event.c.properties, t.stray_event.c.reason]
    theirs = _holds(connection, columns, marks.addresses)
    return int(connection.execute(delete(t.stray_event).where(theirs)).rowcount)


def _keys(connection: Connection, marks: Marks) -> int:
    """Keys by which requests and facts are known again, where they are made of an address."""
    number = 0
    for table in (t.idempotency, t.event_dedupe):
        keys = tuple(table.primary_key.columns)
        theirs = _holds(connection, [table.c.key], marks.addresses)
        for row in connection.execute(select(*keys).where(theirs)).all():
            this = tuple_(*keys) == tuple_(*(literal(one) for one in row))
            key = f"erased/{secrets.token_hex(8)}"
            connection.execute(update(table).where(this).values(key=key))
            number += 1
    return number


def _holds(
    connection: Connection, columns: Sequence[ColumnElement[Any]], words: Iterable[str]
) -> ColumnElement[bool]:
    """Return the condition that some column's text holds one of the words, in any case."""
    place = func.instr if is_sqlite(connection) else func.strpos
    found = {escaped(written(word)) for word in words if word} | {written(w) for w in words if w}
    tests = [
        place(func.lower(cast(column, Text)), word) > 0 for column in columns for word in found
    ]
    return or_(false(), *tests)
