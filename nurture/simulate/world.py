"""A world of virtual time: the real services on a database in memory, with a clock that jumps.

What is decided in a world is decided by the code that decides in production; only the
database, the clock and the way of sending are others. A world opens no socket and no file,
and what it is given to read (`nurture.simulate.copying`) it never writes to.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol, Self
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, insert, update

from nurture.clock import FrozenClock
from nurture.db import tables
from nurture.db.business_time import due_work, next_moment
from nurture.db.copying import copy_house
from nurture.db.engine import make_memory_engine, read, write
from nurture.domain.contact_row import ContactRow
from nurture.domain.definitions import Definitions
from nurture.emails.tokens import Keyring
from nurture.errors import NurtureError
from nurture.log import quiet
from nurture.providers.base import Outcome
from nurture.providers.chat import Taken
from nurture.providers.memory import MemoryProvider
from nurture.providers.webhook import MemoryCaller
from nurture.services.capture import Captured, Happening, capture
from nurture.services.compose import compose
from nurture.services.contact_reading import Reading, read_contact
from nurture.services.deliver import Outbox
from nurture.services.notices import say_due
from nurture.services.publish import ConfirmationNeededError, Published, publish
from nurture.services.releases import Compiled, Releases
from nurture.services.runtime import Runtime, Sending
from nurture.services.setting_aside import take_in, walk
from nurture.services.sketch import sketch
from nurture.services.upkeep import keep_up
from nurture.services.upsert_contacts import ImportOutcome, upsert_contacts
from nurture.services.webhooks import call_due
from nurture.simulate.project import Project as Project

#: who publishes and grants consent here
_BY = "simulation"

#: contacts, enrolments and mails of one transaction: nobody else waits for the writer here
_BATCH = 1_000

#: turns of the circle at one moment after which it is thought never to come to rest
_MOST_TURNS = 10_000

#: nobody else works here, so nobody takes a mail away (machine time)
_LEASE = timedelta(days=1)

#: longest that the outbox works at one go, seconds of machine time
_AT_ONE_GO = 3_600.0


class Actor(Protocol):
    """Somebody outside the house who does things at moments of their own: readers, a script."""

    def next_moment(self) -> datetime | None:
        """Return when they want to act next; None: not by themselves."""
        ...

    def act(self, world: World) -> int:
        """Do what is due at `world.now`; return how much was done (0: nothing)."""
        ...


@dataclass
class Rooms:
    """Chat rooms of any name; remember what was said."""

    #: (room, line), in order
    said: list[tuple[str, str]] = field(default_factory=list)

    def say(self, room: str, text: str) -> Taken:
        """Remember a line."""
        self.said.append((room, text))
        return Taken.YES


@dataclass
class World:
    """One house on virtual time; belongs to one thread."""

    clock: FrozenClock
    runtime: Runtime
    provider: MemoryProvider
    outbox: Outbox
    chat: Rooms
    #: mails are written in full: subjects, texts and MIME are there to be looked at
    renders: bool
    #: answers `webhook` steps, as it is told to; nothing is called
    caller: MemoryCaller = field(default_factory=MemoryCaller)
    #: the engine goes with the world
    owns_engine: bool = True
    actors: list[Actor] = field(default_factory=list)
    _arrived: list[int] = field(default_factory=list)

    # -- making one ----------------------------------------------------------------------

    @classmethod
    def empty(
        cls,
        start: datetime,
        *,
        render: bool = False,
        like: Runtime | None = None,
        compiled: Compiled | None = None,
        engine: Engine | None = None,
    ) -> Self:
        """Return a world without contacts and releases whose clock stands at `start`.

        `engine`: an empty memory engine that outlives the world (`nurture.simulate.stage`);
        None: one of its own.

        `like` lends its keys and addresses, never its database; mails are sent in any case,
        whatever SENDING says. Without `render` a mail is decided, never written.
        """
        clock = FrozenClock(start)
        runtime = Runtime(
            engine=engine if engine is not None else make_memory_engine(),
            clock=clock,
            releases=Releases(compiled),
            keyring=like.keyring if like else Keyring({1: bytes(32)}, 1),
            hash_key=like.hash_key if like else bytes(32),
            ring=_deaf,
            public_url=like.public_url if like else "https://links.example",
            mail_domain=like.mail_domain if like else "mail.example",
            sending=Sending(),
            links_file=None,
            lease=_LEASE,
        )
        provider = MemoryProvider(width=_BATCH)
        outbox = Outbox(runtime, provider, compose if render else sketch, _BATCH)
        return cls(clock, runtime, provider, outbox, Rooms(), render, owns_engine=engine is None)

    @classmethod
    def of(
        cls,
        project: Project | Mapping[str, bytes],
        start: datetime,
        *,
        render: bool = False,
        like: Runtime | None = None,
        engine: Engine | None = None,
    ) -> Self:
        """Return a world where a project was published at `start`, and nobody is known yet.

        Raises DefinitionError where files (path → content) have errors.
        """
        if not isinstance(project, Project):
            project = Project.of(project, start)
        world = cls.empty(start, render=render, like=like, compiled=project.compiled, engine=engine)
        world.publish(project)
        return world

    @classmethod
    def clone(
        cls,
        house: Runtime,
        *,
        contact_ids: Collection[int] | None = None,
        start: datetime | None = None,
        render: bool = False,
        unpublished: bool = False,
    ) -> Self:
        """Return a world where everything stands as it does in a real house, at its own time.

        The house's database is read in one transaction and never written to. `contact_ids`:
        only those people come along (their colleagues' mails then count for no cap); None:
        everybody. `start` lies in the house's future at the earliest: its own time if earlier.
        Decisions of the past stay behind. Raises NurtureError where nothing is published,
        unless that may be (`unpublished`).
        """
        now = house.clock.now()
        world = cls.empty(max(start or now, now), render=render, like=house)
        with read(house.engine) as source, write(world.engine) as target:
            if not (unpublished and not house.releases.published(source)):
                house.releases.live(source)
            copy_house(source, target, world.now, contact_ids)
        return world

    def publish(self, project: Project) -> Published:
        """Publish a project now; whoever is to be confirmed is confirmed."""
        runtime, files, checked = self.runtime, project.files, project.checked
        try:
            return publish(runtime, files, _BY, checked=checked)
        except ConfirmationNeededError as needed:
            return publish(runtime, files, _BY, needed.total, checked)

    def close(self) -> None:
        """Forget everything."""
        if self.owns_engine:
            self.engine.dispose()

    @property
    def engine(self) -> Engine:
        """The database in memory, for `nurture.db.engine.read` and `write`."""
        return self.runtime.engine

    @property
    def now(self) -> datetime:
        """The moment at which the world stands, in UTC."""
        return self.clock.now()

    @property
    def definitions(self) -> Definitions:
        """What the live release says."""
        with read(self.engine) as connection:
            return self.runtime.releases.live(connection).definitions

    # -- people --------------------------------------------------------------------------

    def add_contact(self, consent: Iterable[str] = ("marketing",), **values: str) -> int:
        """Add a contact as an import does, with consent to purposes; return its id.

        `values` are texts by field, as a list has them (`email`, `name`, `company`, `industry`,
        `employees`, `tags`, `owner`, custom fields …). Raises RowError with everything that
        is wrong with them.
        """
        definitions = self.definitions
        reading = Reading(
            now=self.now,
            zone=ZoneInfo(definitions.calendar.zone),
            contact_fields=definitions.policy.contact_fields,
            account_fields=definitions.policy.account_fields,
        )
        purposes = ", ".join(consent)
        if purposes:
            given = {
                "basis": "opt_in",
                "source": _BY,
                "obtained": self.now.isoformat(),
                "purposes": purposes,
            }
            values = {**given, **values}
        outcome = self.add_contacts([read_contact(values, reading)])
        contact_id = outcome.landings[0].contact_id
        assert contact_id is not None  # an upsert that is written gives everybody an id
        return contact_id

    def add_contacts(self, rows: Sequence[ContactRow]) -> ImportOutcome:
        """Add contacts through the one path that lists, forms and callers take."""
        with write(self.engine) as connection:
            return upsert_contacts(
                connection,
                rows,
                now=self.now,
                origin="import",
                recorded_by=_BY,
                hash_key=self.runtime.hash_key,
            )

    def set_standing(
        self,
        contact_id: int,
        *,
        score: float | None = None,
        temperature: str | None = None,
        lifecycle: str | None = None,
        **columns: Any,
    ) -> None:
        """Say how a contact stands before anything happens; nothing is started by it.

        `score` is engagement that fades from now on; `columns` are any others of `contact`.
        """
        said: dict[str, Any] = dict(columns)
        if score is not None:
            said |= {"engagement": score, "scored_at": self.now}
        if temperature is not None:
            said |= {"temperature": temperature, "temperature_at": self.now}
        if lifecycle is not None:
            said |= {"lifecycle": lifecycle, "lifecycle_at": self.now}
        if said:
            with write(self.engine) as connection:
                connection.execute(
                    update(tables.contact).where(tables.contact.c.id == contact_id).values(**said)
                )

    def insert(self, table: Any, **values: Any) -> int:
        """Insert a row of any table as it stands and return its id."""
        with write(self.engine) as connection:
            done = connection.execute(insert(table).values(**values).returning(table.c.id))
            return int(done.scalar_one())

    def happens(
        self, contact_id: int, kind: str, /, *, at: datetime | None = None, **properties: Any
    ) -> Captured:
        """Tell of something that a person did, as the API would; acted on at the next turn.

        Raises NurtureError where it is malformed, or an event that only the engine makes.
        """
        told = Happening(kind, contact_id=contact_id, properties=properties, occurred_at=at)
        return capture(self.runtime, [told], "api")[0]

    # -- time ----------------------------------------------------------------------------

    def next_moment(self) -> datetime | None:
        """Return when anything is due next, or anybody wants to act; None: nothing ever."""
        with read(self.engine) as connection:
            moments = [next_moment(connection)]
        moments += [actor.next_moment() for actor in self.actors]
        return min((one for one in moments if one is not None), default=None)

    def turn(self) -> int:
        """Turn the circle until nothing is due at this moment; return how much was done.

        Raises NurtureError where that never ends.
        """
        with quiet():
            return self._turn_until_done()

    def _turn_until_done(self) -> int:
        total = 0
        for _ in range(_MOST_TURNS):
            done = sum(actor.act(self) for actor in self.actors) + self._turn_once()
            if not done:
                return total
            total += done
        raise NurtureError(f"what is due at {self.now.isoformat()} never comes to an end")

    def _turn_once(self) -> int:
        runtime = self.runtime
        with read(self.engine) as connection:
            decide, send = due_work(connection, self.now)
        if decide:
            # Decided to the end first, so that priority sees all mails of the moment.
            done = take_in(runtime, _BATCH) + walk(runtime, _BATCH) + keep_up(runtime)
            if done:
                return done
        if not send:
            return 0
        done = self.outbox.drain(_AT_ONE_GO) + say_due(runtime, self.chat)
        done += call_due(runtime, self.caller, _no_secrets)
        provider = self.provider
        self._arrived += [
            envelope.message_id
            for envelope, answer in provider.answered
            if answer.outcome is Outcome.ACCEPTED
        ]
        provider.answered.clear()
        if not self.renders:
            provider.accepted.clear()
        return done

    def take_arrived(self) -> list[int]:
        """Return the mails that arrived since this was asked last, for one reader of it."""
        arrived, self._arrived = self._arrived, []
        return arrived

    def run_until(self, moment: datetime, tick: timedelta | None = None) -> None:
        """Turn and jump from due moment to due moment; end at `moment`, what is due then done.

        With `tick` the clock stops at multiples of it alone, counted from the hour: for a
        forecast over many people an hour is exact enough, and far cheaper. Raises NurtureError
        where the circle never comes to rest.
        """
        self.turn()
        while (following := self.next_moment()) is not None:
            if tick is not None:
                following = _rounded_up(following, tick)
            if following > moment:
                break
            self.clock.move_to(max(following, self.now))
            self.turn()
        self.clock.move_to(max(moment, self.now))

    def run_for(self, **span: float) -> None:
        """Run for a span: `run_for(days=2, hours=3)`."""
        self.run_until(self.now + timedelta(**span))


def _no_secrets(_endpoint: str) -> list[bytes]:
    """Sign with nothing: nobody is called who could check it."""
    return []


def _deaf(_bell: str) -> None:
    """Hear no bell: whoever turns the circle looks for itself."""


def _rounded_up(moment: datetime, tick: timedelta) -> datetime:
    """Return the first multiple of `tick` (counted from midnight UTC) that is not before."""
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    over = (moment - midnight) % tick
    return moment + (tick - over) if over else moment
