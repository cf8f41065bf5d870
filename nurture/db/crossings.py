"""People under way who go over to the steps of another release, or leave."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    Row,
    and_,
    bindparam,
    case,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from nurture.clock import machine_now
from nurture.db import questions
from nurture.db.engine import is_sqlite
from nurture.db.tables import contact, crossing, decision, enrolment, message
from nurture.db.types import UtcDateTime
from nurture.domain.message import UNSENT, State


@dataclass(frozen=True, slots=True)
class Rule:
    """Who goes over to the steps of a release."""

    release_id: int
    workflow: str
    renamed: Mapping[str, str]
    #: releases whose people go; None: all older ones
    sources: frozenset[int] | None = None
    #: the newest enrolment whom a rollback takes back; None: not asked
    up_to: int | None = None

    @property
    def back(self) -> bool:
        """Say whether it takes people back: where they have no place they stay."""
        return self.sources is not None

    def concerns(self, release_id: int, enrolment_id: int) -> bool:
        """Say whether an enrolment goes over by this rule."""
        if self.release_id <= release_id:
            return False
        if self.sources is None:
            return True
        return release_id in self.sources and (self.up_to is None or enrolment_id <= self.up_to)


def rules(connection: Connection, release_id: int) -> dict[str, list[Rule]]:
    """Return workflow → the rules up to a release that hold, oldest first."""
    rows = connection.execute(
        select(crossing)
        .where(crossing.c.release_id <= release_id, ~crossing.c.undone)
        .order_by(crossing.c.release_id)
    )
    found: dict[str, list[Rule]] = {}
    for row in rows:
        sources = frozenset(row.sources) if row.sources is not None else None
        rule = Rule(row.release_id, row.workflow, row.renamed, sources, row.up_to)
        found.setdefault(row.workflow, []).append(rule)
    return found


def add(connection: Connection, rule: Rule) -> None:
    """Write down that people go over."""
    newest = select(func.coalesce(func.max(enrolment.c.id), 0)).scalar_subquery()
    connection.execute(
        insert(crossing).values(
            release_id=rule.release_id,
            workflow=rule.workflow,
            renamed=dict(rule.renamed),
            sources=sorted(rule.sources) if rule.sources is not None else None,
            up_to=newest if rule.up_to is None else rule.up_to,
        )
    )


def after(connection: Connection, release_id: int) -> list[Row[Any]]:
    """Return the crossings to releases after one that hold, oldest first."""
    return list(
        connection.execute(
            select(crossing)
            .where(crossing.c.release_id > release_id, ~crossing.c.undone)
            .order_by(crossing.c.release_id)
        )
    )


def undo(connection: Connection, release_id: int, workflows: Collection[str]) -> None:
    """Let nobody go over to releases after one any more who has not yet."""
    connection.execute(
        update(crossing)
        .where(crossing.c.release_id > release_id, crossing.c.workflow.in_(sorted(workflows)))
        .values(undone=True)
    )


def standing(connection: Connection, workflows: Collection[str]) -> list[Row[Any]]:
    """Return (workflow, release_id, step, people) of those under way; step null: not begun."""
    people = func.count().label("people")
    columns = (enrolment.c.workflow, enrolment.c.release_id, enrolment.c.step)
    return list(
        connection.execute(
            select(*columns, people)
            .where(enrolment.c.workflow.in_(sorted(workflows)), enrolment.c.state == "active")
            .group_by(*columns)
            .order_by(*columns)
        )
    )


def standing_back(
    connection: Connection, workflow: str, sources: Collection[int], up_to: int
) -> list[Row[Any]]:
    """Return (release_id, step, people) of those who crossed to one of some releases."""
    people = func.count().label("people")
    columns = (enrolment.c.release_id, enrolment.c.step)
    return list(
        connection.execute(
            select(*columns, people)
            .where(
                enrolment.c.workflow == workflow,
                enrolment.c.state == "active",
                enrolment.c.release_id.in_(sorted(sources)),
                enrolment.c.id <= up_to,
            )
            .group_by(*columns)
            .order_by(*columns)
        )
    )


def lock_people(connection: Connection, workflows: Collection[str]) -> None:
    """Lock the contacts under way in workflows, in id order, waiting: before their rows change."""
    if is_sqlite(connection) or not workflows:
        return
    under_way = select(enrolment.c.contact_id).where(
        enrolment.c.workflow.in_(sorted(workflows)), enrolment.c.state == "active"
    )
    connection.execute(
        select(contact.c.id)
        .where(contact.c.id.in_(under_way))
        .order_by(contact.c.id)
        .with_for_update(key_share=False)
    ).all()


def wake(
    connection: Connection, rule: Rule, places: Mapping[int, Collection[str]], now: datetime
) -> int:
    """Make those due who go over by a rule; return how many.

    `places`: release → steps where nobody goes on resting. Who waits for a mail's fate at
    another step goes over when it comes.
    """
    leaving: list[ColumnElement[bool]] = [
        and_(enrolment.c.release_id == release_id, enrolment.c.step.in_(sorted(steps)))
        for release_id, steps in places.items()
        if steps
    ]
    done = connection.execute(
        update(enrolment)
        .where(*_concerned(rule), or_(enrolment.c.due_at.is_not(None), *leaving))
        .values(due_at=now)
    )
    return done.rowcount


def withdraw(
    connection: Connection, rule: Rule, steps: Mapping[int, Collection[str]], now: datetime
) -> int:
    """Cancel mails that have not left, of steps that are no more; return how many.

    `steps`: release → its steps whose people do not go on resting there.
    """
    total = 0
    for release_id, names in steps.items():
        if not names:
            continue
        standing_there = (
            select(message.c.id)
            .join(enrolment, enrolment.c.id == message.c.enrolment_id)
            .where(
                *_concerned(rule),
                enrolment.c.release_id == release_id,
                message.c.step == enrolment.c.step,
                message.c.step.in_(sorted(names)),
                message.c.state.in_(UNSENT),
            )
        )
        total += _cancel(connection, standing_there, "step_withdrawn", now)
    return total


def end_all(connection: Connection, workflow: str, now: datetime) -> int:
    """End everybody under way in a workflow, with the reason; return how many."""
    there = (enrolment.c.workflow == workflow, enrolment.c.state == "active")
    moment, recorded_at = literal(now, UtcDateTime()), literal(machine_now(), UtcDateTime())
    values: dict[str, ColumnElement[Any]] = {
        "contact_id": enrolment.c.contact_id,
        "enrolment_id": enrolment.c.id,
        "workflow": enrolment.c.workflow,
        "step": enrolment.c.step,
        "kind": literal("ended"),
        "reason": literal("ended_at_publish"),
        "detail": literal({"workflow": workflow, "outcome": "exited"}, JSON()),
        "at": moment,
        "recorded_at": recorded_at,
    }
    connection.execute(
        insert(decision).from_select(list(values), select(*values.values()).where(*there))
    )
    unsent = select(message.c.id).where(
        message.c.enrolment_id.in_(select(enrolment.c.id).where(*there)),
        message.c.state.in_(UNSENT),
    )
    _cancel(connection, unsent, "ended_at_publish", now)
    ended = connection.execute(
        update(enrolment)
        .where(*there)
        .values(state="ended", outcome="exited", ended_at=now, due_at=None, review_at=None)
    )
    return ended.rowcount


def go_over(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write where enrolments go on: each row has id, release_id, step, memory and due_at."""
    names = ("release_id", "step", "memory", "due_at")
    if rows:
        connection.execute(
            update(enrolment)
            .where(enrolment.c.id == bindparam("of"), enrolment.c.state == "active")
            .values({name: bindparam(name) for name in names}),
            [{"of": row["id"], **{name: row[name] for name in names}} for row in rows],
        )


def rename_steps(
    connection: Connection, enrolment_ids: Iterable[int], names: Mapping[str, str]
) -> None:
    """Let the mails of enrolments be of the steps as they are called now."""
    changed = {old: new for old, new in names.items() if old != new}
    ids = sorted(enrolment_ids)
    if not changed or not ids:
        return
    connection.execute(
        update(message)
        .where(message.c.enrolment_id.in_(ids), message.c.step.in_(sorted(changed)))
        .values(step=case(changed, value=message.c.step, else_=message.c.step))
    )


def _concerned(rule: Rule) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [
        enrolment.c.workflow == rule.workflow,
        enrolment.c.state == "active",
    ]
    if rule.sources is None:
        found.append(enrolment.c.release_id < rule.release_id)
    else:
        found.append(enrolment.c.release_id.in_(sorted(rule.sources)))
    if rule.sources is not None and rule.up_to is not None:
        found.append(enrolment.c.id <= rule.up_to)
    return found


def _cancel(connection: Connection, mails: Any, reason: str, now: datetime) -> int:
    """Cancel the mails that a query names, with a decision for each."""
    gone = connection.execute(
        update(message)
        .where(message.c.id.in_(mails))
        .values(state=State.CANCELLED, reason=reason, due_at=None, lease_until=None)
        .returning(
            message.c.id, message.c.contact_id, message.c.enrolment_id, message.c.workflow,
            message.c.step, message.c.purpose, message.c.dedupe_key,
        )
    ).all()  # fmt: skip
    questions.void(connection, [(row.purpose, row.dedupe_key) for row in gone])
    if gone:
        recorded_at = machine_now()
        connection.execute(
            insert(decision),
            [
                {
                    "contact_id": row.contact_id,
                    "enrolment_id": row.enrolment_id,
                    "message_id": row.id,
                    "workflow": row.workflow,
                    "step": row.step,
                    "kind": "dropped",
                    "reason": reason,
                    "detail": {"workflow": row.workflow, "step": row.step},
                    "at": now,
                    "recorded_at": recorded_at,
                }
                for row in gone
            ],
        )
    return len(gone)
