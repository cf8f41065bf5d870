"""The demo from an empty folder to the last line: sets up, lives the days, reports, serves."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from rich.console import Console

from nurture.app import House, build, close, make_database
from nurture.clock import machine_seconds, machine_sleep
from nurture.compiler.release import compile_files
from nurture.db import business_time, team
from nurture.db.engine import read, write
from nurture.demo import audience, stage
from nurture.demo.chatroom import ChatRoom
from nurture.demo.diary import Diary
from nurture.demo.figures import Figures, Jumps, gather
from nurture.demo.hours import Hours
from nurture.demo.progress import Shown
from nurture.demo.watch import JumpLog, is_idle, why_busy
from nurture.domain.definitions import require
from nurture.errors import NurtureError
from nurture.services import api_keys
from nurture.services.import_contacts import ImportOptions, ImportReport, import_contacts
from nurture.services.project import read_project
from nurture.services.publish import ConfirmationNeededError, Published, publish
from nurture.services.runtime import DECIDE
from nurture.settings import Settings
from nurture.supervise import Supervisor, wait_for
from nurture.up import embedded_redis, environment, prepare, start_processes

#: variable that hands the audience its API key
KEY_VARIABLE = "NURTURE_DEMO_KEY"

#: business time that does not move for so long has come to a halt (machine seconds)
_HALT = 60.0

#: how long processes may take to come up (machine seconds)
_START = 60.0

#: between two looks at how the days go by (machine seconds)
_LOOK = 0.25

ShowImport = Callable[[Console, Path, ImportReport], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run of days came to."""

    figures: Figures
    #: machine seconds from the first process to the last moment
    seconds: float
    #: seconds of CPU by process
    cpu_seconds: Mapping[str, float]
    moments: int
    jumps: Jumps


class Director:
    """Runs one demo in a folder that it holds."""

    def __init__(self, settings: Settings, days: int, seed: int, console: Console) -> None:
        self.settings = settings
        self.days = days
        self._seed = seed
        self._console = console
        self._house: House | None = None
        self._supervisor: Supervisor | None = None
        self._audience: Supervisor | None = None
        self._room: ChatRoom | None = None

    @property
    def house(self) -> House:
        """The wired house; RuntimeError before `set_up`."""
        if self._house is None:
            raise RuntimeError("the demo is not set up yet")
        return self._house

    def set_up(self, show_import: ShowImport) -> None:
        """Make the database, stop its clock at the first moment, import, publish."""
        self._console.print(f"[bold]Setting up[/bold] in {self.settings.var}")
        prepare(self.settings)
        engine = make_database(self.settings)
        with write(engine) as connection:
            business_time.clear_participants(connection)
            until = stage.ends(self.days)
            business_time.set_stand(connection, stage.START, running=False, until=until)
            # The clock waits for the audience, which comes when everything else is there.
            business_time.announce(connection, audience.NAME, True, None, None)
        engine.dispose()
        self._house = house = build(self.settings, ring=lambda _queue: None)
        files = read_project(self.settings.project)
        definitions = require(compile_files(files))
        with write(house.runtime.engine) as connection:
            team.sync(connection, definitions.policy)
        # A copy: rows to be mended are written beside the list.
        path = self.settings.var / "contacts.csv"
        shutil.copy(self.settings.project / "examples" / "contacts.csv", path)
        self._console.print("\n[bold]Importing[/bold] examples/contacts.csv")
        report = import_contacts(
            house.runtime.engine,
            house.runtime.clock,
            definitions,
            path,
            ImportOptions(hash_key=house.runtime.hash_key),
        )
        show_import(self._console, path, report)
        self._console.print("\n[bold]Publishing[/bold] the tracks")
        self._say_published(self._publish(files))

    def _publish(self, files: Mapping[str, bytes]) -> Published:
        try:
            return publish(self.house.runtime, files, "demo")
        except ConfirmationNeededError as error:
            self._console.print(f"[dim]{error.message}; confirmed: --yes {error.total}[/dim]")
            return publish(self.house.runtime, files, "demo", yes=error.total)

    def _say_published(self, published: Published) -> None:
        people = sum(published.enrolled.values())
        self._console.print(
            f"Published release {published.release_id}; people enrolled: {people}"
            f" ({', '.join(f'{name} {n}' for name, n in published.enrolled.items() if n)})"
        )

    def start(self, redis: str) -> None:
        """Start every process and wait until all doors are open."""
        runtime = self.house.runtime
        env = {**environment(self.settings, redis), **dict.fromkeys(stage.hidden(), "")}
        self._room = ChatRoom()
        env["CHAT_SALES"] = self._room.address
        env["LOG_LEVEL"] = "warning"
        self._supervisor = Supervisor(self.settings.var / "log")
        start_processes(self._supervisor, env, local_mailbox=True)
        ports = (
            self.settings.public_port,
            self.settings.team_port,
            self.settings.mailbox_port,
        )
        for port in ports:
            if not wait_for(lambda port=port: _answers(port), _START):  # type: ignore[misc]
                raise NurtureError(
                    f"nothing answers at 127.0.0.1:{port}", f"see {self.settings.var}/log"
                )
        name = f"demo-{secrets.token_hex(4)}"
        env[KEY_VARIABLE] = api_keys.add(runtime, name)
        self._audience = Supervisor(self.settings.var / "log")
        self._audience.start(
            "audience",
            *("demo-audience", "--seed", str(self._seed), "--days", str(self.days)),
            env=env,
        )

    def live(self) -> Outcome:
        """Let the days go by until the clock's end; return what they came to."""
        runtime, until = self.house.runtime, stage.ends(self.days)
        self._console.print(f"\n[bold]Living[/bold] {self.days} days")
        began, jumps = machine_seconds(), JumpLog(runtime)
        jumps.start()
        moved_at, last = began, stage.START
        with Shown(self._console, runtime, self.days) as shown:
            while True:
                machine_sleep(_LOOK)
                self._look_after()
                now = runtime.clock.now()
                shown.update(now)
                if now > last:
                    moved_at, last = machine_seconds(), now
                elif machine_seconds() - moved_at > _HALT:
                    raise NurtureError(
                        f"business time stands still at {now}: it waits for {why_busy(runtime)}",
                        f"see {self.settings.var}/log",
                    )
                if now >= until and is_idle(runtime):
                    break
        seconds = machine_seconds() - began
        cpu = self._cpu_seconds()
        seen = jumps.stop()
        if self._audience is not None:
            self._audience.stop()
            self._audience = None
        mailbox = self.house.mailbox()
        try:
            said = self._room.lines if self._room is not None else []
            figures = gather(runtime, mailbox, seen, said, Diary(self.settings.var))
        finally:
            mailbox.close()
        return Outcome(figures, seconds, cpu, len(seen), seen)

    def wake_up(self) -> datetime:
        """Step on to 10:00 of the next business day, then let business time run; return it."""
        runtime = self.house.runtime
        with read(runtime.engine) as connection:
            calendar = runtime.releases.live(connection).definitions.calendar
        hours = Hours(calendar)
        day = hours.day_of(runtime.clock.now()) + timedelta(days=1)
        while not hours.is_business_day(day):
            day += timedelta(days=1)
        ten = hours.at_ten(day)
        with write(runtime.engine) as connection:
            now = business_time.stand(connection)
            assert now is not None
            business_time.set_stand(connection, now.business_at, running=False, until=ten)
        if not wait_for(lambda: runtime.clock.now() >= ten and is_idle(runtime), _HALT):
            raise NurtureError(f"business time does not reach {ten}: {why_busy(runtime)}")
        with write(runtime.engine) as connection:
            business_time.set_stand(connection, ten, running=True)
        runtime.ring(DECIDE)
        return ten

    def serve(self) -> None:
        """Keep everything running until Ctrl-C."""
        if self._supervisor is not None:
            self._supervisor.run()

    def end(self) -> None:
        """Stop every process and let go of the database."""
        for supervisor in (self._audience, self._supervisor):
            if supervisor is not None:
                supervisor.stop()
        self._audience = self._supervisor = None
        if self._room is not None:
            self._room.close()
            self._room = None
        if self._house is not None:
            close(self._house)
            self._house = None

    def _look_after(self) -> None:
        """Raise NurtureError where a process died: in a demo nothing should."""
        for supervisor in (self._supervisor, self._audience):
            if supervisor is None:
                continue
            for name in supervisor.names():
                if supervisor.pid(name) is None:
                    log = self.settings.var / "log" / f"{name}.log"
                    raise NurtureError(f"the process {name} died", _last_line(log))

    def _cpu_seconds(self) -> dict[str, float]:
        own = os.times()
        found = {"director": own.user + own.system}
        for supervisor in (self._supervisor, self._audience):
            for name in supervisor.names() if supervisor is not None else ():
                pid = supervisor.pid(name) if supervisor is not None else None
                if pid is not None:
                    found[name] = _ticks_of(pid) / os.sysconf("SC_CLK_TCK")
        return found


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


def _last_line(path: Path) -> str:
    try:
        lines = path.read_text("utf-8", "replace").strip().splitlines()
    except OSError:
        return ""
    return f"{path}: {lines[-1]}" if lines else f"see {path}"


def _ticks_of(pid: int) -> int:
    """Return the clock ticks of CPU that a process and its children took (Linux)."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text("ascii", "replace")
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    except OSError:
        return 0
    fields = text.rpartition(")")[2].split()
    return sum(int(field) for field in fields[11:15]) + sum(_ticks_of(int(c)) for c in children)


def emptied_and_run(
    settings: Settings,
    folder: Path,
    days: int,
    seed: int,
    console: Console,
    show_import: ShowImport,
    then: Callable[[Director, Outcome], int],
) -> int:
    """Run a demo in an emptied folder; `then` gets it while it still runs, and the exit code."""
    with stage.emptied(folder):
        director = Director(stage.demo_settings(settings, folder), days, seed, console)
        try:
            director.set_up(show_import)
            with embedded_redis(director.settings) as redis:
                try:
                    director.start(redis)
                    return then(director, director.live())
                finally:
                    director.end()
        finally:
            director.end()
