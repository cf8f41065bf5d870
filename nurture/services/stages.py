"""The one definition of stages that marketing and sales share, with what came of it lately."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row

from nurture.db import contacts as people
from nurture.db import stage_figures, status_counts
from nurture.db.engine import read, write
from nurture.db.events import NewEvent, record
from nurture.domain import kpi
from nurture.domain.addresses import canonical
from nurture.domain.conditions import Condition
from nurture.domain.lifecycle import ORDER, RETURNABLE, Stage
from nurture.domain.scoring import Handoff, Scoring
from nurture.errors import NotFoundError, NurtureError
from nurture.language import say
from nurture.services.runtime import DECIDE, Runtime

#: every stage, in the order in which pages show them
SHOWN = (*ORDER, Stage.LOST)


@dataclass(frozen=True, slots=True)
class Way:
    """A way into a stage."""

    come_from: tuple[str, ...]
    #: None: sales gives the lead back
    condition: Condition | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class StageView:
    """A stage: how one comes there, and who stands there now."""

    stage: str
    ways: Sequence[Way]
    contacts: int
    #: set where sales takes over
    handoff: Handoff | None


@dataclass(frozen=True, slots=True)
class Forecast:
    """Contracts a year, were things to go on as in the window."""

    leads_per_month: float
    #: won by leads, 0 to 1
    rate: float
    per_year: float
    #: the same with ten more of a hundred leads won
    better_rate: float
    better_per_year: float


@dataclass(frozen=True, slots=True)
class Stages:
    """All stages, the release that defines them, and the shared figures."""

    now: datetime
    zone: ZoneInfo
    release: Row[Any] | None
    stages: Sequence[StageView]
    conversion: kpi.Conversion
    calls: kpi.FirstCalls
    #: reason → leads given back
    returns: Mapping[str, int]
    #: language in which `reason` of the ways is written
    locale: str
    #: without those who were referred; None: no leads in the window
    forecast: Forecast | None
    #: days that the figures look back
    days: int = kpi.WINDOW.days
    new_to_kept_cost: int = kpi.NEW_TO_KEPT_COST


def stages(runtime: Runtime) -> Stages:
    """Return the stages as the live release defines them. Raises NurtureError without one."""
    now = runtime.clock.now()
    since = now - kpi.WINDOW
    with read(runtime.engine) as connection:
        definitions = runtime.releases.live(connection).definitions
        scoring = definitions.scoring
        moves = stage_figures.moves(connection, since)
        standing = stage_figures.counts(connection)
        referred = stage_figures.referred(connection)
        return Stages(
            now=now,
            zone=ZoneInfo(definitions.calendar.zone),
            release=status_counts.live_release(connection),
            stages=[_view(scoring, stage, standing.get(stage, 0)) for stage in SHOWN],
            conversion=kpi.mql_to_sql(moves, now, definitions.policy.mql_to_sql_target),
            calls=kpi.first_calls(stage_figures.handoffs(connection, since), now),
            returns=kpi.returns_by_reason(stage_figures.return_reasons(connection, since)),
            locale=definitions.policy.default_locale,
            # Referrals come late and unevenly: they have a forecast of their own (KPIs).
            forecast=_forecast(
                [one for one in moves if one.contact_id not in referred], since, now
            ),
        )


def _view(scoring: Scoring, stage: Stage, contacts: int) -> StageView:
    ways = [
        Way(rule.come_from, rule.condition, rule.reason)
        for rule in scoring.lifecycle
        if rule.stage == stage
    ]
    if stage is Stage.LEAD:
        ways.append(Way(tuple(str(one) for one in RETURNABLE), None))
    handoff = scoring.handoff
    takes_over = handoff is not None and handoff.stage == stage
    return StageView(str(stage), ways, contacts, handoff if takes_over else None)


def _forecast(moves: Sequence[kpi.Move], since: datetime, now: datetime) -> Forecast | None:
    leads = kpi.monthly(moves, Stage.LEAD, since, now)
    if not leads:
        return None
    rate = min(1.0, kpi.monthly(moves, Stage.CUSTOMER, since, now) / leads)
    better = min(1.0, rate + 0.1)
    return Forecast(
        leads,
        rate,
        kpi.contracts_per_year(leads, rate),
        better,
        kpi.contracts_per_year(leads, better),
    )


def assign(runtime: Runtime, address: str, stage: str, reason: str, by: str) -> str:
    """Set a contact's stage as a person decides; return the stage it had.

    Rules do not undo it: only what happens from now on leads further. Raises NotFoundError
    where nobody is known by the address, NurtureError for an unknown stage, without a reason
    and where the contact stands there already.
    """
    known = [str(one) for one in SHOWN]
    if stage not in known:
        raise NurtureError(
            say("there is no stage '{stage}'", stage=stage),
            say("known: {known}", known=known),
        )
    if not reason.strip():
        raise NurtureError(say("a stage set by hand needs a reason"), say("say --reason"))
    with write(runtime.engine) as connection:
        now = runtime.clock.now()
        contact_id = people.find(connection, people.EMAIL, canonical(address))
        if contact_id is None:
            raise NotFoundError(say("nobody is known as '{address}'", address=address))
        old = stage_figures.stage_of(connection, contact_id)
        if old == stage:
            raise NurtureError(
                say("{address} stands at {stage} already", address=address, stage=stage)
            )
        said = {"stage": stage, "reason": reason.strip()[:500], "by": by}
        record(connection, [NewEvent("lifecycle.assigned", contact_id, now, "cli", said)], now)
    runtime.ring(DECIDE)
    return old
