"""Telling our own people of a task: that it was made, is due soon, is late, has a new owner."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from nurture.services.lead_lines import tell_rooms
from nurture.services.releases import LiveRelease
from nurture.services.task_mails import queue_mails


class What(enum.StrEnum):
    """Why somebody hears of a task."""

    #: it is new
    MADE = "made"
    #: it is due soon, or now
    REMINDER = "reminder"
    #: this task was made because another one is late
    ESCALATION = "escalation"
    #: it has a new assignee
    REASSIGNED = "reassigned"


def tell(
    connection: Connection,
    release: LiveRelease,
    task_ids: Sequence[int],
    what: What,
    now: datetime,
) -> list[int]:
    """Let the assignees of tasks know, inside the caller's transaction; return the tasks told of.

    Called in the transaction that made the tasks or changed their assignee, after their rows
    are written, so that a task and what is said of it are there together or not at all.
    `release` is the live one (its policy says who gets a mail of what, and when). `now` is
    business time. Telling the same of the same task again at the same `now` tells nothing
    twice. Of a task without an assignee, or whose assignee left, the policy's default sender
    hears; of one that was closed meanwhile nobody does.

    Who calls it with what:

    - MADE: `services.task_book` for every task that it inserted, but those of kind `escalation`
    - REMINDER: `services.task_timers`, once per task
    - ESCALATION: `services.task_book`, with the id of a new task of kind `escalation` (its
      `result` has `{"late": TASK}`)
    - REASSIGNED: `services.owners`
    """
    tell_rooms(connection, release, task_ids, what, now)
    return queue_mails(connection, release, list(dict.fromkeys(task_ids)), what, now)
