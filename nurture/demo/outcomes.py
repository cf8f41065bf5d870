"""What a season came to: sales, seminars, broadcasts, choices, chat."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nurture.db import demo_figures, demo_season
from nurture.db.demo_season import Carried, Chased, Chosen
from nurture.db.engine import read
from nurture.demo.diary import Diary, DryRunNote
from nurture.domain.kpi import Conversion, FirstCalls
from nurture.services import mailing_reports
from nurture.services.mailing_reports import MailingReport
from nurture.services.runtime import Runtime
from nurture.services.seminar_report import SeminarReport, all_seminars
from nurture.services.stages import stages

#: events that tell of the way back
_EVENTS = ("revisit.due", "deal.stale", "owner.changed", "lead.returned", "lead.accepted")


@dataclass(frozen=True, slots=True)
class SeasonFigures:
    """What a season came to."""

    #: stage → contacts who stand there
    stages: Mapping[str, int]
    conversion: Conversion
    calls: FirstCalls
    chased: Chased
    by_mail: int
    task_outcomes: Mapping[str, Counter[str]]
    deals: Counter[str]
    events: Mapping[str, int]
    seminars: Sequence[SeminarReport]
    #: broadcasts that began, each with what its dry run said before, if one was made
    broadcasts: Sequence[tuple[MailingReport, DryRunNote | None]]
    chosen: Chosen
    carried: Carried
    #: lines that the room heard, and that SQL says it took
    chat: Sequence[str]
    chat_said: int
    #: what the marketer had planned and these files did not allow, in sentences
    left_out: Sequence[str] = ()


def season_of(runtime: Runtime, chat: Sequence[str], diary: Diary) -> SeasonFigures:
    """Count it; `chat` are the lines that the room heard."""
    view = stages(runtime)
    foreseen = {one.broadcast: one for one in diary.notes()}
    lists = mailing_reports.listed(runtime)
    began = [one.name for one in (*lists.over, *lists.running) if one.row.seminar is None]
    with read(runtime.engine) as connection:
        return SeasonFigures(
            stages={one.stage: one.contacts for one in view.stages},
            conversion=view.conversion,
            calls=view.calls,
            chased=demo_season.chased(connection),
            by_mail=demo_season.done_by_mail(connection),
            task_outcomes=demo_season.task_outcomes(connection),
            deals=demo_season.deals(connection),
            events=demo_figures.events_of(connection, _EVENTS),
            seminars=all_seminars(runtime)[0],
            broadcasts=[
                (mailing_reports.report(runtime, name), foreseen.get(name)) for name in began
            ],
            chosen=demo_season.chosen(connection),
            carried=demo_season.carried(connection),
            chat=chat,
            chat_said=demo_season.said(connection),
            left_out=diary.left_out(),
        )


def wrong_with(found: SeasonFigures) -> list[str]:
    """Say what of a season does not add up, in sentences."""
    if len(found.chat) == found.chat_said:
        return []
    return [f"the room heard {len(found.chat)} lines, and SQL says {found.chat_said} were said"]


def missing_from(found: SeasonFigures) -> list[str]:
    """Name what a full season brings and this one did not."""
    outcomes: Counter[str] = sum(found.task_outcomes.values(), Counter())
    held = [one for one in found.seminars if one.turnout.came]
    buttons = ("called", "accepted", "returned", "meeting_set", "met", "proposed", "done")
    wanted = {
        **{f"no task ended as {one}": outcomes[one] > 0 for one in buttons},
        "no task is left open": outcomes["open"] > 0,
        "nothing was recorded by a mail's button": found.by_mail > 0,
        "nobody was reminded": found.chased.reminded > 0,
        "no late call was told on": found.chased.escalated > 0,
        "no meeting went without a record": found.events.get("deal.stale", 0) > 0,
        "nobody was to be called again on a day": found.events.get("revisit.due", 0) > 0,
        "no deal was won": found.deals["won"] > 0,
        "no deal was lost": found.deals["lost"] > 0,
        "no seminar had guests": bool(held),
        "nobody missed a seminar": any(one.turnout.missed for one in held),
        "nobody was told that a seminar moved": any(one.mails.corrected for one in found.seminars),
        "no broadcast went out": any(one.line.count.sent for one, _ in found.broadcasts),
        "nobody changed preferences": found.chosen.changes > 0,
        "nothing of the library was picked": bool(found.carried.items),
        "no PDF was attached": found.carried.attached > 0,
        "no new owner named whom they follow": found.carried.introduced > 0,
        "nothing was said in the team's room": bool(found.chat),
    }
    lacking = [what for what, happened in wanted.items() if not happened]
    return [*lacking, *(f"left out on {what}" for what in found.left_out)]
