"""Real processes on a real Valkey and a real database, to be killed."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from sqlalchemy import Engine, Row, func, insert, select

from nurture.app import build
from nurture.clock import RealClock, machine_now, machine_seconds, machine_sleep
from nurture.db import migrate, tables
from nurture.db.engine import make_engine, read, write
from nurture.domain.addresses import canonical
from nurture.services.capture import Happening, capture
from nurture.services.publish import publish
from nurture.services.runtime import Runtime
from nurture.settings import Settings, load
from tests import commands
from tests.faults.sink import Sink
from tests.services.project import project, workflow

#: one mail for each event, since each has a number of its own
ONE_EACH = workflow(
    "each",
    "- send: x/one",
    "trigger: [{event: page.viewed}]\nper: event.number\nreentry: never",
)

#: seconds of silence after which a worker's mails are taken from it
LEASE = 2.0


@dataclass
class Crew:
    """Processes by name, and what they work on."""

    engine: Engine
    runtime: Runtime
    env: Mapping[str, str]
    sink: Sink
    logs: Path
    people: list[int] = field(default_factory=list)
    told: int = 0
    _running: dict[str, ForkServerProcess] = field(default_factory=dict)
    _since: dict[str, float] = field(default_factory=dict)

    def start(self, name: str, *arguments: str) -> None:
        """Start `nurture ARGUMENTS` under a name."""
        env = {**self.env, "SMTP_URL": self.sink.url(name)}
        self._running[name] = commands.start(arguments, env, self.logs / f"{name}.log")
        self._since[name] = machine_seconds()

    def age(self, name: str) -> float:
        """Return for how many seconds a process has been running."""
        return machine_seconds() - self._since[name]

    def pid(self, name: str) -> int:
        """Return a process's id."""
        pid = self._running[name].pid
        assert pid is not None
        return pid

    def signal(self, name: str, number: signal.Signals) -> None:
        """Send a signal to a process that runs."""
        assert self._running[name].exitcode is None, self.said(name)
        os.kill(self.pid(name), number)

    def kill(self, name: str) -> None:
        """Kill a process as a power cut would."""
        self.signal(name, signal.SIGKILL)
        self._running.pop(name).join()

    def stop(self) -> None:
        """End all processes that were started here."""
        for process in self._running.values():
            process.kill()
        for process in self._running.values():
            process.join()

    def said(self, name: str) -> str:
        """Return the end of a process's log."""
        return (self.logs / f"{name}.log").read_text(errors="replace")[-3000:]

    def tell(self, number: int) -> None:
        """Let so many more events happen, each of which is worth one mail."""
        happenings = [
            Happening(
                "page.viewed",
                contact_id=self.people[(self.told + i) % len(self.people)],
                properties={"number": f"n{self.told + i}"},
                key=f"n{self.told + i}",
            )
            for i in range(number)
        ]
        capture(self.runtime, happenings, "api")
        self.told += number

    def states(self) -> dict[str, int]:
        """Return how many messages stand in each state."""
        query = select(tables.message.c.state, func.count()).group_by(tables.message.c.state)
        with read(self.engine) as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def rows(self, table: object) -> list[Row[tuple[object, ...]]]:
        """Return a table."""
        with read(self.engine) as connection:
            return list(connection.execute(select(table).order_by(table.c.id)))  # type: ignore

    def at_rest(self) -> bool:
        """Say whether every event has its mail, every mail its fate, every journey its end."""
        states = self.states()
        known = states.get("sent", 0) + states.get("in_doubt", 0)
        query = select(func.count()).where(tables.enrolment.c.state == "active")
        with read(self.engine) as connection:
            active = connection.execute(query).scalar_one()
        return known == self.told == sum(states.values()) and not active

    def wait_until(self, ready: Callable[[], bool], seconds: float, what: str) -> float:
        """Return after how many seconds something became true; fail where it is not in time."""
        began = machine_seconds()
        while machine_seconds() - began < seconds:
            if ready():
                return machine_seconds() - began
            machine_sleep(0.02)
        logs = "\n".join(f"--- {name}\n{self.said(name)}" for name in self._running)
        raise AssertionError(f"waited in vain for {what}: {self.states()}\n{logs}")


def settings_of(url: str, redis: str, sink: Sink, folder: Path) -> Settings:
    """Return the settings that all processes share."""
    return load(
        var=folder,
        project=folder,
        database_url=url,
        redis_url=redis,
        smtp_url=sink.url(),
        mail_domain="sample.example",
        lease_seconds=LEASE,
        log_level="warning",
    )


@contextmanager
def crew(url: str, redis: str, folder: Path, pause: float = 0.0) -> Iterator[Crew]:
    """Yield a crew whose database has a release and people, and no process yet."""
    with Sink(pause) as sink:
        settings = settings_of(url, redis, sink, folder)
        engine = make_engine(url)
        migrate.upgrade(engine)
        house = build(settings)
        assert isinstance(house.runtime.clock, RealClock)
        publish(house.runtime, project(ONE_EACH), "test")
        env = {
            "NURTURE_VAR": str(folder),
            "NURTURE_PROJECT": str(folder),
            "DATABASE_URL": url,
            "REDIS_URL": redis,
            "MAIL_DOMAIN": "sample.example",
            "LEASE_SECONDS": str(LEASE),
            "LOG_LEVEL": "warning",
        }
        made = Crew(engine, house.runtime, env, sink, folder)
        made.people = _people(engine, 40)
        try:
            yield made
        finally:
            made.stop()
            engine.dispose()
            house.runtime.engine.dispose()
            house.redis.close()


def _people(engine: Engine, number: int) -> list[int]:
    now = machine_now()
    found = []
    with write(engine) as connection:
        for i in range(number):
            email = f"p{i}@aozora.example"
            values = {"email": email, "family_name": "田中", "created_at": now, "scored_at": now}
            one: int = connection.execute(
                insert(tables.contact).values(**values).returning(tables.contact.c.id)
            ).scalar_one()
            named = {"kind": "email", "value": canonical(email), "contact_id": one}
            connection.execute(insert(tables.identity).values(**named))
            connection.execute(
                insert(tables.consent).values(
                    contact_id=one,
                    purpose="marketing",
                    state="granted",
                    basis="opt_in",
                    obtained_at=now,
                    recorded_at=now,
                    recorded_by="test",
                )
            )
            found.append(one)
    return found
