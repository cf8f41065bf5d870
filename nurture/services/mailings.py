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
from sqlalchemy.exc import SQLAlchemyError

from nurture.db import contacts, mailings, messages
from nurture.db.conditions import to_sql
from nurture.db.engine import is_away, read, write
from nurture.domain.calendar import shift
from nurture.domain.definitions import Definitions
from nurture.domain.library import kind_template, pick_as_json
from nurture.domain.mailing import Mailing, MailingState, dedupe_key
from nurture.domain.mailing_plan import FILE_REMOVED
from nurture.errors import NurtureError
from nurture.services import control, mail_timing, seminar_corrections
from nurture.services.control import WORKFLOW
from nurture.services.mailing_control import drop
from nurture.services.releases import LiveRelease
from nurture.services.runtime import SEND, Runtime

log = structlog.get_logger(__name__)

#: contacts of one batch: SQLite's writer is held for some 20 ms (whom it is for is looked
#: up before)
BATCH = 150


@dataclass(frozen=True, slots=True)
class _Page:
    """Who comes next in a mailing, found while nobody waited for it."""

    #: (mailing, its cursor, the release it follows): another page where one of them differs
    of: tuple[str, int, int]
    contact_ids: list[int]
    #: whom it was asked of, as of when
    where: ColumnElement[bool]
    asked_at: datetime


def run(runtime: Runtime) -> int:
    """Queue one batch of the mailing longest due; return 0 where nothing is due.

    A chore of `nurture.services.upkeep`. A mailing that fails is paused, so that nobody
    waits for it.
    """
    name = ""
    try:
        with read(runtime.engine) as connection:
            now = runtime.clock.now()
            row = mailings.longest_due(connection, now)
            if row is None or not runtime.releases.published(connection):
                return 0
            name = row.name
            # Compiled and looked for here, so that no writer waits for it: where few
            # match, the next page may be the whole table.
            page = _page(runtime, connection, row, now)
        name = ""
        with write(runtime.engine) as connection:
            now = runtime.clock.now()
            row = mailings.claim_due(connection, now)
            if row is None:
                return 0
            name = row.name
            if row.state == MailingState.CANCELLED:
                drop(runtime, connection, row)
                return 1
            live = runtime.releases.live(connection)
            queued = _batch(connection, row, _begun_in(runtime, connection, row), live, page, now)
    except (NurtureError, SQLAlchemyError, ArithmeticError, LookupError, ValueError) as error:
        if not name or is_away(error):
            raise
        log.exception("mailing cannot go on", mailing=name)
        with write(runtime.engine) as connection:
            mailings.change(connection, name, due_at=None)
        control.pause(runtime, WORKFLOW, name, f"cannot go on: {error}"[:500])
        return 1
    if queued:
        runtime.ring(SEND)
    return 1


def _begun_in(runtime: Runtime, connection: Connection, row: Row[Any]) -> LiveRelease:
    """Return the release whose words a mailing follows: the one it began in."""
    if row.started_at is None:
        return runtime.releases.live(connection)
    return runtime.releases.get(connection, row.release_id)


def _page(runtime: Runtime, connection: Connection, row: Row[Any], now: datetime) -> _Page | None:
    """Return who comes next; None where that is not asked of the mailing's condition."""
    runtime.releases.live(connection)
    begun_in = _begun_in(runtime, connection, row)
    written = mailing_of(begun_in.definitions, row)
    if row.state == MailingState.CANCELLED or row.revision is not None or written is None:
        return None
    asked_at = row.started_at or now
    where = condition_of(begun_in.definitions, written, asked_at)
    found = mailings.matching_after(connection, where, row.cursor, BATCH)
    return _Page((row.name, row.cursor, begun_in.id), found, where, asked_at)


def _batch(
    connection: Connection,
    row: Row[Any],
    begun_in: LiveRelease,
    live: LiveRelease,
    page: _Page | None,
    now: datetime,
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
    if page is not None and page.of != (row.name, row.cursor, begun_in.id):
        page = None  # another worker was faster, or something was published in between
    if page is not None and page.asked_at == started_at:
        where = page.where
    else:
        where = condition_of(definitions, written, started_at)
    if page is not None:
        matching = page.contact_ids
    else:
        matching = mailings.matching_after(connection, where, row.cursor, BATCH)
    contacts.lock_accounts(connection, contacts.accounts_of(connection, matching), share=True)
    held = contacts.lock(connection, matching, wait=True)
    # Asked again of those who are held: what holds now decides.
    still = set(mailings.matching(connection, where, held))
    still -= mailings.having(connection, row.name, held)
    people = mailings.people(connection, sorted(still))
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
        **mail_timing.of_mailing(written),
        "priority": written.priority,
        "expires_at": expires_at,
        "mailing": written.name,
        "topic": written.topic,
        "pick": pick_as_json(written.pick, written.template),
        "attach": list(written.attach),
    }
