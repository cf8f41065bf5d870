"""Mailings: one mail to everybody who matches at a moment, outside any journey.

A broadcast is one mailing; a seminar makes several (invitation, reminder, correction).
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from nurture.domain.conditions import Condition
from nurture.domain.library import Pick
from nurture.domain.steps import Duration
from nurture.domain.workflow import Purpose

_WEEK = Duration(days=7)


class MailingState(enum.StrEnum):
    """Where a mailing stands."""

    #: waits for its time
    SCHEDULED = "scheduled"
    #: its mails are being queued, batch by batch
    RUNNING = "running"
    #: a person stopped the queueing; goes on where it stood
    PAUSED = "paused"
    #: everybody who matched has a mail queued, or a reason why not
    DONE = "done"
    #: taken back before it was done
    CANCELLED = "cancelled"
    #: its time had long passed when it was published; never sent by itself
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Mailing:
    """A mailing as its file says it."""

    #: `2026-12-news` for a broadcast, `2026-12-clinic/invitation` for a seminar's
    name: str
    title: str
    template: str
    #: who gets it, asked at the moment when the mailing runs
    condition: Condition
    #: when it begins, an instant
    at: datetime
    purpose: Purpose = Purpose.MARKETING
    priority: int = 30
    #: topic of the policy that a reader may turn off
    topic: str | None = None
    subject: str | None = None
    #: `owner` or a sender key
    sender: str = "owner"
    window: str = "business"
    #: its mails leave over a span as long as this; None: as they come
    spread: timedelta | None = None
    #: each leaves at the hour at which its reader reads, where that is known
    at_best_hour: bool = False
    expires: Duration = _WEEK
    #: picked per contact instead of `template`, which is then the fall-back
    pick: Pick | None = None
    #: paths of files in the release, e.g. `workflows/files/rollout.ja.pdf`
    attach: tuple[str, ...] = ()
    #: the seminar it belongs to
    seminar: str | None = None
    file: str = ""
    #: line and column of the subject in the file, from 1; moving a line changes no mailing
    subject_at: tuple[int, int] = field(default=(1, 1), compare=False)


def dedupe_key(mailing: str, contact_id: int) -> str:
    """Return the key under which a contact gets a mailing once, ever."""
    return f"mailing/{mailing}/{contact_id}"


def phase_of(state: MailingState, waiting: int) -> str:
    """Return where a mailing stands as people see it.

    That is its state, but `sending` where all its mails are queued and some (`waiting`)
    have not left yet.
    """
    return "sending" if state is MailingState.DONE and waiting else str(state)
