"""What a publication does to mailings: plans them, moves them, takes them back, and says so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from nurture.db import mailing_counts, mailings, pausing
from nurture.db.existing import nobody
from nurture.domain.definitions import Definitions
from nurture.domain.mailing import Mailing, MailingState
from nurture.domain.mailing_plan import (
    COMING,
    FILE_REMOVED,
    Move,
    Note,
    Standing,
    begins_soon,
    is_late,
    same,
    settle,
)
from nurture.domain.seminar import INVITATION, kind_of
from nurture.services.control import WORKFLOW
from nurture.services.mailings import condition_of
from nurture.services.releases import Releases

#: nothing more is queued
_OVER = frozenset({MailingState.DONE, MailingState.CANCELLED, MailingState.MISSED})


@dataclass(frozen=True, slots=True)
class Remark:
    """What a publication says of a mailing."""

    name: str
    title: str
    note: Note
    at: datetime
    #: mails made of it so far
    queued: int
    #: about how many will get it, where it is still to come
    about: int | None = None
    #: its mails leave over a span as long as this
    spread: timedelta | None = None
    #: each leaves at the hour at which its reader reads
    at_best_hour: bool = False


def hold(connection: Connection) -> None:
    """Hold every mailing until the commit: before any contact is, as who queues them does."""
    mailings.all_rows(connection, lock=True)


def beginning_soon(
    connection: Connection, definitions: Definitions, was: Definitions | None, now: datetime
) -> dict[str, int]:
    """Return how many people the broadcasts and invitations that begin within a day go to.

    Only what this publication brings about; `was` is what the live release says. Whoever
    registered for a seminar awaits its mails, which are no news either.
    """
    rows = {row.name: row for row in mailings.all_rows(connection)}
    found: dict[str, int] = {}
    for name, written in sorted(definitions.mailings.items()):
        if written.seminar is not None and kind_of(name) != INVITATION:
            continue
        before = was.mailings.get(name) if was is not None else None
        if begins_soon(_standing(rows.get(name)), written, before, now):
            count = _how_many(connection, definitions, written, max(written.at, now))
            if count:
                found[name] = count
    return found


def who(
    connection: Connection, definitions: Definitions, names: Iterable[str], now: datetime
) -> set[int]:
    """Return the people to whom mailings of these names go, as `beginning_soon` counts them."""
    found: set[int] = set()
    for written in (definitions.mailings[name] for name in names):
        where = condition_of(definitions, written, max(written.at, now))
        found |= set(mailing_counts.who(connection, where, written.purpose))
    return found


def about(connection: Connection, definitions: Definitions, now: datetime) -> dict[str, int]:
    """Return about how many people each mailing to come goes to.

    For `sync`, which says it, and asked before the publishing transaction: counting a hundred
    thousand contacts takes a while, in which nobody could write.
    """
    return {
        name: _how_many(connection, definitions, one, max(one.at, now))
        for name, one in definitions.mailings.items()
        if not is_late(one.at, now)
    }


def compile_begun(connection: Connection, releases: Releases) -> None:
    """Compile what `sync` compares with, before the writer is taken: who is under way."""
    for row in mailings.all_rows(connection):
        if row.started_at is not None and row.state not in _OVER:
            releases.get(connection, row.release_id)


def _begun_as(
    connection: Connection, row: Row[Any], was: Definitions | None, releases: Releases
) -> Mailing | None:
    """Return what the files said of a mailing when it began.

    Of one that is over, what they said until now: only a change of this publication is news,
    and the releases of all that ever went out are not compiled again.
    """
    if row.state in _OVER:
        return was.mailings.get(row.name) if was is not None else None
    return releases.get(connection, row.release_id).definitions.mailings.get(row.name)


def sync(
    connection: Connection,
    definitions: Definitions,
    was: Definitions | None,
    release_id: int,
    now: datetime,
    releases: Releases,
    readers: Mapping[str, int],
) -> list[Remark]:
    """Bring the mailings in SQL to what the files say; return what is worth saying.

    Called by the publishing transaction, which holds them (`hold`). `releases` tells what a
    mailing was when it began, and `was`, the live release, what it was until now: so an edit
    of one that has begun is noticed; `readers` is what `about` found. Mailings that no file
    ever wrote down (a row with a `revision`) are left to who made them.
    """
    remarks: list[Remark] = []
    rows = {row.name: row for row in mailings.all_rows(connection, lock=True)}
    for name in sorted({*rows, *definitions.mailings}):
        row, written = rows.get(name), definitions.mailings.get(name)
        if written is None and row is not None and row.revision is not None:
            continue
        began_as = None
        if row is not None and row.started_at is not None and written is not None:
            began_as = _begun_as(connection, row, was, releases)
        move = settle(_standing(row), written, began_as, now)
        if move.state is not None:
            _write(connection, name, row, written, move, release_id, now)
        if move.note is Note.STANDS and _stands_as_it_was(written, was):
            continue
        if move.note is not None and not _is_history(definitions, written, move.note, now):
            at = move.at or (row.at if row is not None else now)
            title = written.title if written is not None else ""
            queued = row.queued if row is not None else 0
            if written is None or move.note not in COMING:
                remarks.append(Remark(name, title, move.note, at, queued))
                continue
            how = (readers.get(name), written.spread, written.at_best_hour)
            remarks.append(Remark(name, title, move.note, at, queued, *how))
    return remarks


def _stands_as_it_was(written: Mailing | None, was: Definitions | None) -> bool:
    """Say whether a mailing that was planned before is planned as it was: no news."""
    before = was.mailings.get(written.name) if was is not None and written is not None else None
    return before is not None and written is not None and same(before, written)


def _how_many(
    connection: Connection, definitions: Definitions, written: Mailing, at: datetime
) -> int:
    """Return how many would get a mailing that begins at a moment, as things stand."""
    if nobody(connection):
        return 0
    return mailing_counts.how_many(
        connection, condition_of(definitions, written, at), written.purpose
    )


def _is_history(
    definitions: Definitions, written: Mailing | None, note: Note, now: datetime
) -> bool:
    """Say whether a mail that was missed is about a seminar that is over: nobody misses it."""
    seminar = definitions.seminars.get(written.seminar or "") if written is not None else None
    return note is Note.MISSED and seminar is not None and seminar.starts_at <= now


def _standing(row: Row[Any] | None) -> Standing | None:
    if row is None:
        return None
    return Standing(
        state=MailingState(row.state),
        at=row.at,
        begun=row.started_at is not None,
        queued=row.queued,
        removed=row.reason == FILE_REMOVED,
    )


def _write(
    connection: Connection,
    name: str,
    row: Row[Any] | None,
    written: Mailing | None,
    move: Move,
    release_id: int,
    now: datetime,
) -> None:
    assert move.state is not None and move.at is not None  # a move without either writes nothing
    if row is None:
        seminar = written.seminar if written is not None else None
        origin = {"seminar": seminar, "release_id": release_id}
        mailings.add(connection, name, move.state, move.at, now, **origin)
        return
    values: dict[str, Any] = {"state": move.state, "at": move.at, "release_id": release_id}
    values["due_at"] = move.at if move.state is MailingState.SCHEDULED else None
    if move.state is MailingState.CANCELLED:
        values |= {"reason": FILE_REMOVED, "finished_at": now}
    elif move.state is not MailingState.PAUSED:
        values |= {"reason": None, "finished_at": None}
    mailings.change(connection, name, **values)
    if row.state == MailingState.PAUSED and move.state is not MailingState.PAUSED:
        pausing.unpause(connection, WORKFLOW, name)
