"""Corrections: who was told of a seminar what no longer holds hears how it is now, once.

What each reader may believe is read from the mails that left, not from who was meant to get
them, so that a change, another change and the way back tell each reader exactly what they
need. The mailing's cursor moves in the transaction that queues its mails.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row

from nurture.db import contacts, mailings, messages, seminars
from nurture.domain.calendar import NoOpeningError, next_opening
from nurture.domain.mailing import MailingState, dedupe_key
from nurture.domain.policy import Calendar
from nurture.domain.seminar import Seminar, Standing, Telling, last_told, needs_correction, standing
from nurture.domain.sending import ALWAYS_OPEN
from nurture.domain.workflow import Purpose
from nurture.services.releases import LiveRelease

#: contacts of one batch: SQLite's writer should be held no longer than some 50 ms
BATCH = 100

#: a correction goes before everything else
_FIRST = 100

#: of what was told, what a mail may set against what holds now
_BEFORE = ("starts", "ends", "place", "cancelled")


def batch(connection: Connection, row: Row[Any], live: LiveRelease, now: datetime) -> int:
    """Queue the next readers' corrections and move the cursor; return how many were queued.

    `row` is the mailing's, held by the caller. What holds is read from the live release: a
    correction that a newer change superseded finds nothing left to do.
    """
    name = str(row.seminar)
    seminar = live.definitions.seminars.get(name)
    if seminar is None or seminar.revision != row.revision:
        _close(connection, row, MailingState.CANCELLED, now, seminars.SUPERSEDED)
        return 0
    if seminar.ends_at <= now:
        _close(connection, row, MailingState.MISSED, now, "expired")
        return 0
    mails = [one.name for one in seminars.mailings_of(connection, name)]
    concerned = seminars.concerned_after(connection, name, mails, row.cursor, BATCH)
    contacts.lock_accounts(connection, contacts.accounts_of(connection, concerned), share=True)
    held = contacts.lock(connection, concerned, wait=True)
    living = mailings.people(connection, held)
    stand = seminars.stands(connection).get(name)
    changed_at = stand.updated_at if stand is not None else now
    wrong = wrong_about(connection, seminar, mails, [one.id for one in living], changed_at)
    people = [one for one in living if one.email and one.id in wrong]
    calendar = live.definitions.calendar
    queued = [_mail(row.name, seminar, one, *wrong[one.id], calendar, now) for one in people]
    messages.queue(connection, queued, live.id, now)
    over = len(concerned) < BATCH
    mailings.change(
        connection,
        row.name,
        state=MailingState.DONE if over else MailingState.RUNNING,
        due_at=None if over else now,
        release_id=live.id,
        started_at=row.started_at or now,
        finished_at=now if over else None,
        cursor=concerned[-1] if concerned else row.cursor,
        queued=row.queued + len(queued),
        left_out=row.left_out + len(wrong) - len(people),
    )
    return len(queued)


def _close(
    connection: Connection, row: Row[Any], state: MailingState, now: datetime, reason: str
) -> None:
    mailings.change(connection, row.name, state=state, due_at=None, finished_at=now, reason=reason)


def wrong_about(
    connection: Connection,
    seminar: Seminar,
    mails: Sequence[str],
    contact_ids: Sequence[int],
    changed_at: datetime,
) -> dict[int, tuple[Standing, Telling | None]]:
    """Return those who may believe what no longer holds: how they stand, what they were told.

    `mails`: the names of the seminar's mailings; `changed_at`: since when it is as it is.
    """
    if not contact_ids:
        return {}
    told = seminars.tellings(connection, seminar.name, mails, contact_ids)
    happened = seminars.happenings(connection, [seminar.name], contact_ids)[seminar.name]
    found = {}
    for one in contact_ids:
        stands = standing(happened.get(one, ()))
        believed = told.get(one, [])
        if needs_correction(seminar, believed, stands, changed_at):
            found[one] = (stands, next(iter(last_told(believed)), None))
    return found


def _mail(
    mailing: str,
    seminar: Seminar,
    person: Row[int, str, int],
    stands: Standing,
    told: Telling | None,
    calendar: Calendar,
    now: datetime,
) -> dict[str, Any]:
    purpose = Purpose.SERVICE if stands.registered else Purpose.MARKETING
    # As `freeze` wrote it into the mail that told it.
    was = {f"was_{name}": told.values.get(name) for name in _BEFORE} if told is not None else {}
    template = seminar.cancelled_template if seminar.cancelled else seminar.moved_template
    return {
        "dedupe_key": dedupe_key(mailing, person.id),
        "contact_id": person.id,
        "account_id": person.account_id,
        "workflow": mailing,
        "recipient": person.email,
        "purpose": str(purpose),
        "template": template,
        "sender": seminar.host or "owner",
        "window": window_for(calendar, _first_start(seminar, was), now),
        "priority": _FIRST,
        "expires_at": seminar.ends_at,
        "mailing": mailing,
        "values": {"seminar": was},
    }


def _first_start(seminar: Seminar, was: Mapping[str, Any]) -> datetime:
    """Return when the reader would come first: at the time told before, or at the new one."""
    told = was.get("was_starts")
    said = told.get("$moment") if isinstance(told, Mapping) else None
    moment = datetime.fromisoformat(said) if isinstance(said, str) else seminar.starts_at
    return min(moment, seminar.starts_at)


def window_for(calendar: Calendar, first: datetime, now: datetime) -> str:
    """Return the window of a correction: courtesy hours, unless they open too late to help."""
    courtesy = calendar.windows.get("courtesy") or calendar.windows["business"]
    try:
        opens = next_opening(calendar, courtesy, ZoneInfo(calendar.zone), now)
    except NoOpeningError:
        return ALWAYS_OPEN
    return courtesy.name if opens < first else ALWAYS_OPEN
