"""Referrers: what we know of them, what came of their introductions, and marking them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, exists, func, or_, select, update

from nurture.db.survivors import everybody
from nurture.db.tables import account, contact, contact_tag, deal, referral, referrer, team_member
from nurture.db.upsert import insert_new
from nurture.domain.referral import Channel, State, Way
from nurture.domain.referrer_record import Record

_MET = (State.MEETING, State.PROPOSAL, State.WON)


def mark(connection: Connection, contact_id: int, **values: Any) -> None:
    """Change what we know of a referrer."""
    query = update(referrer).where(referrer.c.contact_id == contact_id)
    connection.execute(query.values(**values))


def tag(connection: Connection, contact_id: int, name: str, others: Collection[str]) -> None:
    """Give a contact a tag, and take others of the same family away."""
    gone = contact_tag.delete().where(
        contact_tag.c.contact_id == contact_id, contact_tag.c.tag.in_(set(others) - {name})
    )
    connection.execute(gone)
    insert_new(connection, contact_tag, [{"contact_id": contact_id, "tag": name}], "tag")


def listed(connection: Connection, kind: str = "") -> list[Row[Any]]:
    """Return referrers with who they are, in the order in which they became one."""
    written = contact.alias("written")
    person = func.coalesce(written.c.merged_into, written.c.id)
    own = referrer.alias("own")
    query = (
        select(
            *(column for column in referrer.c if column.name != "contact_id"),
            contact.c.id.label("contact_id"),
            contact.c.email,
            contact.c.family_name,
            contact.c.given_name,
            contact.c.locale,
            account.c.name.label("account_name"),
            team_member.c.name.label("owner_name"),
        )
        .join(written, written.c.id == referrer.c.contact_id)
        .join(contact, contact.c.id == person)
        .outerjoin(account, account.c.id == contact.c.account_id)
        .outerjoin(team_member, team_member.c.id == contact.c.owner_id)
        .where(
            contact.c.erased.is_(False),
            contact.c.merged_into.is_(None),
            # A duplicate's row stands for who they became, where those have none of their own.
            or_(
                written.c.merged_into.is_(None),
                ~exists().where(own.c.contact_id == contact.c.id),
            ),
        )
        .order_by(referrer.c.created_at, referrer.c.contact_id)
    )
    if kind:
        query = query.where(referrer.c.kind == kind)
    return list(connection.execute(query))


def records(connection: Connection, since: datetime | None = None) -> dict[int, Record]:
    """Return referrer → what came of their introductions, of those made since a moment.

    One that ended counts as worth a meeting where it had become a deal.
    """
    columns = (
        referral.c.referrer_id,
        referral.c.state,
        referral.c.way,
        referral.c.consented_at,
        referral.c.deal_id,
        deal.c.amount,
        deal.c.currency,
    )
    query = select(*columns).outerjoin(deal, deal.c.id == referral.c.deal_id)
    if since is not None:
        query = query.where(referral.c.created_at >= since)
    lines: dict[int, list[Any]] = {}
    who = everybody(connection)
    for row in connection.execute(query):
        lines.setdefault(who.who(row.referrer_id), []).append(row)
    return {one: _record(found) for one, found in lines.items()}


def _record(lines: Sequence[Any]) -> Record:
    sent = [row for row in lines if row.way == Way.OUTBOUND]
    own = [row for row in lines if row.way != Way.OUTBOUND and row.state != State.DUPLICATE]
    agreed = [row for row in own if row.consented_at is not None]
    revenue: dict[str, float] = {}
    for row in own:
        if row.state == State.WON and row.amount is not None:
            unit = row.currency or ""
            revenue[unit] = revenue.get(unit, 0.0) + float(row.amount)
    ends = (State.LOST, State.DECLINED)
    return Record(
        introduced=len(own),
        agreed=len(agreed),
        met=sum(row.state in _MET or row.deal_id is not None for row in agreed),
        won=sum(row.state == State.WON for row in own),
        ended=sum(row.state in ends for row in agreed),
        revenue=revenue,
        sent=sum(row.consented_at is not None for row in sent),
    )


def partners(connection: Connection) -> list[Row[Any]]:
    """Return (contact_id, certifications, network_reach) of partners who may be referred to."""
    query = select(referrer.c.contact_id, referrer.c.certifications, referrer.c.network_reach)
    query = query.join(contact, contact.c.id == referrer.c.contact_id).where(
        referrer.c.kind == Channel.PARTNER,
        contact.c.erased.is_(False),
        contact.c.merged_into.is_(None),
        func.coalesce(contact.c.email, "") != "",
    )
    return list(connection.execute(query.order_by(referrer.c.created_at)))
