"""The audience of a world: who opens, clicks, answers, asks, leaves, and comes by unasked.

Everything is drawn from the seed, the reader's address and the occasion, so the same seed
gives the same lives, in whatever order people stand in the list.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row

from nurture.db import simulated
from nurture.db.engine import read
from nurture.domain.audience import Arrival, Audience
from nurture.domain.calendar import NoOpeningError, next_opening
from nurture.domain.lifecycle import Temperature
from nurture.domain.policy import Window
from nurture.domain.purpose import Purpose
from nurture.domain.seminar import ATTENDED, MISSED, REGISTERED
from nurture.services.capture import Happening, capture
from nurture.services.visits import Visit
from nurture.simulate import answering, gestures
from nurture.simulate.asks import Ask, asks_of
from nurture.simulate.dice import Dice, gap, late
from nurture.simulate.world import World

#: what who answers a survey does
ANSWERED = "nps.responded"

#: whose tasks are done, where the calendar has no such window
_AT_WORK = Window("work", frozenset(range(5)), ((time(9), time(18)),))

#: our own people are seldom very late, where readers often are (see `dice.late`)
_DILIGENT = 2.0

#: how long after a seminar's end it is known who came
_COUNTED = timedelta(minutes=30)

#: source of what readers do by themselves
SOURCE = "simulation"


@dataclass(frozen=True, slots=True)
class _Deed:
    """Something that is going to be done."""

    contact_id: int
    address: str
    #: open | click | reply | unsubscribe | bounce | complaint | event | arrival | task
    what: str
    message_id: int = 0
    ask: Ask | None = None
    arrival: int = 0


class Readers:
    """Everybody outside the house; an actor of one world."""

    def __init__(self, world: World, audience: Audience, seed: int, until: datetime) -> None:
        self.audience = audience
        #: message → how warm its reader was when it arrived
        self.warmth_at_arrival: dict[int, Temperature] = {}
        #: contact → how warm they were when it began
        self.warmth_at_start: dict[int, Temperature] = {}
        self._dice = Dice(seed)
        self._until = until
        self._definitions = world.definitions
        self._zone = ZoneInfo(self._definitions.calendar.zone)
        self._asks = asks_of(self._definitions)
        self._heap: list[tuple[datetime, str, str, int, _Deed]] = []
        #: how often a reader had an occasion of a kind
        self._times: Counter[tuple[Any, ...]] = Counter()
        self._count = 0
        self._newest_task = 0
        self._expect_everybody(world)

    @property
    def possible(self) -> frozenset[str]:
        """The events that somebody may do, by themselves or because a mail asks."""
        found = {one.event for one in self.audience.arrivals}
        found |= {ask.event for ask in self._asks.values()}
        if REGISTERED in found and self._definitions.seminars:
            found |= {ATTENDED, MISSED}
        return frozenset(found)

    # -- an actor ------------------------------------------------------------------------

    def next_moment(self) -> datetime | None:
        """Return when somebody does something next."""
        return self._heap[0][0] if self._heap else None

    def act(self, world: World) -> int:
        """Look at what came in, and do what is due."""
        self._look_at_mails(world)
        self._look_at_tasks(world)
        due: list[tuple[datetime, _Deed]] = []
        while self._heap and self._heap[0][0] <= world.now:
            at, _, _, _, deed = heapq.heappop(self._heap)
            due.append((at, deed))
        if due:
            self._do(world, due)
        return len(due)

    def _plan(self, at: datetime, deed: _Deed) -> None:
        if at <= self._until:
            self._count += 1
            heapq.heappush(self._heap, (at, deed.address, deed.what, self._count, deed))

    # -- what comes in -------------------------------------------------------------------

    def _look_at_mails(self, world: World) -> None:
        """Decide what becomes of the mails that arrived."""
        arrived = world.take_arrived()
        if not arrived:
            return
        with read(world.engine) as connection:
            rows = simulated.read_mails(connection, arrived)
        for row in rows:
            self._receive(row)

    def _receive(self, row: Row[Any]) -> None:
        occasion = (row.email, row.workflow, row.step, row.template)
        self._times[occasion] += 1
        temperature = self.warmth_at_arrival[row.id] = Temperature(row.temperature)
        rates = self.audience.mail[temperature]
        draw = self._dice.about("mail", *occasion, self._times[occasion])
        sent: datetime = row.sent_at

        def deed(what: str, ask: Ask | None = None) -> _Deed:
            return _Deed(row.contact_id, row.email, what, row.id, ask)

        fate, mood, speed = next(draw), next(draw), next(draw)
        if fate < rates.bounce:
            self._plan(sent + timedelta(minutes=2), deed("bounce"))
            return
        delay = timedelta(seconds=late(speed, self.audience.reading.median.total_seconds()))
        if delay > self.audience.reading.longest:
            return
        seen = self._awake(sent + delay, next(draw))
        if mood < rates.open and row.tracking:
            self._plan(seen, deed("open"))
        if mood < rates.click:
            clicked = seen + timedelta(seconds=20 + 200 * next(draw))
            if row.tracking:
                self._plan(clicked, deed("click"))
            if next(draw) < rates.convert:
                ask = self._asks.get((row.workflow, row.step)) or self._asks.get(
                    (row.workflow, None)
                )
                ask = ask or self._whim(temperature, next(draw))
                if ask is not None:
                    minutes = 3 + 25 * next(draw)
                    self._plan(clicked + timedelta(minutes=minutes), deed("event", ask))
        if next(draw) < rates.reply:
            self._plan(seen + timedelta(minutes=late(next(draw), 40)), deed("reply"))
        leaves = next(draw)
        if leaves < rates.unsubscribe and row.purpose != Purpose.SERVICE:
            self._plan(seen + timedelta(minutes=1), deed("unsubscribe"))
        elif leaves < rates.unsubscribe + rates.complaint:
            self._plan(seen + timedelta(minutes=1), deed("complaint"))

    def _whim(self, temperature: Temperature, fraction: float) -> Ask | None:
        """Return what somebody does whom a mail asks for nothing: one of the arrivals."""
        offers = [(one, one.shares.get(temperature, 0.0)) for one in self.audience.arrivals]
        left = fraction * sum(weight for _, weight in offers)
        for one, weight in offers:
            left -= weight
            if left < 0:
                return Ask(one.event, one.properties)
        return None

    def _look_at_tasks(self, world: World) -> None:
        """Give our own people something to do."""
        with read(world.engine) as connection:
            rows = simulated.new_tasks(connection, self._newest_task)
        for row in rows:
            self._newest_task = row.id
            if row.contact_id is None or row.email is None:
                continue
            occasion = (row.email, "task", row.kind, row.title)
            self._times[occasion] += 1
            draw = self._dice.about(*occasion, self._times[occasion])
            if next(draw) >= self.audience.team.done:
                continue
            hours = late(next(draw), self.audience.team.median.total_seconds() / 3600, _DILIGENT)
            ask = Ask("task.completed", {"task": row.id})
            if row.kind == "call":
                ask = Ask("call.logged", {"task": row.id, **self._call(next(draw))})
            at = self._at_work(world, row.created_at + timedelta(hours=hours))
            if at is not None:
                self._plan(at, _Deed(row.contact_id, row.email, "event", 0, ask))

    def _call(self, fraction: float) -> dict[str, Any]:
        team = self.audience.team
        if fraction < team.qualified:
            return {"result": "qualified", "need": "yes", "budget": "planned"}
        if fraction < team.qualified + team.no_answer:
            return {"result": "no_answer"}
        return {"result": "talked"}

    # -- what people do by themselves ----------------------------------------------------

    def _expect_everybody(self, world: World) -> None:
        with read(world.engine) as connection:
            for row in simulated.standings(connection):
                self.warmth_at_start[row.id] = Temperature(row.temperature)
                for number, arrival in enumerate(self.audience.arrivals):
                    self._expect(world.now, row.id, row.email, number, arrival)

    def _expect(
        self, since: datetime, contact_id: int, address: str, number: int, arrival: Arrival
    ) -> None:
        """Plan when a reader might come by next: as often as the keenest temperature does."""
        most = max(arrival.shares.values(), default=0.0)
        if not most:
            return
        occasion = (address, "arrival", number)
        self._times[occasion] += 1
        draw = self._dice.about(*occasion, self._times[occasion])
        at = since + timedelta(seconds=gap(next(draw), arrival.per.total_seconds() / most))
        if at <= self._until:
            at = self._awake(at, next(draw))
            self._plan(at, _Deed(contact_id, address, "arrival", arrival=number))

    # -- doing ---------------------------------------------------------------------------

    def _do(self, world: World, due: list[tuple[datetime, _Deed]]) -> None:
        visits: list[Visit] = []
        told: list[Happening] = []
        come_by = [deed.contact_id for _, deed in due if deed.what == "arrival"]
        warmth = self._warmth(world, come_by)
        for at, deed in due:
            match deed.what:
                case "open":
                    visits.append(gestures.opening(deed.message_id, at, deed.address))
                case "click":
                    visits.append(gestures.clicking(deed.message_id, at, deed.address))
                case "event" if deed.ask is not None and deed.ask.event == ANSWERED:
                    draw = self._dice.about("answers", deed.address, deed.message_id)
                    answering.answer(world, deed.contact_id, answering.usual_score(next(draw)))
                case "event" if deed.ask is not None:
                    told += self._tell(at, deed, deed.ask)
                case "arrival":
                    told += self._come_by(at, deed, warmth)
                case "reply":
                    gestures.reply(world, deed.message_id)
                case "unsubscribe":
                    gestures.stop(world, deed.message_id)
                case "bounce":
                    gestures.bounce(world, deed.message_id)
                case "complaint":
                    gestures.complain(world, deed.message_id)
        gestures.visits(world, visits)
        if told:
            capture(world.runtime, told, SOURCE)

    def _tell(self, at: datetime, deed: _Deed, ask: Ask) -> Iterator[Happening]:
        properties = dict(ask.properties)
        if ask.event == REGISTERED:
            seminar = self._seminar(str(properties.get("seminar") or ""), at)
            if seminar is None:
                return
            properties["seminar"] = seminar
            self._expect_guest(deed, seminar)
        yield Happening(ask.event, None, deed.contact_id, properties, at)

    def _come_by(
        self, at: datetime, deed: _Deed, warmth: Mapping[int, Temperature]
    ) -> Iterator[Happening]:
        arrival = self.audience.arrivals[deed.arrival]
        temperature = warmth.get(deed.contact_id)
        if temperature is None:
            # Erased, or merged into somebody else.
            return
        draw = self._dice.about("comes", deed.address, deed.arrival, at)
        share = arrival.shares.get(temperature, 0.0)
        if next(draw) * max(arrival.shares.values()) < share:
            yield from self._tell(at, deed, Ask(arrival.event, arrival.properties))
        self._expect(at, deed.contact_id, deed.address, deed.arrival, arrival)

    def _warmth(self, world: World, contact_ids: list[int]) -> dict[int, Temperature]:
        if not contact_ids:
            return {}
        with read(world.engine) as connection:
            found = simulated.temperatures(connection, contact_ids)
        return {one: Temperature(text) for one, text in found.items()}

    def _seminar(self, name: str, at: datetime) -> str | None:
        """Return the seminar of a name, else the next one; None where none is to come."""
        coming = [
            one
            for one in self._definitions.seminars.values()
            if one.starts_at > at and not one.cancelled and name in ("", one.name)
        ]
        return min(coming, key=lambda one: (one.starts_at, one.name)).name if coming else None

    def _expect_guest(self, deed: _Deed, seminar: str) -> None:
        draw = self._dice.about("seminar", deed.address, seminar)
        came = next(draw) < self.audience.attend
        ends_at = self._definitions.seminars[seminar].ends_at
        ask = Ask(ATTENDED if came else MISSED, {"seminar": seminar})
        self._plan(ends_at + _COUNTED, _Deed(deed.contact_id, deed.address, "event", 0, ask))

    # -- time ----------------------------------------------------------------------------

    def _awake(self, moment: datetime, fraction: float) -> datetime:
        """Return the moment, or one of the next hours in which people read."""
        first, last = self.audience.reading.awake
        local = moment.astimezone(self._zone)
        clock = local.time()
        if clock >= first and (clock < last or last == time(0)):
            return moment
        day = local.date() + timedelta(days=int(clock >= first))
        opening = datetime.combine(day, first, self._zone)
        return (opening + timedelta(hours=3 * fraction)).astimezone(moment.tzinfo)

    def _at_work(self, world: World, moment: datetime) -> datetime | None:
        calendar = self._definitions.calendar
        window = calendar.windows.get("business", _AT_WORK)
        try:
            return next_opening(calendar, window, self._zone, moment)
        except NoOpeningError:
            return None
