"""Answering a survey: the page's facts, and an answer recorded once, with what it starts."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Row

from nurture.db import choices, contacts, surveys, touched
from nurture.db.engine import read
from nurture.db.events import NewEvent, record
from nurture.db.retrying import write_again
from nurture.domain.survey import Survey
from nurture.domain.survey_answers import Answer, LoopMove, OpenLoop, loop_move, told
from nurture.services.house import house_at
from nurture.services.runtime import DECIDE, Runtime

#: source of the events that answers make
SOURCE = "survey"


class Standing(enum.Enum):
    """Whether an invitation can be answered."""

    OPEN = enum.auto()
    #: its time is over
    LATE = enum.auto()
    #: nobody is there any more: erased, or never invited
    GONE = enum.auto()


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a survey's page shows."""

    standing: Standing
    #: the reader's language, None where nobody is
    locale: str | None = None
    survey: Survey | None = None
    #: what counts so far, None: nothing was answered yet
    answer: Answer | None = None
    #: who looks after the reader, by language; empty: nobody we can name
    owner: Mapping[str, str] = field(default_factory=dict)


class Recorded(enum.Enum):
    """What became of an answer."""

    NEW = enum.auto()
    CHANGED = enum.auto()
    #: the same was recorded before
    SAME = enum.auto()
    #: it came too late, or nobody is there any more
    REFUSED = enum.auto()


def sheet(runtime: Runtime, invitation_id: int) -> Sheet:
    """Return what the page of an invitation shows; nothing is written."""
    with read(runtime.engine) as connection:
        found = find(runtime, connection, invitation_id, runtime.clock.now())
        if found.standing is not Standing.OPEN:
            return Sheet(found.standing, found.locale)
        given = surveys.answers(connection, invitation_id)
        (person,) = touched.contact_rows(connection, [found.contact_id])
        names = house_at(runtime, connection).sender_names.get(person.owner_key or "", {})
        newest = _answer(given[-1]) if given else None
        return Sheet(Standing.OPEN, found.locale, found.survey, newest, names)


def answer(runtime: Runtime, invitation_id: int, sent: Answer, locale: str) -> Recorded:
    """Record an answer in one transaction, with its event and what it starts, and ring.

    The same answer twice is one. A changed one counts instead of the first, which is kept.
    """
    with read(runtime.engine) as connection:
        # Compiled here, so that no writer waits for it.
        house_at(runtime, connection)
    now = runtime.clock.now()

    def act(connection: Connection) -> Recorded:
        return _record(runtime, connection, invitation_id, sent, locale, now)

    recorded = write_again(runtime.engine, act)
    runtime.ring(DECIDE)
    return recorded


@dataclass(frozen=True, slots=True)
class Found:
    """An invitation, and whether it can be answered."""

    standing: Standing
    locale: str | None = None
    contact_id: int = 0
    survey: Survey | None = None
    row: Row[Any] | None = None


def find(runtime: Runtime, connection: Connection, invitation_id: int, now: datetime) -> Found:
    """Return an invitation as it stands at a moment."""
    row = surveys.invitation(connection, invitation_id)
    if row is None:
        return Found(Standing.GONE)
    contact_id = contacts.current(connection, row.contact_id)
    if contact_id is None or choices.is_erased(connection, contact_id):
        return Found(Standing.GONE)
    locale = choices.locale_of(connection, contact_id) or row.locale
    known = house_at(runtime, connection).surveys
    # A survey whose file is gone is answered as it was asked, without its drivers.
    survey = known.get(row.survey) or Survey(row.survey, {})
    late = now >= row.asked_at + survey.open_for
    standing = Standing.LATE if late else Standing.OPEN
    return Found(standing, locale, contact_id, survey, row)


def _record(
    runtime: Runtime,
    connection: Connection,
    invitation_id: int,
    sent: Answer,
    locale: str,
    now: datetime,
) -> Recorded:
    found = find(runtime, connection, invitation_id, now)
    if found.standing is not Standing.OPEN:
        return Recorded.REFUSED
    return keep(connection, found, sent, locale, now, now)


def keep(
    connection: Connection,
    found: Found,
    sent: Answer,
    locale: str,
    at: datetime,
    now: datetime,
    more: Mapping[str, Any] = MappingProxyType({}),
) -> Recorded:
    """Record an answer of a moment to an invitation, with its event and what it starts.

    `more` is told by `nps.responded` as well.
    """
    if found.row is None or found.survey is None:
        return Recorded.REFUSED
    contacts.lock(connection, [found.contact_id], wait=True)
    if choices.is_erased(connection, found.contact_id):
        return Recorded.REFUSED
    invitation_id = found.row.id
    # Read under the lock: the same form may have been sent twice at once.
    given = surveys.answers(connection, invitation_id)
    if given and _answer(given[-1]) == sent:
        return Recorded.SAME
    row = {
        "invitation_id": invitation_id,
        "contact_id": found.contact_id,
        "score": sent.score,
        "drivers": list(sent.drivers),
        "comment": sent.comment or None,
        "at": at,
    }
    surveys.keep_answer(connection, row, locale[:16])
    before = [one.score for one in given]
    said = {**told(found.survey, found.row.round, sent, before), **more}
    emit(connection, found.contact_id, "nps.responded", said, at, now)
    _follow(connection, found, sent, at, now)
    return Recorded.CHANGED if given else Recorded.NEW


def _follow(
    connection: Connection, found: Found, sent: Answer, at: datetime, now: datetime
) -> None:
    """Open or close what is followed up, as the answer says."""
    row = found.row
    assert row is not None  # the caller looked
    everyone = contacts.everyone(connection, found.contact_id)
    standing = surveys.loop_of(connection, everyone)
    loop = None
    if standing is not None:
        loop = OpenLoop(standing.state, standing.invitation_id, standing.resolved_at)
    move = loop_move(sent, row.id, row.asked_at, loop)
    said: dict[str, Any] = {"survey": row.survey, "round": row.round, "score": sent.score}
    if move in (LoopMove.CLOSE, LoopMove.REOPEN) and standing is not None:
        closed = {"state": "closed", "closed_at": now, "score_after": sent.score}
        surveys.move_loop(connection, standing.id, closed)
        told_of = {**said, "loop": standing.id, "why": "answered"}
        emit(connection, found.contact_id, "nps.loop_closed", told_of, at, now)
    if move in (LoopMove.OPEN, LoopMove.REOPEN):
        loop_id = surveys.open_loop(
            connection,
            {
                "invitation_id": row.id,
                "contact_id": found.contact_id,
                "account_id": row.account_id,
                "state": "open",
                "opened_at": now,
            },
        )
        again = move is LoopMove.REOPEN
        told_of = {**said, "loop": loop_id, "again": again, "drivers": list(sent.drivers)}
        emit(connection, found.contact_id, "nps.loop_opened", told_of, at, now)


def emit(
    connection: Connection,
    contact_id: int,
    kind: str,
    said: dict[str, Any],
    at: datetime,
    now: datetime,
) -> None:
    """Record one of the events that answers and what follows them make, as of a moment."""
    record(connection, [NewEvent(kind, contact_id, at, SOURCE, said)], now)


def _answer(row: Row[Any]) -> Answer:
    drivers: Sequence[str] = row.drivers or ()
    return Answer(row.score, tuple(drivers), row.comment or "")
