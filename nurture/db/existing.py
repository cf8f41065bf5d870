"""Those who match already when a release goes live, in one set-based statement per workflow."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ColumnElement, Connection, Select, func, insert, literal, select

from nurture.clock import machine_now
from nurture.db.conditions import to_sql
from nurture.db.contact_facts import fact_source
from nurture.db.tables import contact, decision, enrolment, inbox, segment_member
from nurture.db.types import UtcDateTime
from nurture.db.upsert import insert_from
from nurture.domain.conditions import All, AnyOf, Condition, Scope
from nurture.domain.definitions import Definitions
from nurture.domain.reads import reads
from nurture.domain.workflow import StateTrigger, Workflow


def _matching(
    definitions: Definitions, workflow: Workflow, triggers: Sequence[StateTrigger], now: datetime
) -> Select[Any]:
    been_there = (
        select(enrolment.c.id)
        .where(enrolment.c.contact_id == contact.c.id, enrolment.c.workflow == workflow.name)
        .exists()
    )
    matches = to_sql(
        All((AnyOf(tuple(one.condition for one in triggers)), workflow.only_if)),
        now,
        definitions.scoring.half_life,
        definitions.policy.evidence.count_unknown_opens,
        definitions.policy.default_locale,
    )
    return (
        select(contact.c.id)
        .select_from(fact_source())
        .where(matches, contact.c.merged_into.is_(None), ~contact.c.erased, ~been_there)
    )


def nobody(connection: Connection) -> bool:
    """Say whether the house has no contact yet, so that none can match anything."""
    return connection.execute(select(contact.c.id).limit(1)).first() is None


def how_many(
    connection: Connection,
    definitions: Definitions,
    workflow: Workflow,
    triggers: Sequence[StateTrigger],
    now: datetime,
) -> int:
    """Return how many contacts `existing: enrol` would enrol: matching, and never in it before."""
    if nobody(connection):
        return 0
    query = _matching(definitions, workflow, triggers, now)
    return connection.execute(select(func.count()).select_from(query.subquery())).scalar_one()


def who(
    connection: Connection,
    definitions: Definitions,
    workflow: Workflow,
    triggers: Sequence[StateTrigger],
    now: datetime,
) -> list[int]:
    """Return the contacts whom `existing: enrol` would enrol."""
    return list(connection.scalars(_matching(definitions, workflow, triggers, now)))


def enrol_existing(
    connection: Connection,
    definitions: Definitions,
    workflow: Workflow,
    triggers: Sequence[StateTrigger],
    release_id: int,
    now: datetime,
) -> int:
    """Enrol them, each with the decision that says so; return how many."""
    if nobody(connection):
        return 0
    empty = literal({}, JSON())
    moment = literal(now, UtcDateTime())
    values: dict[str, ColumnElement[Any]] = {
        "workflow": literal(workflow.name),
        "subject": literal(""),
        "release_id": literal(release_id),
        "state": literal("active"),
        "due_at": moment,
        "memory": empty,
        "trigger": empty,
        "started_at": moment,
    }
    query = _matching(definitions, workflow, triggers, now).add_columns(*values.values())
    before = connection.execute(select(func.coalesce(func.max(enrolment.c.id), 0))).scalar_one()
    # Asked for, since of an INSERT that selects only SQLite tells it by itself.
    enrolled = connection.execute(
        insert_from(connection, enrolment, ["contact_id", *values], query),
        execution_options={"preserve_rowcount": True},
    )
    reasons: dict[str, ColumnElement[Any]] = {
        "contact_id": enrolment.c.contact_id,
        "enrolment_id": enrolment.c.id,
        "workflow": enrolment.c.workflow,
        "kind": literal("enrolled"),
        "reason": literal("enrolled_at_publish"),
        "detail": literal({"workflow": workflow.name}, JSON()),
        "at": moment,
        "recorded_at": literal(machine_now(), UtcDateTime()),
    }
    just_now = select(*reasons.values()).where(
        enrolment.c.workflow == workflow.name,
        enrolment.c.release_id == release_id,
        enrolment.c.started_at == now,
        enrolment.c.id > before,
    )
    connection.execute(insert(decision).from_select(list(reasons), just_now))
    return enrolled.rowcount


def enter_segment(
    connection: Connection, definitions: Definitions, name: str, condition: Condition, now: datetime
) -> None:
    """Write down who is in a segment that begins to start something, as no news.

    Left out are those about whom something waits to be taken in: it may be what brings
    them in. A condition on deals is not known to SQL; there the next look is the first.
    """
    if any(scope is Scope.DEAL for scope, _ in reads(condition).fields) or nobody(connection):
        return
    inside = to_sql(
        condition,
        now,
        definitions.scoring.half_life,
        definitions.policy.evidence.count_unknown_opens,
        definitions.policy.default_locale,
    )
    waiting = select(inbox.c.event_id).where(inbox.c.contact_id == contact.c.id).exists()
    query = (
        select(contact.c.id, literal(name))
        .select_from(fact_source())
        .where(inside, contact.c.merged_into.is_(None), ~contact.c.erased, ~waiting)
    )
    connection.execute(insert_from(connection, segment_member, ["contact_id", "segment"], query))
