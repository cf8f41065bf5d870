"""May this mail about a seminar still go? Asked beside everything that every mail is asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from nurture.domain.seminar import (
    CORRECTION,
    INVITATION,
    REMINDER,
    Seminar,
    Standing,
    kind_of,
)
from nurture.domain.sending import Drop


@dataclass(frozen=True, slots=True)
class Reader:
    """What is known of the contact and the seminar when its mail is looked at."""

    stands: Standing
    #: how many are registered; None where nobody asked
    registered: int | None = None
    #: a correction: they know what holds already
    knows: bool = False


def stale(
    mailing: str, seminar: Seminar | None, reader: Reader, zone: ZoneInfo, now: datetime
) -> Drop | None:
    """Return why a mail of a seminar's mailing is of no use any more, or None.

    `seminar` None: no file writes it down any more. `zone` is the calendar's.
    """
    if seminar is None:
        return Drop("seminar_gone")
    detail = {"seminar": seminar.name}
    kind = kind_of(mailing)
    if kind == CORRECTION:
        if seminar.ends_at <= now:
            return Drop("seminar_over", detail)
        return Drop("told_already", detail) if reader.knows else None
    if seminar.cancelled:
        return Drop("seminar_cancelled", detail)
    if seminar.starts_at <= now:
        return Drop("seminar_over", detail)
    if kind == INVITATION:
        return _invitation(seminar, reader)
    if kind == REMINDER:
        if mailing != f"{seminar.name}/{reminder_of(seminar, zone)}":
            return Drop("seminar_moved", detail)
        if not reader.stands.registered:
            return Drop("not_registered", detail)
    return None


def reminder_of(seminar: Seminar, zone: ZoneInfo) -> str:
    """Return what the reminder is called: it is of one day, and of another day another one."""
    return f"{REMINDER}-{seminar.starts_at.astimezone(zone).date()}"


def _invitation(seminar: Seminar, reader: Reader) -> Drop | None:
    if reader.stands.registered_at is not None:
        return Drop("registered_already", {"seminar": seminar.name})
    if is_full(seminar, reader.registered):
        return Drop("seminar_full", {"seminar": seminar.name, "seats": seminar.seats})
    return None


def is_full(seminar: Seminar, registered: int | None) -> bool:
    """Say whether every seat is taken."""
    return seminar.seats is not None and registered is not None and registered >= seminar.seats
