"""Replaying history under other rules of scoring and stages, by the code that scores for real.

What people did comes again at the end of each day on which it happened, into a house without
journeys; scores, temperatures, stages and hand-offs follow as they would have. What our own
people and sales did (calls, acceptances, deals) comes as it was: nobody knows what they
would have done otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from nurture.compiler.sources import read_sources
from nurture.db import history
from nurture.db.engine import read, write
from nurture.db.events import NewEvent, record
from nurture.db.releases import files_of, newest_id
from nurture.domain.backtest import GOOD, Comparison, Course, Stand, compare
from nurture.domain.lifecycle import Stage
from nurture.domain.scoring import Engagement, score_at
from nurture.errors import NurtureError
from nurture.language import say
from nurture.services.runtime import Runtime
from nurture.services.setting_aside import take_in
from nurture.simulate.world import Project, World

#: kinds of files that start or send something: a replay does without them
_ACTIVE = ("workflow", "broadcast", "seminar", "library")

#: what came to pass is looked at so often
DAY = timedelta(days=1)

#: contacts of one transaction
_BATCH = 1_000

#: called with (days done, days in all)
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Backtest:
    """A comparison, and who its contacts are."""

    comparison: Comparison
    #: contact → (name, company, address)
    who: Mapping[int, tuple[str, str, str]]
    events: int
    #: stage at which marketing hands over
    handoff: str
    #: the proposed rules say what the live ones say
    same_rules: bool


def backtest(
    house: Runtime,
    files: Mapping[str, bytes],
    days: int,
    progress: Progress | None = None,
) -> Backtest:
    """Replay the whole history under the live rules and under those of `files`, and compare.

    Figures are of the last `days` days. The house's database is only read. Raises
    NurtureError where nothing is published or nothing has happened yet, DefinitionError
    where the files have errors.
    """
    now = house.clock.now()
    with read(house.engine) as connection:
        release_id = newest_id(connection)
        if release_id is None:
            raise NurtureError(say("nothing is published yet"), say("run `nurture publish`"))
        known = history.span(connection)
        if known is None:
            raise NurtureError(say("nothing has happened yet that could be replayed"))
        live_files = passive(files_of(connection, release_id))
        half_life = house.releases.live(connection).definitions.scoring.half_life
        record_of = {row.id: _stand(row, now, half_life) for row in history.standings(connection)}
        won: dict[int, datetime] = {}
        for contact_id, moment, stage in history.moves(connection, "lifecycle.changed"):
            if stage in GOOD:
                won.setdefault(contact_id, moment)
    proposed = Project.of(passive(files), now)
    live = Project.of(live_files, now)
    first = known.first - timedelta(seconds=1)
    # The same rules make the same course.
    same = live.definitions.scoring == proposed.definitions.scoring
    rules = (live,) if same else (live, proposed)
    days_each = max(1, -(-(now - first) // DAY))
    courses: list[Course] = []
    for number, project in enumerate(rules):

        def told(done: int, before: int = number * days_each) -> None:
            if progress is not None:
                progress(before + min(done, days_each), len(rules) * days_each)

        courses.append(_replay(house, project, first, now, told))
    scoring = proposed.definitions.scoring
    handoff = str(scoring.handoff.stage) if scoring.handoff else str(Stage.MQL)
    since = max(now - timedelta(days=days), known.first)
    comparison = compare(courses[0], courses[-1], record_of, won, handoff, since, now)
    with read(house.engine) as connection:
        who = {row.id: _who(row) for row in history.standings(connection)}
    return Backtest(comparison, who, known.events, handoff, same)


def passive(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the files without those that start or send anything, and without templates."""
    definitions = {path: text for path, text in files.items() if path.startswith("workflows/")}
    sources = read_sources(definitions)
    gone = {source.report.file for kind in _ACTIVE for source in sources.of(kind)}
    return {path: text for path, text in definitions.items() if path not in gone}


def _replay(
    house: Runtime, project: Project, start: datetime, end: datetime, told: Callable[[int], None]
) -> Course:
    world = World.empty(start, like=house, compiled=project.compiled)
    with read(house.engine) as source:
        with write(world.engine) as target:
            history.copy_people(source, target)
        # Only now: a publication writes down who is in the team.
        world.publish(project)
        day, waiting, done = start + DAY, list[NewEvent](), 0
        for row in history.happenings(source):
            while row.occurred_at > day:
                _pass_day(world, day, waiting)
                waiting, day, done = [], day + DAY, done + 1
                told(done)
            waiting.append(_again(row))
        while day < end:
            _pass_day(world, day, waiting)
            waiting, day, done = [], day + DAY, done + 1
            told(done)
        _pass_day(world, end, waiting)
    scoring = project.definitions.scoring
    with read(world.engine) as connection:
        course = Course(
            stands={
                row.id: _stand(row, end, scoring.half_life) for row in history.standings(connection)
            },
            stages=history.moves(connection, "lifecycle.changed"),
            temperatures=history.moves(connection, "temperature.changed"),
        )
    world.close()
    return course


def _pass_day(world: World, evening: datetime, waiting: list[NewEvent]) -> None:
    """Let what happened in a day come in at its end, and time do its part."""
    world.clock.move_to(max(evening, world.now))
    if waiting:
        with write(world.engine) as connection:
            record(connection, waiting, world.now)
    while take_in(world.runtime, _BATCH):
        pass


def _again(row: Row[Any]) -> NewEvent:
    """Return an event as it is told once more: judged already, its own time kept."""
    properties = {
        name: value
        for name, value in (row.properties or {}).items()
        # It stood for a row of the real house.
        if name not in ("enrolment", "enrolment_id")
    }
    return NewEvent(
        row.type,
        row.contact_id,
        row.occurred_at,
        row.source,
        properties,
        message_id=row.message_id,
        evidence=(row.verdict, "replayed") if row.verdict is not None else None,
    )


def _stand(row: Row[Any], now: datetime, half_life: timedelta) -> Stand:
    score = score_at(Engagement(row.engagement, row.scored_at), row.fit, half_life, now)
    return Stand(row.temperature, row.lifecycle, score)


def _who(row: Row[Any]) -> tuple[str, str, str]:
    japanese = (row.locale or "ja").startswith("ja")
    names = [row.family_name or "", row.given_name or ""]
    name = "".join(names) if japanese else " ".join(reversed(names)).strip()
    return name, row.company or "", row.email or ""
