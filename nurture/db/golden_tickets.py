"""Named queries over golden tickets; one that is redeemed is redeemed once, whoever races."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from nurture.db.engine import is_sqlite
from nurture.db.tables import golden_ticket as ticket
from nurture.db.tables import referral, referrer


def find(connection: Connection, code: str) -> Row[Any] | None:
    """Return the ticket of a code."""
    return connection.execute(select(ticket).where(ticket.c.code == code)).first()


def of_referrer(connection: Connection, ids: Sequence[int]) -> list[Row[Any]]:
    """Return somebody's tickets, the newest first."""
    query = select(ticket).where(ticket.c.referrer_id.in_(ids)).order_by(ticket.c.id.desc())
    return list(connection.execute(query))


def hold(connection: Connection, referrer_id: int) -> None:
    """Hold a referrer's drawer, so that two who make a ticket at once see each other's."""
    if not is_sqlite(connection):
        connection.execute(
            select(referrer.c.contact_id)
            .where(referrer.c.contact_id == referrer_id)
            .with_for_update()
        ).all()


def make(connection: Connection, **values: Any) -> Row[Any]:
    """Write a ticket and return it."""
    return connection.execute(insert(ticket).values(**values).returning(*ticket.c)).one()


def redeem(connection: Connection, ticket_id: int, now: datetime) -> bool:
    """Use a ticket up; False where somebody was faster, or it is worth nothing any more.

    On PostgreSQL a second redeemer waits for the row and then finds it used; SQLite has one
    writer at a time.
    """
    done = connection.execute(
        update(ticket)
        .where(
            ticket.c.id == ticket_id,
            ticket.c.redeemed_at.is_(None),
            ticket.c.withdrawn_at.is_(None),
            ticket.c.expires_at > now,
        )
        .values(redeemed_at=now)
        .returning(ticket.c.id)
    )
    return done.first() is not None


def used_by(connection: Connection, ticket_id: int) -> str | None:
    """Return the keyed hash of the address that used a ticket up, where we know it."""
    return connection.execute(
        select(referral.c.address_hash)
        .join(ticket, ticket.c.referral_id == referral.c.id)
        .where(ticket.c.id == ticket_id)
    ).scalar()


def offer_for(connection: Connection, contact_id: int, program: str) -> str | None:
    """Return the offer of the newest ticket of a programme that a contact used."""
    return connection.execute(
        select(ticket.c.offer)
        .join(referral, ticket.c.referral_id == referral.c.id)
        .where(referral.c.contact_id == contact_id, ticket.c.program == program)
        .order_by(ticket.c.redeemed_at.desc(), ticket.c.id.desc())
        .limit(1)
    ).scalar()


def tie(connection: Connection, ticket_id: int, referral_id: int) -> None:
    """Name the referral that a ticket became."""
    connection.execute(
        update(ticket).where(ticket.c.id == ticket_id).values(referral_id=referral_id)
    )


def withdraw(connection: Connection, ticket_id: int, now: datetime) -> bool:
    """Take back a ticket that nobody used; False where there is nothing to take back."""
    done = connection.execute(
        update(ticket)
        .where(
            ticket.c.id == ticket_id,
            ticket.c.redeemed_at.is_(None),
            ticket.c.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=now)
        .returning(ticket.c.id)
    )
    return done.first() is not None
