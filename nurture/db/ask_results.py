"""What came of asks, in SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, exists, false, or_, select

from nurture.db.tables import contact, event, referral, referral_ask, referrer
from nurture.domain.referral_life import Terms


@dataclass(frozen=True, slots=True)
class Brought:
    """An ask that counts, and what came of it."""

    row: Row[Any]
    referrals: int
    won: int


def results(connection: Connection, windows: Mapping[str, timedelta]) -> list[Brought]:
    """Return every ask that counts, with how many referrals and contracts came of it.

    Counted are the referrals that the KPIs count: no second one of a person, none that we gave.
    """
    asked = connection.execute(
        select(referral_ask).where(referral_ask.c.void == false()).order_by(referral_ask.c.id)
    ).all()
    made = connection.execute(
        select(referral.c.id, referral.c.ask_id, referral.c.state).where(
            referral.c.state != "duplicate", referral.c.way != "outbound"
        )
    ).all()
    unasked = credited(connection, windows)
    brought: dict[int, list[str]] = {}
    for one in made:
        ask_id = one.ask_id or (unasked[one.id].id if one.id in unasked else None)
        if ask_id is not None:
            brought.setdefault(ask_id, []).append(one.state)
    return [
        Brought(row, len(states), states.count("won"))
        for row, states in ((row, brought.get(row.id, [])) for row in asked)
    ]


def credited(connection: Connection, windows: Mapping[str, timedelta]) -> dict[int, Row[Any]]:
    """Return referral that names no ask → the ask it is credited to.

    That is its referrer's newest ask of the same programme before it, within the programme's
    attribution window (`windows`; the usual one where a file is gone).
    """
    usual = Terms().window
    rows = connection.execute(
        select(
            referral.c.id, referral.c.referrer_id, referral.c.program, referral.c.created_at
        ).where(referral.c.ask_id.is_(None), referral.c.way != "outbound")
    ).all()
    asks: dict[tuple[int, str], list[Row[Any]]] = {}
    query = select(referral_ask).where(referral_ask.c.void == false())
    for ask in connection.execute(query.order_by(referral_ask.c.asked_at, referral_ask.c.id)):
        asks.setdefault((ask.contact_id, ask.program), []).append(ask)
    found = {}
    for one in rows:
        since = one.created_at - windows.get(one.program, usual)
        for ask in reversed(asks.get((one.referrer_id, one.program), [])):
            if since <= ask.asked_at <= one.created_at:
                found[one.id] = ask
                break
    return found


def candidates(connection: Connection, limit: int) -> list[int]:
    """Return living contacts who are customers or referrers, oldest first."""
    was, referrer_then = contact.alias("was"), referrer.alias("referrer_then")
    query = (
        select(contact.c.id)
        .outerjoin(referrer, referrer.c.contact_id == contact.c.id)
        .where(
            contact.c.erased == false(),
            contact.c.merged_into.is_(None),
            or_(
                contact.c.lifecycle == "customer",
                referrer.c.contact_id.is_not(None),
                # They were one when they were two.
                exists().where(
                    was.c.merged_into == contact.c.id, referrer_then.c.contact_id == was.c.id
                ),
            ),
        )
        .order_by(contact.c.id)
        .limit(limit)
    )
    return [row.id for row in connection.execute(query)]


def own_asks(connection: Connection, contact_ids: Sequence[int]) -> Sequence[Row[Any]]:
    """Return the asks of somebody, who is these contacts, newest first."""
    query: Select[Any] = (
        select(referral_ask)
        .where(referral_ask.c.contact_id.in_(contact_ids))
        .order_by(referral_ask.c.asked_at.desc(), referral_ask.c.id.desc())
    )
    return connection.execute(query).all()


def whys(connection: Connection) -> list[str]:
    """Return why people would rather not, as far as they said: the newest word of each ask."""
    rows = connection.execute(
        select(event.c.properties)
        .where(event.c.type == "referral.ask_reasoned")
        .order_by(event.c.occurred_at, event.c.id)
    ).scalars()
    newest: dict[object, str] = {}
    for said in rows:
        if isinstance(said, dict) and isinstance(said.get("why"), str):
            newest[said.get("ask")] = said["why"]
    return list(newest.values())
