"""How a seminar stands: invited, registered, came, did not come, seats left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from nurture.db import mailings, seminars
from nurture.db.engine import read
from nurture.db.seminars import MailCounts
from nurture.domain.definitions import Definitions
from nurture.domain.seminar import CORRECTION, INVITATION, REMINDER, Seminar, kind_of, standing
from nurture.services.attendance import seminar_named
from nurture.services.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Turnout:
    """How many people did what."""

    registered: int = 0
    withdrawn: int = 0
    came: int = 0
    #: registered and not on the list
    missed: int = 0


@dataclass(frozen=True, slots=True)
class MailStand:
    """One of a seminar's mailings."""

    name: str
    #: invitation | reminder | correction
    kind: str
    #: as in nurture.domain.mailing.MailingState
    state: str
    at: datetime
    #: mails made so far
    queued: int
    reason: str


@dataclass(frozen=True, slots=True)
class SeminarReport:
    """A seminar as its team wants to see it."""

    seminar: Seminar
    #: planned | over | cancelled
    state: str
    mails: MailCounts
    turnout: Turnout
    #: when the list of those who came was read in; None: not yet
    attendance_at: datetime | None
    mailings: tuple[MailStand, ...] = ()

    @property
    def left(self) -> int | None:
        """How many seats are left, 0 where more registered; None where nobody counts them."""
        seats = self.seminar.seats
        return max(seats - self.turnout.registered, 0) if seats is not None else None

    @property
    def wants_list(self) -> bool:
        """Whether people were expected, it is over, and nobody has said yet who came."""
        expected = self.turnout.registered and not self.turnout.came
        return self.state == "over" and self.attendance_at is None and bool(expected)


def all_seminars(runtime: Runtime) -> tuple[list[SeminarReport], dict[str, int]]:
    """Return all seminars: those whose list is missing, those ahead, and the past, newest first.

    Also the names of seminars that events tell of and no file writes down, each with the
    number of its people: a slip in a form, most often. Raises NurtureError where nothing was
    published yet.
    """
    with read(runtime.engine) as connection:
        now = runtime.clock.now()
        definitions = runtime.releases.live(connection).definitions
        found = _reports(connection, definitions, definitions.seminars.values(), now, None)
        unknown = {
            name: len(people)
            for name, people in sorted(found.others.items())
            if name not in definitions.seminars
        }
    reports = sorted(found.reports, key=lambda one: one.seminar.starts_at)
    waiting = [one for one in reports if one.wants_list]
    ahead = [one for one in reports if one.seminar.ends_at > now]
    past = [one for one in reversed(reports) if one.seminar.ends_at <= now and not one.wants_list]
    return [*waiting, *ahead, *past], unknown


def one_seminar(runtime: Runtime, name: str) -> SeminarReport:
    """Return one seminar with its mailings; raise NotFoundError where there is none."""
    with read(runtime.engine) as connection:
        now = runtime.clock.now()
        definitions = runtime.releases.live(connection).definitions
        seminar = seminar_named(definitions, name)
        (report,) = _reports(connection, definitions, [seminar], now, [name]).reports
    return report


@dataclass(frozen=True, slots=True)
class _Found:
    reports: list[SeminarReport]
    #: every seminar that events name → its people
    others: Mapping[str, Mapping[int, object]]


def _reports(
    connection: Connection,
    definitions: Definitions,
    wanted: Iterable[Seminar],
    now: datetime,
    names: list[str] | None,
) -> _Found:
    happened = seminars.happenings(connection, names)
    counts = seminars.mail_counts(connection)
    stands = seminars.stands(connection)
    rows = mailings.all_rows(connection)
    reports = []
    for seminar in wanted:
        stand = stands.get(seminar.name)
        its = [row for row in rows if row.seminar == seminar.name]
        reports.append(
            SeminarReport(
                seminar,
                _state(seminar, now),
                counts.get(seminar.name, MailCounts()),
                _turnout(happened.get(seminar.name, {})),
                stand.attendance_at if stand is not None else None,
                tuple(
                    MailStand(
                        row.name, kind_of(row.name), row.state, row.at, row.queued, row.reason or ""
                    )
                    for row in sorted(its, key=lambda row: (row.at, row.id))
                    if kind_of(row.name) in (INVITATION, REMINDER, CORRECTION)
                ),
            )
        )
    return _Found(reports, happened)


def _state(seminar: Seminar, now: datetime) -> str:
    if seminar.cancelled:
        return "cancelled"
    return "over" if seminar.ends_at <= now else "planned"


def _turnout(people: Mapping[int, list[tuple[str, datetime]]]) -> Turnout:
    stands = [standing(events) for events in people.values()]
    return Turnout(
        registered=sum(one.registered for one in stands),
        withdrawn=sum(one.registered_at is not None and not one.registered for one in stands),
        came=sum(one.attended for one in stands),
        missed=sum(one.missed and not one.attended for one in stands),
    )
