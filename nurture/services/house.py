"""What pages need of the live release, whether or not anything is published yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from nurture.db.engine import read
from nurture.db.releases import newest_id
from nurture.domain.policy import Calendar
from nurture.domain.scoring import FitRule
from nurture.domain.survey import Survey
from nurture.domain.workflow import Workflow
from nurture.services.runtime import Runtime

_NO_CALENDAR = Calendar("UTC", frozenset(), (), {})


@dataclass(frozen=True, slots=True)
class House:
    """Names, rules and places of the live release; harmless values where there is none."""

    release_id: int | None = None
    calendar: Calendar = _NO_CALENDAR
    #: nobody has points that could fade before something is published
    half_life: timedelta = timedelta(days=30)
    fit: tuple[FitRule, ...] = ()
    workflows: Mapping[str, Workflow] = field(default_factory=dict)
    #: workflow → title
    titles: Mapping[str, str] = field(default_factory=dict)
    count_unknown_opens: bool = True
    senders: tuple[str, ...] = ()
    #: who stands in for nobody, and for those who left
    default_sender: str = ""
    #: weekday (Monday is 0) → what the team does that day
    routine: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    surveys: Mapping[str, Survey] = field(default_factory=dict)
    #: sender key → name by locale
    sender_names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def zone(self) -> ZoneInfo:
        """The zone that the calendar is kept in."""
        return ZoneInfo(self.calendar.zone)


def house_at(runtime: Runtime, connection: Connection) -> House:
    """Return what the live release says."""
    release_id = newest_id(connection)
    if release_id is None:
        return House()
    said = runtime.releases.get(connection, release_id).definitions
    return House(
        release_id=release_id,
        calendar=said.calendar,
        half_life=said.scoring.half_life,
        fit=said.scoring.fit,
        workflows=said.workflows,
        titles={
            **{name: one.title or name for name, one in said.workflows.items()},
            **{name: one.title or name for name, one in said.mailings.items()},
        },
        count_unknown_opens=said.policy.evidence.count_unknown_opens,
        senders=tuple(said.policy.senders),
        default_sender=said.policy.default_sender,
        routine=said.policy.routine,
        surveys=said.surveys,
        sender_names={key: sender.name for key, sender in said.policy.senders.items()},
    )


def company_name(runtime: Runtime, locale: str) -> str:
    """Return our company's name in a language; empty where nothing is published yet."""
    with read(runtime.engine) as connection:
        if newest_id(connection) is None:
            return ""
        policy = runtime.releases.live(connection).definitions.policy
    names = policy.legal.company
    return names.get(locale) or names.get(policy.default_locale) or next(iter(names.values()), "")
