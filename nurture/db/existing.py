"""Enrolling those who match already, in one set-based statement per trigger."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Connection, Select, func, insert, literal, select

from nurture.clock import machine_now
from nurture.db.conditions import to_sql
from nurture.db.contact_facts import fact_source
from nurture.db.tables import contact, decision, enrolment
from nurture.db.types import UtcDateTime
from nurture.domain.conditions import All, Condition


def _matching(
    condition: Condition,
    only_if: Condition,
    workflow: str,
    now: datetime,
    half_life: timedelta,
    count_unknown_opens: bool,
) -> Select[Any]:
    been_there = (
        select(enrolment.c.id)
        .where(enrolment.c.contact_id == contact.c.id, enrolment.c.workflow == workflow)
        .exists()
    )
    return (
        select(contact.c.id)
        .select_from(fact_source())
        .where(
            to_sql(All((condition, only_if)), now, half_life, count_unknown_opens),
            contact.c.merged_into.is_(None),
            ~contact.c.erased,
            ~been_there,
        )
    )


def how_many(
    connection: Connection,
    condition: Condition,
    only_if: Condition,
    workflow: str,
    now: datetime,
    half_life: timedelta,
    count_unknown_opens: bool,
) -> int:
    """Return how many contacts `existing: enrol` would enrol: matching, and never in it before."""
    query = _matching(condition, only_if, workflow, now, half_life, count_unknown_opens)
    return connection.execute(select(func.count()).select_from(query.subquery())).scalar_one()


def enrol_existing(
    connection: Connection,
    condition: Condition,
    only_if: Condition,
    workflow: str,
    release_id: int,
    now: datetime,
    half_life: timedelta,
    count_unknown_opens: bool,
) -> int:
    """Enrol them, each with the decision that says so; return how many."""
    query = _matching(condition, only_if, workflow, now, half_life, count_unknown_opens)
    empty = literal({}, JSON())
    moment = literal(now, UtcDateTime())
    enrolled = connection.execute(
        insert(enrolment).from_select(
            [
                "contact_id",
                "workflow",
                "subject",
                "release_id",
                "state",
                "due_at",
                "memory",
                "trigger",
                "started_at",
            ],
            query.add_columns(
                literal(workflow),
                literal(""),
                literal(release_id),
                literal("active"),
                moment,
                empty,
                empty,
                moment,
            ),
        )
    )
    connection.execute(
        insert(decision).from_select(
            [
                "contact_id",
                "enrolment_id",
                "workflow",
                "kind",
                "reason",
                "detail",
                "at",
                "recorded_at",
            ],
            select(
                enrolment.c.contact_id,
                enrolment.c.id,
                enrolment.c.workflow,
                literal("enrolled"),
                literal("enrolled_at_publish"),
                literal({"workflow": workflow}, JSON()),
                moment,
                literal(machine_now(), UtcDateTime()),
            ).where(
                enrolment.c.workflow == workflow,
                enrolment.c.release_id == release_id,
                enrolment.c.started_at == now,
            ),
        )
    )
    return enrolled.rowcount
