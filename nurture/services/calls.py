"""A logged call: what was learnt is kept, the task is done, and what follows is arranged."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from nurture.db import task_writes
from nurture.db.touched import Arrival
from nurture.domain.task_timers import next_day
from nurture.services import stale
from nurture.services.batch import Batch, Person
from nurture.services.handoff import close, house_title, task_row
from nurture.services.revisits import come_back

#: what a call is to find out, and how conditions and templates know it
LEARNT = ("budget", "authority", "need", "timeline", "comparison")

#: new calls after one that nobody answered
_TRIES = 3

#: a key ends in this where a task is the n-th call of its kind
_NTH = re.compile(r"~(\d+)$")
_NTH_TITLE = re.compile(r"(（再架電\d+回目）| \(call \d+\))$")

_LONGEST = 500


def log_call(batch: Batch, person: Person, arrival: Arrival) -> None:
    """Take in a call with its result.

    The task that it names is done, else the oldest open call; one that was closed before
    stays as it is. `qualified` and `talked` need no more here: rules of stages read them.
    """
    _learn(batch, person, arrival)
    stale.spoke(batch, person, arrival)
    result = str(arrival.properties.get("result") or "")
    task = _task_of(batch, person, arrival)
    if task is not None:
        close(batch, person, [task.id], "called", arrival)
        if result == "no_answer":
            _call_again(batch, person, task, arrival)
    if result in ("later", "not_now"):
        note = str(arrival.properties.get("note") or "").strip()
        come_back(batch, person, arrival, note or result)


def _learn(batch: Batch, person: Person, arrival: Arrival) -> None:
    """Keep what was learnt in the contact's fields; what was not asked stays as it was."""
    said = {
        name: str(arrival.properties[name]).strip()[:_LONGEST]
        for name in LEARNT
        if isinstance(arrival.properties.get(name), str | int | float)
        and not isinstance(arrival.properties[name], bool)
        and str(arrival.properties[name]).strip()
    }
    known = batch.fields.get(person.id, person.row.fields or {})
    changed = {name: value for name, value in said.items() if known.get(name) != value}
    if not changed:
        return
    batch.fields[person.id] = {**known, **changed}
    person.facts.contact.update(changed)
    batch.emit(person, "contact.updated", {"source": "call", "fields": sorted(changed)}, arrival)


def _task_of(batch: Batch, person: Person, arrival: Arrival) -> Row[Any] | None:
    tasks = task_writes.open_of(batch.connection, person.id)
    named = arrival.properties.get("task")
    if isinstance(named, int) and not isinstance(named, bool):
        return _named(tasks, named)
    calls = [one for one in tasks if _is_call(one)]
    return calls[0] if calls else None


def _named(tasks: Sequence[Row[Any]], number: int) -> Row[Any] | None:
    """Return the open task of a number; of one that says another is late, that other."""
    for one in tasks:
        if one.id == number:
            late = one.dedupe_key.removeprefix(task_writes.ESCALATION)
            if late != one.dedupe_key:
                return next((other for other in tasks if str(other.id) == late), one)
            return one
    return None


def _is_call(task: Row[Any]) -> bool:
    return bool(task.kind == "call" or task.dedupe_key.startswith(task_writes.HANDOFF))


def _call_again(batch: Batch, person: Person, task: Row[Any], arrival: Arrival) -> None:
    """Ask for another call on the next business day, a few times."""
    found = _NTH.search(task.dedupe_key)
    number = int(found.group(1)) + 1 if found else 2
    if number > _TRIES + 1:
        often = {"calls": number - 1}
        batch.decide(person, "moved", "no_answer_often", often, event_id=arrival.id)
        return
    title = _NTH_TITLE.sub("", task.title)
    title += house_title(batch, (f"（再架電{number}回目）", f" (call {number})"))
    due_at = next_day(batch.release.definitions.calendar, batch.now)
    row = task_row(
        batch,
        person,
        f"{_NTH.sub('', task.dedupe_key)}~{number}",
        task.kind,
        title,
        task.assignee,
        due_at,
    )
    # Whoever called calls again, unless the task is for whoever owns the contact.
    if task.assignee != "owner":
        row["assignee_id"] = task.assignee_id
    batch.tasks.append(row)
    detail = {"until": due_at.isoformat(), "calls": number - 1}
    batch.decide(person, "moved", "no_answer", detail, event_id=arrival.id)
