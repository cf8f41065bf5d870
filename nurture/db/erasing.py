"""Erasing a person from their own rows: words go, and what figures are made of stays.

Every text and JSON column of the house is named here, in `nurture.db.mentions`, or in the
tests' list of columns that hold nothing of anybody (`tests/db/test_personal_columns.py`).
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    and_,
    bindparam,
    delete,
    func,
    or_,
    select,
    update,
)

from nurture.db import referral_people
from nurture.db import tables as t
from nurture.domain.erasure import GONE, KEPT, is_code, memory_kept, only_codes

#: rows that are read, emptied and written at a time
_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Whom:
    """Everything by which one person's rows are found."""

    #: the contact and the duplicates that became it; empty: never a contact
    contacts: tuple[int, ...]
    #: every address, as written and canonical, in lower case
    addresses: tuple[str, ...]
    #: keyed hashes of the canonical addresses
    hashes: tuple[str, ...]
    #: mails that went to them, or were to
    mails: tuple[int, ...] = ()

    def events(self) -> ColumnElement[bool]:
        """Return the condition of the events that are theirs, or of their mails."""
        # What happened to a mail is told of its reader; of a stranger's nobody is.
        alone = and_(t.event.c.contact_id.is_(None), t.event.c.message_id.in_(self.mails))
        return or_(t.event.c.contact_id.in_(self.contacts), alone)

    def referrals(self) -> ColumnElement[bool]:
        """Return the condition of the referrals by which they came, or were to."""
        mine = t.referral.c.contact_id.in_(self.contacts)
        return or_(mine, t.referral.c.address_hash.in_(self.hashes))


def mails_of(
    connection: Connection,
    contacts: Sequence[int],
    addresses: Sequence[str],
    hashes: Sequence[str],
) -> tuple[int, ...]:
    """Return the mails that went to somebody, or were to; those to our own people are none."""
    columns = t.message.c
    theirs = select(columns.id).where(columns.contact_id.in_(contacts))
    team = select(func.lower(t.team_member.c.email))
    recipient = func.lower(columns.recipient)
    stranger = select(columns.id).where(
        columns.contact_id.is_(None),
        or_(
            columns.dedupe_key.in_([f"introduction/{one}" for one in hashes]),
            recipient.in_(addresses) & recipient.not_in(team),
        ),
    )
    found = {*connection.execute(theirs).scalars(), *connection.execute(stranger).scalars()}
    return tuple(sorted(found))


def empty(connection: Connection, whom: Whom, now: datetime) -> dict[str, int]:
    """Take a person's words out of their own rows; return kind → how many rows that were.

    Journeys, mails, tasks and referrals under way are the caller's to end before.
    """
    ids, mails = whom.contacts, whom.mails
    found: dict[str, int] = {}

    def count(kind: str, number: int) -> None:
        found[kind] = found.get(kind, 0) + number

    for table in (t.identity, t.contact_tag, t.preference, t.segment_member, t.inbox):
        gone = connection.execute(delete(table).where(table.c.contact_id.in_(ids))).rowcount
        if table in (t.identity, t.contact_tag, t.preference):
            count("identities" if table is t.identity else "preferences", gone)
    count("consents", _set(connection, t.consent, t.consent.c.contact_id.in_(ids), _CONSENT))
    count("events", _prune(connection, t.event, whom.events(), {"properties": _properties}))
    _forget_keys(connection, whom)
    about = or_(t.decision.c.contact_id.in_(ids), t.decision.c.message_id.in_(mails))
    count("decisions", _prune(connection, t.decision, about, {"detail": only_codes}))
    journeys = t.enrolment.c.contact_id.in_(ids)
    count("journeys", _prune(connection, t.enrolment, journeys, _JOURNEY))
    answers = t.attempt.c.message_id.in_(mails)
    _set(connection, t.attempt, answers, {"answer": None})
    tasks = select(t.task.c.id).where(t.task.c.contact_id.in_(ids))
    _set(connection, t.message, t.message.c.task_id.in_(tasks), _MAIL_OF_TASK)
    _set(connection, t.task, t.task.c.contact_id.in_(ids), {"result": {}, "title": GONE})
    count("tasks", _number(connection, t.task, ids))
    # Last of the mails: who they went to is how the others were found.
    count("mails", _set(connection, t.message, t.message.c.id.in_(mails), _MAIL))
    _set(connection, t.notice, t.notice.c.contact_id.in_(ids), {"text": GONE})
    count("notices", _number(connection, t.notice, ids))
    calls = select(t.webhook_call.c.id).where(t.webhook_call.c.contact_id.in_(ids))
    said = t.webhook_attempt.c.call_id.in_(calls)
    _set(connection, t.webhook_attempt, said, {"text": GONE})
    count("calls", _number(connection, t.webhook_call, ids))
    count("deals", _prune(connection, t.deal, t.deal.c.contact_id.in_(ids), _DEAL))
    _loop(connection, whom, now, count)
    count("contacts", _contacts(connection, ids))
    return {kind: number for kind, number in found.items() if number}


#: columns that are emptied whole, by table
_CONSENT = {"source": None, "text_shown": None}
_MAIL = dict.fromkeys(("recipient", "values", "subject", "subject_override", "subjects"))
_MAIL_OF_TASK = {"values": None, "subject": None}
_PERSON: dict[str, Any] = {
    **dict.fromkeys(
        (
            *("email", "family_name", "given_name", "title", "department", "locale", "zone"),
            *("phone", "best_hours", "revisit_at", "revisit_reason", "review_at"),
            *("intent_until", "rests_until", "role"),
        )
    ),
    "fields": {},
    "tracking": False,
    "erased": True,
}


def _properties(value: Any) -> Any:
    return only_codes(value or {}, KEPT)


def _code(value: Any) -> Any:
    return value if is_code(value) else None


#: columns of which codes and figures stay: column → what of it stays
_JOURNEY = {"trigger": _properties, "memory": memory_kept, "subject": lambda v: _code(v) or GONE}
_DEAL = {"reason": _code, "facts": only_codes, "next_step": lambda _: None}


def _loop(
    connection: Connection, whom: Whom, now: datetime, count: Callable[[str, int], None]
) -> None:
    """Empty what NPS, asks, referrals and rewards hold of them."""
    ids = whom.contacts
    _set(connection, t.survey_answer, t.survey_answer.c.contact_id.in_(ids), {"comment": None})
    count("answers", _number(connection, t.survey_answer, ids))
    loops = t.survey_loop.c.contact_id.in_(ids)
    still = loops & t.survey_loop.c.state.in_(("open", "contacted"))
    _set(connection, t.survey_loop, still, {"state": "closed", "closed_at": now})
    count("loops", _set(connection, t.survey_loop, loops, {"resolution": None}))
    asks = t.referral_ask.c.contact_id.in_(ids)
    count("asks", _set(connection, t.referral_ask, asks, {"named": None, "reason": None}))
    theirs = select(t.referral.c.id).where(whom.referrals())
    steps = t.referral_step.c.referral_id.in_(theirs)
    _prune(connection, t.referral_step, steps, {"reason": _code})
    count("referrals", _prune(connection, t.referral, whom.referrals(), {"reason": _code}))
    connection.execute(
        update(t.referrer).where(t.referrer.c.contact_id.in_(ids)).values(certifications=[])
    )
    open_still = and_(
        t.golden_ticket.c.referrer_id.in_(ids),
        t.golden_ticket.c.redeemed_at.is_(None),
        t.golden_ticket.c.withdrawn_at.is_(None),
    )
    _set(connection, t.golden_ticket, open_still, {"withdrawn_at": now})
    rewards = t.reward.c.contact_id.in_(ids)
    entries = t.reward_entry.c.reward_id.in_(select(t.reward.c.id).where(rewards))
    _prune(connection, t.reward_entry, entries, {"reason": _code})
    count("rewards", _prune(connection, t.reward, rewards, {"reason": _code}))


def forget_referrals(connection: Connection, whom: Whom) -> None:
    """Take them out of the referrals by which they came, and what their referrer was told.

    Before anything moves those referrals: what comes of that says nothing of them any more.
    """
    referral_people.forget(connection, whom.contacts)
    nothing = dict.fromkeys(("name", "company", "email", "why", "result"))
    _set(connection, t.referral, whom.referrals(), nothing)
    rows = connection.execute(
        select(t.referral.c.ref, t.referral.c.referrer_id).where(whom.referrals())
    ).all()
    if not rows:
        return
    refs, referrers = {row.ref for row in rows}, {row.referrer_id for row in rows}

    def told(value: Any) -> Any:
        if not isinstance(value, Mapping) or value.get("referral") not in refs:
            return value
        return {key: one for key, one in value.items() if key not in ("company", "result")}

    theirs = and_(t.event.c.contact_id.in_(referrers), t.event.c.type.like("referral.%"))
    _prune(connection, t.event, theirs, {"properties": told})
    journeys = and_(t.enrolment.c.contact_id.in_(referrers), t.enrolment.c.subject.in_(refs))
    _prune(connection, t.enrolment, journeys, {"trigger": told})
    mails = t.message.c.enrolment_id.in_(select(t.enrolment.c.id).where(journeys))
    left = mails & t.message.c.sent_at.is_not(None)
    _set(connection, t.message, left, {"values": None, "subject": None})


def _contacts(connection: Connection, ids: Sequence[int]) -> int:
    return _set(connection, t.contact, t.contact.c.id.in_(ids), _PERSON)


def _forget_keys(connection: Connection, whom: Whom) -> None:
    """Keys that name the facts of other systems may be made of an address."""
    events = select(t.event.c.id).where(whom.events())
    keys = t.event_dedupe.c
    rows = connection.execute(
        select(keys.source, keys.key).where(keys.event_id.in_(events), keys.key.contains("@"))
    ).all()
    for row in rows:
        connection.execute(
            update(t.event_dedupe)
            .where(keys.source == row.source, keys.key == row.key)
            .values(key=f"erased/{secrets.token_hex(8)}")
        )


def _number(connection: Connection, table: Table, ids: Sequence[int]) -> int:
    query = select(func.count()).select_from(table).where(table.c.contact_id.in_(ids))
    return int(connection.execute(query).scalar_one())


def _set(
    connection: Connection, table: Table, where: ColumnElement[bool], values: Mapping[str, Any]
) -> int:
    return int(connection.execute(update(table).where(where).values(**values)).rowcount)


def _prune(
    connection: Connection,
    table: Table,
    where: ColumnElement[bool],
    kept: Mapping[str, Callable[[Any], Any]],
) -> int:
    """Keep of columns what a function leaves of them; return how many rows there are."""
    (key,) = table.primary_key.columns
    columns = [table.c[name] for name in kept]
    change = (
        update(table)
        .where(key == bindparam("of"))
        .values({name: bindparam(f"new_{name}", type_=table.c[name].type) for name in kept})
    )
    number, last = 0, 0
    while True:
        rows = connection.execute(
            select(key, *columns).where(where, key > last).order_by(key).limit(_AT_ONCE)
        ).all()
        if not rows:
            return number
        number, last = number + len(rows), rows[-1][0]
        new = []
        for row in rows:
            values = {name: keep(row._mapping[name]) for name, keep in kept.items()}
            if any(values[name] != row._mapping[name] for name in kept):
                new.append({"of": row[0], **{f"new_{name}": one for name, one in values.items()}})
        if new:
            connection.execute(change, new)
