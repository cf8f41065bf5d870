"""Today: what needs a person, what goes out, what was held back, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row

from nurture.db import desk, experiments, nps_figures, status_counts, team
from nurture.db.contact_facts import full_name
from nurture.db.engine import read
from nurture.domain import glossary
from nurture.domain.calendar import at_wall
from nurture.domain.event_words import name_of
from nurture.domain.loop_waiting import waiting
from nurture.domain.scoring import Engagement, score_at
from nurture.domain.task_words import LOSS_REASONS
from nurture.errors import NurtureError
from nurture.language import say
from nurture.services import sentences
from nurture.services.house import House, house_at
from nurture.services.runtime import Runtime
from nurture.services.split_results import why_decided

#: rows of each list; the counts tell of all
MOST = 20

#: how far ahead promises to come back and mailings are shown
_AHEAD = timedelta(days=7)

#: how long decided splits are shown
_BACK = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Who:
    """A person in a list."""

    id: int | None
    name: str
    company: str
    member: str


@dataclass(frozen=True, slots=True)
class DueTask:
    """A task of the day."""

    id: int
    title: str
    kind: str
    due_at: datetime | None
    late: bool
    who: Who


@dataclass(frozen=True, slots=True)
class HotLead:
    """Somebody who is keen now, and what they did last."""

    who: Who
    since: datetime | None
    stage: str
    score: float
    last: str
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class Promise:
    """Somebody we said we would come back to, or a deal that nobody wrote about."""

    who: Who
    at: datetime | None
    why: str


@dataclass(frozen=True, slots=True)
class Flow:
    """The mails of a journey or a mailing today."""

    name: str
    title: str
    sent: int
    going: int
    later: int


@dataclass(frozen=True, slots=True)
class Held:
    """Why mails wait or were given up."""

    why: str
    number: int
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Coming:
    """A mailing that runs or begins soon."""

    name: str
    title: str
    state: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Decided:
    """A split that was decided lately."""

    workflow: str
    title: str
    step: str
    at: datetime
    #: a sentence
    why: str


@dataclass(frozen=True, slots=True)
class Today:
    """The day of the team, or of one of its members."""

    now: datetime
    zone: ZoneInfo
    day: date
    #: whose day; "" for all
    member: str
    routine: Sequence[str]
    #: late | today | later | nobody → open tasks
    counts: Mapping[str, int]
    tasks: Sequence[DueTask]
    hot: Sequence[HotLead]
    quiet_deals: Sequence[Promise]
    revisits: Sequence[Promise]
    flows: Sequence[Flow]
    held: Sequence[Held]
    given_up: Sequence[Held]
    mailings: Sequence[Coming]
    #: failures, mails in doubt and bounces that `nurture explain` tells of
    troubles: int
    #: chat lines that no room has taken
    lines: int
    #: splits that were decided in the last days
    splits: Sequence[Decided] = ()
    #: unhappy answers whose givers nobody got in touch with by the next business day
    unhappy: int = 0

    @property
    def nothing(self) -> bool:
        """Nobody has to do anything."""
        return not (self.tasks or self.hot or self.quiet_deals or self.revisits or self.routine)


def today(runtime: Runtime, locale: str, member: str = "") -> Today:
    """Return the day as it stands; `member` is a sender key or an address.

    Raises NurtureError where nobody of the team is known by that name.
    """
    with read(runtime.engine) as connection:
        return today_at(runtime, connection, locale, member)


def today_at(runtime: Runtime, connection: Connection, locale: str, member: str = "") -> Today:
    """As `today`, inside an open transaction."""
    now = runtime.clock.now()
    house = house_at(runtime, connection)
    zone = house.zone
    day = now.astimezone(zone).date()
    start, until = at_wall(day, time(), zone), at_wall(day + timedelta(days=1), time(), zone)
    person = _member(connection, member)
    one = whose(person, house)
    counts = desk.task_counts(connection, now, until, one)
    return Today(
        now=now,
        zone=zone,
        day=day,
        member=person.name if person is not None else "",
        routine=house.routine.get(day.weekday(), ()),
        counts=counts,
        tasks=[
            DueTask(
                row.id, row.title, row.kind, row.due_at, row.key < now, _who(row, row.contact_id)
            )
            for row in desk.tasks_until(connection, until, one, MOST)
        ],
        hot=_hot(connection, house, one, now, locale),
        quiet_deals=[
            Promise(_who(row, row.contact_id), row.meeting_at, row.external_id or "")
            for row in desk.quiet_deals(connection, one, MOST)
        ],
        revisits=[
            Promise(
                _who(row, row.contact_id), row.revisit_at, _promised(row.revisit_reason, locale)
            )
            for row in desk.revisits_until(connection, until + _AHEAD, one, MOST)
        ],
        flows=[
            Flow(name, house.titles.get(name, name), **counted)
            for name, counted in desk.mails_between(connection, start, until).items()
        ],
        held=[
            Held(_why(row.reason, locale, house), row.number, row.until)
            for row in desk.held_back(connection)
        ],
        given_up=[
            Held(_why(row.reason or row.kind, locale, house), row.number)
            for row in desk.given_up_since(connection, start)
        ],
        mailings=[
            Coming(row.name, house.titles.get(row.name, row.name), row.state, row.at)
            for row in desk.mailings_until(connection, until + _AHEAD)
        ],
        troubles=sum(1 for row in status_counts.troubles(connection, 100) if row.at >= start),
        lines=desk.lines_not_taken(connection, start),
        unhappy=_unhappy(connection, house, person, now),
        splits=[
            Decided(
                row.workflow,
                house.titles.get(row.workflow, row.workflow),
                row.step,
                row.at,
                why_decided(row, locale, zone),
            )
            for row in experiments.decided_since(connection, start - _BACK, MOST)
        ],
    )


def _unhappy(connection: Connection, house: House, person: Row[Any] | None, now: datetime) -> int:
    return sum(
        waiting(house.calendar, "open", row.opened_at, now).overdue
        for row in nps_figures.untouched(connection)
        if person is None or row.owner_id == person.id
    )


def whose(person: Row[Any] | None, house: House) -> desk.Whose:
    """Return whose desk it is: a team member's row, or everybody's where there is none."""
    if person is None:
        return desk.Whose()
    return desk.Whose(person.id, bool(person.key) and person.key == house.default_sender)


def _member(connection: Connection, named: str) -> Row[Any] | None:
    if not named:
        return None
    found = team.member_of(connection, named)
    if found is None:
        known = [row.key for row in team.members(connection) if row.key]
        raise NurtureError(
            say("nobody of the team is known as '{named}'", named=named),
            say("known: {known}", known=known),
        )
    return found


def _hot(
    connection: Connection, house: House, one: desk.Whose, now: datetime, locale: str
) -> list[HotLead]:
    rows = desk.hot_leads(connection, one, MOST)
    last = desk.newest_events(connection, [row.contact_id for row in rows])
    found = []
    for row in rows:
        event = last.get(row.contact_id)
        engagement = Engagement(row.engagement, row.scored_at)
        found.append(
            HotLead(
                _who(row, row.contact_id),
                row.temperature_at,
                glossary.word(glossary.STAGES, row.lifecycle, locale),
                score_at(engagement, row.fit, house.half_life, now),
                name_of(event.type, locale) if event is not None else "",
                event.occurred_at if event is not None else None,
            )
        )
    return found


def _who(row: Row[Any], contact_id: int | None) -> Who:
    name = full_name(row.family_name, row.given_name, row.locale or "ja") or row.email or ""
    member = row._mapping.get("member") or row._mapping.get("assignee") or ""
    return Who(contact_id, name, row.account_name or "", member)


def _promised(reason: str | None, locale: str) -> str:
    """Return why we promised to come back: a code of a return, a call or a loss, or words."""
    for words in (glossary.RETURNS, LOSS_REASONS):
        if reason in words:
            return glossary.word(words, reason, locale)
    return reason or ""


def _why(code: str, locale: str, house: House) -> str:
    """Return why mails wait, in words that hold for all that wait for the same."""
    if code in glossary.HELD_BACK:
        return glossary.word(glossary.HELD_BACK, code, locale)
    return sentences.reason(code, {}, locale, house.zone, house.titles)
