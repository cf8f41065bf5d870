"""The company a click keeps: other clicks of the mail, the hidden link, the network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from nurture.db.tables import enrolment, event, message
from nurture.db.touched import NEWEST_VERDICT
from nurture.domain.evidence import Click
from nurture.domain.message import UNSENT


@dataclass(frozen=True, slots=True)
class StoredClick:
    """A click as it was captured, with its newest verdict."""

    id: int
    contact_id: int
    click: Click
    verdict: str | None
    hidden: bool


def of_messages(connection: Connection, message_ids: Sequence[int]) -> list[StoredClick]:
    """Return all clicks ever made on these mails, whatever was thought of them."""
    rows = connection.execute(
        select(
            event.c.id,
            event.c.contact_id,
            event.c.message_id,
            event.c.occurred_at,
            event.c.properties,
            NEWEST_VERDICT.label("verdict"),
        )
        .where(event.c.message_id.in_(message_ids), event.c.type == "email.clicked")
        .order_by(event.c.id)
    )
    return [
        StoredClick(
            id=row.id,
            contact_id=row.contact_id,
            click=Click(
                at=row.occurred_at,
                message_id=row.message_id,
                link=int(row.properties.get("link", 0)),
                network=str(row.properties.get("network", "")),
            ),
            verdict=row.verdict,
            hidden=bool(row.properties.get("hidden", False)),
        )
        for row in rows
    ]


def recipients_by_network(
    connection: Connection, networks: Sequence[str], since: datetime, until: datetime
) -> dict[str, int]:
    """Return how many recipients' mails each network touched in a span."""
    network = event.c.properties["network"].as_string()
    wanted = [one for one in networks if one]
    if not wanted:
        return {}
    rows = connection.execute(
        select(network.label("network"), func.count(event.c.contact_id.distinct()).label("number"))
        .where(
            event.c.type.in_(["email.clicked", "email.opened"]),
            event.c.occurred_at >= since,
            event.c.occurred_at <= until,
            network.in_(wanted),
        )
        .group_by(network)
    )
    return {row.network: row.number for row in rows}


def descendants(connection: Connection, event_ids: Sequence[int], deepest: int) -> set[int]:
    """Return the events whose chain of causes goes back to one of these, at most so deep."""
    found: set[int] = set()
    edge = list(event_ids)
    for _ in range(deepest):
        if not edge:
            break
        rows = connection.execute(select(event.c.id).where(event.c.caused_by.in_(edge)))
        edge = [row.id for row in rows if row.id not in found]
        found.update(edge)
    return found


def enrolments_caused_by(connection: Connection, event_ids: Sequence[int]) -> list[int]:
    """Return active enrolments that one of these events started."""
    rows = connection.execute(
        select(enrolment.c.id).where(
            enrolment.c.caused_by.in_(event_ids), enrolment.c.state == "active"
        )
    )
    return [row.id for row in rows]


def sent_because_of(connection: Connection, event_ids: Sequence[int]) -> list[int]:
    """Return mails that already left because of one of these events."""
    rows = connection.execute(
        select(message.c.id).where(
            message.c.caused_by.in_(event_ids),
            message.c.state.not_in([*UNSENT, "cancelled", "failed"]),
        )
    )
    return [row.id for row in rows]


def sweep_span(moments: Sequence[datetime], within: timedelta) -> tuple[datetime, datetime]:
    """Return the span in which a sweep by one network would show."""
    return min(moments) - within, max(moments) + within
