"""Pause, resume and cancel a mailing by name, as a person says it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row

from nurture.db import contacts as people
from nurture.db import mail_fates, mailings, outcomes, pausing
from nurture.db.engine import read, write
from nurture.domain.mailing import MailingState
from nurture.domain.mailing_plan import FILE_REMOVED
from nurture.errors import NotFoundError, NurtureError
from nurture.language import say
from nurture.services import control
from nurture.services.control import WORKFLOW, Backlog
from nurture.services.mailing_reports import unknown
from nurture.services.runtime import DECIDE, Runtime

#: mails dropped in one transaction after a mailing was cancelled
BATCH = 150


def pause(runtime: Runtime, name: str, reason: str = "") -> None:
    """Queue nothing more of a mailing and hold back what is queued; twice is once.

    Raises NotFoundError where there is no such mailing, NurtureError where it is over.
    """
    with read(runtime.engine) as connection:
        row = _named(connection, name)
        if row.state == MailingState.DONE and not mailings.unsent(connection, name):
            raise NurtureError(say("{name} has gone out: nothing is left to pause", name=name))
    _refuse_ended(row)
    if row.state != MailingState.PAUSED:
        control.pause(runtime, WORKFLOW, name, reason)


def resume(runtime: Runtime, name: str, discard: bool = False) -> Backlog:
    """Go on where a mailing stood; what was held back goes at the policy's rate.

    With `discard` what is queued already is dropped. Nothing happens where it is not
    paused. Raises NotFoundError where there is no such mailing, NurtureError where it was
    cancelled or missed.
    """
    with read(runtime.engine) as connection:
        row = _named(connection, name)
    _refuse_ended(row)
    if row.state != MailingState.PAUSED:
        return Backlog(0, 0)
    return control.resume(runtime, WORKFLOW, name, discard)


def cancel(runtime: Runtime, name: str, reason: str = "") -> int:
    """Take a mailing back: what has not left never leaves. Return how many mails that are.

    Sending stops with this commit; the mails are then dropped batch by batch, each with the
    reason. Twice is once. Raises NotFoundError where there is no such mailing, NurtureError
    where it has gone out.
    """
    with write(runtime.engine) as connection:
        now = runtime.clock.now()
        row = _named(connection, name, lock=True)
        left = mailings.unsent(connection, name)
        if row.state == MailingState.CANCELLED:
            return left
        if row.state == MailingState.DONE and not left:
            raise NurtureError(say("{name} has gone out: nothing is left to cancel", name=name))
        mailings.change(
            connection,
            name,
            state=MailingState.CANCELLED,
            due_at=now if left else None,
            finished_at=now,
            reason=_said(reason),
        )
        if left:
            # Holds the mails back until each is dropped.
            pausing.pause_it(connection, WORKFLOW, name, _said(reason), now)
        else:
            pausing.unpause(connection, WORKFLOW, name)
    runtime.ring(DECIDE)
    return left


def drop(runtime: Runtime, connection: Connection, row: Row[Any]) -> int:
    """Drop a batch of a cancelled mailing's mails; its row is held. Return how many."""
    now = runtime.clock.now()
    some = mailings.some_unsent(connection, row.name, BATCH)
    people.lock(connection, [one.contact_id for one in some], wait=True)
    gone = mailings.drop_unsent(connection, [one.id for one in some], "mailing_cancelled")
    why = {"workflow": row.name, "why": row.reason or ""}
    reasons = [
        {"kind": "dropped", "reason": "mailing_cancelled", "detail": why, **one._mapping}
        for one in gone
    ]
    outcomes.append_decisions(connection, reasons, now)
    mail_fates.tell_enrolments(connection, [one.message_id for one in gone], now)
    if len(some) < BATCH:
        mailings.change(connection, row.name, due_at=None)
        pausing.unpause(connection, WORKFLOW, row.name)
    return len(gone)


def _said(reason: str) -> str:
    """Return a person's reason; the word that a publication uses is nobody's."""
    said = reason.strip()
    return said if said and said != FILE_REMOVED else "by hand"


def _named(connection: Connection, name: str, lock: bool = False) -> Row[Any]:
    row = mailings.find(connection, name, lock=lock)
    if row is None:
        known = [one.name for one in mailings.all_rows(connection)]
        raise NotFoundError(*unknown(name, known))
    return row


def _refuse_ended(row: Row[Any]) -> None:
    if row.state == MailingState.CANCELLED:
        raise NurtureError(
            say("{name} is cancelled", name=row.name),
            say("write a broadcast of another name, or a new `at` where nobody got this one"),
        )
    if row.state == MailingState.MISSED:
        raise NurtureError(
            say("{name} was not sent: its time had passed", name=row.name),
            say("write a new `at` and publish again"),
        )
