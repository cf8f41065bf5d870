"""What the demo's audience asks the database: whom it plays, and what its salespeople have."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from nurture.db.deals import CLOSED, name_of
from nurture.db.tables import consent, contact, deal, enrolment, message, task, team_member


@dataclass(frozen=True, slots=True)
class Known:
    """A contact, as far as the audience needs to know it in order to play it."""

    email: str
    locale: str
    #: basis of the marketing consent; None: there is none
    basis: str | None


@dataclass(frozen=True, slots=True)
class OpenDeal:
    """A deal under way, as its salesperson knows it."""

    #: as the CRM and `nurture deal` call it
    name: str
    stage: str
    #: somebody wrote about a meeting already
    met: bool


@dataclass(frozen=True, slots=True)
class OpenTask:
    """An open task, with what its holder knows of the person it is about."""

    id: int
    kind: str
    created_at: datetime
    #: whom it is about
    email: str
    locale: str
    lifecycle: str
    #: the journey that made it, and what that journey is about (a referral)
    workflow: str | None = None
    subject: str | None = None
    #: sender key of whose it is; None: nobody's
    holder: str | None = None
    deal: OpenDeal | None = None


def people(connection: Connection) -> list[Known]:
    """Return every contact that has an address, by address."""
    newest = (
        select(consent.c.contact_id, func.max(consent.c.id).label("id"))
        .where(consent.c.purpose == "marketing")
        .group_by(consent.c.contact_id)
        .subquery()
    )
    rows = connection.execute(
        select(contact.c.email, contact.c.locale, consent.c.basis)
        .select_from(contact)
        .outerjoin(newest, newest.c.contact_id == contact.c.id)
        .outerjoin(consent, consent.c.id == newest.c.id)
        .where(contact.c.email.is_not(None), contact.c.merged_into.is_(None))
        .order_by(contact.c.email)
    )
    return [Known(row.email, row.locale or "ja", row.basis) for row in rows]


def mails_to_the_team(connection: Connection, ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """Return message → (template, what it tells of its task: made, reminder …)."""
    rows = connection.execute(
        select(message.c.id, message.c.template, message.c["values"]).where(
            message.c.id.in_(sorted(ids)), message.c.contact_id.is_(None)
        )
    )
    found = {}
    for row in rows:
        found[row.id] = (row.template, str((row[2] or {}).get("what") or ""))
    return found


def task_of_mail(connection: Connection, message_id: int) -> OpenTask | None:
    """Return the task that a mail tells of; None where it is over or about nobody."""
    row = connection.execute(
        select(
            task.c.id,
            task.c.kind,
            task.c.created_at,
            task.c.contact_id,
            contact.c.email,
            func.coalesce(contact.c.locale, "ja").label("locale"),
            contact.c.lifecycle,
            enrolment.c.workflow,
            enrolment.c.subject,
            team_member.c.key,
        )
        .select_from(message)
        .join(task, task.c.id == message.c.task_id)
        .join(contact, contact.c.id == task.c.contact_id)
        .outerjoin(enrolment, enrolment.c.id == task.c.enrolment_id)
        .outerjoin(team_member, team_member.c.id == task.c.assignee_id)
        .where(message.c.id == message_id, task.c.state == "open", contact.c.email.is_not(None))
    ).first()
    if row is None:
        return None
    return OpenTask(
        row.id,
        row.kind,
        row.created_at,
        row.email,
        row.locale,
        row.lifecycle,
        row.workflow,
        row.subject,
        row.key,
        _deal(_newest_deal(connection, row.contact_id)),
    )


def deal_of(connection: Connection, email: str) -> OpenDeal | None:
    """Return the newest deal under way with whoever has an address, or None."""
    found = connection.execute(select(contact.c.id).where(contact.c.email == email)).scalar()
    return _deal(_newest_deal(connection, found)) if found is not None else None


def open_task_of_somebody(connection: Connection) -> tuple[int, int] | None:
    """Return (task, its holder's number) of an open task about a lead, calls first; or None."""
    row = connection.execute(
        select(task.c.id, task.c.assignee_id)
        .where(task.c.state == "open", task.c.assignee_id.is_not(None))
        .where(task.c.contact_id.is_not(None))
        .order_by(task.c.kind != "call", task.c.id.desc())
        .limit(1)
    ).first()
    return (row.id, row.assignee_id) if row is not None else None


def newest_mail(connection: Connection, contact_id: int) -> int | None:
    """Return the newest mail that somebody got, or None."""
    found: int | None = connection.execute(
        select(func.max(message.c.id)).where(
            message.c.contact_id == contact_id, message.c.sent_at.is_not(None)
        )
    ).scalar_one()
    return found


def _newest_deal(connection: Connection, contact_id: int) -> Row[Any] | None:
    query: Any = (
        select(deal.c.id, deal.c.external_id, deal.c.stage, deal.c.facts)
        .where(deal.c.contact_id == contact_id, deal.c.stage.not_in(CLOSED))
        .order_by(deal.c.id.desc())
        .limit(1)
    )
    found: Row[Any] | None = connection.execute(query).first()
    return found


def _deal(row: Row[Any] | None) -> OpenDeal | None:
    if row is None:
        return None
    met = "decider_met" in (row.facts or {})
    return OpenDeal(name_of(row.id, row.external_id), row.stage, met)
