"""Setting aside: one contact that cannot be handled holds nobody else up.

A batch is one transaction, so one row that raises would undo it, and the same rows would be
due again for ever. Here the contacts of such a batch are handled one by one; who still fails
is put off for an hour of business time, with a decision that says why.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from nurture.db import contacts as people
from nurture.db import messages, outcomes, touched
from nurture.db.engine import is_away, read, write
from nurture.db.setting_aside import put_off_arrivals, put_off_walks
from nurture.services import advance as walking
from nurture.services import ingest as taking_in
from nurture.services.runtime import Runtime

log = structlog.get_logger(__name__)

#: when what was set aside is tried again (business time)
AGAIN = timedelta(hours=1)

#: characters of an error that a decision keeps
_SAID = 300


class _Work(Protocol):
    def __call__(
        self, runtime: Runtime, limit: int = ..., only: Sequence[int] | None = None
    ) -> int: ...


#: puts off what is due for a contact (now, until); returns the columns of its decisions
_PutOff = Callable[[Connection, int, datetime, datetime], list[dict[str, Any]]]


def take_in(runtime: Runtime, limit: int = taking_in.BATCH) -> int:
    """Ingest up to `limit` contacts; return how many were looked at or set aside.

    Raises what the database raises when it is away, and what a release raises that cannot
    be read: no contact is to blame for either.
    """
    due = touched.due_contacts
    return _guarded(runtime, taking_in.ingest, due, limit, _arrivals)


def walk(runtime: Runtime, limit: int = walking.BATCH) -> int:
    """Advance up to `limit` enrolments; return how many were walked or set aside.

    Raises as `take_in` does.
    """
    due = messages.due_enrolment_contacts
    return _guarded(runtime, walking.advance, due, limit, _walks)


def _guarded(
    runtime: Runtime,
    work: _Work,
    with_due: Callable[[Connection, datetime, int], list[int]],
    limit: int,
    put_off: _PutOff,
) -> int:
    try:
        return work(runtime, limit)
    except Exception as error:  # whatever one row raises, the others go on
        if is_away(error):
            raise
        log.warning("batch failed, its contacts go one by one", error=type(error).__name__)
    with read(runtime.engine) as connection:
        # A release that cannot be read is nobody's row: it raises here.
        runtime.releases.live(connection)
        contact_ids = with_due(connection, runtime.clock.now(), limit)
    done = 0
    for contact_id in contact_ids:
        try:
            done += work(runtime, only=[contact_id])
        except Exception as error:  # set aside, shown and logged
            if is_away(error):
                raise
            done += _set_aside(runtime, contact_id, error, put_off)
    return done


def _set_aside(runtime: Runtime, contact_id: int, error: Exception, put_off: _PutOff) -> int:
    """Put a contact's due rows off and say why; 0 where another worker holds it now."""
    with write(runtime.engine) as connection:
        now = runtime.clock.now()
        if not people.lock(connection, [contact_id]):
            return 0
        columns = put_off(connection, contact_id, now, now + AGAIN)
        row = {
            "contact_id": people.current(connection, contact_id),
            "kind": "failed",
            "reason": "cannot_decide",
            "detail": {"why": said(error), "until": (now + AGAIN).isoformat()},
        }
        outcomes.append_decisions(connection, [{**row, **one} for one in columns], now)
    log.error("contact set aside", contact=contact_id, exc_info=error)
    return 1


def _arrivals(
    connection: Connection, contact_id: int, now: datetime, until: datetime
) -> list[dict[str, Any]]:
    put_off_arrivals(connection, contact_id, now, until)
    return [{}]


def _walks(
    connection: Connection, contact_id: int, now: datetime, until: datetime
) -> list[dict[str, Any]]:
    rows = put_off_walks(connection, contact_id, now, until)
    return [{"enrolment_id": row.id, "workflow": row.workflow, "step": row.step} for row in rows]


def said(error: Exception) -> str:
    """Return an error's type and message in short, without the SQL and values around it."""
    inner = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    return f"{type(inner).__name__}: {inner}"[:_SAID]
