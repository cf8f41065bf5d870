"""Deals as the company's CRM, or its salespeople, tell of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, insert, literal, or_, select
from sqlalchemy import update as change

from nurture.db.among import among
from nurture.db.tables import deal, task
from nurture.domain.deal_news import DealNews

#: how news names a deal that has no id of the CRM's
_OWN_NUMBER = re.compile(r"#[0-9]{1,18}")

#: stages that end a deal
CLOSED = frozenset({"won", "lost"})


@dataclass(frozen=True, slots=True)
class Followed:
    """The deal that an event was about, and what it changed."""

    id: int
    #: the event was older than what we have: nothing changed
    old_news: bool = False


def name_of(deal_id: int, external_id: str | None) -> str:
    """Return how events name a deal: the CRM's id, else `#` and our own number."""
    return external_id if external_id is not None else f"#{deal_id}"


def follow(
    connection: Connection,
    contact_id: int,
    account_id: int | None,
    news: DealNews,
    named: object,
    at: datetime,
) -> Followed:
    """Bring a deal to where its news says it is, opening it where it is new.

    The deal is the one that `named` says (the CRM's id, or `#` and our number), else the
    contact's newest open one; what is reopened may be closed. Older news than what we have
    (`at` before the last change) changes nothing, and a contract that was won is undone only by
    news about the stage itself (`news.undoes`). Any news of a deal after its meeting ends
    the wait for it.
    """
    external_id = str(named)[:200] if named not in (None, "") else None
    found = _find(connection, contact_id, external_id, at, news.reopened)
    values: dict[str, Any] = {**news.values, "updated_at": at}
    if news.stage is not None:
        values["stage"] = news.stage
        values["closed_at"] = at if news.stage in CLOSED else None
    if news.meeting_at is not None:
        values |= {"meeting_at": news.meeting_at, "review_at": news.review_at, "stale_at": None}
    if news.stage in CLOSED:
        values |= {"review_at": None, "stale_at": None}
    if found is None:
        opened: int = connection.execute(
            insert(deal)
            .values(
                {
                    "stage": "open",
                    **values,
                    "external_id": external_id,
                    "contact_id": contact_id,
                    "account_id": account_id,
                    "created_at": at,
                    "facts": dict(news.facts),
                }
            )
            .returning(deal.c.id)
        ).scalar_one()
        return Followed(opened)
    if found.updated_at > at:
        return Followed(found.id, old_news=True)
    if found.stage == "won" and not news.undoes:
        values.pop("stage", None)
        values.pop("closed_at", None)
    if news.meeting_at is None and (found.meeting_at is None or found.meeting_at <= at):
        values |= {"review_at": None, "stale_at": None}
    if news.facts:
        values["facts"] = {**(found.facts or {}), **news.facts}
    connection.execute(change(deal).where(deal.c.id == found.id).values(**values))
    return Followed(found.id)


def opened_at(connection: Connection, deal_id: int) -> datetime:
    """Return when a deal was first heard of."""
    found: datetime = connection.execute(
        select(deal.c.created_at).where(deal.c.id == deal_id)
    ).scalar_one()
    return found


def _find(
    connection: Connection, contact_id: int, named: str | None, at: datetime, reopened: bool
) -> Row[Any, Any, Any, Any, Any] | None:
    columns = (deal.c.id, deal.c.updated_at, deal.c.meeting_at, deal.c.facts, deal.c.stage)
    where: ColumnElement[bool]
    if named is not None:
        where = deal.c.external_id == named
        if _OWN_NUMBER.fullmatch(named):
            own = and_(deal.c.id == int(named[1:]), deal.c.contact_id == contact_id)
            where = or_(where, own)
    else:
        # A closed deal is meant by news that is older than its end, or that reopens it.
        open_or_later = or_(deal.c.stage.not_in(CLOSED), deal.c.updated_at > at, literal(reopened))
        where = and_(deal.c.contact_id == contact_id, open_or_later)
    newest = select(func.max(deal.c.id)).where(where).scalar_subquery()
    return connection.execute(select(*columns).where(deal.c.id == newest)).first()


def spoke_of(connection: Connection, contact_id: int, at: datetime) -> list[int]:
    """Somebody wrote about a contact at a moment: no meeting before it waits for news any more.

    Returns the deals that were waited for.
    """
    rows = connection.execute(
        change(deal)
        .where(
            deal.c.contact_id == contact_id,
            deal.c.meeting_at <= at,
            or_(deal.c.review_at.is_not(None), deal.c.stale_at.is_not(None)),
        )
        .values(review_at=None, stale_at=None)
        .returning(deal.c.id)
    )
    return [row.id for row in rows]


def due(
    connection: Connection, now: datetime, limit: int, only: Sequence[int] | None = None
) -> list[Row[Any]]:
    """Return (id, contact_id) of deals whose meeting has had no news for too long.

    `only`: of these deals alone.
    """
    query = select(deal.c.id, deal.c.contact_id).where(deal.c.review_at <= now)
    if only is not None:
        query = query.where(deal.c.id.in_(only))
    return list(connection.execute(query.order_by(deal.c.review_at).limit(limit)))


def take_due(connection: Connection, ids: Sequence[int], now: datetime) -> list[Row[Any]]:
    """Mark deals that are still due as stale and return them; the wait is over."""
    return list(
        connection.execute(
            change(deal)
            .where(deal.c.id.in_(ids), deal.c.review_at <= now)
            .values(review_at=None, stale_at=now)
            .returning(
                deal.c.id,
                deal.c.external_id,
                deal.c.contact_id,
                deal.c.account_id,
                deal.c.product,
                deal.c.meeting_at,
            )
        )
    )


def open_record_tasks(connection: Connection, deal_ids: Sequence[int]) -> list[int]:
    """Return the open tasks that ask for the record of deals to be brought up to date."""
    rows = connection.execute(
        select(task.c.id).where(
            task.c.deal_id.in_(deal_ids), task.c.kind == "record", task.c.state == "open"
        )
    )
    return [row.id for row in rows]


#: fields of a deal that conditions may read, beside its facts
_READ: Mapping[str, Any] = {
    "stage": deal.c.stage,
    "amount": deal.c.amount,
    "currency": deal.c.currency,
    "product": deal.c.product,
    "reason": deal.c.reason,
    "meeting_at": deal.c.meeting_at,
    "next_step": deal.c.next_step,
    "updated_at": deal.c.updated_at,
    "stale_at": deal.c.stale_at,
    "facts": deal.c.facts,
}


# asked for every batch, so made once
_NEWEST = select(deal.c.contact_id, *(column.label(name) for name, column in _READ.items())).where(
    deal.c.id.in_(
        select(func.max(deal.c.id))
        .where(among(deal.c.contact_id, "contacts"))
        .group_by(deal.c.contact_id)
    )
)


def newest(connection: Connection, contact_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Return each contact's newest deal as conditions see it: its fields and what was learnt.

    `stale` says whether its last meeting has had no news in time; `updated_at` is no field of
    conditions.
    """
    rows = connection.execute(_NEWEST, {"contacts": contact_ids})
    return {row.contact_id: _fields(row) for row in rows}


def _fields(row: Row[Any]) -> dict[str, Any]:
    known = {
        name: row._mapping[name]
        for name in _READ
        if name not in ("facts", "stale_at") and row._mapping[name] is not None
    }
    learnt = {name: value for name, value in (row.facts or {}).items() if name not in known}
    return {**learnt, **known, "stale": row.stale_at is not None}
