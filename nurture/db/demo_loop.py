"""The demo's loop in SQL: who its customers are, and counts of events to hold KPIs against."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, func, select

from nurture.db.tables import (
    account,
    contact,
    event,
    golden_ticket,
    referral,
    referral_ask,
    results_report,
    reward,
    survey_answer,
    survey_invitation,
    survey_loop,
)


def customers_of(connection: Connection) -> list[str]:
    """Return the names of the companies with a customer among their contacts, by name."""
    rows = connection.execute(
        select(account.c.name)
        .join(contact, contact.c.account_id == account.c.id)
        .where(contact.c.lifecycle == "customer", contact.c.merged_into.is_(None))
        .distinct()
        .order_by(account.c.name)
    )
    return [row.name for row in rows]


def events_by_type(connection: Connection, types: Sequence[str]) -> Counter[str]:
    """Return event type → how many."""
    rows = connection.execute(
        select(event.c.type, func.count())
        .where(event.c.type.in_(list(types)))
        .group_by(event.c.type)
    )
    return Counter({row[0]: row[1] for row in rows})


def referrals_told(connection: Connection, kind: str) -> set[str]:
    """Return the refs of the referrals that an event of this type told of."""
    rows = connection.execute(select(event.c.properties).where(event.c.type == kind))
    return {str(row.properties.get("referral")) for row in rows}


def referral_rows(connection: Connection) -> Mapping[str, tuple[str, str]]:
    """Return ref → (way, state)."""
    rows = connection.execute(select(referral.c.ref, referral.c.way, referral.c.state))
    return {row.ref: (row.way, row.state) for row in rows}


def consented(connection: Connection) -> set[str]:
    """Return the refs of the referrals whose person agreed."""
    rows = connection.execute(select(referral.c.ref).where(referral.c.consented_at.is_not(None)))
    return {row.ref for row in rows}


def loop_counts(connection: Connection) -> Mapping[str, int]:
    """Return how many rows of each kind there are."""
    said = referral_ask.c.answer.is_not(None)
    counted = {
        "reports": select(func.count()).select_from(results_report),
        "invitations": select(func.count()).where(survey_invitation.c.void.is_(False)),
        "answers": select(func.count()).select_from(survey_answer),
        "answered": select(func.count()).where(survey_invitation.c.answered_at.is_not(None)),
        "loops": select(func.count()).select_from(survey_loop),
        "loops_ended": select(func.count()).where(survey_loop.c.state.in_(["resolved", "closed"])),
        "asks": select(func.count()).where(referral_ask.c.void.is_(False)),
        "ask_answers": select(func.count()).where(said),
        "ask_referred": select(func.count()).where(referral_ask.c.answer == "referred"),
        "tickets": select(func.count()).select_from(golden_ticket),
        "tickets_used": select(func.count()).where(golden_ticket.c.redeemed_at.is_not(None)),
    }
    return {name: connection.execute(query).scalar_one() for name, query in counted.items()}


def rewards_by_state(connection: Connection) -> Counter[str]:
    """Return state of reward → how many."""
    rows = connection.execute(select(reward.c.state, func.count()).group_by(reward.c.state))
    return Counter({row[0]: row[1] for row in rows})
