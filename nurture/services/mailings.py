"""Mailings: one mail to everybody who matches, planned by a publication, queued in batches.

Each batch queues its mails and moves the mailing's cursor in one transaction, so that who is
killed in between goes on where it stood: nobody is left out and nobody gets it twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import ColumnElement, Connection, Row

from nurture.db import contacts, mailing_counts, mailings, messages, pausing
from nurture.db.conditions import to_sql
from nurture.db.engine import read, write
from nurture.domain.calendar import shift
from nurture.domain.definitions import Definitions
from nurture.domain.library import kind_template, pick_as_json
from nurture.domain.mailing import Mailing, MailingState, dedupe_key
from nurture.domain.mailing_plan import COMING, FILE_REMOVED, Move, Note, Standing, settle
from nurture.services import seminar_corrections
from nurture.services.control import WORKFLOW
from nurture.services.mailing_control import drop
from nurture.services.releases import LiveRelease, Releases
from nurture.services.runtime import SEND, Runtime

log = structlog.get_logger(__name__)

#: contacts of one batch: SQLite's writer should be held no longer than some 20 ms
BATCH = 150


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


def sync(
    connection: Connection,
    definitions: Definitions,
    release_id: int,
    now: datetime,
    releases: Releases | None = None,
) -> list[Remark]:
    """Bring the mailings in SQL to what the files say; return what is worth saying.

    Called by the publishing transaction. `releases` tells what a mailing was when it began,
    so that an edit of one that has begun is noticed. Mailings that no file ever wrote down
    (a row with a `revision`) are left to who made them.
    """
    remarks: list[Remark] = []
    rows = {row.name: row for row in mailings.all_rows(connection, lock=True)}
    for name in sorted({*rows, *definitions.mailings}):
        row, written = rows.get(name), definitions.mailings.get(name)
        if written is None and row is not None and row.revision is not None:
            continue
        began_as = None
        if releases is not None and row is not None and row.started_at is not None:
            began_as = releases.get(connection, row.release_id).definitions.mailings.get(name)
        move = settle(_standing(row), written, began_as, now)
        if move.state is not None:
            _write(connection, name, row, written, move, release_id, now)
        if move.note is not None:
            at = move.at or (row.at if row is not None else now)
            title = written.title if written is not None else ""
            queued = row.queued if row is not None else 0
            about = None
            if written is not None and move.note in COMING:
                where = condition_of(definitions, written, max(at, now))
                about = mailing_counts.how_many(connection, where, written.purpose)
            remarks.append(Remark(name, title, move.note, at, queued, about))
    return remarks


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
        mailings.add(connection, name, move.state, move.at, now, seminar=seminar)
        return
    values: dict[str, Any] = {"state": move.state, "at": move.at}
    values["due_at"] = move.at if move.state is MailingState.SCHEDULED else None
    if move.state is MailingState.CANCELLED:
        values |= {"reason": FILE_REMOVED, "finished_at": now}
    elif move.state is not MailingState.PAUSED:
        values |= {"reason": None, "finished_at": None}
    mailings.change(connection, name, **values)
    if row.state == MailingState.PAUSED and move.state is not MailingState.PAUSED:
        pausing.unpause(connection, WORKFLOW, name)


def run(runtime: Runtime) -> int:
    """Queue one batch of the mailing longest due; return 0 where nothing is due.

    A chore of `nurture.services.upkeep`.
    """
    with read(runtime.engine) as connection:
        if not mailings.is_due(connection, runtime.clock.now()):
            return 0
        if not runtime.releases.published(connection):
            return 0
        # Compiled here, so that no writer waits for it.
        runtime.releases.live(connection)
    with write(runtime.engine) as connection:
        now = runtime.clock.now()
        row = mailings.claim_due(connection, now)
        if row is None:
            return 0
        if row.state == MailingState.CANCELLED:
            drop(runtime, connection, row)
            return 1
        live = runtime.releases.live(connection)
        begun_in = live
        if row.started_at is not None:
            begun_in = runtime.releases.get(connection, row.release_id)
        queued = _batch(connection, row, begun_in, live, now)
    if queued:
        runtime.ring(SEND)
    return 1


def _batch(
    connection: Connection, row: Row[Any], begun_in: LiveRelease, live: LiveRelease, now: datetime
) -> int:
    """Queue the next contacts' mails and move the cursor; return how many were queued."""
    if row.revision is not None:
        return seminar_corrections.batch(connection, row, live, now)
    definitions = begun_in.definitions
    written = mailing_of(definitions, row)
    if written is None:
        log.warning("mailing has no definition", mailing=row.name)
        _close(connection, row, MailingState.CANCELLED, now, FILE_REMOVED)
        return 0
    expires_at = expiry(definitions, written, row.at)
    if expires_at <= now:
        # Nobody was there to send it: what is queued now would be dropped anyway.
        state = MailingState.MISSED if row.started_at is None else MailingState.DONE
        _close(connection, row, state, now, "expired")
        return 0
    started_at = row.started_at or now
    where = condition_of(definitions, written, started_at)
    matching = mailings.matching_after(connection, where, row.name, row.cursor, BATCH)
    contacts.lock_accounts(connection, contacts.accounts_of(connection, matching), share=True)
    held = contacts.lock(connection, matching, wait=True)
    people = mailings.people(connection, held)
    mails = [mail(written, one, expires_at) for one in people if one.email]
    messages.queue(connection, mails, live.id, now)
    over = len(matching) < BATCH
    mailings.change(
        connection,
        row.name,
        state=MailingState.DONE if over else MailingState.RUNNING,
        due_at=None if over else now,
        release_id=begun_in.id,
        started_at=started_at,
        finished_at=now if over else None,
        cursor=matching[-1] if matching else row.cursor,
        queued=row.queued + len(mails),
        left_out=row.left_out + len(people) - len(mails),
    )
    return len(mails)


def _close(
    connection: Connection, row: Row[Any], state: MailingState, now: datetime, reason: str
) -> None:
    mailings.change(connection, row.name, state=state, due_at=None, finished_at=now, reason=reason)


def mailing_of(definitions: Definitions, row: Row[Any]) -> Mailing | None:
    """Return what a mailing's row sends, by a release's files, or None."""
    return definitions.mailings.get(row.name)


def condition_of(definitions: Definitions, written: Mailing, now: datetime) -> ColumnElement[bool]:
    """Return who gets a mailing as SQL over `contact_facts.fact_source()`, asked at `now`."""
    return to_sql(
        written.condition,
        now,
        definitions.scoring.half_life,
        definitions.policy.evidence.count_unknown_opens,
        definitions.policy.default_locale,
    )


def expiry(definitions: Definitions, written: Mailing, at: datetime) -> datetime:
    """Return when the mails of a mailing that begins at a moment are dropped, if unsent."""
    calendar = definitions.calendar
    return shift(calendar, at, written.expires, ZoneInfo(calendar.zone))


def template_of(written: Mailing) -> str:
    """Return the template that a mail is queued with: what is picked may name another."""
    if written.template or written.pick is None:
        return written.template
    return kind_template(written.pick.kind)


def mail(written: Mailing, person: Row[int, str, int], expires_at: datetime) -> dict[str, Any]:
    """Return the row of the mail that a contact (id, email, account_id) gets."""
    return {
        "dedupe_key": dedupe_key(written.name, person.id),
        "contact_id": person.id,
        "account_id": person.account_id,
        "workflow": written.name,
        "recipient": person.email,
        "purpose": str(written.purpose),
        "template": template_of(written),
        "subject_override": written.subject,
        "sender": written.sender,
        "window": written.window,
        "priority": written.priority,
        "expires_at": expires_at,
        "mailing": written.name,
        "topic": written.topic,
        "pick": pick_as_json(written.pick, written.template),
        "attach": list(written.attach),
    }
