"""Deals, leads, customers and costs, as facts for the KPIs.

Read from `deal`, `event` (`lifecycle.changed`, `contract.ended`), `contact`, `account`,
`acquisition_cost` and `reward_entry`. A deal is a referral's where `referral.deal_id` or the
deal's `referral` says so, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, and_, case, func, or_, select

from nurture.db.referral_figures import customer_of
from nurture.db.tables import (
    account,
    acquisition_cost,
    contact,
    deal,
    event,
    referral,
    reward,
    reward_entry,
)
from nurture.db.upsert import put
from nurture.domain.kpi_book import (
    CostFact,
    CustomerFact,
    CustomerKey,
    DealFact,
    LeadFact,
    Period,
    RewardFact,
)
from nurture.domain.kpi_policy import REFERRAL
from nurture.domain.referral import State

#: a contact's source, as somebody typed it → its group
Grouping = Callable[[str | None], str]

_CLOSED = ("won", "lost")


@dataclass(frozen=True, slots=True)
class Deals:
    """Deals of a span, those open now, and everything ever won."""

    of_period: Sequence[DealFact]
    open: Sequence[DealFact]
    won_ever: Sequence[DealFact]
    #: referral with a deal → its channel
    channel_of: Mapping[int, str]


def deals(connection: Connection, period: Period, group: Grouping, now: datetime) -> Deals:
    """Return the deals that the KPIs look at, each with the group of its source."""
    by_deal, by_ref, channel_of = _links(connection)
    touched = or_(
        and_(deal.c.created_at >= period.since, deal.c.created_at < period.until),
        and_(deal.c.closed_at >= period.since, deal.c.closed_at < period.until),
    )
    rows = connection.execute(
        select(
            deal.c.id,
            deal.c.account_id,
            deal.c.contact_id,
            deal.c.stage,
            deal.c.amount,
            deal.c.currency,
            deal.c.referral,
            deal.c.created_at,
            deal.c.closed_at,
            deal.c.meeting_at,
            deal.c.next_step,
            contact.c.source,
            account.c.industry,
            account.c.employees,
            touched.label("touched"),
        )
        .outerjoin(contact, contact.c.id == deal.c.contact_id)
        .outerjoin(account, account.c.id == deal.c.account_id)
        .where(or_(touched, deal.c.stage.not_in(("lost",))))
        .order_by(deal.c.id)
    )
    of_period, still_open, won_ever = [], [], []
    for row in rows:
        linked = by_deal.get(row.id) or (by_ref.get(row.referral) if row.referral else None)
        one = DealFact(
            id=row.id,
            customer=customer_of(row.account_id, row.contact_id),
            source=REFERRAL if linked is not None else group(row.source),
            stage=row.stage,
            created_at=row.created_at,
            closed_at=row.closed_at,
            amount=row.amount,
            currency=row.currency,
            industry=row.industry or "",
            employees=row.employees,
            referral_id=linked,
            lost_link=bool(row.referral) and linked is None,
            has_next=bool(row.next_step) or (row.meeting_at is not None and row.meeting_at > now),
        )
        if row.touched:
            of_period.append(one)
        if not one.closed:
            still_open.append(one)
        if one.won:
            won_ever.append(one)
    return Deals(of_period, still_open, won_ever, channel_of)


def _links(connection: Connection) -> tuple[dict[int, int], dict[str, int], dict[int, str]]:
    """Return deal → referral, ref → referral, and referral → channel of those with a deal."""
    rows = connection.execute(
        select(referral.c.id, referral.c.ref, referral.c.deal_id, referral.c.channel).where(
            referral.c.state != State.DUPLICATE, referral.c.way != "outbound"
        )
    ).all()
    by_deal = {row.deal_id: row.id for row in rows if row.deal_id is not None}
    return by_deal, {row.ref: row.id for row in rows}, {row.id: row.channel for row in rows}


def leads(connection: Connection, period: Period, group: Grouping) -> list[LeadFact]:
    """Return who took their first step from prospect in a span, with what came of them by now."""
    first = (
        select(event.c.contact_id, func.min(event.c.occurred_at).label("at"))
        .where(
            event.c.type == "lifecycle.changed",
            event.c.occurred_at >= period.since,
            event.c.occurred_at < period.until,
            event.c.properties["from"].as_string() == "prospect",
            # A list of customers of years is no month's new leads.
            event.c.properties["listed"].as_string().is_(None),
        )
        .group_by(event.c.contact_id)
        .subquery()
    )
    theirs = (
        select(
            deal.c.contact_id,
            func.max(case((deal.c.stage == "won", 1), else_=0)).label("won"),
        )
        .group_by(deal.c.contact_id)
        .subquery()
    )
    referred = (
        select(referral.c.contact_id)
        .where(referral.c.contact_id.is_not(None), referral.c.state != State.DUPLICATE)
        .distinct()
        .subquery()
    )
    rows = connection.execute(
        select(
            first.c.contact_id,
            first.c.at,
            contact.c.source,
            referred.c.contact_id.is_not(None).label("referred"),
            theirs.c.contact_id.is_not(None).label("has_deal"),
            theirs.c.won,
        )
        .join(contact, contact.c.id == first.c.contact_id)
        .outerjoin(theirs, theirs.c.contact_id == first.c.contact_id)
        .outerjoin(referred, referred.c.contact_id == first.c.contact_id)
        .where(contact.c.merged_into.is_(None))
    )
    return [
        LeadFact(
            row.contact_id,
            REFERRAL if row.referred else group(row.source),
            row.at,
            bool(row.has_deal),
            bool(row.won),
        )
        for row in rows
    ]


def customers(
    connection: Connection, won: Iterable[DealFact], group: Grouping
) -> list[CustomerFact]:
    """Return everybody who bought, and whoever the lifecycle calls a customer without a deal.

    An end (`contract.ended`) counts unless something was won after it.
    """
    first: dict[CustomerKey, DealFact] = {}
    last: dict[CustomerKey, datetime] = {}
    for one in sorted(won, key=lambda w: (w.closed_at or w.created_at, w.id)):
        at = one.closed_at or one.created_at
        first.setdefault(one.customer, one)
        last[one.customer] = at
    ends = _ends(connection)
    found = []
    for key, one in first.items():
        ended = ends.get(key)
        over = ended if ended is not None and ended >= last[key] else None
        found.append(CustomerFact(key, one.source, one.closed_at or one.created_at, over))
    rows = connection.execute(
        select(
            contact.c.id,
            contact.c.account_id,
            contact.c.source,
            func.coalesce(contact.c.lifecycle_at, contact.c.created_at).label("since"),
        )
        .where(contact.c.lifecycle == "customer", contact.c.merged_into.is_(None))
        .order_by(contact.c.id)
    )
    seen = set(first)
    for row in rows:
        key = customer_of(row.account_id, row.id)
        if key not in seen:
            seen.add(key)
            found.append(
                CustomerFact(key, group(row.source), row.since, ends.get(key), bought=False)
            )
    return found


def _ends(connection: Connection) -> dict[CustomerKey, datetime]:
    rows = connection.execute(
        select(event.c.contact_id, contact.c.account_id, event.c.occurred_at)
        .join(contact, contact.c.id == event.c.contact_id)
        .where(event.c.type == "contract.ended")
        .order_by(event.c.occurred_at)
    )
    return {customer_of(row.account_id, row.contact_id): row.occurred_at for row in rows}


def rewards(connection: Connection, period: Period) -> list[RewardFact]:
    """Return what the ledger of rewards added to what we owe in a span.

    Hours, seats and months of service have no currency, and no price that anybody stated.
    """
    rows = connection.execute(
        select(
            reward.c.referral_id,
            referral.c.channel,
            reward_entry.c.at,
            reward_entry.c.amount,
            reward_entry.c.currency,
        )
        .join(reward, reward.c.id == reward_entry.c.reward_id)
        .join(referral, referral.c.id == reward.c.referral_id)
        .where(
            reward_entry.c.amount.is_not(None),
            reward_entry.c.currency.is_not(None),
            reward_entry.c.at >= period.since,
            reward_entry.c.at < period.until,
        )
    )
    return [RewardFact(*row) for row in rows]


def costs(connection: Connection, first: date, end: date) -> list[CostFact]:
    """Return the costs of months that begin on or after one day and before another."""
    one = acquisition_cost.c
    rows = connection.execute(
        select(one.month, one.source, one.amount, one.currency)
        .where(one.month >= first, one.month < end)
        .order_by(one.month, one.source, one.currency)
    )
    return [CostFact(*row) for row in rows]


def put_costs(
    connection: Connection,
    rows: Iterable[tuple[CostFact, str | None]],
    now: datetime,
    by: str,
) -> None:
    """Write costs down with their notes; the newest word of month, source, currency wins."""
    for one, note in rows:
        put(
            connection,
            acquisition_cost,
            {
                "month": one.month,
                "source": one.source,
                "currency": one.currency,
                "amount": one.amount,
                "note": note,
                "recorded_at": now,
                "recorded_by": by,
            },
            "month",
            "source",
            "currency",
        )
