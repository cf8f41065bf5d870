"""The NPS report: one object that command, page and other programs read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from nurture.db import nps_figures as figures
from nurture.db.contact_facts import full_name
from nurture.db.engine import read
from nurture.domain import nps_accounts as by_account
from nurture.domain.kpi_values import Rates
from nurture.domain.loop_waiting import Waiting, waiting
from nurture.domain.nps import (
    Group,
    Invited,
    Nps,
    ScoreLine,
    Silent,
    by_driver,
    group,
    groups,
    in_rounds,
    never_answered,
    newest,
    nps,
    per_score,
)
from nurture.domain.nps_accounts import Account, Gap, Person, Quadrants
from nurture.domain.survey import Band, Survey, band
from nurture.domain.survey_answers import is_candidate
from nurture.domain.survey_rhythm import YEAR
from nurture.errors import NotFoundError
from nurture.language import say
from nurture.services.releases import LiveRelease
from nurture.services.runtime import Runtime

#: rounds of the trend
_ROUNDS = 8
#: of states that a person has something to do with
OPEN = ("open", "contacted", "resolved")
#: comments that are shown
_COMMENTS = 20


@dataclass(frozen=True, slots=True)
class Promoter:
    """A promoter, and what has become of asking them."""

    contact_id: int
    score: int
    answered_at: datetime
    drivers: tuple[str, ...]
    #: may be asked for an introduction, by the survey's `candidate_from`
    candidate: bool
    asks: int = 0
    last_asked: datetime | None = None
    #: what they said to the newest ask that they answered
    said: str = ""
    referrals: int = 0
    won: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """What of a survey's invitations a report is about; by default all."""

    account_id: int | None = None
    #: role when asked; "unknown": those of whom none was known
    role: str = ""
    #: asked from this moment on, and before that one
    since: datetime | None = None
    until: datetime | None = None

    def has(self, one: Invited) -> bool:
        """Say whether an invitation is part of it."""
        return (
            self.account_id in (None, one.account_id)
            and self.role in ("", one.role or "unknown")
            and (self.since is None or one.asked_at >= self.since)
            and (self.until is None or one.asked_at < self.until)
        )


#: the whole of a survey
WHOLE = Part()


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that a survey says."""

    survey: Survey
    now: datetime
    #: of the rounds of the last 365 days; each invitation with the newest answer to it
    year: Group
    #: newest answers of everybody, of any round: how people stand today
    today: Nps
    #: oldest first
    rounds: Mapping[str, Group]
    roles: Mapping[str, Group]
    drivers: Mapping[str, Nps]
    accounts: Mapping[int, Nps]
    plane: Quadrants
    gaps: Sequence[Gap]
    #: why no gap can be told: "" or no_rate
    gaps_unknown: str
    rare: Sequence[tuple[Account, int]]
    silent: Sequence[Silent]
    promoters: Sequence[Promoter]
    scores: Sequence[ScoreLine]
    loops: Sequence[Row[Any]]
    comments: Sequence[Row[Any]]
    currency: str
    #: response rate that the house aims at, 0 to 1 (`kpis.response_target`); None: nobody said
    target: float | None = None
    #: contact → how to name them
    names: Mapping[int, Row[Any]] = field(default_factory=dict)
    #: loop → how long it has waited
    waits: Mapping[int, Waiting] = field(default_factory=dict)
    account_names: Mapping[int, str] = field(default_factory=dict)

    def name(self, contact_id: int, locale: str) -> str:
        """Return a person's name, else their address."""
        row = self.names.get(contact_id)
        if row is None or row.erased:
            return "—"
        return full_name(row.family_name, row.given_name, row.locale or locale) or row.email or "—"

    def company(self, contact_id: int) -> str:
        """Return the company of a person, empty where none is known."""
        row = self.names.get(contact_id)
        return (row.account or "") if row is not None else ""


def report(runtime: Runtime, name: str | None = None, part: Part = WHOLE) -> Report:
    """Return what a survey says; the only one, or the first by name, where none is named.

    `part`: by these invitations alone.

    NotFoundError where no file writes one down.
    """
    now = runtime.clock.now()
    with read(runtime.engine) as connection:
        if not runtime.releases.published(connection):
            raise NotFoundError(say("nothing is published yet"), say("run: nurture publish"))
        release = runtime.releases.live(connection)
        known = release.definitions.surveys
        wanted = name or next(iter(sorted(known)), None)
        survey = known.get(wanted or "")
        if survey is None:
            if name is None:
                hint = say("write workflows/nps.yaml; docs/reference.md lists its keys")
                raise NotFoundError(say("no survey is published"), hint)
            raise NotFoundError(
                say("no survey '{name}' is published", name=name),
                say("known: {known}", known=sorted(known)),
            )
        return _report(connection, release, survey, now, part)


def _report(
    connection: Connection, release: LiveRelease, survey: Survey, now: datetime, part: Part
) -> Report:
    every = [one for one in figures.invitations(connection, survey.name) if part.has(one)]
    rounds = in_rounds(every)
    year = [one for one in rounds if now - one.asked_at < YEAR]
    rates = release.definitions.policy.kpis.rates
    accounts, people = _customers(connection, rates, now)
    latest = newest(every)
    found = by_account.account_nps(every, now)
    threshold = rates.convert(survey.coverage.revenue, survey.coverage.currency)
    referred = figures.referrals(connection)
    loops = figures.loops(connection, OPEN)
    comments = figures.comments(connection, survey.name, _COMMENTS)
    gaps = by_account.coverage(accounts, people, every, survey.coverage, threshold, now)
    silent = never_answered(every, now)
    scores = {who: one.score for who, one in latest.items() if one.score is not None}
    named = {one.contact_id for one in silent} | set(latest)
    named |= {row.contact_id for row in (*loops, *comments)}
    named |= {who for gap in gaps for who in gap.next}
    by_round = groups(rounds, lambda one: one.round)
    keys = [one.key for one in survey.drivers]
    return Report(
        survey=survey,
        now=now,
        year=group(year),
        today=nps(scores.values()),
        rounds=dict(list(by_round.items())[-_ROUNDS:]),
        roles=groups(year, lambda one: one.role or ""),
        drivers=by_driver(year, keys),
        accounts=found,
        plane=by_account.quadrants(accounts, found),
        gaps=gaps,
        gaps_unknown="no_rate" if threshold is None else "",
        rare=by_account.rarely_asked(accounts, every, now),
        silent=silent,
        promoters=_promoters(connection, survey, latest, referred),
        scores=per_score(scores, {who: count for who, (count, _) in referred.items()}),
        loops=loops,
        comments=comments,
        currency=rates.currency,
        target=release.definitions.policy.kpis.response_target,
        names=figures.names(connection, sorted(named)),
        waits={
            row.id: waiting(release.definitions.calendar, row.state, row.opened_at, now)
            for row in loops
        },
        account_names={one.id: one.name for one in accounts},
    )


def _customers(
    connection: Connection, rates: Rates, now: datetime
) -> tuple[list[Account], list[Person]]:
    rows = figures.customers(connection)
    amounts: dict[int, list[tuple[float | None, str | None]]] = {}
    for deal in figures.won(connection, now - YEAR):
        if deal.account_id is not None:
            amounts.setdefault(deal.account_id, []).append((deal.amount, deal.currency))
    names = {row.account_id: row.name for row in rows}
    accounts = [
        Account(one, names[one], rates.total(amounts.get(one, ())).known) for one in sorted(names)
    ]
    return accounts, [
        Person(row.id, row.account_id, figures.part_of(row, row.role)) for row in rows
    ]


def _promoters(
    connection: Connection,
    survey: Survey,
    latest: Mapping[int, Invited],
    referred: Mapping[int, tuple[int, int]],
) -> list[Promoter]:
    """Return promoters and candidates, those who have not been asked first."""
    asks, said = figures.asks(connection), figures.newest_ask_answers(connection)
    found = []
    for who, one in latest.items():
        if one.score is None or one.answered_at is None:
            continue
        candidate = is_candidate(survey, one.score)
        if band(one.score) is not Band.PROMOTER and not candidate:
            continue
        ask = asks.get(who)
        count, won = referred.get(who, (0, 0))
        found.append(
            Promoter(
                who, one.score, one.answered_at, one.drivers, candidate,
                ask.asks if ask is not None else 0, ask.last if ask is not None else None,
                said.get(who, ""), count, won,
            )
        )  # fmt: skip
    return sorted(found, key=lambda one: (one.asks, -one.score, one.contact_id))
