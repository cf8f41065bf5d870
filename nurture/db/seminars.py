"""What people did about seminars, what they were told of them, and what stands for each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Text,
    and_,
    cast,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    update,
)

from nurture.db import pausing
from nurture.db.engine import is_sqlite
from nurture.db.expressions import json_text
from nurture.db.tables import contact, enrolment, event, mailing, message, seminar_stand
from nurture.db.upsert import put
from nurture.domain.mailing import MailingState
from nurture.domain.message import COUNTED, State
from nurture.domain.seminar import ATTENDED, MISSED, REGISTERED, WITHDRAWN, Telling

#: events about seminars
EVENTS = (REGISTERED, WITHDRAWN, ATTENDED, MISSED)

#: a mail in one of these has told its reader something, or may have. One that a worker has
#: merely claimed has not: it is looked at again before its body is written
TOLD = tuple(state for state in COUNTED if state is not State.CLAIMED)

#: `mailing.reason` and `message.reason` of what a changed seminar took back
CANCELLED, MOVED, SUPERSEDED = "seminar_cancelled", "seminar_moved", "seminar_changed_again"

_WAITING = (State.QUEUED, State.DEFERRED)

_ABOUT = json_text(event.c.properties, literal("seminar", Text()))
_OF_TRIGGER = json_text(enrolment.c.trigger, literal("seminar", Text()))


def stands(connection: Connection, lock: bool = False) -> dict[str, Row[Any]]:
    """Return what stands for each seminar that was ever published, by name."""
    query = select(seminar_stand).order_by(seminar_stand.c.name)
    if lock and not is_sqlite(connection):
        query = query.with_for_update()
    return {row.name: row for row in connection.execute(query)}


def set_stand(connection: Connection, name: str, revision: str, now: datetime) -> None:
    """Write down what people are told of a seminar from now on."""
    row = {"name": name, "revision": revision, "updated_at": now}
    put(connection, seminar_stand, row, "name")


def set_attendance(connection: Connection, name: str, now: datetime) -> None:
    """Write down that the list of those who came is in."""
    connection.execute(
        update(seminar_stand).where(seminar_stand.c.name == name).values(attendance_at=now)
    )


def happenings(
    connection: Connection,
    names: Sequence[str] | None,
    contact_ids: Iterable[int] | None = None,
) -> dict[str, dict[int, list[tuple[str, datetime]]]]:
    """Return seminar → contact → the newest (type, occurred_at) of each type of event.

    Duplicates and erased contacts are left out. None means every seminar that an event ever
    named, and everybody.
    """
    found: dict[str, dict[int, list[tuple[str, datetime]]]] = {one: {} for one in names or ()}
    if names is not None and not names:
        return found
    query = (
        select(
            _ABOUT.label("about"), event.c.contact_id, event.c.type, func.max(event.c.occurred_at)
        )
        .join(contact, contact.c.id == event.c.contact_id)
        .where(
            event.c.type.in_(EVENTS),
            _ABOUT.is_not(None) if names is None else _ABOUT.in_(list(names)),
            contact.c.merged_into.is_(None),
            contact.c.erased == false(),
        )
        .group_by(_ABOUT, event.c.contact_id, event.c.type)
    )
    if contact_ids is not None:
        query = query.where(event.c.contact_id.in_(list(contact_ids)))
    for about, contact_id, kind, at in connection.execute(query):
        found.setdefault(about, {}).setdefault(contact_id, []).append((kind, at))
    return found


def mailings_of(connection: Connection, name: str, lock: bool = False) -> list[Row[Any]]:
    """Return the mailings of a seminar, oldest first."""
    query = select(mailing).where(mailing.c.seminar == name).order_by(mailing.c.id)
    if lock and not is_sqlite(connection):
        query = query.with_for_update()
    return list(connection.execute(query))


def _about(name: str, mailings: Sequence[str]) -> Any:
    """Return which messages are about a seminar: its mailings', and those of journeys."""
    journeys = exists().where(enrolment.c.id == message.c.enrolment_id, _OF_TRIGGER.in_([name]))
    return or_(message.c.mailing.in_(list(mailings)), journeys)


def concerned_after(
    connection: Connection, name: str, mailings: Sequence[str], cursor: int, limit: int
) -> list[int]:
    """Return the next contacts, by id, who were told of a seminar, may have been, or registered.

    Erased people and duplicates are among them, so that a short page is the last one.
    """
    # Not by the bare column: in its order SQLite would rather walk through everybody's mails
    # and events than through the few that are about this seminar.
    reader, guest = message.c.contact_id + 0, event.c.contact_id + 0
    told = select(reader).where(
        message.c.mailing.in_(list(mailings)),
        message.c.state.in_(TOLD),
        message.c.contact_id > cursor,
    )
    registered = select(guest).where(event.c.type == REGISTERED, _ABOUT.in_([name]), guest > cursor)
    found: set[int] = set()
    for query, one in ((told, reader), (registered, guest)):
        found.update(connection.scalars(query.group_by(one).order_by(one).limit(limit)))
    return sorted(found)[:limit]


def tellings(
    connection: Connection, name: str, mailings: Sequence[str], contact_ids: Sequence[int]
) -> dict[int, list[Telling]]:
    """Return the mails about a seminar that have left to contacts, or may have, newest first."""
    rows = connection.execute(
        select(message.c.contact_id, message.c.state, message.c["values"])
        .where(
            message.c.contact_id.in_(list(contact_ids)),
            message.c.state.in_(TOLD),
            _about(name, mailings),
        )
        .order_by(message.c.contact_id, message.c.sent_at.desc().nulls_first(), message.c.id.desc())
    )
    found: dict[int, list[Telling]] = {}
    for row in rows:
        values = row.values if isinstance(row.values, Mapping) else {}
        told = values.get("seminar")
        told = told if isinstance(told, Mapping) else {}
        revision = str(told.get("revision") or "")
        found.setdefault(row.contact_id, []).append(Telling(State(row.state), revision, told))
    return found


def cancel_unsent(
    connection: Connection, mailings: Sequence[str], reason: str
) -> list[tuple[int, int, str]]:
    """Cancel what has not left; return (message, contact, mailing) of each."""
    rows = connection.execute(
        update(message)
        .where(message.c.mailing.in_(list(mailings)), message.c.state.in_(_WAITING))
        .values(state=State.CANCELLED, reason=reason, due_at=None)
        .returning(message.c.id, message.c.contact_id, message.c.mailing)
    )
    return [(row.id, row.contact_id, row.mailing) for row in rows]


def close(connection: Connection, names: Sequence[str], reason: str, now: datetime) -> None:
    """Take back mailings that are not done yet."""
    connection.execute(
        update(mailing)
        .where(
            mailing.c.name.in_(list(names)),
            mailing.c.state.in_(
                (MailingState.SCHEDULED, MailingState.RUNNING, MailingState.PAUSED)
            ),
        )
        .values(state=MailingState.CANCELLED, reason=reason, due_at=None, finished_at=now)
    )


def _taken_back(name: str) -> ColumnElement[bool]:
    return and_(
        message.c.mailing == name,
        message.c.state == State.CANCELLED,
        message.c.reason.in_((CANCELLED, MOVED)),
    )


def lost_mails(connection: Connection, name: str) -> bool:
    """Say whether mails of a mailing were cancelled because its seminar changed."""
    query = select(message.c.id).where(_taken_back(name)).limit(1)
    return connection.execute(query).first() is not None


def reopen(connection: Connection, row: Row[Any], at: datetime, now: datetime) -> None:
    """Let a mailing go on that a changed seminar had taken back.

    What it had queued and not sent was cancelled; those mails give their key up, so that
    their readers get one after all. What a person had paused before stays paused.
    """
    # By its own id: a seminar may be called off and on again many times in one moment.
    mark = literal("/void-", Text()) + cast(message.c.id, Text())
    connection.execute(
        update(message)
        .where(_taken_back(row.name))
        .values(mailing=None, dedupe_key=message.c.dedupe_key + mark)
    )
    state = MailingState.SCHEDULED if row.started_at is None else MailingState.RUNNING
    paused = pausing.why_paused(connection, "workflow", row.name)
    if paused is not None:
        state = MailingState.PAUSED
    connection.execute(
        update(mailing)
        .where(mailing.c.id == row.id)
        .values(
            state=state,
            at=at,
            due_at=None if state is MailingState.PAUSED else max(at, now),
            cursor=0,
            reason=paused or None,
            finished_at=None,
        )
    )


@dataclass(frozen=True, slots=True)
class MailCounts:
    """How many people a seminar's mails reached."""

    #: the invitation has left to them, or may have
    invited: int = 0
    #: the invitation waits for its window or a cap
    waiting: int = 0
    reminded: int = 0
    corrected: int = 0


def mail_counts(connection: Connection) -> dict[str, MailCounts]:
    """Return seminar → how many got which of its mails."""
    kind = mailing.c.name
    rows = connection.execute(
        select(
            mailing.c.seminar,
            kind,
            message.c.state,
            func.count(message.c.contact_id.distinct()),
        )
        .join(message, message.c.mailing == mailing.c.name)
        .where(mailing.c.seminar.is_not(None))
        .group_by(mailing.c.seminar, kind, message.c.state)
    )
    counts: dict[str, dict[str, int]] = {}
    for seminar, name, state, people in rows:
        what = name.rpartition("/")[2].partition("-")[0]
        key = what if state in COUNTED else f"{what}?" if state in _WAITING else ""
        if key:
            mine = counts.setdefault(seminar, {})
            mine[key] = mine.get(key, 0) + people
    return {
        seminar: MailCounts(
            invited=mine.get("invitation", 0),
            waiting=mine.get("invitation?", 0),
            reminded=mine.get("reminder", 0),
            corrected=mine.get("correction", 0),
        )
        for seminar, mine in counts.items()
    }
