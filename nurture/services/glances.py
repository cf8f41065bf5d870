"""A mail that waits for a person's look: held, shown in a task, let go or kept back by a button.

The mail is written down like any other, but deferred (`review`) until its time is over: then
it leaves, or expires, as its step says. Approving brings that time forward, withholding
cancels it. The task that asks is closed when the mail's fate is known.
"""

from __future__ import annotations

import email
import email.policy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from nurture.db import held_mails, mail_fates, outcomes, task_writes, tasks, touched
from nurture.db.engine import read
from nurture.db.task_writes import Closing
from nurture.db.touched import Arrival
from nurture.domain.calendar import shift
from nurture.domain.message import State
from nurture.domain.purpose import Purpose
from nurture.domain.steps import Send
from nurture.errors import NurtureError
from nurture.services.batch import Batch, Journey, Person
from nurture.services.handoff import house_title, task_row
from nurture.services.runtime import Runtime

#: why such a mail is deferred
REASON = "review"

#: kind of the task, and how its keys begin
KIND = "mail-review"
KEY = task_writes.LOOK

_TITLE = ("送信前のご確認：{title}", "Look before it leaves: {title}")


@dataclass(slots=True)
class Glances:
    """The mails of one batch of walks that wait for somebody's look."""

    batch: Batch
    _asked: list[tuple[str, dict[str, Any], Person, datetime]] = field(default_factory=list)

    def columns(
        self, person: Person, journey: Journey, step: Send, mail: Mapping[str, Any], zone: ZoneInfo
    ) -> dict[str, Any]:
        """Return what holds a step's mail back; nothing where nobody is to look at it."""
        asked = step.review
        # The programme speaks for news of a referral; a request says itself who looks at it.
        news = mail["purpose"] == Purpose.PROGRESS
        if asked is None or (news and journey.row.trigger.get("review") is False):
            return {}
        batch = self.batch
        calendar = batch.release.definitions.calendar
        until = min(shift(calendar, batch.now, asked.within, zone), mail["expires_at"])
        workflow = journey.workflow
        title = house_title(batch, _TITLE).format(
            title=workflow.title if workflow is not None else journey.row.workflow
        )
        key = str(mail["dedupe_key"])
        task = task_row(
            batch, person, f"{KEY}{key}", KIND, title, asked.by, until, enrolment_id=journey.id
        )
        self._asked.append((key, task, person, until))
        due_at = mail["expires_at"] if asked.hold else until
        return {"state": State.DEFERRED, "reason": REASON, "due_at": due_at}

    def save(self, queued: Mapping[str, int]) -> None:
        """Ask for the looks: a task for each mail, which it names."""
        for key, task, person, until in self._asked:
            self.batch.tasks.append({**task, "result": {"message": queued[key]}})
            detail = {"until": until.isoformat()}
            self.batch.decide(person, "deferred", REASON, detail, message_id=queued[key])


def approve(batch: Batch, person: Person, arrival: Arrival) -> None:
    """Let a mail go that waits for a look: now, by all other rules."""
    message_id = _message_of(batch, arrival)
    if message_id is not None:
        held_mails.let_go(batch.connection, message_id, REASON, batch.now)


def withhold(batch: Batch, person: Person, arrival: Arrival) -> None:
    """Keep a mail back for good: whoever looked at it has told the reader, or will."""
    message_id = _message_of(batch, arrival)
    if message_id is None or not held_mails.keep_back(batch.connection, message_id, REASON):
        return
    detail: dict[str, Any] = {"note": str(arrival.properties.get("note") or "")[:500]}
    batch.decide(person, "dropped", "withheld", detail, message_id=message_id, event_id=arrival.id)
    mail_fates.tell_enrolments(batch.connection, [message_id], batch.now)


def settle(connection: Connection, keys: Sequence[str], now: datetime) -> None:
    """Close the tasks that asked for a look at mails (by their keys): it is decided."""
    ids = task_writes.open_with_keys(connection, [f"{KEY}{key}" for key in keys])
    rows = [
        {
            "kind": "task_done",
            "reason": "task_closed",
            "contact_id": None,
            "detail": {"task": one, "outcome": "done"},
        }
        for one in task_writes.close(connection, ids, Closing(now, "done", state="cancelled"))
    ]
    tasks.cancel_mails(connection, ids)
    outcomes.append_decisions(connection, rows, now)


def _message_of(batch: Batch, arrival: Arrival) -> int | None:
    number = arrival.properties.get("task")
    row = tasks.find(batch.connection, number) if isinstance(number, int) else None
    found = (row.result or {}).get("message") if row is not None else None
    return found if isinstance(found, int) else None


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail as it would leave now: its subject and its text."""

    subject: str
    text: str


def letter(runtime: Runtime, message_id: int) -> Letter | None:
    """Return a mail that waits as it would leave now; None where it cannot be written, or left."""
    # Composing asks for its own look at the database.
    from nurture.services.compose import compose

    now = runtime.clock.now()
    with read(runtime.engine) as connection:
        row = held_mails.waiting(connection, message_id)
        if row is None or row.contact_id is None:
            return None
        release = runtime.releases.live(connection)
        (person,) = touched.contact_rows(connection, [row.contact_id])
    try:
        composed = compose(runtime, release, row, person, now)
    except (NurtureError, ValueError, LookupError):
        return None
    mail = email.message_from_bytes(composed.data, policy=email.policy.default)
    body = mail.get_body(("plain",))
    return Letter(str(mail["Subject"] or ""), body.get_content().strip() if body else "")
