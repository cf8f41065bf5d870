"""The clock process: rings for what is due, and moves stepped time when nobody is busy."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from nurture.clock import machine_now
from nurture.db import business_time, leases
from nurture.db.engine import read, write
from nurture.services.runtime import DECIDE, SEND, Runtime


def tick(runtime: Runtime) -> bool:
    """Ring for everything that is due, and for mails whose worker died; return whether any was.

    Bells are idempotent: any number of clocks may ring.
    """
    with read(runtime.engine) as connection:
        decide, send = business_time.due_work(connection, runtime.clock.now())
        send = send or leases.has_expired_leases(connection, machine_now())
    if decide:
        runtime.ring(DECIDE)
    if send:
        runtime.ring(SEND)
    return decide or send


def step(runtime: Runtime) -> bool:
    """Move stepped business time to the next moment that anything is due at.

    Moves only when nothing is due, no mail is under way and no participant is busy, due or
    behind the mailbox; rings at once. Returns whether the clock moved. Where business time
    is real or runs at real pace it only ticks.
    """
    with read(runtime.engine) as connection:
        if _following(connection) is None:
            return False
    with write(runtime.engine) as connection:
        # Asked again: what came in since the look must not be stepped over.
        moment = _following(connection)
        if moment is None:
            return False
        business_time.jump(connection, moment)
    tick(runtime)
    return True


def _following(connection: Connection) -> datetime | None:
    """Return where stepped time moves to, or None while it stands."""
    stand = business_time.stand(connection)
    if stand is None or stand.running:
        return None
    now = stand.business_at
    # The likeliest first: most looks find somebody at work.
    if (
        business_time.waits_for_somebody(connection, now)
        or business_time.mails_under_way(connection)
        or any(business_time.due_work(connection, now))
    ):
        return None
    moment = business_time.next_moment(connection)
    if moment is None:
        return None
    if stand.until is not None and moment >= stand.until:
        moment = stand.until
    return moment if moment > now else None
