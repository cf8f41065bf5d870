"""The states of mails that hot queries ask for, written so that partial indexes serve them.

SQLite uses a partial index only where a query says the index's condition word for word,
which a bound parameter never does.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, Connection, func, literal_column, select

from nurture.db.tables import message
from nurture.domain.message import State


def _one_of(*states: State) -> ColumnElement[bool]:
    return message.c.state.in_([literal_column(f"'{state}'") for state in states])


#: waits for its time: `ix_message_due_at`
WAITING = _one_of(State.QUEUED, State.DEFERRED)

#: held by a worker: `ix_message_lease_until`
HELD = _one_of(State.CLAIMED, State.SENDING)


def waiting_by_template(connection: Connection, names: Collection[str]) -> dict[str, int]:
    """Return template → mails that wait for their time, of those templates that have any."""
    if not names:
        return {}
    rows = connection.execute(
        select(message.c.template, func.count().label("mails"))
        .where(WAITING, message.c.template.in_(sorted(names)))
        .group_by(message.c.template)
    )
    return {row.template: row.mails for row in rows}
