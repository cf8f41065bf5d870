"""Enrolling those who match already, in one set-based statement per trigger."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ColumnElement, Connection, Select, func, insert, literal, select

from nurture.clock import machine_now
from nurture.db.conditions import to_sql
from nurture.db.contact_facts import fact_source
from nurture.db.tables import contact, decision, enrolment
from nurture.db.types import UtcDateTime
from nurture.domain.conditions import All
from nurture.domain.definitions import Definitions
from nurture.domain.workflow import StateTrigger, Workflow


def _matching(
    definitions: Definitions, workflow: Workflow, trigger: StateTrigger, now: datetime
) -> Select[Any]:
    been_there = (
        select(enrolment.c.id)
        .where(enrolment.c.contact_id == contact.c.id, enrolment.c.workflow == workflow.name)
        .exists()
    )
    matches = to_sql(
        All((trigger.condition, workflow.only_if)),
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


def how_many(
    connection: Connection,
    definitions: Definitions,
    workflow: Workflow,
    trigger: StateTrigger,
    now: datetime,
) -> int:
    """Return how many contacts `existing: enrol` would enrol: matching, and never in it before."""
    query = _matching(definitions, workflow, trigger, now)
    return connection.execute(select(func.count()).select_from(query.subquery())).scalar_one()


def enrol_existing(
    connection: Connection,
    definitions: Definitions,
    workflow: Workflow,
    trigger: StateTrigger,
    release_id: int,
    now: datetime,
) -> int:
    """Enrol them, each with the decision that says so; return how many."""
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
    query = _matching(definitions, workflow, trigger, now).add_columns(*values.values())
    enrolled = connection.execute(insert(enrolment).from_select(["contact_id", *values], query))
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
    )
    connection.execute(insert(decision).from_select(list(reasons), just_now))
    return enrolled.rowcount
