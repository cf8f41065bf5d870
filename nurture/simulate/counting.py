"""Counting what happened in a world, for its forecast."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row

from nurture.db import simulated
from nurture.db.engine import read
from nurture.domain.idle import Idle, Seen, idle_of
from nurture.domain.lifecycle import Temperature
from nurture.simulate.forecast import (
    BeatenLine,
    Crowded,
    Day,
    Forecast,
    HeldLine,
    StepLine,
    WorkflowLine,
)
from nurture.simulate.readers import SOURCE, Readers
from nurture.simulate.world import World

#: reactions by event
_REACTIONS = {
    "email.opened": "opened",
    "email.clicked": "clicked",
    "email.replied": "replied",
    "contact.unsubscribed": "left",
    "email.bounced": "bounced",
    "email.complained": "complained",
}

_MOVES = ("temperature.changed", "lifecycle.changed")

#: people that a list names
_NAMED = 20

_WEEK = timedelta(days=7)

_HOUR = timedelta(hours=1)

#: what of a decision's detail is the same for all mails that met the same thing
_SAID = frozenset({"window", "cap", "mails", "days", "workflow", "sender"})


def forecast_of(
    world: World, readers: Readers, start: datetime, days: int, seed: int, more_than: int
) -> Forecast:
    """Count what happened in a world since `start`."""
    return _Counting(world, readers, start, days).forecast(seed, more_than)


class _Counting:
    """Counts one world."""

    def __init__(self, world: World, readers: Readers, start: datetime, days: int) -> None:
        definitions = world.definitions
        self._readers = readers
        self._start = start
        self._zone = ZoneInfo(definitions.calendar.zone)
        self._end = start + timedelta(days=days)
        self._days = days
        first = start.astimezone(self._zone).date()
        # What begins in the middle of a day ends in the middle of one more.
        last = (self._end - timedelta(microseconds=1)).astimezone(self._zone).date()
        dates = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        self._by_day = {one: Day(one.isoformat()) for one in dates}
        self._titles = {
            **{name: one.title or name for name, one in definitions.workflows.items()},
            **{name: one.title or name for name, one in definitions.mailings.items()},
        }
        with read(world.engine) as connection:
            self._mails = simulated.sent_since(connection, start)
            self._fates = simulated.fates_since(connection, start)
            self._events = simulated.happened_since(connection, start, [*_REACTIONS, *_MOVES])
            self._deeds = simulated.told_since(connection, start, SOURCE)
            self._journeys = simulated.begun_since(connection, start)
            self._people = simulated.standings(connection)
            self._tasks = simulated.tasks_since(connection, start)
            self._times = simulated.types_since(connection, start)
            self._entered = simulated.happened_since(connection, start, ["segment.entered"])
            self._refused = simulated.refused_since(connection, start)
        self._definitions = definitions
        self._mail = {row.id: row for row in self._mails}

    def forecast(self, seed: int, more_than: int) -> Forecast:
        """Return everything."""
        self._count_days()
        held, dropped = self._held()
        crowd = self._crowd(more_than)
        moves, reached = self._moves()
        workflows = self._workflows()
        return Forecast(
            start=self._start.astimezone(self._zone).isoformat(),
            days=self._days,
            zone=self._zone.key,
            seed=seed,
            audience=self._readers.audience.name,
            contacts=len(self._people),
            by_day=list(self._by_day.values()),
            steps=self._steps(),
            workflows=workflows,
            idle=self._idle(workflows, moves),
            held=held,
            beaten=self._beaten(),
            dropped=dropped,
            temperatures=moves,
            reached=reached,
            stages=dict(sorted(Counter(row.lifecycle for row in self._people).items())),
            deeds=dict(self._deeds),
            tasks=self._task_lines(),
            more_than=more_than,
            crowded=len(crowd),
            crowd=crowd[:_NAMED],
        )

    def _day(self, moment: datetime) -> Day | None:
        return self._by_day.get(moment.astimezone(self._zone).date())

    def _count_days(self) -> None:
        for row in self._mails:
            day = self._day(row.sent_at) if row.sent_at is not None else None
            if day is None:
                continue
            if row.contact_id is None:
                day.team += 1
                continue
            temperature = self._readers.warmth_at_arrival.get(row.id, Temperature.COLD)
            day.mails[str(temperature)] = day.mails.get(str(temperature), 0) + 1
        for row in self._events:
            kind = _REACTIONS.get(row.type)
            day = self._day(row.occurred_at)
            if kind is not None and day is not None:
                day.reactions[kind] = day.reactions.get(kind, 0) + 1
        self._count_people()

    def _count_people(self) -> None:
        now = Counter(self._readers.warmth_at_start.values())
        moves: dict[date, list[Row[Any]]] = defaultdict(list)
        for row in self._events:
            if row.type == "temperature.changed":
                moves[row.occurred_at.astimezone(self._zone).date()].append(row)
        for day, line in self._by_day.items():
            for row in moves[day]:
                if row.properties.get("from"):
                    now[Temperature(row.properties["from"])] -= 1
                    now[Temperature(row.properties["to"])] += 1
            line.people = {str(one): now[one] for one in Temperature}

    def _moves(self) -> tuple[dict[str, int], dict[str, int]]:
        moves: Counter[str] = Counter()
        reached: Counter[str] = Counter()
        for row in self._events:
            said = row.properties
            if row.type == "temperature.changed" and said.get("from"):
                moves[f"{said['from']} → {said['to']}"] += 1
            elif row.type == "lifecycle.changed":
                reached[str(said.get("to"))] += 1
        return dict(sorted(moves.items())), dict(sorted(reached.items()))

    def _steps(self) -> list[StepLine]:
        lines: dict[tuple[str, str, str], StepLine] = {}
        delays: dict[tuple[str, str, str], list[float]] = defaultdict(list)
        done: dict[str, set[int]] = defaultdict(set)
        for row in self._events:
            if row.message_id is not None and row.type in _REACTIONS:
                done[_REACTIONS[row.type]].add(row.message_id)
        for row in self._mails:
            if row.contact_id is None:
                continue
            key = (row.workflow or "", row.step or "", row.template)
            line = lines.get(key)
            if line is None:
                title = self._titles.get(row.workflow, row.workflow or "")
                line = lines[key] = StepLine(key[0], title, key[1], key[2])
            if row.sent_at is not None:
                line.sent += 1
                delays[key].append((row.sent_at - max(row.created_at, self._start)) / _HOUR)
            elif row.state in ("cancelled", "failed"):
                line.dropped += 1
            else:
                line.waiting += 1
            line.opened += row.id in done["opened"]
            line.clicked += row.id in done["clicked"]
            line.replied += row.id in done["replied"]
        for key, hours in delays.items():
            lines[key].hours = round(sum(hours) / len(hours), 2)
            lines[key].longest = round(max(hours), 2)
        return [lines[key] for key in sorted(lines)]

    def _workflows(self) -> list[WorkflowLine]:
        lines: dict[str, WorkflowLine] = {}
        for row in self._journeys:
            line = lines.setdefault(
                row.workflow,
                WorkflowLine(row.workflow, self._titles.get(row.workflow, row.workflow)),
            )
            if row.new:
                line.entered += row.people
            else:
                line.before += row.people
            if row.state == "active":
                line.under_way += row.people
            else:
                outcome = row.outcome or ""
                line.outcomes[outcome] = line.outcomes.get(outcome, 0) + row.people
        for line in lines.values():
            line.outcomes = dict(sorted(line.outcomes.items()))
        return [lines[name] for name in sorted(lines)]

    def _idle(
        self, workflows: Sequence[WorkflowLine], moves: Mapping[str, int]
    ) -> tuple[Idle, ...]:
        """Return the workflows that nobody began, and why."""
        seen = Seen(
            start=self._start,
            end=self._end,
            events=self._times,
            possible=self._readers.possible,
            temperatures=frozenset(move.rpartition(" ")[2] for move in moves),
            segments=frozenset(str(row.properties.get("segment")) for row in self._entered),
            refused=self._refused,
            begun=frozenset(one.workflow for one in workflows),
        )
        return idle_of(self._definitions, seen)

    def _held(self) -> tuple[list[HeldLine], dict[str, int]]:
        """Return what put mails off, and why mails were dropped."""
        lines: dict[tuple[str, str], HeldLine] = {}
        dropped: Counter[str] = Counter()
        waits: dict[int, tuple[tuple[str, str], datetime]] = {}
        met: dict[int, set[tuple[str, str]]] = defaultdict(set)

        def over(message_id: int, at: datetime) -> None:
            if message_id in waits:
                key, since = waits.pop(message_id)
                hours = (at - since) / _HOUR
                lines[key].hours += hours
                lines[key].longest = max(lines[key].longest, hours)

        for row in self._fates:
            mail = self._mail.get(row.message_id)
            if mail is None or mail.contact_id is None:
                continue
            over(row.message_id, row.at)
            if row.kind == "deferred":
                key = (row.reason, _which(row.reason, row.detail))
                said = {k: v for k, v in row.detail.items() if k in _SAID}
                line = lines.setdefault(key, HeldLine(*key, said))
                if key not in met[row.message_id]:
                    met[row.message_id].add(key)
                    line.mails += 1
                waits[row.message_id] = (key, row.at)
            elif row.kind in ("dropped", "failed"):
                dropped[row.reason] += 1
                for key in met[row.message_id]:
                    lines[key].dropped += 1
        for message_id, (_, since) in list(waits.items()):
            mail = self._mail[message_id]
            # What ends a journey cancels its mails without a decision of their own.
            cancelled_at = mail.journey_ended_at if mail.state == "cancelled" else None
            over(message_id, max(since, cancelled_at or self._end))
            if mail.state == "cancelled":
                dropped[mail.reason or ""] += 1
                for key in met[message_id]:
                    lines[key].dropped += 1
        for line in lines.values():
            line.hours, line.longest = round(line.hours, 2), round(line.longest, 2)
        ordered = sorted(lines.values(), key=lambda one: (-one.hours, one.reason, one.which))
        return ordered, dict(sorted(dropped.items()))

    def _beaten(self) -> list[BeatenLine]:
        """Return which journeys went first where a cap had no room for both at once."""
        gone: dict[tuple[int, datetime], list[Row[Any]]] = defaultdict(list)
        for row in self._mails:
            if row.sent_at is not None and row.contact_id is not None:
                gone[row.contact_id, row.sent_at].append(row)
        found: Counter[tuple[str, str]] = Counter()
        for row in self._fates:
            mail = self._mail.get(row.message_id)
            if row.kind != "deferred" or row.reason != "cap" or mail is None:
                continue
            for other in gone.get((mail.contact_id, row.at), ()):
                if other.priority > mail.priority:
                    found[other.workflow or "", mail.workflow or ""] += 1
                    break
        return [
            BeatenLine(self._titles.get(first, first), self._titles.get(waited, waited), count)
            for (first, waited), count in sorted(found.items(), key=lambda one: (-one[1], one[0]))
        ]

    def _crowd(self, more_than: int) -> list[Crowded]:
        """Return who got more than so many mails within some seven days, the most first."""
        sent: dict[str, list[datetime]] = defaultdict(list)
        for row in self._mails:
            if row.sent_at is not None and row.contact_id is not None and row.email:
                sent[row.email].append(row.sent_at)
        found = []
        for email, moments in sent.items():
            moments.sort()
            first = most = 0
            since = moments[0]
            for last, moment in enumerate(moments):
                while moment - moments[first] >= _WEEK:
                    first += 1
                if last - first + 1 > most:
                    most, since = last - first + 1, moments[first]
            if most > more_than:
                day = since.astimezone(self._zone).date().isoformat()
                found.append(Crowded(email, most, day))
        return sorted(found, key=lambda one: (-one.mails, one.email))

    def _task_lines(self) -> dict[str, tuple[int, int]]:
        made: Counter[str] = Counter()
        still: Counter[str] = Counter()
        for row in self._tasks:
            made[row.kind] += row.tasks
            still[row.kind] += row.tasks if row.state == "open" else 0
        return {kind: (made[kind], still[kind]) for kind in sorted(made)}


def _which(reason: str, detail: Mapping[str, Any]) -> str:
    """Return the name of the window, cap, journey or sender that a reason is about."""
    named: Sequence[Any] = [detail[one] for one in ("window", "cap", "sender") if one in detail]
    if not named and reason == "paused_workflow":
        named = [detail.get("workflow", "")]
    return str(named[0]) if named else ""
