"""Asks for introductions in SQL: what was asked, and what guards must know of people."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    Select,
    bindparam,
    case,
    false,
    func,
    or_,
    select,
    true,
    update,
)

from nurture.db.among import among
from nurture.db.survivors import Same, as_same
from nurture.db.tables import (
    contact,
    event,
    referral_ask,
    referrer,
    survey_invitation,
    survey_loop,
)
from nurture.db.types import UtcDateTime
from nurture.db.upsert import insert_new
from nurture.domain.newest_result import REPORTED, REVIEWED, Result, Told, newest_result
from nurture.domain.survey_answers import score_said

#: what guards and readiness read of somebody's history
HAPPENINGS = (
    "hearing.held", "complaint.received", "complaint.resolved",
    "community.joined", "event.attended", "seminar.attended", "onboarding.completed",
    "deal.won", "contact.left",
)  # fmt: skip
_COMPLAINTS = ("complaint.received", "complaint.resolved")

#: a duplicate's complaint is resolved with the contact that it became
_PERSON = func.coalesce(contact.c.merged_into, contact.c.id)

_ASKS: Select[Any] = (
    select(
        referral_ask.c.id,
        referral_ask.c.dedupe_key,
        referral_ask.c.program,
        referral_ask.c.contact_id,
        referral_ask.c.account_id,
        referral_ask.c.asked_at,
        referral_ask.c.answer,
        referral_ask.c.answered_at,
    )
    .where(
        referral_ask.c.void == false(),
        or_(
            among(referral_ask.c.contact_id, "contacts"),
            among(referral_ask.c.account_id, "accounts"),
        ),
    )
    .order_by(referral_ask.c.id)
)
_REFERRERS = select(referrer).where(among(referrer.c.contact_id, "contacts"))
_ANSWERS = (
    select(
        survey_invitation.c.contact_id,
        survey_invitation.c.score,
        survey_invitation.c.answered_at,
    )
    .where(
        among(survey_invitation.c.contact_id, "contacts"),
        survey_invitation.c.answered_at.is_not(None),
    )
    .order_by(survey_invitation.c.answered_at, survey_invitation.c.id)
)
_RESPONDED: Select[Any] = (
    select(event.c.contact_id, event.c.occurred_at, event.c.properties)
    .where(among(event.c.contact_id, "contacts"), event.c.type == "nps.responded")
    .order_by(event.c.occurred_at, event.c.id)
)
_LOOPS = select(survey_loop.c.contact_id).where(
    among(survey_loop.c.contact_id, "contacts"),
    survey_loop.c.state.in_(("open", "contacted")),
)
_HAPPENED: Select[Any] = (
    select(
        event.c.contact_id,
        event.c.type,
        func.min(event.c.occurred_at).label("first"),
        func.max(event.c.occurred_at).label("last"),
        func.sum(
            case((event.c.occurred_at > bindparam("since", type_=UtcDateTime), 1), else_=0)
        ).label("lately"),
    )
    .where(among(event.c.contact_id, "contacts"), event.c.type.in_(HAPPENINGS))
    .group_by(event.c.contact_id, event.c.type)
)
_RESULTS: Select[Any] = (
    select(event.c.contact_id, event.c.type, event.c.occurred_at, event.c.properties)
    .where(
        among(event.c.contact_id, "contacts"),
        event.c.type.in_((REPORTED, REVIEWED)),
        event.c.occurred_at > bindparam("since", type_=UtcDateTime),
    )
    .order_by(event.c.occurred_at, event.c.id)
)
_COMPLAINED: Select[Any] = (
    select(
        contact.c.account_id,
        _PERSON.label("contact_id"),
        event.c.type,
        func.max(event.c.occurred_at).label("last"),
    )
    .join(contact, contact.c.id == event.c.contact_id)
    .where(among(contact.c.account_id, "accounts"), event.c.type.in_(_COMPLAINTS))
    .group_by(contact.c.account_id, _PERSON, event.c.type)
)
_PILOTS: Select[Any] = (
    select(
        referral_ask.c.dedupe_key,
        referral_ask.c.program,
        referral_ask.c.contact_id,
        referral_ask.c.asked_at,
    )
    .where(referral_ask.c.pilot == true(), referral_ask.c.void == false())
    .order_by(referral_ask.c.id)
)
_ASKED: Select[Any] = select(
    referral_ask.c.id,
    referral_ask.c.dedupe_key,
    referral_ask.c.program,
    referral_ask.c.offer,
    referral_ask.c.timing,
    referral_ask.c.mode,
    referral_ask.c.asked_at,
).where(among(referral_ask.c.dedupe_key, "keys"))


def past(
    connection: Connection, contacts: Same | Sequence[int], account_ids: Sequence[int]
) -> Sequence[Row[Any]]:
    """Return asks that count, of contacts and of everybody of accounts, oldest first.

    `contacts` as in all functions here: with their duplicates where they are given as `Same`,
    whose rows then are those of the contact of today; here `Same.who` says whose a row is.
    """
    asked = {"contacts": as_same(contacts).ids, "accounts": account_ids}
    return connection.execute(_ASKS, asked).all()


def referrers(connection: Connection, contacts: Same | Sequence[int]) -> dict[int, Row[Any]]:
    """Return the rows of those contacts who are referrers: their own before a duplicate's."""
    same = as_same(contacts)
    found: dict[int, Row[Any]] = {}
    for row in connection.execute(_REFERRERS, {"contacts": same.ids}):
        who = same.who(row.contact_id)
        if who not in found or row.contact_id == who:
            found[who] = row
    return found


def never_asked(connection: Connection, contacts: Same | Sequence[int]) -> set[int]:
    """Return those who, or a duplicate of whom, must never be asked again."""
    same = as_same(contacts)
    rows = connection.execute(_REFERRERS, {"contacts": same.ids})
    return {same.who(row.contact_id) for row in rows if row.do_not_ask}


def newest_answers(
    connection: Connection, contacts: Same | Sequence[int]
) -> dict[int, tuple[int, datetime]]:
    """Return the newest answer of contacts to any survey, 0 to 10, and when it was given.

    Answers to surveys of another system come as events (`nps.responded`, `score`).
    """
    same = as_same(contacts)
    asked = {"contacts": same.ids}
    found: dict[int, tuple[int, datetime]] = {}
    for row in connection.execute(_RESPONDED, asked):
        score = score_said(row.properties.get("score"))
        if score is not None:
            found[same.who(row.contact_id)] = (score, row.occurred_at)
    for row in connection.execute(_ANSWERS, asked):
        known = found.get(same.who(row.contact_id))
        if row.score is not None and (known is None or known[1] <= row.answered_at):
            found[same.who(row.contact_id)] = (row.score, row.answered_at)
    return found


def open_loops(connection: Connection, contacts: Same | Sequence[int]) -> set[int]:
    """Return the contacts whose unhappy answer is still followed."""
    same = as_same(contacts)
    rows = connection.execute(_LOOPS, {"contacts": same.ids})
    return {same.who(row.contact_id) for row in rows}


@dataclass(frozen=True, slots=True)
class Often:
    """When something happened to somebody, and how often."""

    first: datetime
    last: datetime
    #: since a time
    lately: int


def happened(
    connection: Connection, contacts: Same | Sequence[int], since: datetime
) -> dict[int, dict[str, Often]]:
    """Return contact → type of `HAPPENINGS` → first, last, and how often since a time."""
    same = as_same(contacts)
    found: dict[int, dict[str, Often]] = {}
    for row in connection.execute(_HAPPENED, {"contacts": same.ids, "since": since}):
        mine = found.setdefault(same.who(row.contact_id), {})
        new, old = Often(row.first, row.last, int(row.lately)), mine.get(row.type)
        if old is not None:
            both = old.lately + new.lately
            new = Often(min(old.first, new.first), max(old.last, new.last), both)
        mine[row.type] = new
    return found


def results(
    connection: Connection, contacts: Same | Sequence[int], since: datetime
) -> dict[int, Result]:
    """Return contact → the result they stand by, of what they heard of since a time."""
    told: dict[int, list[Told]] = {}
    same = as_same(contacts)
    for row in connection.execute(_RESULTS, {"contacts": same.ids, "since": since}):
        one = Told(row.occurred_at, row.type == REPORTED, row.properties.get("month"))
        told.setdefault(same.who(row.contact_id), []).append(one)
    return {contact_id: newest_result(some) for contact_id, some in told.items()}


def complaining_accounts(connection: Connection, account_ids: Sequence[int]) -> set[int]:
    """Return the accounts of which somebody has a complaint that is not resolved."""
    newest: dict[tuple[int, int], dict[str, datetime]] = {}
    for row in connection.execute(_COMPLAINED, {"accounts": account_ids}):
        newest.setdefault((row.account_id, row.contact_id), {})[row.type] = row.last
    return {
        account_id
        for (account_id, _), times in newest.items()
        if is_open(times.get("complaint.received"), times.get("complaint.resolved"))
    }


def is_open(received: datetime | None, resolved: datetime | None) -> bool:
    """Say whether a complaint waits to be resolved."""
    return received is not None and (resolved is None or resolved < received)


def pilots(connection: Connection) -> Sequence[Row[Any]]:
    """Return key, programme and contact of asks within a pilot that count, oldest first."""
    return connection.execute(_PILOTS).all()


def asked(connection: Connection, keys: Sequence[str]) -> Sequence[Row[Any]]:
    """Return what mails, named by their keys, ask."""
    return connection.execute(_ASKED, {"keys": keys}).all()


def newest(connection: Connection, contact_ids: Sequence[int]) -> Row[int, str] | None:
    """Return (id, program) of the ask that somebody, who is these contacts, had last."""
    query = select(referral_ask.c.id, referral_ask.c.program).where(
        referral_ask.c.contact_id.in_(contact_ids), ~referral_ask.c.void
    )
    newest_first = query.order_by(referral_ask.c.asked_at.desc(), referral_ask.c.id.desc())
    return connection.execute(newest_first.limit(1)).first()


def describe(connection: Connection, contact_id: int, values: Mapping[str, Any]) -> None:
    """Write columns of a referrer."""
    changed = update(referrer).where(referrer.c.contact_id == contact_id)
    connection.execute(changed.values(**values))


def insert_asks(connection: Connection, rows: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Insert asks; return key → id of those that are new."""
    found = insert_new(connection, referral_ask, [dict(row) for row in rows], "dedupe_key", "id")
    return {str(key): int(ask_id) for key, ask_id in found}


def make_referrers(connection: Connection, rows: Iterable[Mapping[str, Any]]) -> None:
    """Make contacts referrers; those who are stay as they are."""
    insert_new(connection, referrer, [dict(row) for row in rows])


def new_code() -> str:
    """Return an unguessable code for the link that somebody hands on: letters and digits."""
    return secrets.token_urlsafe(9).replace("-", "a").replace("_", "b")


def new_referrer(contact_id: int, now: datetime, kind: str = "customer") -> dict[str, Any]:
    """Return the row of a new referrer, with an unguessable code for their link."""
    return {"contact_id": contact_id, "code": new_code(), "kind": kind, "created_at": now}
