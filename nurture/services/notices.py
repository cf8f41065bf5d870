"""Chat notices: lines kept in SQL, posted one by one, tried again for a day."""

from __future__ import annotations

from datetime import datetime, timedelta

from nurture.clock import machine_now
from nurture.db import notices
from nurture.db.engine import read, write
from nurture.providers.chat import Chat, Taken
from nurture.services.runtime import Runtime

#: waits before the next try; after the last the line is given up
_AGAIN = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=8),
    timedelta(hours=14),
)

#: a worker that took lines and says nothing for so long (machine time) is thought dead
HELD = timedelta(minutes=5)

#: lines per transaction
BATCH = 20


def say_due(runtime: Runtime, chat: Chat, limit: int = BATCH) -> int:
    """Post due lines; return how many were looked at. No transaction is open meanwhile."""
    with read(runtime.engine) as connection:
        # Most looks find nothing: no writer is taken for them.
        if not notices.any_due(connection, runtime.clock.now(), machine_now()):
            return 0
    with write(runtime.engine) as connection:
        now, machine = runtime.clock.now(), machine_now()
        due = notices.take(connection, now, machine, machine + HELD, limit)
    for row in due:
        taken = chat.say(row.chat, row.text)
        state, again = _fate(taken, row.tries, now)
        with write(runtime.engine) as connection:
            notices.settle(connection, row.id, state, again, runtime.clock.now())
    return len(due)


def _fate(taken: Taken, tries: int, now: datetime) -> tuple[str, datetime | None]:
    """Return the state after an answer, and when to try again."""
    if taken is Taken.YES:
        return "sent", None
    if taken is Taken.NOWHERE:
        return "nowhere", None
    if tries > len(_AGAIN):
        return "failed", None
    return "queued", now + _AGAIN[tries - 1]
