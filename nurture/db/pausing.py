"""Switches: pauses and holds, and the backlog behind them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, or_, select, update

from nurture.db.mail_states import WAITING
from nurture.db.tables import account, contact, message, pause, team_member
from nurture.db.upsert import put
from nurture.domain.message import State


def pause_it(connection: Connection, kind: str, name: str, reason: str, now: datetime) -> None:
    """Pause everything, a workflow or a sender; again only changes the reason."""
    row = {"kind": kind, "name": name, "reason": reason, "at": now}
    put(connection, pause, row, "kind", "name")


def unpause(connection: Connection, kind: str, name: str) -> bool:
    """Take a pause away; False where there was none."""
    result = connection.execute(delete(pause).where(pause.c.kind == kind, pause.c.name == name))
    return bool(result.rowcount)


def why_paused(connection: Connection, kind: str, name: str) -> str | None:
    """Return why a workflow (or mailing) or a sender is paused, "" without a reason; else None."""
    query = select(pause.c.reason).where(pause.c.kind == kind, pause.c.name == name)
    row = connection.execute(query).first()
    return None if row is None else row.reason or ""


def senders(connection: Connection) -> frozenset[str]:
    """Return the senders that are paused."""
    rows = connection.execute(select(pause.c.name).where(pause.c.kind == "sender"))
    return frozenset(row.name for row in rows)


def paused(connection: Connection) -> frozenset[tuple[str, str]]:
    """Return what is paused, as (kind, name) pairs, without holding it."""
    rows = connection.execute(select(pause.c.kind, pause.c.name))
    return frozenset((row.kind, row.name) for row in rows)


def backlog(connection: Connection, kind: str, name: str) -> list[Row[Any]]:
    """Return the mails that pauses of a kind hold back, oldest first.

    Each with `expires_at`, the `sender` it names and who owns its contact (`owner_key`,
    `owner_active`): whose mail it is only the policy can tell. `parked` says that no resume
    has given it a time yet.
    """
    query = (
        select(
            message.c.id,
            message.c.expires_at,
            message.c.sender,
            or_(message.c.due_at.is_(None), message.c.due_at == message.c.expires_at).label(
                "parked"
            ),
            team_member.c.key.label("owner_key"),
            team_member.c.active.label("owner_active"),
        )
        .outerjoin(contact, contact.c.id == message.c.contact_id)
        .outerjoin(team_member, team_member.c.id == contact.c.owner_id)
        .where(message.c.state == State.DEFERRED, message.c.reason == f"paused_{kind}")
        .order_by(message.c.created_at, message.c.id)
    )
    if kind == "workflow":
        query = query.where(message.c.workflow == name)
    return list(connection.execute(query))


def spread(
    connection: Connection, message_ids: Sequence[int], now: datetime, per_hour: int
) -> None:
    """Make mails due one after the other, at most so many an hour."""
    if message_ids:
        gap = timedelta(hours=1) / max(1, per_hour)
        connection.execute(
            update(message)
            .where(message.c.id == bindparam("of"), message.c.state == State.DEFERRED)
            .values(due_at=bindparam("moment")),
            [{"of": one, "moment": now + gap * index} for index, one in enumerate(message_ids)],
        )


def recipients(connection: Connection, message_ids: Sequence[int]) -> list[int]:
    """Return the contacts of mails, each once."""
    rows = connection.execute(
        select(message.c.contact_id)
        .where(message.c.id.in_(message_ids), message.c.contact_id.is_not(None))
        .distinct()
    )
    return [row.contact_id for row in rows]


def discard(connection: Connection, message_ids: Sequence[int]) -> Sequence[Row[Any]]:
    """Cancel deferred mails by a person's word; return them as decisions name them."""
    return connection.execute(
        update(message)
        .where(message.c.id.in_(message_ids), message.c.state == State.DEFERRED)
        .values(state=State.CANCELLED, reason="withdrawn_by_hand", due_at=None)
        .returning(
            message.c.id.label("message_id"),
            message.c.contact_id,
            message.c.enrolment_id,
            message.c.workflow,
            message.c.step,
        )
    ).all()


def hold_account(connection: Connection, account_id: int, reason: str | None) -> None:
    """Put an account on hold, or with None take the hold away."""
    connection.execute(update(account).where(account.c.id == account_id).values(hold_reason=reason))


def wake_held(connection: Connection, account_id: int, now: datetime) -> int:
    """Look again at the mails that an account's hold kept back; return how many.

    Those to who belongs to it now, and those that were written while their reader did.
    """
    of_its_people = select(contact.c.id).where(contact.c.account_id == account_id)
    result = connection.execute(
        update(message)
        .where(
            or_(message.c.account_id == account_id, message.c.contact_id.in_(of_its_people)),
            message.c.state == State.DEFERRED,
            message.c.reason == "account_hold",
        )
        .values(due_at=now)
    )
    return result.rowcount


def wake_windowless(connection: Connection, now: datetime) -> int:
    """Look again at the mails that had no window to leave in; return how many."""
    result = connection.execute(
        update(message)
        .where(
            WAITING,
            message.c.state == State.DEFERRED,
            message.c.reason.in_(("unknown_window", "window_never_opens")),
        )
        .values(due_at=now)
    )
    return result.rowcount


def find_account(connection: Connection, named: str) -> list[tuple[int, str]]:
    """Return (id, name) of the accounts that a domain or name names."""
    rows = connection.execute(
        select(account.c.id, account.c.name)
        .where((account.c.domain == named.lower()) | (account.c.name == named))
        .order_by(account.c.id)
    )
    return [(row.id, row.name) for row in rows]
