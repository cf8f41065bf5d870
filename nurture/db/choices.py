"""Named queries for what a person chooses: consents given again, mails not wanted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from nurture.db import questions
from nurture.db.tables import consent, contact, message
from nurture.domain.message import UNSENT, State


def locale_of(connection: Connection, contact_id: int) -> str | None:
    """Return the contact's locale, where one is known."""
    return connection.execute(
        select(contact.c.locale).where(contact.c.id == contact_id)
    ).scalar_one_or_none()


def is_erased(connection: Connection, contact_id: int) -> bool:
    """Say whether only a tombstone is left of a contact."""
    return bool(
        connection.execute(
            select(contact.c.erased).where(contact.c.id == contact_id)
        ).scalar_one_or_none()
    )


def erased_among(connection: Connection, contact_ids: Sequence[int]) -> set[int]:
    """Return those of the contacts of whom only a tombstone is left, merges followed."""
    rows = connection.execute(
        select(contact.c.id, contact.c.merged_into, contact.c.erased).where(
            contact.c.id.in_(contact_ids)
        )
    ).all()
    return {
        row.id
        for row in rows
        if row.erased or (row.merged_into is not None and is_erased(connection, row.merged_into))
    }


def is_mail(connection: Connection, message_id: int) -> bool:
    """Say whether we (still) know a mail."""
    found = connection.execute(select(message.c.id).where(message.c.id == message_id))
    return found.first() is not None


def recipient_of(connection: Connection, message_id: int) -> str | None:
    """Return the address a mail goes to; None after erasure or for an unknown mail."""
    return connection.execute(
        select(message.c.recipient).where(message.c.id == message_id)
    ).scalar_one_or_none()


def cancel_unsent(
    connection: Connection, contact_id: int, purposes: Sequence[str], reason: str
) -> Sequence[Row[Any]]:
    """Cancel a contact's queued, deferred and claimed mails of some purposes; return them.

    A worker that has claimed one finds it cancelled when it asks to write `sending`.
    """
    rows = connection.execute(
        update(message)
        .where(
            message.c.contact_id == contact_id,
            message.c.purpose.in_(purposes),
            message.c.state.in_(UNSENT),
        )
        .values(state=State.CANCELLED, reason=reason, due_at=None)
        .returning(
            message.c.id,
            message.c.enrolment_id,
            message.c.workflow,
            message.c.step,
            message.c.purpose,
            message.c.dedupe_key,
        )
    ).all()
    questions.void(connection, [(row.purpose, row.dedupe_key) for row in rows])
    return rows


def withdrawn_by(connection: Connection, contact_id: int, by: str) -> list[str]:
    """Return purposes whose newest record is a withdrawal by `by` that followed a grant."""
    rows = connection.execute(
        select(consent.c.purpose, consent.c.state, consent.c.recorded_by)
        .where(consent.c.contact_id == contact_id)
        .order_by(consent.c.id.desc())
    )
    history: dict[str, list[tuple[str, str]]] = {}
    for row in rows:
        history.setdefault(row.purpose, []).append((row.state, row.recorded_by))
    return [
        purpose
        for purpose, (newest, *older) in sorted(history.items())
        if newest == ("withdrawn", by)
        and next((state for state, _ in older if state != "withdrawn"), None) == "granted"
    ]


def grant(
    connection: Connection,
    contact_id: int,
    purposes: Sequence[str],
    text_shown: str,
    source: str,
    by: str,
    now: datetime,
) -> None:
    """Append an opt-in for each purpose, with the text that the person saw."""
    if purposes:
        connection.execute(
            insert(consent),
            [
                {
                    "contact_id": contact_id,
                    "purpose": purpose,
                    "state": "granted",
                    "basis": "opt_in",
                    "source": source[:400],
                    "text_shown": text_shown,
                    "obtained_at": now,
                    "recorded_at": now,
                    "recorded_by": by,
                }
                for purpose in purposes
            ],
        )
