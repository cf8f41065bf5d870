"""How we came to know people, and what has gone to them before: for first mails."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, case, func, or_, select

from nurture.db.tables import consent, message, team_member
from nurture.domain.message import COUNTED, State
from nurture.domain.purpose import OWN_AFFAIR

#: recorded by people themselves on our own pages: what they chose, not how we met
_BY_THEMSELVES = "contact"

#: mails that somebody may have read: not those that came back, nor those about to be written
_WENT = tuple(state for state in COUNTED if state not in (State.CLAIMED, State.BOUNCED))


@dataclass(frozen=True, slots=True)
class Granted:
    """The newest record that allowed a purpose."""

    basis: str | None
    source: str | None
    obtained_at: datetime | None


@dataclass(frozen=True, slots=True)
class LastLetter:
    """The newest mail that a contact's owner of that time sent."""

    #: address it left from
    sent_from: str
    #: the name in our team's list, also of who has left
    name: str


def grants(connection: Connection, contact_ids: Sequence[int]) -> dict[tuple[int, str], Granted]:
    """Return (contact, purpose) → the newest record that granted it.

    What people chose on our own pages counts where there is nothing else.
    """
    ours_last = case((consent.c.recorded_by == _BY_THEMSELVES, 1), else_=0)
    newest = (
        select(
            consent.c.contact_id,
            consent.c.purpose,
            consent.c.basis,
            consent.c.source,
            consent.c.obtained_at,
            func.row_number()
            .over(
                partition_by=(consent.c.contact_id, consent.c.purpose),
                order_by=(ours_last, consent.c.id.desc()),
            )
            .label("place"),
        )
        .where(consent.c.contact_id.in_(contact_ids), consent.c.state == "granted")
        .subquery()
    )
    rows = connection.execute(select(newest).where(newest.c.place == 1))
    return {
        (row.contact_id, row.purpose): Granted(row.basis, row.source, row.obtained_at)
        for row in rows
    }


def written_to(connection: Connection, contact_ids: Sequence[int]) -> set[int]:
    """Return those to whom a mail that needs consent has gone, or may have."""
    rows = connection.execute(
        select(message.c.contact_id)
        .where(
            message.c.contact_id.in_(contact_ids),
            message.c.state.in_(_WENT),
            message.c.purpose.not_in([str(one) for one in OWN_AFFAIR]),
        )
        .distinct()
    )
    return {row.contact_id for row in rows}


def last_letters(connection: Connection, contact_ids: Sequence[int]) -> dict[int, LastLetter]:
    """Return contact → the newest mail in the owner's name, where an owner wrote it.

    Mails of service count: a new owner may have said hello in one. A mail that the policy's
    default sender wrote for want of an owner is none of an owner's.
    """
    owner_then = message.c["values"]["contact"]["owner"].as_string()
    newest = (
        select(
            message.c.contact_id,
            message.c.sent_from,
            owner_then.label("owner_then"),
            func.row_number()
            .over(
                partition_by=message.c.contact_id,
                order_by=(
                    func.coalesce(message.c.sent_at, message.c.created_at).desc(),
                    message.c.id.desc(),
                ),
            )
            .label("place"),
        )
        .where(
            message.c.contact_id.in_(contact_ids),
            message.c.state.in_(_WENT),
            or_(message.c.sender == "owner", message.c.sender.is_(None)),
            message.c.sent_from == owner_then,
        )
        .subquery()
    )
    rows = connection.execute(
        select(newest.c.contact_id, newest.c.sent_from, team_member.c.name)
        .outerjoin(team_member, team_member.c.email == newest.c.sent_from)
        .where(newest.c.place == 1)
    )
    return {row.contact_id: LastLetter(row.sent_from, row.name or "") for row in rows}
