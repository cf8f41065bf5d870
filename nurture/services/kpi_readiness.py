"""Readiness, the week's routine with real counts, and what has grown old: from files and data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from nurture.db import kpi_setup
from nurture.db.engine import read
from nurture.db.kpi_setup import Trial, Week
from nurture.domain.benchmarks import Advice, advice
from nurture.domain.checklists import (
    CONTACT_WITHIN,
    REPORT_WITHIN,
    Checklist,
    Setup,
    checklists,
)
from nurture.domain.definitions import Definitions
from nurture.domain.kpi_book import Book
from nurture.domain.offer_review import OFFER_AGES_AFTER
from nurture.domain.purpose import Purpose
from nurture.domain.referral_kpis import first_contact_in_time
from nurture.domain.referral_program import Program
from nurture.domain.steps import Send, Task
from nurture.domain.workflow import Workflow
from nurture.language import Said, say
from nurture.services.kpis import Kpis, kpis_at
from nurture.services.offer_looks import looks_now
from nurture.services.runtime import Runtime

#: what referrers hand on is looked through each quarter
KIT_AGES_AFTER = timedelta(days=90)
#: slim, script, trial, review, retry: two days each (001)
CYCLE = timedelta(days=10)


@dataclass(frozen=True, slots=True)
class Aged:
    """An offer, or the kit of a programme, and when somebody last looked it through."""

    program: str
    #: key of the offer; "" for the kit
    offer: str
    title: Mapping[str, str]
    #: None: nobody said
    on: date | None
    days: int | None

    @property
    def old(self) -> bool:
        """Whether it is to be looked through again."""
        limit = OFFER_AGES_AFTER if self.offer else KIT_AGES_AFTER
        return self.days is None or self.days > limit.days


@dataclass(frozen=True, slots=True)
class Running:
    """A comparison that runs, against a cycle of ten days."""

    trial: Trial
    days: int

    @property
    def over(self) -> bool:
        """Whether its cycle is over and nobody decided."""
        return self.days >= CYCLE.days


@dataclass(frozen=True, slots=True)
class Day:
    """A weekday of the routine: what is done, and what the numbers say."""

    #: Monday is 0
    number: int
    routine: Sequence[str]
    counts: Sequence[Said]
    today: bool


@dataclass(frozen=True, slots=True)
class Readiness:
    """All of it."""

    now: datetime
    zone: ZoneInfo
    checklists: Sequence[Checklist]
    week: Sequence[Day]
    aged: Sequence[Aged]
    running: Sequence[Running]
    advice: Sequence[Advice]


def readiness(runtime: Runtime) -> Readiness:
    """Return how ready the house is. Raises NurtureError before anything is published."""
    with read(runtime.engine) as connection:
        now = runtime.clock.now()
        return readiness_at(runtime, connection, kpis_at(runtime, connection, now))


def readiness_at(runtime: Runtime, connection: Connection, found: Kpis) -> Readiness:
    """Return the same in somebody's transaction, beside figures that are known."""
    release = runtime.releases.live(connection)
    now, definitions = found.now, found.definitions
    data = kpi_setup.seen(connection, now)
    has_report = release.templates.has("team/kpis") and (
        definitions.policy.kpis.report_at is not None
    )
    day = now.astimezone(found.zone).date()
    counts = kpi_setup.week(connection, now, data)
    return Readiness(
        now=now,
        zone=found.zone,
        checklists=checklists(setup_of(definitions, data, now, has_report, found.book)),
        week=_week(definitions, counts, day),
        aged=list(_aged(connection, definitions, now)),
        running=[Running(one, (now - one.started_at).days) for one in kpi_setup.trials(connection)],
        advice=advice(found.book),
    )


def setup_of(
    definitions: Definitions, data: kpi_setup.Seen, now: datetime, report_goes: bool, book: Book
) -> Setup:
    """Return what files, data and the figures of a period say of the programme."""
    contacts = first_contact_in_time(book)
    programs = definitions.programs
    flows = definitions.workflows.values()
    said: dict[str, Any] = {name: getattr(data, name) for name in data.__slots__}

    def those(test: Any) -> list[str]:
        return [name for name, one in programs.items() if test(one)]

    return Setup(
        now=now,
        programs=list(programs),
        with_ideal=those(lambda one: one.wanted.industries and one.wanted.problem),
        with_benefit=those(lambda one: all(offer.benefit for offer in one.offers.values())),
        both_sides=those(lambda one: any(o.referred is not None for o in one.offers.values())),
        with_rules=those(_has_rules),
        with_mail_text=those(lambda one: one.kit.mail),
        with_sns_text=those(lambda one: one.kit.sns),
        with_script=those(lambda one: one.kit.pitch and one.kit.outcome),
        with_timing=those(lambda one: one.timings),
        with_handler=those(lambda one: one.handled_by),
        contact_in_time=those(lambda one: one.timers.contact <= CONTACT_WITHIN),
        report_in_time=those(lambda one: one.timers.report <= REPORT_WITHIN),
        uncleared_cash=those(_has_uncleared_cash),
        surveys=len(definitions.surveys),
        asking=[one.name for one in flows if _asks(one)],
        reporting=[one.name for one in flows if _reports(one)],
        thanking=[one.name for one in flows if _has_card(one)],
        report_goes=report_goes,
        owner=definitions.policy.kpis.owner,
        referrals=len(book.counted),
        contacts_due=contacts.whole,
        contacts_kept=contacts.part,
        **said,
    )


def _has_rules(one: Program) -> bool:
    rules = one.rules
    return bool(rules.payment and rules.exclusions and rules.privacy and rules.reports)


def _has_uncleared_cash(one: Program) -> bool:
    cash = any(
        reward is not None and reward.kind == "cash"
        for offer in one.offers.values()
        for reward in (offer.referrer, offer.referred)
    )
    return cash and not one.rewards.legal_approved


def _asks(flow: Workflow) -> bool:
    return not flow.subject_field and any(
        isinstance(step, Send) and flow.purpose_of(step) is Purpose.REFERRAL
        for step in flow.graph.steps.values()
    )


def _reports(flow: Workflow) -> bool:
    return flow.subject_field == "referral" and any(
        isinstance(step, Send) for step in flow.graph.steps.values()
    )


def _has_card(flow: Workflow) -> bool:
    return any(isinstance(step, Task) and step.kind == "card" for step in flow.graph.steps.values())


def _aged(connection: Connection, definitions: Definitions, now: datetime) -> Iterable[Aged]:
    day = now.astimezone(ZoneInfo(definitions.calendar.zone)).date()
    for one in definitions.programs.values():
        kit = one.kit.updated
        yield Aged(one.name, "", one.title, kit, (day - kit).days if kit is not None else None)
        for look in looks_now(connection, definitions, one, now):
            yield Aged(one.name, look.offer.key, look.offer.title, look.on, look.days)


def _week(definitions: Definitions, one: Week, day: date) -> list[Day]:
    counts: tuple[list[Said], ...] = (
        [
            say("NPS answers: {number}", number=one.answers),
            say("candidates: {number}", number=one.candidates),
            say("unhappy people followed up: {number}", number=one.open_loops),
        ],
        [
            say("results reported: {number}", number=one.reports),
            say("asks: {number}", number=one.asks),
        ],
        [say("guests of seminars and events: {number}", number=one.guests)],
        [
            say("open referrals: {number}", number=one.open_referrals),
            say("promises that are over: {number}", number=one.late),
            say("cards to write: {number}", number=one.cards),
        ],
        [
            say("referrals: {number}", number=one.referrals),
            say("won: {number}", number=one.wins),
        ],
    )
    routine = definitions.policy.routine
    return [
        Day(number, routine.get(number, ()), found, number == day.weekday())
        for number, found in enumerate(counts)
    ]
