"""Named queries for what readers asked for, and for the mails that their choices touch."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, or_, select, update

from nurture.db.among import among
from nurture.db.mail_states import WAITING
from nurture.db.tables import contact, event, message, preference
from nurture.db.upsert import put
from nurture.domain.message import COUNTED, State
from nurture.domain.preferences import Preferences, Rhythm
from nurture.domain.sending import PastMail
from nurture.domain.workflow import Purpose

#: reasons of mails that a reader's own choice put off
OWN_REASONS = ("reader_pause", "reader_rhythm")

#: sent, or perhaps sent; claimed ones still wait for the last look
_GONE = tuple(state for state in COUNTED if state is not State.CLAIMED)


_OF = select(preference).where(among(preference.c.contact_id, "contacts"))


def of(connection: Connection, contact_ids: Collection[int]) -> dict[int, Preferences]:
    """Return contact → what they asked for; who never chose is left out."""
    rows = connection.execute(_OF, {"contacts": contact_ids})
    return {
        row.contact_id: Preferences(frozenset(row.topics_off), Rhythm(row.rhythm), row.paused_until)
        for row in rows
    }


def save(connection: Connection, contact_id: int, wanted: Preferences, now: datetime) -> None:
    """Write what a contact asked for; the caller holds the contact's row."""
    row = {
        "contact_id": contact_id,
        "topics_off": sorted(wanted.topics_off),
        "rhythm": str(wanted.rhythm),
        "paused_until": wanted.paused_until,
        "updated_at": now,
    }
    put(connection, preference, row, "contact_id")


def change_contact(connection: Connection, contact_id: int, **values: Any) -> None:
    """Write the contact's locale or tracking consent."""
    if values:
        connection.execute(update(contact).where(contact.c.id == contact_id).values(**values))


def wake(
    connection: Connection, contact_id: int, topics_off: Collection[str], now: datetime
) -> None:
    """Make mails due that a choice concerns, so that the outbox decides about them anew.

    Those are what an earlier choice put off, and what waits with a topic turned off, which
    is then dropped at once and visibly. Retries of mails that a server put off keep their time.
    """
    concerned: list[ColumnElement[bool]] = [message.c.reason.in_(OWN_REASONS)]
    if topics_off:
        retried = message.c.reason.in_(("try_later", "not_sent"))
        mine = message.c.topic.in_(topics_off)
        concerned.append(and_(mine, or_(message.c.reason.is_(None), ~retried)))
    connection.execute(
        update(message)
        .where(message.c.contact_id == contact_id, WAITING, or_(*concerned))
        .values(due_at=now)
    )


def gone_since(
    connection: Connection, contact_ids: Sequence[int], since: datetime, now: datetime
) -> dict[int, list[PastMail]]:
    """Return contact → marketing mails that have left since a time, or perhaps have."""
    rows = connection.execute(
        select(message.c.contact_id, message.c.sent_at, message.c.workflow).where(
            message.c.contact_id.in_(contact_ids),
            message.c.purpose == str(Purpose.MARKETING),
            message.c.state.in_(_GONE),
            or_(message.c.sent_at > since, message.c.sent_at.is_(None)),
        )
    )
    found: dict[int, list[PastMail]] = {}
    for row in rows:
        past = PastMail(row.sent_at or now, str(Purpose.MARKETING), row.workflow)
        found.setdefault(row.contact_id, []).append(past)
    return found


def told(connection: Connection, contact_id: int) -> list[Row[Any]]:
    """Return when a contact's preferences were changed and how, oldest first."""
    return list(
        connection.execute(
            select(event.c.occurred_at, event.c.source, event.c.properties)
            .where(event.c.contact_id == contact_id, event.c.type == "contact.preferences_changed")
            .order_by(event.c.id)
        )
    )
