"""A house in one process: runtime at a frozen time, a provider in memory, and the circle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, Row, insert, select, update

from nurture.clock import FrozenClock
from nurture.db import releases, tables, team
from nurture.db.business_time import next_moment
from nurture.db.engine import read, write
from nurture.db.events import NewEvent, record
from nurture.domain.addresses import canonical
from nurture.emails.tokens import Keyring
from nurture.providers.chat import MemoryChat
from nurture.providers.memory import MemoryProvider
from nurture.services.advance import advance
from nurture.services.capture import Captured, Happening, capture
from nurture.services.deliver import Outbox
from nurture.services.ingest import ingest
from nurture.services.notices import say_due
from nurture.services.publish import Published, publish
from nurture.services.releases import Compiled, Releases
from nurture.services.runtime import Runtime, Sending
from nurture.services.upkeep import keep_up

#: a Tuesday, 10:00 in Tokyo
START = datetime(2026, 5, 12, 1, 0, tzinfo=UTC)

#: a circle that turns more often without the clock moving does not end
_MOST_TURNS = 300

#: what files say does not change, so houses of one process compile the same ones once
COMPILED = Compiled()


@dataclass
class House:
    """What a test acts on."""

    engine: Engine
    clock: FrozenClock
    runtime: Runtime
    provider: MemoryProvider
    outbox: Outbox
    rung: list[str] = field(default_factory=list)
    chat: MemoryChat = field(default_factory=lambda: MemoryChat(("sales",)))

    # -- definitions ---------------------------------------------------------------------

    def publish(self, files: Mapping[str, bytes], yes: int | None = None) -> Published:
        """Publish as a marketer would."""
        return publish(self.runtime, files, "test", yes)

    def store(self, files: Mapping[str, bytes]) -> int:
        """Store a release that today's check would refuse, as an older version published it."""
        with write(self.engine) as connection:
            found = releases.store(connection, files, "test", self.clock.now())
            team.sync(connection, self.runtime.releases.get(connection, found).definitions.policy)
        return found

    # -- people and what they do ---------------------------------------------------------

    def add(self, table: Any, **values: Any) -> int:
        """Insert a row and return its id."""
        with write(self.engine) as connection:
            done = connection.execute(insert(table).values(**values).returning(table.c.id))
            return int(done.scalar_one())

    def change(self, table: Any, row_id: int, **values: Any) -> None:
        """Change a row, as somebody outside the services would."""
        with write(self.engine) as connection:
            connection.execute(update(table).where(table.c.id == row_id).values(**values))

    def company(self, name: str = "株式会社青空", **values: Any) -> int:
        """Add an account."""
        return self.add(tables.account, name=name, created_at=self.clock.now(), **values)

    def person(
        self,
        email: str = "tanaka@aozora.example",
        consent: Sequence[str] = ("marketing",),
        **values: Any,
    ) -> int:
        """Add a contact who may be written to."""
        now = self.clock.now()
        row = {"family_name": "田中", "locale": "ja", "created_at": now, "scored_at": now, **values}
        contact_id = self.add(tables.contact, email=email, **row)
        self.add(tables.identity, kind="email", value=canonical(email), contact_id=contact_id)
        for purpose in consent:
            self.consent(contact_id, purpose, "granted")
        return contact_id

    def consent(self, contact_id: int, purpose: str, state: str) -> None:
        """Append a consent record."""
        now = self.clock.now()
        self.add(
            tables.consent,
            contact_id=contact_id,
            purpose=purpose,
            state=state,
            basis="business_card",
            obtained_at=now,
            recorded_at=now,
            recorded_by="import",
        )

    def happens(
        self, contact_id: int, kind: str = "page.viewed", /, *, key: str | None = None,
        at: datetime | None = None, **properties: Any,
    ) -> Captured:  # fmt: skip
        """Tell of something that a person did, as the API would."""
        told = Happening(
            kind, contact_id=contact_id, properties=properties, occurred_at=at, key=key
        )
        return capture(self.runtime, [told], "api")[0]

    def click(
        self, message_id: int, link: int = 1, network: str = "192.0.2.0/24",
        verdict: str = "unknown", hidden: bool = False,
    ) -> int:  # fmt: skip
        """Write a click down as the tracking endpoint does, and return its event."""
        now = self.clock.now()
        contact_id = self.row(tables.message, message_id).contact_id
        held = verdict == "unknown"
        properties = {"link": link, "network": network} | ({"hidden": True} if hidden else {})
        click = NewEvent(
            "email.clicked",
            contact_id,
            now,
            "tracking",
            properties,
            message_id=message_id,
            available_at=now + timedelta(seconds=10) if held else None,
            evidence=(verdict, "on_hold" if held else "agent"),
            act=held or hidden,
        )
        with write(self.engine) as connection:
            (event_id,) = record(connection, [click], now)
        assert event_id is not None
        return event_id

    # -- the circle ----------------------------------------------------------------------

    def decide(self) -> int:
        """Ingest and advance until neither has anything to do."""
        done = 0
        for _ in range(_MOST_TURNS):
            turned = ingest(self.runtime) + advance(self.runtime) + keep_up(self.runtime)
            if not turned:
                return done
            done += turned
        raise AssertionError("deciding does not end")

    def turn(self) -> None:
        """Turn the circle until nothing is due at this moment."""
        for _ in range(_MOST_TURNS):
            if not self.decide() + self.outbox.drain(5) + say_due(self.runtime, self.chat):
                return
        raise AssertionError("the circle does not come to rest")

    def until(self, moment: datetime) -> None:
        """Turn and step the clock from due time to due time, up to a moment."""
        self.turn()
        for _ in range(_MOST_TURNS):
            following = self.next_moment()
            if following is None or following > moment:
                break
            self.clock.move_to(max(following, self.clock.now()))
            self.turn()
        else:
            raise AssertionError("time does not pass")
        self.clock.move_to(moment)

    def after(self, **span: float) -> None:
        """Turn for a span of business time."""
        self.until(self.clock.now() + timedelta(**span))

    def next_moment(self) -> datetime | None:
        """Return when something is due next."""
        with read(self.engine) as connection:
            return next_moment(connection)

    # -- looking -------------------------------------------------------------------------

    def rows(self, table: Any, **equal: Any) -> list[Row[Any]]:
        """Return rows whose columns have these values, by primary key."""
        query = select(table).order_by(*table.primary_key.columns)
        for name, value in equal.items():
            query = query.where(table.c[name] == value)
        with read(self.engine) as connection:
            return list(connection.execute(query))

    def row(self, table: Any, row_id: int) -> Row[Any]:
        """Return the row of an id."""
        (found,) = self.rows(table, id=row_id)
        return found

    def contact(self, contact_id: int) -> Row[Any]:
        """Return a contact's row."""
        return self.row(tables.contact, contact_id)

    def enrolments(self, **equal: Any) -> list[tuple[str, str, str | None]]:
        """Return (workflow, state, outcome) of enrolments, oldest first."""
        return [(r.workflow, r.state, r.outcome) for r in self.rows(tables.enrolment, **equal)]

    def mails(self, **equal: Any) -> list[tuple[str | None, str, str | None]]:
        """Return (step, state, reason) of messages, oldest first."""
        return [(r.step, r.state, r.reason) for r in self.rows(tables.message, **equal)]

    def reasons(self, **equal: Any) -> list[tuple[str, str]]:
        """Return (kind, reason) of decisions, oldest first."""
        return [(r.kind, r.reason) for r in self.rows(tables.decision, **equal)]

    def events(self, kind: str) -> list[Row[Any]]:
        """Return the events of a type."""
        return self.rows(tables.event, type=kind)

    def to(self) -> list[str]:
        """Return whom the provider has taken mails to, in order."""
        return [envelope.recipient for envelope in self.provider.accepted]


def make_house(engine: Engine, sending: Sending | None = None, width: int = 20) -> House:
    """Return an empty house at START."""
    rung: list[str] = []
    clock = FrozenClock(START)
    runtime = Runtime(
        engine=engine,
        clock=clock,
        releases=Releases(COMPILED),
        keyring=Keyring({1: b"0" * 32}, 1),
        hash_key=b"1" * 32,
        ring=rung.append,
        public_url="https://links.sample.example",
        mail_domain="sample.example",
        sending=sending or Sending(),
    )
    provider = MemoryProvider(width=width)
    return House(engine, clock, runtime, provider, Outbox(runtime, provider), rung)
