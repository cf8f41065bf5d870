"""Opens and clicks: written down at once, judged by what the request shows by itself.

Requests that arrive together are written in one transaction (`Recorder`), so that a burst
costs one commit, and none answers before its row is durable: in SQL, or in the local spool
while SQL is away.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from nurture.clock import machine_seconds
from nurture.errors import NurtureError
from nurture.services.agents import LONGEST_AGENT, KnownAgents, public_list
from nurture.services.runtime import DECIDE, Runtime
from nurture.services.spool import Line, Spool
from nurture.services.unsubscribe import unsubscribe
from nurture.services.visits import Judge, Visit, as_line, from_line, network_of

log = structlog.get_logger(__name__)

_MOST_AT_ONCE = 500
#: after a failure SQL is left alone for so long (machine seconds)
_REST_SECONDS = 1.0
#: what SQL says when it is not there, as opposed to refusing a row
_AWAY = (OperationalError, InterfaceError, PoolTimeoutError)


def _printable(text: str) -> str:
    return text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)


class _Ticket:
    """A visit that waits for its commit, or for its turn to write for those after it."""

    __slots__ = ("_gate", "done", "visit")

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self.done = False
        self._gate = threading.Lock()
        self._gate.acquire()

    def wait(self) -> None:
        self._gate.acquire()

    def wake(self) -> None:
        self._gate.release()


class Recorder:
    """Writes visits down for one process: whoever comes first writes for all who wait."""

    def __init__(self, runtime: Runtime, spool: Spool, agents: KnownAgents) -> None:
        self._runtime = runtime
        self._spool = spool
        self._judge = Judge(runtime, agents)
        self._waiting: list[_Ticket] = []
        self._queue = threading.Lock()
        self._writing = False
        self._rest_until = 0.0

    def visit(
        self,
        message_id: int,
        *,
        click: bool,
        method: str,
        agent: str,
        address: str,
        link: int = 0,
        target: str = "",
    ) -> None:
        """Write a visit down and return when it is durable; never raises for want of SQL."""
        self.record(
            Visit(
                message_id,
                click,
                method,
                _printable(agent[:LONGEST_AGENT]),
                network_of(address),
                self._now(),
                link,
                target[:2000],
                uuid.uuid4().hex,
            )
        )

    def record(self, visit: Visit) -> None:
        """Write a visit down in the next commit, or in the spool where SQL is away."""
        ticket = _Ticket(visit)
        with self._queue:
            self._waiting.append(ticket)
            first = not self._writing
            self._writing = True
        if not first:
            ticket.wait()
            if ticket.done:
                return
        with self._queue:
            # Our own is the oldest of those that wait.
            batch = self._waiting[:_MOST_AT_ONCE]
            del self._waiting[:_MOST_AT_ONCE]
        try:
            self._write([one.visit for one in batch])
        finally:
            with self._queue:
                following = self._waiting[0] if self._waiting else None
                self._writing = following is not None
            for one in batch:
                one.done = True
                if one is not ticket:
                    one.wake()
            if following is not None:
                # It writes next; so nobody writes for others for ever.
                following.wake()

    def _write(self, visits: list[Visit]) -> None:
        if machine_seconds() >= self._rest_until:
            try:
                if self._judge.write(visits):
                    self._runtime.ring(DECIDE)
                return
            except (SQLAlchemyError, NurtureError) as error:
                log.warning("visits spooled", count=len(visits), why=type(error).__name__)
                self._rest_until = machine_seconds() + _REST_SECONDS
        try:
            self._spool.append([as_line(visit) for visit in visits])
        except OSError as error:
            # Neither SQL nor disk: the reader still gets where they want to go.
            log.error("visits lost", count=len(visits), why=str(error))

    def _now(self) -> datetime | None:
        if machine_seconds() < self._rest_until:
            return None
        try:
            return self._runtime.clock.now()
        except SQLAlchemyError:
            return None


def take_in_spool(runtime: Runtime, path: Path) -> int:
    """Take in what was spooled while SQL was away; return how many lines that were.

    Idempotent: every line carries a key. Raises SQLAlchemyError where SQL is still away
    (the file stays). Unsubscribes come first; a line that SQL refuses for itself is kept
    in `PATH.refused`, so that it never holds up the others.
    """
    judge = Judge(runtime, public_list())

    def act(lines: list[Line]) -> None:
        visits = []
        for line in lines:
            try:
                if line["kind"] == "unsubscribe":
                    unsubscribe(runtime, int(line["contact"]), int(line["message"]))
                else:
                    visits.append(from_line(line))
            except (KeyError, TypeError, ValueError) as error:
                _refuse(path, line, error)
        for start in range(0, len(visits), _MOST_AT_ONCE):
            _take_in(judge, visits[start : start + _MOST_AT_ONCE], path)

    taken = Spool(path).take(act)
    if taken:
        runtime.ring(DECIDE)
    return taken


def _take_in(judge: Judge, visits: Sequence[Visit], path: Path) -> None:
    try:
        judge.write(visits)
    except _AWAY:
        raise
    except SQLAlchemyError as error:
        if len(visits) > 1:
            for visit in visits:
                _take_in(judge, [visit], path)
            return
        _refuse(path, as_line(visits[0]), error)


def _refuse(path: Path, line: Line, error: Exception) -> None:
    """Keep a line that cannot be taken in where a person finds it."""
    log.error("spooled line refused", why=type(error).__name__)
    Spool(path.with_name(path.name + ".refused")).append([line])
