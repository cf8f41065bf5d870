"""The company a click keeps: other clicks of the mail, the hidden link, the network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, case, or_, select, update

from nurture.db.tables import enrolment, event, message
from nurture.db.touched import NEWEST_VERDICT
from nurture.domain.evidence import Click
from nurture.domain.message import UNSENT, State


@dataclass(frozen=True, slots=True)
class StoredClick:
    """A click as it was captured, with its newest verdict."""

    id: int
    contact_id: int
    click: Click
    verdict: str | None
    hidden: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """An open or click as a sweep by one network shows it."""

    id: int
    contact_id: int | None
    at: datetime
    #: newest verdict on a click; None for opens
    verdict: str | None


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


def hits_of_networks(
    connection: Connection,
    networks: Sequence[str],
    spans: Sequence[tuple[datetime, datetime]],
) -> dict[str, list[Hit]]:
    """Return who was touched from each network within the spans, by opens and clicks alike."""
    network = event.c.properties["network"].as_string()
    wanted = sorted({one for one in networks if one})
    if not wanted or not spans:
        return {}
    rows = connection.execute(
        select(
            network.label("network"),
            event.c.id,
            event.c.contact_id,
            event.c.occurred_at,
            case((event.c.type == "email.clicked", NEWEST_VERDICT)).label("verdict"),
        ).where(
            event.c.type.in_(["email.clicked", "email.opened"]),
            or_(*(event.c.occurred_at.between(first, last) for first, last in spans)),
            network.in_(wanted),
        )
    )
    found: dict[str, list[Hit]] = {}
    for row in rows:
        hit = Hit(row.id, row.contact_id, row.occurred_at, row.verdict)
        found.setdefault(row.network, []).append(hit)
    return found


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
    """Return mails that already left because of one of these events.

    Those of a journey that one of them started count, however late they were sent.
    """
    rows = connection.execute(
        select(message.c.id)
        .outerjoin(enrolment, enrolment.c.id == message.c.enrolment_id)
        .where(
            or_(message.c.caused_by.in_(event_ids), enrolment.c.caused_by.in_(event_ids)),
            message.c.state.not_in([*UNSENT, State.CANCELLED, State.FAILED]),
        )
        .order_by(message.c.id)
    )
    return [row.id for row in rows]


def cancel_because_of(connection: Connection, event_ids: Sequence[int], reason: str) -> list[int]:
    """Cancel what is not sent yet and was queued because of these events; return their ids."""
    rows = connection.execute(
        update(message)
        .where(message.c.caused_by.in_(event_ids), message.c.state.in_(UNSENT))
        .values(state=State.CANCELLED, reason=reason, due_at=None, lease_until=None)
        .returning(message.c.id)
    )
    return [row.id for row in rows]
