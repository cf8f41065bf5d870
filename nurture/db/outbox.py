"""The outbox: claiming, committing `sending`, recording answers. All updates are fenced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    Row,
    Select,
    and_,
    bindparam,
    func,
    insert,
    or_,
    select,
    update,
)

from nurture.db.among import among
from nurture.db.mail_states import WAITING
from nurture.db.tables import attempt, enrolment, message, pause
from nurture.db.types import UtcDateTime
from nurture.domain.message import COUNTED, State
from nurture.domain.sending import OWN_MOMENT, PastMail

#: how long a worker may be silent before its mails are taken from it (machine time)
LEASE = timedelta(seconds=60)

_WAITING = (State.QUEUED, State.DEFERRED)

#: the same without an expanding parameter, which executemany cannot have
_IS_WAITING = or_(message.c.state == State.QUEUED, message.c.state == State.DEFERRED)


@dataclass(frozen=True, slots=True)
class Held:
    """A message that a worker holds under a fencing number."""

    id: int
    fence: int


def due_keys(connection: Connection, now: datetime, limit: int) -> tuple[list[int], list[int]]:
    """Return the contacts with due mails, and due mails that have no contact."""
    rows = connection.execute(_DUE_KEYS, {"now": now, "most": limit}).all()
    contacts = list(dict.fromkeys(r.contact_id for r in rows if r.contact_id is not None))
    return contacts, [row.id for row in rows if row.contact_id is None]


# Asked for every batch, so each is made once.
_DUE_KEYS = (
    select(message.c.contact_id, message.c.id)
    .where(WAITING, message.c.due_at <= bindparam("now", type_=UtcDateTime))
    .order_by(message.c.due_at, message.c.id)
    .limit(bindparam("most", type_=Integer))
)
_DUE = (
    select(
        message,
        enrolment.c.state.label("enrolment_state"),
        enrolment.c.trigger.label("enrolment_trigger"),
        enrolment.c.memory.label("enrolment_memory"),
        enrolment.c.release_id.label("enrolment_release"),
    )
    .outerjoin(enrolment, enrolment.c.id == message.c.enrolment_id)
    .where(
        message.c.state.in_(_WAITING),
        message.c.due_at <= bindparam("now", type_=UtcDateTime),
        or_(among(message.c.contact_id, "contacts"), among(message.c.id, "messages")),
    )
    .order_by(message.c.id)
)
_DUE_HELD = _DUE.with_for_update(of=message, skip_locked=True)


def due_messages(
    connection: Connection, contact_ids: Sequence[int], message_ids: Sequence[int], now: datetime
) -> list[Row[Any]]:
    """Return all due mails of contacts we hold, and those of the named that have none."""
    query = _DUE if connection.dialect.name == "sqlite" else _DUE_HELD
    asked = {"contacts": contact_ids, "messages": message_ids, "now": now}
    return list(connection.execute(query, asked))


def _past(of: Column[Any]) -> Select[Any]:
    return select(of.label("of"), message.c.sent_at, message.c.purpose, message.c.workflow).where(
        among(of, "ids"),
        message.c.state.in_(COUNTED),
        or_(message.c.sent_at > bindparam("since", type_=UtcDateTime), message.c.sent_at.is_(None)),
    )


_PAST = {name: _past(message.c[name]) for name in ("contact_id", "account_id")}


def past_mails(
    connection: Connection, column: str, ids: Sequence[int], since: datetime, now: datetime
) -> dict[int, list[PastMail]]:
    """Return mails since a time that use up slots, by `contact_id` or `account_id`."""
    rows = connection.execute(_PAST[column], {"ids": ids, "since": since})
    found: dict[int, list[PastMail]] = {}
    for row in rows:
        past = PastMail(row.sent_at or now, row.purpose, row.workflow)
        found.setdefault(row.of, []).append(past)
    return found


_RESERVED = select(
    message.c.contact_id,
    message.c.priority,
    message.c.purpose,
    message.c.workflow,
    message.c.due_at,
).where(
    among(message.c.contact_id, "ids"),
    message.c.state == State.DEFERRED,
    message.c.reason.in_(OWN_MOMENT),
    message.c.due_at > bindparam("now", type_=UtcDateTime),
)


def reserved(
    connection: Connection, contact_ids: Sequence[int], now: datetime
) -> dict[int, list[tuple[int, PastMail]]]:
    """Return (priority, mail) of contacts' mails that wait for a moment of their own alone."""
    found: dict[int, list[tuple[int, PastMail]]] = {}
    for row in connection.execute(_RESERVED, {"ids": contact_ids, "now": now}):
        mail = PastMail(row.due_at, row.purpose, row.workflow)
        found.setdefault(row.contact_id, []).append((row.priority, mail))
    return found


def hold_pauses(connection: Connection) -> frozenset[tuple[str, str]]:
    """Return what is paused, as (kind, name) pairs, and keep it paused until the commit.

    Whoever takes a pause away waits, so that it finds the mails that were put off for it.
    Ask before any account, contact or message is locked: `resume` locks in that order.
    """
    query = select(pause.c.kind, pause.c.name).order_by(pause.c.kind, pause.c.name)
    if connection.dialect.name != "sqlite":
        query = query.with_for_update(read=True)
    return frozenset((row.kind, row.name) for row in connection.execute(query))


_CLAIM = (
    update(message)
    .where(among(message.c.id, "messages"), message.c.state.in_(_WAITING))
    .values(
        state=State.CLAIMED,
        fence=message.c.fence + 1,
        lease_until=bindparam("lease"),
        due_at=None,
        reason=None,
    )
    .returning(message.c.id, message.c.fence)
)


def claim(
    connection: Connection, message_ids: Sequence[int], lease_until: datetime
) -> dict[int, Held]:
    """Claim mails under new fencing numbers; the caller holds their rows."""
    if not message_ids:
        return {}
    rows = connection.execute(_CLAIM, {"messages": message_ids, "lease": lease_until})
    return {row.id: Held(row.id, row.fence) for row in rows}


def put_off(connection: Connection, rows: Sequence[tuple[int, datetime | None, str]]) -> None:
    """Defer waiting mails: (id, until, reason)."""
    if rows:
        connection.execute(
            update(message)
            .where(message.c.id == bindparam("of"), _IS_WAITING)
            .values(state=State.DEFERRED, due_at=bindparam("until"), reason=bindparam("why")),
            [{"of": one, "until": until, "why": why} for one, until, why in rows],
        )


def drop(connection: Connection, rows: Sequence[tuple[int, str]]) -> None:
    """Cancel waiting mails: (id, reason)."""
    if rows:
        connection.execute(
            update(message)
            .where(message.c.id == bindparam("of"), _IS_WAITING)
            .values(state=State.CANCELLED, due_at=None, reason=bindparam("why")),
            [{"of": one, "why": why} for one, why in rows],
        )


def settle_claimed(
    connection: Connection,
    held: Sequence[Held],
    state: State,
    reason: str | None,
    due_at: datetime | None = None,
) -> list[int]:
    """Move mails we still hold as claimed to another state; return those that were ours."""
    done = []
    for one in held:
        rows = connection.execute(
            update(message)
            .where(
                message.c.id == one.id,
                message.c.fence == one.fence,
                message.c.state == State.CLAIMED,
            )
            .values(state=state, reason=reason, due_at=due_at, lease_until=None)
            .returning(message.c.id)
        )
        done += [row.id for row in rows]
    return done


_OURS = (
    select(
        message.c.id,
        message.c.fence,
        message.c.tries,
        message.c.contact_id,
        enrolment.c.state.label("enrolment_state"),
    )
    .outerjoin(enrolment, enrolment.c.id == message.c.enrolment_id)
    .where(among(message.c.id, "messages"), message.c.state == bindparam("state"))
    .order_by(message.c.id)
)
_OURS_HELD = _OURS.with_for_update(of=message)


def still_ours(
    connection: Connection, held: Sequence[Held], state: State
) -> dict[int, Row[int, int, int, int | None, str | None]]:
    """Return, and lock, those of the mails that are still ours and in a state.

    Each with its tries, its contact and the state of its enrolment.
    """
    fences = {one.id: one.fence for one in held}
    query = _OURS if connection.dialect.name == "sqlite" else _OURS_HELD
    rows = connection.execute(query, {"messages": fences, "state": state}).all()
    return {row.id: row for row in rows if row.fence == fences[row.id]}


#: columns of what was rendered, written with `sending`
RENDERED = (
    "recipient",
    "locale",
    "template_hash",
    "values",
    "subject",
    "sent_from",
    "tracked",
    "template",
    "item",
)

_BEGIN = (
    update(message)
    .where(
        message.c.id == bindparam("of"),
        message.c.fence == bindparam("held_fence"),
        message.c.state == State.CLAIMED,
    )
    .values(
        state=State.SENDING,
        reason=None,
        lease_until=bindparam("lease"),
        sent_at=bindparam("moment"),
        **{name: bindparam(f"new_{name}") for name in RENDERED},
    )
)

_ANSWER = (
    update(message)
    .where(
        message.c.id == bindparam("of"),
        message.c.fence == bindparam("held_fence"),
        message.c.state == State.SENDING,
    )
    .values(
        state=bindparam("new_state"),
        reason=bindparam("why"),
        due_at=bindparam("due"),
        sent_at=bindparam("moment"),
        tries=bindparam("new_tries"),
        lease_until=None,
    )
)


def begin_sending(
    connection: Connection,
    rows: Sequence[tuple[Held, Mapping[str, Any]]],
    sent_at: datetime,
    lease_until: datetime,
) -> None:
    """Write `sending` and what was rendered for mails that `still_ours` says are ours."""
    if rows:
        connection.execute(
            _BEGIN,
            [
                {
                    "of": one.id,
                    "held_fence": one.fence,
                    "lease": lease_until,
                    "moment": sent_at,
                    **{f"new_{name}": rendered[name] for name in RENDERED},
                }
                for one, rendered in rows
            ],
        )


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a mail that was being sent."""

    held: Held
    state: State
    reason: str | None
    due_at: datetime | None
    #: None where it was certainly not sent
    sent_at: datetime | None
    tries: int


def record_answers(connection: Connection, settled: Sequence[Settled]) -> None:
    """Write what became of mails that `still_ours` says are ours."""
    if settled:
        connection.execute(
            _ANSWER,
            [
                {
                    "of": one.held.id,
                    "held_fence": one.held.fence,
                    "new_state": one.state,
                    "why": one.reason,
                    "due": one.due_at,
                    "moment": one.sent_at,
                    "new_tries": one.tries,
                }
                for one in settled
            ],
        )


def renew(connection: Connection, held: Sequence[Held], lease_until: datetime) -> int:
    """Renew the lease of mails that are still ours; return how many that were."""
    conditions = [and_(message.c.id == one.id, message.c.fence == one.fence) for one in held]
    rows = connection.execute(
        update(message)
        .where(or_(*conditions), message.c.state.in_([State.CLAIMED, State.SENDING]))
        .values(lease_until=lease_until)
        .returning(message.c.id)
    )
    return len(rows.all())


def append_attempts(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Append one row per time a server was asked."""
    if rows:
        connection.execute(insert(attempt), [dict(row) for row in rows])


def first_attempt_at(connection: Connection, message_id: int) -> datetime | None:
    """Return when a server was first asked to take a mail."""
    return connection.execute(
        select(func.min(attempt.c.at)).where(attempt.c.message_id == message_id)
    ).scalar()
