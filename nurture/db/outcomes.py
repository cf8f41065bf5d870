"""Writing down what a batch decided, in bulk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, tuple_, update

from nurture.clock import machine_now
from nurture.db import questions
from nurture.db.among import among
from nurture.db.tables import (
    contact,
    contact_tag,
    decision,
    enrolment,
    event_evidence,
    ledger,
    message,
    segment_member,
)
from nurture.db.upsert import insert_new
from nurture.domain.message import UNSENT, State
from nurture.domain.scoring import LedgerEntry

#: columns of a contact that a rescore writes
STATE = (
    "engagement",
    "scored_at",
    "fit",
    "intent_until",
    "temperature",
    "temperature_at",
    "lifecycle",
    "lifecycle_at",
    "review_at",
    "first_touch_at",
    "counts_from",
    "counts_after",
    "rests_until",
    "revisit_at",
    "revisit_reason",
    "owner_id",
)


_SAVE_STATE = (
    update(contact)
    .where(contact.c.id == bindparam("of"))
    .values({name: bindparam(name) for name in STATE})
)
_WALK = ("step", "due_at", "review_at", "memory", "state", "outcome", "ended_at")
_SAVE_WALK = (
    update(enrolment)
    .where(enrolment.c.id == bindparam("of"), enrolment.c.state == "active")
    .values({name: bindparam(f"new_{name}") for name in _WALK})
)


def save_states(connection: Connection, states: Sequence[Mapping[str, Any]]) -> None:
    """Write score, temperature, lifecycle and review time of contacts (`id` names them)."""
    if states:
        connection.execute(
            _SAVE_STATE,
            [{"of": state["id"], **{name: state[name] for name in STATE}} for state in states],
        )


def append_ledger(
    connection: Connection, entries: Iterable[tuple[int, LedgerEntry]], release_id: int
) -> None:
    """Append (contact, entry) pairs to the ledger."""
    rows = [
        {
            "contact_id": contact_id,
            "rule": entry.rule,
            "points": entry.points,
            "event_id": entry.event_id,
            "occurred_at": entry.occurred_at,
            "release_id": release_id,
        }
        for contact_id, entry in entries
    ]
    if rows:
        connection.execute(insert(ledger), rows)


def append_evidence(
    connection: Connection, verdicts: Iterable[tuple[int, str, str]], now: datetime
) -> None:
    """Append (event, verdict, reason) triples."""
    rows = [
        {"event_id": event_id, "verdict": verdict, "reason": reason, "at": now}
        for event_id, verdict, reason in verdicts
    ]
    if rows:
        connection.execute(insert(event_evidence), rows)


def append_decisions(
    connection: Connection, rows: Sequence[Mapping[str, Any]], now: datetime
) -> None:
    """Append decision rows; columns a row does not name stay empty."""
    if not rows:
        return
    empty = dict.fromkeys(
        ("contact_id", "enrolment_id", "message_id", "event_id", "workflow", "step")
    )
    recorded_at = machine_now()
    connection.execute(
        insert(decision),
        [{**empty, "detail": {}, "at": now, "recorded_at": recorded_at, **row} for row in rows],
    )


def start_enrolments(
    connection: Connection, rows: Sequence[Mapping[str, Any]]
) -> dict[tuple[int, str, str], int]:
    """Insert enrolments; return (contact, workflow, subject) → id.

    One that is active already (another worker was faster) is left out.
    """
    added = insert_new(
        connection,
        enrolment,
        [dict(row) for row in rows],
        "id",
        "contact_id",
        "workflow",
        "subject",
    )
    return {(row[1], row[2], row[3]): row[0] for row in added}


def save_walks(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write where enrolments stand after a walk (`id` names them)."""
    if rows:
        connection.execute(
            _SAVE_WALK,
            [{"of": row["id"], **{f"new_{name}": row[name] for name in _WALK}} for row in rows],
        )


def wake(connection: Connection, enrolment_ids: Iterable[int], now: datetime) -> None:
    """Make enrolments due now."""
    rows = [{"of": one, "now": now} for one in sorted(set(enrolment_ids))]
    if rows:
        connection.execute(
            update(enrolment)
            .where(enrolment.c.id == bindparam("of"), enrolment.c.state == "active")
            .values(due_at=bindparam("now")),
            rows,
        )


def review_enrolments(connection: Connection, moments: Mapping[int, datetime | None]) -> None:
    """Write when time alone may end enrolments."""
    rows = [{"of": one, "moment": moment} for one, moment in sorted(moments.items())]
    if rows:
        connection.execute(
            update(enrolment)
            .where(enrolment.c.id == bindparam("of"), enrolment.c.state == "active")
            .values(review_at=bindparam("moment")),
            rows,
        )


def end_enrolments(connection: Connection, ends: Mapping[int, str], now: datetime) -> None:
    """End enrolments (id → outcome) and cancel what they have not sent yet."""
    rows = [{"of": one, "how": outcome, "now": now} for one, outcome in sorted(ends.items())]
    if not rows:
        return
    connection.execute(
        update(enrolment)
        .where(enrolment.c.id == bindparam("of"), enrolment.c.state == "active")
        .values(
            state="ended",
            outcome=bindparam("how"),
            ended_at=bindparam("now"),
            due_at=None,
            review_at=None,
        ),
        rows,
    )
    cancel_unsent(connection, sorted(ends), "enrolment_over")


_CANCEL = (
    update(message)
    .where(among(message.c.enrolment_id, "enrolments"), message.c.state.in_(UNSENT))
    .values(state=State.CANCELLED, reason=bindparam("why"), due_at=None, lease_until=None)
    .returning(message.c.id, message.c.purpose, message.c.dedupe_key)
)


def cancel_unsent(connection: Connection, enrolment_ids: Sequence[int], reason: str) -> list[int]:
    """Cancel what enrolments have not sent yet; return the ids of those mails.

    A worker that has claimed one finds it cancelled when it asks to write `sending`.
    """
    if not enrolment_ids:
        return []
    rows = connection.execute(_CANCEL, {"enrolments": enrolment_ids, "why": reason}).all()
    questions.void(connection, [(row.purpose, row.dedupe_key) for row in rows])
    return [row.id for row in rows]


def change_fields(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Set columns of contacts; each row has an `id` and the columns to write."""
    alike: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for row in rows:
        alike.setdefault(tuple(sorted(set(row) - {"id"})), []).append(row)
    for names, same in alike.items():
        connection.execute(
            update(contact)
            .where(contact.c.id == bindparam("of"))
            .values({name: bindparam(f"new_{name}") for name in names}),
            [{"of": row["id"], **{f"new_{name}": row[name] for name in names}} for row in same],
        )


def change_tags(
    connection: Connection, add: Sequence[tuple[int, str]], remove: Sequence[tuple[int, str]]
) -> set[int]:
    """Add and remove (contact, tag) pairs; return the contacts whose tags are others now."""
    rows = [{"contact_id": one, "tag": tag} for one, tag in add]
    changed = {row[0] for row in insert_new(connection, contact_tag, rows, "contact_id", "tag")}
    if remove:
        gone = connection.execute(
            delete(contact_tag)
            .where(tuple_(contact_tag.c.contact_id, contact_tag.c.tag).in_(remove))
            .returning(contact_tag.c.contact_id)
        )
        changed |= {row.contact_id for row in gone}
    return changed


def change_segments(
    connection: Connection,
    entered: Sequence[tuple[int, str]],
    left: Sequence[tuple[int, str]],
) -> None:
    """Write down who is in a trigger segment now."""
    if entered:
        rows = [{"contact_id": one, "segment": segment} for one, segment in entered]
        insert_new(connection, segment_member, rows, "segment")
    if left:
        connection.execute(
            delete(segment_member).where(
                tuple_(segment_member.c.contact_id, segment_member.c.segment).in_(left)
            )
        )
