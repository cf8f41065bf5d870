"""A seminar: when, where and for whom; what was told to people, and what has changed since."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from nurture.domain.conditions import (
    All,
    AnyOf,
    Compare,
    Condition,
    Count,
    DaysSince,
    Literal,
    Not,
    Op,
)
from nurture.domain.message import State

REGISTERED = "seminar.registered"
WITHDRAWN = "seminar.withdrawn"
ATTENDED = "seminar.attended"
MISSED = "seminar.missed"

#: property of a registration that we heard of when its seminar was over: no seat is promised
OVER = "over"

#: after the slash of a mailing's name
INVITATION, REMINDER, CORRECTION = "invitation", "reminder", "correction"

#: characters of a revision that everybody may know; the rest is about the online room
PUBLIC = 8


@dataclass(frozen=True, slots=True)
class Seminar:
    """What `workflows/seminars/NAME.yaml` says of the event itself; texts by locale."""

    name: str
    title: Mapping[str, str]
    starts_at: datetime
    ends_at: datetime
    place: Mapping[str, str] = field(default_factory=dict)
    summary: Mapping[str, str] = field(default_factory=dict)
    #: page where people register
    url: str = ""
    #: the online room; goes to those who registered and to nobody else
    join: str = ""
    seats: int | None = None
    #: sender key of who speaks or invites
    host: str = ""
    cancelled: bool = False
    #: keys of library items that thanks may offer
    materials: tuple[str, ...] = ()
    topic: str | None = None
    #: templates that tell people of a change, "" where it has none
    moved_template: str = ""
    cancelled_template: str = ""
    file: str = ""

    @property
    def revision(self) -> str:
        """A short hash of what people act upon: time, place, whether it takes place; the room.

        The first PUBLIC characters leave out the room, which only registered people know.
        """
        told = [
            self.starts_at.isoformat(),
            self.ends_at.isoformat(),
            sorted(self.place.items()),
            self.cancelled,
        ]
        return _hash(told)[:PUBLIC] + _hash(self.join)[:PUBLIC]

    def tells(self, room: bool) -> str:
        """Return the revision that a mail with these data tells, with the online room or not."""
        return self.revision if room else self.revision[:PUBLIC]


def _hash(value: object) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()


def kind_of(mailing: str) -> str:
    """Return what a seminar's mailing is: `2026-12-clinic/reminder-1210` is a `reminder`."""
    return mailing.rpartition("/")[2].partition("-")[0]


def registered_for(name: str) -> Condition:
    """Return the condition that a contact is registered and did not withdraw afterwards."""
    about = (("seminar", name),)
    registered, withdrawn = DaysSince(REGISTERED, about), DaysSince(WITHDRAWN, about)
    never_withdrawn = Not(Compare(Count(WITHDRAWN, about), Op.GT, Literal(0)))
    return All(
        (
            ever_registered_for(name),
            AnyOf((never_withdrawn, Compare(registered, Op.LT, withdrawn))),
        )
    )


def ever_registered_for(name: str) -> Condition:
    """Return the condition that a contact has registered, whatever came of it."""
    return Compare(Count(REGISTERED, (("seminar", name),)), Op.GT, Literal(0))


@dataclass(frozen=True, slots=True)
class Standing:
    """How a contact stands to a seminar, by its newest events."""

    registered_at: datetime | None = None
    withdrawn_at: datetime | None = None
    attended: bool = False
    missed: bool = False

    @property
    def registered(self) -> bool:
        """Registered, and not withdrawn since; at the same moment the withdrawal counts."""
        if self.registered_at is None:
            return False
        return self.withdrawn_at is None or self.registered_at > self.withdrawn_at


def standing(events: Iterable[tuple[str, datetime]]) -> Standing:
    """Return a contact's standing by (type, occurred_at) of its events about one seminar."""
    newest: dict[str, datetime] = {}
    for kind, at in events:
        if kind not in newest or newest[kind] < at:
            newest[kind] = at
    return Standing(
        registered_at=newest.get(REGISTERED),
        withdrawn_at=newest.get(WITHDRAWN),
        attended=ATTENDED in newest,
        missed=MISSED in newest,
    )


@dataclass(frozen=True, slots=True)
class Telling:
    """A mail about a seminar that went out, or may have."""

    state: State
    #: what it told (Seminar.tells); "": nobody knows any more
    revision: str
    #: the seminar's values as the mail had them
    values: Mapping[str, Any] = field(default_factory=dict)


#: states after which a reader has surely seen nothing newer than this mail said
_ARRIVED = (State.SENT, State.DELIVERED, State.COMPLAINED)


def last_told(tellings: Iterable[Telling]) -> list[Telling]:
    """Return what a reader may believe: mails newest first, up to one that surely arrived."""
    found = []
    for one in tellings:
        found.append(one)
        if one.state in _ARRIVED:
            break
    return found


def needs_correction(
    seminar: Seminar, tellings: Iterable[Telling], stands: Standing, changed_at: datetime | None
) -> bool:
    """Say whether a reader may believe something about a seminar that no longer holds.

    `tellings`: the mails about it, newest first. Who registered and got none knows what
    stood on the page then: wrong where the last change (`changed_at`) came later.
    """
    believed = last_told(tellings)
    if not believed:
        since = stands.registered_at
        registered = stands.registered and since is not None
        return registered and changed_at is not None and since is not None and since < changed_at
    return any(not _holds(one.revision, seminar, stands.registered) for one in believed)


def _holds(told: str, seminar: Seminar, registered: bool) -> bool:
    """Say whether what was told is still so; a new room matters only to who may enter it."""
    if registered and len(told) > PUBLIC:
        return told == seminar.revision
    return told[:PUBLIC] == seminar.revision[:PUBLIC]
