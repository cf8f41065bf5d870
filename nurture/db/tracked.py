"""What tracking must know of a mail and its reader."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from nurture.db.contacts import current
from nurture.db.tables import contact, message

_MAILS = (
    select(
        message.c.id,
        message.c.contact_id,
        message.c.sent_at,
        contact.c.erased,
        contact.c.tracking,
        contact.c.merged_into,
    )
    .outerjoin(contact, contact.c.id == message.c.contact_id)
    .where(message.c.id.in_(bindparam("ids", expanding=True)))
)


@dataclass(frozen=True, slots=True)
class TrackedMail:
    """A mail whose opens and clicks may be written down."""

    #: None: a mail to nobody we know, a report say
    contact_id: int | None
    sent_at: datetime | None


def mails(connection: Connection, message_ids: Collection[int]) -> dict[int, TrackedMail]:
    """Return the mails among these that we know and whose readers may be tracked.

    Erased people and those who refused tracking are left out; duplicates are followed to
    the contact they became.
    """
    rows = connection.execute(_MAILS, {"ids": list(message_ids)}).all()
    found = {}
    for row in rows:
        if row.erased or row.tracking is False:
            continue
        contact_id = row.contact_id
        if row.merged_into is not None:
            contact_id = current(connection, contact_id)
        found[row.id] = TrackedMail(contact_id, row.sent_at)
    return found
