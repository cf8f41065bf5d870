"""Going over to the steps of another release: each journey when it is next looked at.

A publication writes down who goes over and makes them due; whoever loads a journey finishes
its crossing first, in the same transaction. So nothing is half done at any moment, and a
hundred thousand people do not hold the writer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from nurture.db import crossings, outcomes, touched
from nurture.db.crossings import Rule
from nurture.domain.crossing import Crossing, cross
from nurture.domain.enrolment import Memory
from nurture.services.releases import LiveRelease, Releases


@dataclass(slots=True)
class _Done:
    """What the crossings of a batch have to write."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    decisions: list[dict[str, Any]] = field(default_factory=list)
    #: names of steps → enrolments whose mails are called by them now
    names: dict[tuple[tuple[str, str], ...], list[int]] = field(default_factory=dict)


def finish_crossings(
    connection: Connection,
    live: LiveRelease,
    releases: Releases,
    contact_ids: Sequence[int],
    now: datetime,
) -> None:
    """Let contacts whose rows we hold go over where a publication said so."""
    if not live.crossings:
        return
    done = _Done()
    for row in touched.active_enrolments(connection, contact_ids):
        rules = live.crossings.get(row.workflow)
        if rules:
            _go_over(connection, releases, rules, row, now, done)
    crossings.go_over(connection, done.rows)
    for names, ids in done.names.items():
        crossings.rename_steps(connection, ids, dict(names))
    outcomes.append_decisions(connection, done.decisions, now)


def _go_over(
    connection: Connection,
    releases: Releases,
    rules: Sequence[Rule],
    row: Row[Any],
    now: datetime,
    done: _Done,
) -> None:
    release_id, step, memory = row.release_id, row.step, Memory.from_json(row.memory)
    names: Mapping[str, str] = {}
    arrives = lost = False
    for rule in rules:
        if not rule.concerns(release_id, row.id):
            continue
        found = crossing_of(connection, releases, rule, release_id)
        if found is None or (rule.back and step is not None and step not in found.places):
            continue
        crossed = cross(found, step, memory)
        names = _chained(names, found.alignment.names)
        release_id, step, memory = rule.release_id, crossed.step, crossed.memory
        arrives, lost = arrives or crossed.arrives, lost or crossed.lost_place
    if release_id == row.release_id:
        return
    done.rows.append(
        {
            "id": row.id,
            "release_id": release_id,
            "step": step,
            "memory": memory.as_json(),
            "due_at": now if arrives else row.due_at,
        }
    )
    changed = tuple(sorted((old, new) for old, new in names.items() if old != new))
    if changed:
        done.names.setdefault(changed, []).append(row.id)
    if row.step is not None and (step != row.step or arrives):
        done.decisions.append(
            {
                "contact_id": row.contact_id,
                "enrolment_id": row.id,
                "workflow": row.workflow,
                "step": step,
                "kind": "moved",
                "reason": "crossed_on" if lost else "crossed",
                "detail": {"workflow": row.workflow, "old": row.step, "new": step or "end"},
            }
        )


def crossing_of(
    connection: Connection, releases: Releases, rule: Rule, release_id: int
) -> Crossing | None:
    """Return the way from a release to a rule's; None where either lacks the workflow."""
    old = releases.workflow(connection, release_id, rule.workflow)
    new = releases.workflow(connection, rule.release_id, rule.workflow)
    if old is None or new is None:
        return None
    return releases.crossing(old.graph, new.graph, rule.renamed)


def _chained(first: Mapping[str, str], second: Mapping[str, str]) -> dict[str, str]:
    """Return the names of two crossings, one after the other."""
    if not first:
        return dict(second)
    return {old: second[new] for old, new in first.items() if new in second}
