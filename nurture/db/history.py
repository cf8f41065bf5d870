"""What really happened, as a replay under other rules needs it: people as they began, events."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, select

from nurture.db import tables as t
from nurture.db.tables import contact, event
from nurture.db.touched import NEWEST_VERDICT
from nurture.domain.lifecycle import Stage, Temperature

#: what ingesting emits by itself: a replay makes these anew
OURS = (
    "temperature.changed",
    "lifecycle.changed",
    "segment.entered",
    "segment.left",
    "task.overdue",
    "workflow.requested",
)

#: verdicts of what no person did
_MACHINES = ("machine", "prefetch")

#: rows of one statement
_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Span:
    """How much history there is."""

    first: datetime
    last: datetime
    events: int


def span(connection: Connection) -> Span | None:
    """Return from when to when things happened, and how many; None: nothing yet."""
    query = select(func.min(event.c.occurred_at), func.max(event.c.occurred_at), func.count())
    first, last, number = connection.execute(query.where(*_THEIRS)).one()
    return Span(first, last, number) if first is not None else None


_THEIRS = (event.c.contact_id.is_not(None), event.c.type.not_in(OURS))


def happenings(connection: Connection) -> Iterator[Row[Any]]:
    """Yield what people, other systems and steps told, by the time at which it happened.

    What machines did is left out. Columns: type, contact_id, occurred_at, properties, source,
    message_id, verdict (None: none was needed).
    """
    query: Select[Any] = (
        select(
            event.c.type,
            event.c.contact_id,
            event.c.occurred_at,
            event.c.properties,
            event.c.source,
            event.c.message_id,
            NEWEST_VERDICT.label("verdict"),
        )
        .where(*_THEIRS)
        .order_by(event.c.occurred_at, event.c.id)
    )
    for row in connection.execute(query, execution_options={"yield_per": _AT_ONCE}):
        if row.verdict not in _MACHINES:
            yield row


def first_stages(connection: Connection) -> dict[int, str]:
    """Return the stage in which people were before the first move on record."""
    first = (
        select(func.min(event.c.id))
        .where(event.c.type == "lifecycle.changed", event.c.contact_id.is_not(None))
        .group_by(event.c.contact_id)
    )
    rows = connection.execute(
        select(event.c.contact_id, event.c.properties).where(event.c.id.in_(first))
    )
    return {row.contact_id: str(row.properties.get("from") or Stage.PROSPECT) for row in rows}


def moves(connection: Connection, kind: str) -> list[tuple[int, datetime, str]]:
    """Return (contact, moment, new) of the changes of a kind on record, oldest first."""
    rows = connection.execute(
        select(event.c.contact_id, event.c.occurred_at, event.c.properties)
        .where(event.c.type == kind, event.c.contact_id.is_not(None))
        .order_by(event.c.occurred_at, event.c.id)
    )
    return [(row.contact_id, row.occurred_at, str(row.properties.get("to", ""))) for row in rows]


def copy_people(source: Connection, target: Connection) -> int:
    """Copy people, accounts and our team as they are, standing as when we met; return how many.

    Scores, temperatures and what time alone would do are taken back; stages go back to where
    the first move on record began. Fields and tags are those of today: nobody wrote down
    what they were.
    """
    stages = first_stages(source)
    for table in (t.team_member, t.account):
        _copy(source, target, table)
    number = 0
    rows = source.execute(select(contact), execution_options={"yield_per": _AT_ONCE})
    for some in rows.mappings().partitions(_AT_ONCE):
        begun = [_as_begun(dict(row), stages) for row in some]
        number += sum(1 for row in begun if row["merged_into"] is None and not row["erased"])
        target.execute(insert(contact), begun)
    for table in (t.identity, t.contact_tag):
        _copy(source, target, table)
    return number


#: columns of a contact that only what happens fills
_FORGOTTEN = (
    "first_touch_at",
    "intent_until",
    "temperature_at",
    "review_at",
    "revisit_at",
    "revisit_reason",
    "rests_until",
    "counts_from",
    "counts_after",
)


def _as_begun(row: dict[str, Any], stages: dict[int, str]) -> dict[str, Any]:
    empty = dict.fromkeys(_FORGOTTEN)
    return {
        **row,
        **empty,
        "engagement": 0.0,
        "scored_at": row["created_at"],
        "fit": 0.0,
        "temperature": str(Temperature.COLD),
        "lifecycle": stages.get(row["id"], row["lifecycle"]),
        "lifecycle_at": None,
    }


def _copy(source: Connection, target: Connection, table: Any) -> None:
    rows = source.execute(select(table), execution_options={"yield_per": _AT_ONCE})
    for some in rows.mappings().partitions(_AT_ONCE):
        target.execute(insert(table), [dict(row) for row in some])


def standings(connection: Connection) -> list[Row[Any]]:
    """Return how people stand: id, email, names, company, temperature, lifecycle, score columns."""
    query: Select[Any] = (
        select(
            contact.c.id,
            contact.c.email,
            contact.c.family_name,
            contact.c.given_name,
            contact.c.locale,
            contact.c.temperature,
            contact.c.lifecycle,
            contact.c.engagement,
            contact.c.scored_at,
            contact.c.fit,
            t.account.c.name.label("company"),
        )
        .outerjoin(t.account, t.account.c.id == contact.c.account_id)
        .where(contact.c.merged_into.is_(None), contact.c.erased.is_(False))
        .order_by(contact.c.id)
    )
    return list(connection.execute(query))
