"""Copying what decides about people's future from one database into another, empty one."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, Table, insert, select, update

from nurture.db import tables as t
from nurture.db.tables import metadata
from nurture.domain.message import State

#: rows of one statement
_AT_ONCE = 2_000

#: contacts that one query names, few enough for the parameters of a query
_NAMED = 1_000

#: what decides nothing that is still to come: what was decided and tried before, lines for
#: chat rooms, keys of sources whose events came before, and what processes agree on
_LEFT_BEHIND = frozenset(
    {
        t.api_key,
        t.attempt,
        t.business_clock,
        t.decision,
        t.event_dedupe,
        t.idempotency,
        t.notice,
        t.participant,
        t.publication,
        t.stray_event,
        t.template_links,
        t.webhook_attempt,
    }
)

#: also kept where it belongs to no contact: mails and tasks of our own team
_MAY_BE_NOBODYS = frozenset({t.message, t.task})


def copy_house(
    source: Connection,
    target: Connection,
    now: datetime,
    contact_ids: Collection[int] | None = None,
) -> None:
    """Copy everything that matters for what will happen; both have the same tables.

    `contact_ids`: of people only those, with their accounts and what belongs to nobody; None:
    everybody. The source is only read; the caller's transaction makes it one consistent
    state. What a worker holds at this moment is given back in the copy (due at `now`), and
    what is on its way is taken to arrive.
    """
    wanted = sorted(set(contact_ids)) if contact_ids is not None else None
    for table in metadata.sorted_tables:
        if table not in _LEFT_BEHIND:
            for query in _queries(table, wanted):
                _copy(source, target, table, query)
    target.execute(
        update(t.message)
        .where(t.message.c.state == State.CLAIMED)
        .values(state=State.QUEUED, due_at=now, lease_until=None)
    )
    target.execute(
        update(t.message)
        .where(t.message.c.state == State.SENDING)
        .values(state=State.SENT, lease_until=None)
    )
    target.execute(update(t.webhook_call).values(held_until=None))


def _copy(source: Connection, target: Connection, table: Table, query: Select[Any]) -> None:
    rows = source.execute(query, execution_options={"yield_per": _AT_ONCE})
    for some in rows.mappings().partitions(_AT_ONCE):
        target.execute(insert(table), [dict(row) for row in some])


def _queries(table: Table, wanted: list[int] | None) -> Iterator[Select[Any]]:
    """Yield what selects a table's rows, in pages where people are named."""
    whole = select(table)
    if wanted is None:
        yield whole
        return
    if table is t.account:
        # Few are needed, but a page's accounts may be the next page's too.
        people = select(t.contact.c.account_id).where(t.contact.c.id.in_(wanted))
        yield whole.where(table.c.id.in_(people))
        return
    if table is t.event_evidence:
        of = t.event.c.contact_id
        for page in _pages(wanted):
            yield whole.where(table.c.event_id.in_(select(t.event.c.id).where(of.in_(page))))
        return
    if table is not t.contact and "contact_id" not in table.c:
        yield whole
        return
    column = table.c.id if table is t.contact else table.c.contact_id
    for page in _pages(wanted):
        yield whole.where(column.in_(page))
    if table in _MAY_BE_NOBODYS:
        yield whole.where(column.is_(None))


def _pages(wanted: list[int]) -> Iterator[list[int]]:
    for first in range(0, len(wanted), _NAMED):
        yield wanted[first : first + _NAMED]
