"""Experiments as rows: who was divided how, what is due to be looked at, what was decided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, and_, bindparam, func, insert, or_, select, update

from nurture.db.tables import (
    decision,
    enrolment,
    experiment,
    experiment_decision,
    experiment_member,
)
from nurture.db.types import UtcDateTime
from nurture.db.upsert import insert_new
from nurture.domain.holdout import HELD_OUT


class Key(NamedTuple):
    """What an experiment is on: a workflow's step, and its content."""

    workflow: str
    #: empty: the holdout of the whole workflow
    step: str
    digest: str


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of experiments and of contacts in them, for a batch."""

    #: experiment → its winner, None where it is undecided
    winners: Mapping[Key, str | None]
    #: (contact, workflow, step) → the variant they were last divided into
    variants: Mapping[tuple[int, str, str], str]


def known(
    connection: Connection, places: Iterable[tuple[str, str]], contact_ids: Sequence[int]
) -> Known:
    """Return what is known of the splits at (workflow, step) and of contacts in them."""
    here = or_(
        *(
            and_(experiment.c.workflow == workflow, experiment.c.step == step)
            for workflow, step in sorted(set(places))
        )
    )
    columns = (experiment.c.workflow, experiment.c.step, experiment.c.digest)
    rows = connection.execute(select(*columns, experiment.c.winner).where(here))
    winners = {Key(row.workflow, row.step, row.digest): row.winner for row in rows}
    if not winners:
        return Known({}, {})
    members = connection.execute(
        select(
            experiment_member.c.contact_id,
            experiment.c.workflow,
            experiment.c.step,
            experiment_member.c.variant,
        )
        .join(experiment, experiment.c.id == experiment_member.c.experiment_id)
        .where(here, experiment_member.c.contact_id.in_(contact_ids))
        # The newest comes last and stays.
        .order_by(experiment_member.c.experiment_id)
    )
    variants = {(row.contact_id, row.workflow, row.step): row.variant for row in members}
    return Known(winners, variants)


def ensure(
    connection: Connection, keys: Iterable[Key], release_id: int, now: datetime
) -> dict[Key, int]:
    """Return the ids of experiments; one that nobody came to yet begins now."""
    # In one order, so that two workers who begin the same ones wait, and do not lock each other.
    wanted = sorted(set(keys))
    if not wanted:
        return {}
    found = _ids(connection, wanted)
    missing = [
        {**key._asdict(), "release_id": release_id, "started_at": now, "runs_from": now}
        for key in wanted
        if key not in found
    ]
    if missing:
        insert_new(connection, experiment, missing)
        found = _ids(connection, wanted)
    return found


def _ids(connection: Connection, keys: Sequence[Key]) -> dict[Key, int]:
    rows = connection.execute(
        select(
            experiment.c.id, experiment.c.workflow, experiment.c.step, experiment.c.digest
        ).where(experiment.c.digest.in_([key.digest for key in keys]))
    )
    return {Key(row.workflow, row.step, row.digest): row.id for row in rows}


def divide(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write down contacts' first visits; a later one of the same experiment changes nothing."""
    insert_new(connection, experiment_member, [dict(row) for row in rows])


def wake(connection: Connection, moments: Mapping[int, datetime]) -> None:
    """Let undecided experiments that nobody was to look at be looked at (id → when)."""
    rows = [{"of": one, "moment": at} for one, at in sorted(moments.items())]
    if rows:
        connection.execute(
            update(experiment)
            .where(
                experiment.c.id == bindparam("of"),
                experiment.c.due_at.is_(None),
                experiment.c.winner.is_(None),
            )
            .values(due_at=bindparam("moment")),
            rows,
        )


_DUE = (
    select(experiment)
    .where(experiment.c.due_at <= bindparam("now", type_=UtcDateTime))
    .order_by(experiment.c.due_at, experiment.c.id)
    .limit(bindparam("most"))
)


def due(connection: Connection, now: datetime, limit: int) -> list[Row[Any]]:
    """Return experiments whose figures are to be looked at, the longest due first."""
    return list(connection.execute(_DUE, {"now": now, "most": limit}))


def look_again(
    connection: Connection, experiment_id: int, due_at: datetime, following: datetime | None
) -> None:
    """Set when an experiment is looked at next, unless somebody else has looked meanwhile."""
    connection.execute(
        update(experiment)
        .where(experiment.c.id == experiment_id, experiment.c.due_at == due_at)
        .values(due_at=following)
    )


def by_id(connection: Connection, experiment_id: int) -> Row[Any] | None:
    """Return an experiment, or None."""
    found: Row[Any] | None = connection.execute(
        select(experiment).where(experiment.c.id == experiment_id)
    ).first()
    return found


def of(
    connection: Connection, workflow: str | None = None, step: str | None = None
) -> list[Row[Any]]:
    """Return experiments of a workflow, or of all, the newest first."""
    query = select(experiment).order_by(experiment.c.started_at.desc(), experiment.c.id.desc())
    if workflow is not None:
        query = query.where(experiment.c.workflow == workflow)
    if step is not None:
        query = query.where(experiment.c.step == step)
    return list(connection.execute(query))


def decide(
    connection: Connection,
    experiment_id: int,
    winner: str,
    now: datetime,
    **columns: Any,
) -> bool:
    """Let a variant win and write down why; False where the experiment was decided already."""
    won = connection.execute(
        update(experiment)
        .where(experiment.c.id == experiment_id, experiment.c.winner.is_(None))
        .values(winner=winner, decided_at=now, due_at=None)
    )
    if not won.rowcount:
        return False
    row = {"experiment_id": experiment_id, "winner": winner, "at": now, **columns}
    connection.execute(insert(experiment_decision).values(row))
    return True


def reopen(
    connection: Connection,
    experiment_id: int,
    now: datetime,
    due_at: datetime | None,
    **columns: Any,
) -> bool:
    """Let contacts be divided again; False where nothing was decided."""
    open_again = connection.execute(
        update(experiment)
        .where(experiment.c.id == experiment_id, experiment.c.winner.is_not(None))
        .values(winner=None, decided_at=None, due_at=due_at, runs_from=now)
    )
    if not open_again.rowcount:
        return False
    row = {"experiment_id": experiment_id, "winner": None, "at": now, **columns}
    connection.execute(insert(experiment_decision).values(row))
    return True


def decisions(connection: Connection, ids: Sequence[int]) -> dict[int, list[Row[Any]]]:
    """Return the decisions about experiments, the newest first."""
    found: dict[int, list[Row[Any]]] = {}
    rows = connection.execute(
        select(experiment_decision)
        .where(experiment_decision.c.experiment_id.in_(ids))
        .order_by(experiment_decision.c.id.desc())
    )
    for row in rows:
        found.setdefault(row.experiment_id, []).append(row)
    return found


def decided_since(connection: Connection, since: datetime, limit: int = 10) -> list[Row[Any]]:
    """Return what was decided since a moment, the newest first, with workflow and step."""
    return list(
        connection.execute(
            select(experiment.c.workflow, experiment.c.step, experiment_decision)
            .join(experiment, experiment.c.id == experiment_decision.c.experiment_id)
            .where(experiment.c.decided_at >= since, experiment_decision.c.winner.is_not(None))
            .where(experiment_decision.c.at == experiment.c.decided_at)
            .order_by(experiment_decision.c.id.desc())
            .limit(limit)
        )
    )


def variants_of(connection: Connection, contact_id: int) -> list[Row[Any]]:
    """Return where a contact was divided: workflow, step, variant, at, enrolment."""
    return list(
        connection.execute(
            select(
                experiment.c.workflow,
                experiment.c.step,
                experiment_member.c.variant,
                experiment_member.c.at,
                experiment_member.c.enrolment_id,
            )
            .join(experiment, experiment.c.id == experiment_member.c.experiment_id)
            .where(experiment_member.c.contact_id == contact_id)
            .order_by(experiment_member.c.at, experiment.c.id)
        )
    )


def people(connection: Connection, experiment_id: int) -> int:
    """Return how many contacts an experiment has, whether they are evidence or not."""
    query = select(func.count()).where(experiment_member.c.experiment_id == experiment_id)
    return int(connection.execute(query).scalar_one())


def watches(connection: Connection, contact_ids: Sequence[int], now: datetime) -> list[Row[Any]]:
    """Return whose goal is looked for at `now`, with the journey it is the goal of.

    Columns: experiment_id, contact_id, watch_until, enrolment_id, workflow, release_id,
    trigger, memory.
    """
    return list(
        connection.execute(
            select(
                experiment_member.c.experiment_id,
                experiment_member.c.contact_id,
                experiment_member.c.watch_until,
                experiment_member.c.enrolment_id,
                enrolment.c.workflow,
                enrolment.c.release_id,
                enrolment.c.trigger,
                enrolment.c.memory,
            )
            .join(enrolment, enrolment.c.id == experiment_member.c.enrolment_id)
            .where(
                experiment_member.c.contact_id.in_(contact_ids),
                experiment_member.c.reached_at.is_(None),
                experiment_member.c.watch_until >= now,
            )
            .order_by(experiment_member.c.experiment_id, experiment_member.c.contact_id)
        )
    )


def reach(connection: Connection, pairs: Iterable[tuple[int, int]], now: datetime) -> None:
    """Write down that members (experiment, contact) reached the goal."""
    rows = [{"of": one, "who": who, "now": now} for one, who in sorted(set(pairs))]
    if rows:
        connection.execute(
            update(experiment_member)
            .where(
                experiment_member.c.experiment_id == bindparam("of"),
                experiment_member.c.contact_id == bindparam("who"),
            )
            .values(reached_at=bindparam("now")),
            rows,
        )


def hold_out(connection: Connection, enrolment_ids: Sequence[int], now: datetime) -> None:
    """End journeys that just began, before their first walk: their people are held out."""
    rows = [{"of": one, "now": now} for one in sorted(enrolment_ids)]
    if rows:
        connection.execute(
            update(enrolment)
            .where(enrolment.c.id == bindparam("of"))
            .values(
                state="ended",
                outcome=HELD_OUT,
                ended_at=bindparam("now"),
                due_at=None,
                review_at=None,
            ),
            rows,
        )


def just_enrolled(
    connection: Connection, workflow: str, release_id: int, now: datetime
) -> dict[int, int]:
    """Return contact → journey of those enrolled at this moment who were not divided yet."""
    divided = (
        select(experiment_member.c.contact_id)
        .join(experiment, experiment.c.id == experiment_member.c.experiment_id)
        .where(experiment_member.c.enrolment_id == enrolment.c.id, experiment.c.step == "")
        .exists()
    )
    rows = connection.execute(
        select(enrolment.c.contact_id, enrolment.c.id).where(
            enrolment.c.workflow == workflow,
            enrolment.c.release_id == release_id,
            enrolment.c.started_at == now,
            enrolment.c.state == "active",
            enrolment.c.step.is_(None),
            ~divided,
        )
    )
    return {row.contact_id: row.id for row in rows}


def say_held_out(
    connection: Connection, enrolment_ids: Sequence[int], detail: Mapping[str, Any]
) -> None:
    """Let the decisions that enrolled these journeys say that nothing is sent."""
    rows = [{"of": one} for one in sorted(enrolment_ids)]
    if rows:
        connection.execute(
            update(decision)
            .where(decision.c.enrolment_id == bindparam("of"), decision.c.kind == "enrolled")
            .values(kind="not_enrolled", reason="held_out", detail=dict(detail)),
            rows,
        )
