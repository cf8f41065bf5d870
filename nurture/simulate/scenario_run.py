"""A scenario, run: the real services on virtual time, then every expectation judged."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from nurture.clock import machine_seconds
from nurture.db.engine import read
from nurture.domain.calendar import shift
from nurture.domain.scenario import Check, Expectation, Moment, Scenario
from nurture.domain.scenario_end import end_of
from nurture.domain.scenario_match import judge
from nurture.domain.scenario_miss import Miss
from nurture.errors import NurtureError, Place
from nurture.language import say
from nurture.services.explain import explain
from nurture.services.explanation import Explanation
from nurture.simulate.scenario_deeds import do
from nurture.simulate.scenario_look import look
from nurture.simulate.scenario_people import Placed, place_people
from nurture.simulate.stage import Stage
from nurture.simulate.standing import busiest
from nurture.simulate.world import World

#: moments at which anything is due in one scenario: a mail a minute for a month is a mistake
MOST_MOMENTS = 20_000
#: machine seconds for one scenario
LONGEST = 120.0


@dataclass(frozen=True, slots=True)
class Failure:
    """An expectation that does not hold, or a scenario that cannot be run to its end."""

    place: Place
    #: None: the run itself failed, and `miss` says why
    expected: Expectation | None
    miss: Miss
    #: when it was judged
    at: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a scenario."""

    scenario: Scenario
    failures: tuple[Failure, ...]
    #: machine seconds that it took
    seconds: float
    #: name → what happened to them, in the language asked for; empty where all holds
    stories: dict[str, Explanation] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """Whether everything came as expected."""
        return not self.failures


def run(stage: Stage, scenario: Scenario, locale: str = "en") -> Outcome:
    """Run a scenario in a world of its own and judge what came of it.

    `locale`: the language in which the people's stories are told where something fails.
    """
    started = machine_seconds()
    world = stage.world(scenario.at)
    try:
        course = _Course(world, scenario, started)
        try:
            course.placed = place_people(world, scenario)
            course.go()
        except NurtureError as error:
            course.broken(error)
        stories = {}
        if course.failures and course.placed is not None:
            concerned = {one.expected.person for one in course.failures if one.expected is not None}
            for name, contact_id in course.placed.ids.items():
                if not concerned or name in concerned:
                    stories[name] = explain(world.runtime, contact_id, locale)
        seconds = machine_seconds() - started
        return Outcome(scenario, tuple(course.failures), seconds, stories)
    finally:
        world.close()


class _Course:
    """One scenario on its way through a world."""

    def __init__(self, world: World, scenario: Scenario, started: float) -> None:
        self._world, self._scenario, self._started = world, scenario, started
        self._calendar = world.definitions.calendar
        self._zone = ZoneInfo(self._calendar.zone)
        self._moments = 0
        #: when something happened last
        self._anchor = scenario.at
        #: the time of the entry under way
        self._cursor = scenario.at
        self._place = scenario.place
        self.placed: Placed | None = None
        self.failures: list[Failure] = []

    def go(self) -> None:
        """Let everything happen, and judge; raises NurtureError where it does not end."""
        moments = self._scenario.moments
        self._run_until(self._cursor)
        for number, moment in enumerate(moments):
            self._place = moment.place
            self._cursor = self._time_of(moment, self._cursor)
            self._run_until(self._cursor)
            if isinstance(moment.deed, Check):
                self._check(moment.deed.expect, self._next_after(moments[number + 1 :]))
            elif moment.deed is not None:
                assert self.placed is not None
                do(self._world, self.placed.ids[moment.person], moment.deed)
                self._anchor = self._world.now
                self._run_until(self._cursor)
        self._place = self._scenario.place
        self._check(self._scenario.expect, None)

    def broken(self, error: NurtureError) -> None:
        """Remember that the run could not go on."""
        miss = Miss("failed", {"why": error})
        self.failures.append(Failure(self._place, None, miss, self._world.now))

    def _time_of(self, moment: Moment, before: datetime) -> datetime:
        if moment.at is not None:
            return moment.at
        return shift(self._calendar, before, moment.after, self._zone)

    def _next_after(self, rest: tuple[Moment, ...]) -> datetime | None:
        """Return the time of the next entry, or None where none follows."""
        return self._time_of(rest[0], self._cursor) if rest else None

    def _check(self, expected: tuple[Expectation, ...], latest: datetime | None) -> None:
        world, placed = self._world, self.placed
        assert placed is not None
        ends = end_of(expected, self._anchor, self._cursor, self._calendar, self._zone)
        self._run_until(ends if latest is None else max(min(ends, latest), world.now))
        begins, anchor = self._scenario.at, self._anchor
        for name, contact_id in placed.ids.items():
            asked = [one for one in expected if one.person == name]
            if not asked:
                continue
            seen = look(world, contact_id, begins, anchor, placed.enrolments, asked)
            for one in asked:
                miss = judge(one, seen, self._calendar)
                if miss is not None:
                    self.failures.append(Failure(one.place, one, miss, world.now))

    def _run_until(self, moment: datetime) -> None:
        """Turn and jump until a moment, and say so where that never ends."""
        world = self._world
        moment = max(moment, world.now)
        world.turn()
        while (following := world.next_moment()) is not None and following <= moment:
            self._moments += 1
            took = machine_seconds() - self._started
            if self._moments > MOST_MOMENTS or took > LONGEST:
                self._give_up()
            world.clock.move_to(max(following, world.now))
            world.turn()
        world.clock.move_to(moment)

    def _give_up(self) -> None:
        with read(self._world.engine) as connection:
            name, step, walks = busiest(connection)
        message = say(
            "the scenario does not come to an end: something was due {count} times until {moment}",
            count=self._moments,
            moment=self._world.now.astimezone(self._zone).strftime("%Y-%m-%d %H:%M"),
        )
        hint = say(
            "{workflow} walked {walks} times, last at '{step}'",
            workflow=name,
            walks=walks,
            step=step,
        )
        raise NurtureError(message, hint)
