"""Watching a run: the moments business time jumped to, and whether everybody is done."""

from __future__ import annotations

import threading
from datetime import datetime

from nurture.clock import machine_sleep
from nurture.db import business_time
from nurture.db.engine import read
from nurture.db.stirring import Stirring
from nurture.demo.figures import Jumps
from nurture.services.runtime import Runtime

#: machine seconds between two looks at the clock: what a jump's time may be off by
_LOOK = 0.002


class JumpLog:
    """Remembers when, on the machine's clock, each moment of business time began."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._jumps: list[tuple[datetime, datetime]] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="jumps", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> Jumps:
        """Stop watching; return (business time, machine time) of every moment seen."""
        self._stop.set()
        self._thread.join()
        return self._jumps

    def _watch(self) -> None:
        last = None
        stirring = Stirring(self._runtime.engine)
        while not self._stop.is_set():
            if stirring.stirred():
                business_at, set_at, _ = business_time.read_stand(self._runtime.engine)
                if business_at != last:
                    self._jumps.append((business_at, set_at))
                    last = business_at
            machine_sleep(_LOOK)
        stirring.close()


def is_idle(runtime: Runtime) -> bool:
    """Say whether, at this moment of business time, there is nothing left to do."""
    with read(runtime.engine) as connection:
        now = runtime.clock.now()
        return not (
            any(business_time.due_work(connection, now))
            or business_time.mails_under_way(connection)
            or business_time.waits_for_somebody(connection, now)
        )


def why_busy(runtime: Runtime) -> str:
    """Say in words what business time waits for."""
    with read(runtime.engine) as connection:
        now = runtime.clock.now()
        decide, send = business_time.due_work(connection, now)
        waits = {
            "something to decide": decide,
            "something to send": send,
            "a mail that is being sent": business_time.mails_under_way(connection),
            "a reader of the mailbox": business_time.waits_for_somebody(connection, now),
        }
    return ", ".join(what for what, is_so in waits.items() if is_so) or "nothing"
