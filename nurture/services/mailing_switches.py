"""What a switch does to a mailing's row, inside the transaction that turns it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from nurture.db import mailings
from nurture.domain.mailing import MailingState


def names(connection: Connection) -> list[str]:
    """Return the mailings there are."""
    return [row.name for row in mailings.all_rows(connection)]


def stop(connection: Connection, name: str, reason: str) -> None:
    """Let a mailing queue nothing more; one whose mails are all queued is paused for these.

    Nothing happens where there is no such mailing, or it is over.
    """
    row = mailings.find(connection, name, lock=True)
    if row is None:
        return
    waits = row.state in (MailingState.SCHEDULED, MailingState.RUNNING)
    if waits or (row.state == MailingState.DONE and mailings.unsent(connection, name)):
        mailings.change(
            connection, name, state=MailingState.PAUSED, due_at=None, reason=reason or None
        )


def go_on(connection: Connection, name: str, now: datetime) -> None:
    """Let a paused mailing go on where it stood; nothing happens to any other."""
    row = mailings.find(connection, name, lock=True)
    if row is None or row.state != MailingState.PAUSED:
        return
    if row.finished_at is not None:
        mailings.change(connection, name, state=MailingState.DONE, reason=None)
    elif row.started_at is not None:
        mailings.change(connection, name, state=MailingState.RUNNING, due_at=now, reason=None)
    else:
        mailings.change(connection, name, state=MailingState.SCHEDULED, due_at=row.at, reason=None)
