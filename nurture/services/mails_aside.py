"""Setting mails aside: one reader whose facts cannot be read holds no other reader's mail up.

Claiming and the last look decide for many in one transaction. Where that fails they decide
one by one; the mails of who still fails wait for an hour of business time, and say why.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import structlog
from sqlalchemy import Connection, Row

from nurture.db import contacts, outbox, outcomes
from nurture.db.engine import is_away, read, write
from nurture.domain.message import State
from nurture.services.answers import reason
from nurture.services.claiming import Claimed, Due, claim
from nurture.services.releases import LiveRelease
from nurture.services.runtime import Runtime
from nurture.services.setting_aside import AGAIN, said

log = structlog.get_logger(__name__)

#: why they wait, a code of nurture.domain.reasons
_WHY = "cannot_decide"


def claim_or_set_aside(
    runtime: Runtime, limit: int
) -> tuple[LiveRelease | None, list[Claimed], int]:
    """Claim as `claiming.claim` does; return release, claims, mails looked at or set aside.

    Raises what the database raises when it is away, and what a release raises that cannot
    be read: no reader is to blame for either.
    """
    try:
        return claim(runtime, limit)
    except Exception as error:  # whatever one reader's facts raise, the others' mails go on
        if is_away(error):
            raise
        log.warning("claiming failed, readers go one by one", error=said(error))
    with read(runtime.engine) as connection:
        release = runtime.releases.live(connection)
        due = Due(*outbox.due_keys(connection, runtime.clock.now(), limit))
    claimed: list[Claimed] = []
    looked_at = 0
    for one in due.each():
        try:
            found, some, looked = claim(runtime, limit, one)
        except Exception as error:  # set aside, shown and logged
            if is_away(error):
                raise
            looked_at += _put_off(runtime, one, error)
        else:
            release = found or release
            claimed += some
            looked_at += looked
    return release, claimed, looked_at


def set_aside(runtime: Runtime, claimed: Claimed, error: Exception) -> None:
    """Let a claimed mail wait about which the last look could not decide."""
    message = claimed.message
    with write(runtime.engine) as connection:
        now = runtime.clock.now()
        if message.contact_id is not None:
            contacts.lock(connection, [message.contact_id], wait=True)
        held = [claimed.held]
        if outbox.settle_claimed(connection, held, State.DEFERRED, _WHY, now + AGAIN):
            _say(runtime, connection, [message], error)
    log.error("mail set aside", message=message.id, exc_info=error)


def _put_off(runtime: Runtime, due: Due, error: Exception) -> int:
    """Let the due mails of one reader wait; return how many, 0: another worker has them."""
    with write(runtime.engine) as connection:
        now = runtime.clock.now()
        held = contacts.lock(connection, due.contact_ids)
        rows = outbox.due_messages(connection, held, due.loose, now)
        outbox.put_off(connection, [(row.id, now + AGAIN, _WHY) for row in rows])
        _say(runtime, connection, rows, error)
    log.error("mails set aside", contacts=due.contact_ids, mails=due.loose, exc_info=error)
    return len(rows)


def _say(
    runtime: Runtime, connection: Connection, rows: Sequence[Row[Any]], error: Exception
) -> None:
    now = runtime.clock.now()
    detail = {"why": said(error), "until": (now + AGAIN).isoformat()}
    outcomes.append_decisions(
        connection, [reason(row, "failed", _WHY, detail) for row in rows], now
    )
