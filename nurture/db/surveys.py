"""Surveys in SQL: whom we asked, and what guards must know of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    bindparam,
    exists,
    false,
    insert,
    or_,
    select,
    update,
)

from nurture.db.among import among
from nurture.db.survivors import Same, as_same
from nurture.db.tables import message, survey_answer, survey_invitation, survey_loop
from nurture.db.types import UtcDateTime
from nurture.db.upsert import insert_new
from nurture.domain.message import UNSENT

_PAST: Select[Any] = (
    select(
        survey_invitation.c.id,
        survey_invitation.c.dedupe_key,
        survey_invitation.c.survey,
        survey_invitation.c.round,
        survey_invitation.c.contact_id,
        survey_invitation.c.account_id,
        survey_invitation.c.asked_at,
    )
    .where(
        survey_invitation.c.void == false(),
        survey_invitation.c.asked_at > bindparam("since", type_=UtcDateTime),
        or_(
            among(survey_invitation.c.contact_id, "contacts"),
            among(survey_invitation.c.account_id, "accounts"),
        ),
    )
    .order_by(survey_invitation.c.id)
)
_LOOPS: Select[Any] = (
    select(
        survey_loop.c.contact_id,
        survey_loop.c.state,
        survey_loop.c.resolved_at,
        survey_invitation.c.round,
    )
    .join(survey_invitation, survey_invitation.c.id == survey_loop.c.invitation_id)
    .where(among(survey_loop.c.contact_id, "contacts"), survey_loop.c.state != "closed")
    .order_by(survey_loop.c.id)
)
_ASKED: Select[Any] = (
    select(
        survey_invitation.c.id,
        survey_invitation.c.dedupe_key,
        survey_invitation.c.survey,
        survey_invitation.c.round,
        survey_invitation.c.enrolment_id,
        survey_invitation.c.answered_at,
    )
    .where(
        or_(
            among(survey_invitation.c.dedupe_key, "keys"),
            among(survey_invitation.c.enrolment_id, "journeys"),
        )
    )
    .order_by(survey_invitation.c.id)
)


def past(
    connection: Connection,
    contacts: Same | Sequence[int],
    account_ids: Sequence[int],
    since: datetime,
) -> Sequence[Row[Any]]:
    """Return invitations that count since a time, of contacts and of everybody of accounts.

    Of contacts given as `Same` those of their duplicates too: `Same.who` says whose each is.
    """
    asked = {"contacts": as_same(contacts).ids, "accounts": account_ids, "since": since}
    return connection.execute(_PAST, asked).all()


def loops(connection: Connection, contacts: Same | Sequence[int]) -> dict[int, Row[Any]]:
    """Return the newest loop of contacts that is not closed; a duplicate's is theirs."""
    same = as_same(contacts)
    rows = connection.execute(_LOOPS, {"contacts": same.ids})
    return {same.who(row.contact_id): row for row in rows}


def invite(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert invitations; one whose key exists stays as it is."""
    insert_new(connection, survey_invitation, [dict(row) for row in rows])


def asked_in(
    connection: Connection, keys: Sequence[str], enrolment_ids: Sequence[int]
) -> Sequence[Row[Any]]:
    """Return invitations of mails, named by their keys, and of journeys; the newest last."""
    return connection.execute(_ASKED, {"keys": keys, "journeys": enrolment_ids}).all()


def has_left() -> ColumnElement[bool]:
    """Say of an invitation whether its mail has left the house; true of one that has no mail.

    Who has answered has been asked, however it came to them.
    """
    waits = exists().where(
        message.c.dedupe_key == survey_invitation.c.dedupe_key, message.c.state.in_(UNSENT)
    )
    return or_(survey_invitation.c.answered_at.is_not(None), ~waits)


_INVITATION: Select[Any] = select(survey_invitation).where(
    survey_invitation.c.id == bindparam("of")
)


def invitation(connection: Connection, invitation_id: int) -> Row[Any] | None:
    """Return an invitation."""
    return connection.execute(_INVITATION, {"of": invitation_id}).first()


def newest_of(
    connection: Connection, contact_ids: Sequence[int], survey: str, at: datetime
) -> Row[Any] | None:
    """Return the newest invitation of somebody to a survey that was there at a moment."""
    one = survey_invitation.c
    query = select(survey_invitation).where(
        one.contact_id.in_(contact_ids),
        one.survey == survey,
        one.void == false(),
        one.asked_at <= at,
    )
    return connection.execute(query.order_by(one.asked_at.desc(), one.id.desc()).limit(1)).first()


def with_key(connection: Connection, key: str) -> Row[Any] | None:
    """Return the invitation of a key."""
    query = select(survey_invitation).where(survey_invitation.c.dedupe_key == key)
    return connection.execute(query).first()


def answers(connection: Connection, invitation_id: int) -> Sequence[Row[Any]]:
    """Return every answer of an invitation, the newest last."""
    return connection.execute(
        select(survey_answer)
        .where(survey_answer.c.invitation_id == invitation_id)
        .order_by(survey_answer.c.id)
    ).all()


def keep_answer(connection: Connection, row: Mapping[str, Any], locale: str) -> None:
    """Append an answer and make it the one that counts; `locale` is what the page spoke."""
    connection.execute(insert(survey_answer), dict(row))
    connection.execute(
        update(survey_invitation)
        .where(survey_invitation.c.id == row["invitation_id"])
        .values(answered_at=row["at"], score=row["score"], locale=locale)
    )


def loop_of(connection: Connection, contact_ids: Sequence[int]) -> Row[Any] | None:
    """Return what is followed up with somebody, who is these contacts, and not closed."""
    return connection.execute(
        select(survey_loop)
        .where(survey_loop.c.contact_id.in_(contact_ids), survey_loop.c.state != "closed")
        .order_by(survey_loop.c.id.desc())
        .limit(1)
    ).first()


def waiting_loops(connection: Connection, contact_ids: Sequence[int]) -> Sequence[Row[Any]]:
    """Return what is followed up with somebody whom nobody has got in touch with yet.

    As (id, opened_at, survey, round), oldest first.
    """
    query: Select[Any] = (
        select(
            survey_loop.c.id,
            survey_loop.c.opened_at,
            survey_invitation.c.survey,
            survey_invitation.c.round,
        )
        .join(survey_invitation, survey_invitation.c.id == survey_loop.c.invitation_id)
        .where(survey_loop.c.contact_id.in_(contact_ids), survey_loop.c.state == "open")
    )
    return list(connection.execute(query.order_by(survey_loop.c.id)))


def open_loop(connection: Connection, row: Mapping[str, Any]) -> int:
    """Begin to follow up an unhappy answer; return its id."""
    made = insert(survey_loop).values(**row).returning(survey_loop.c.id)
    return int(connection.execute(made).scalar_one())


def move_loop(connection: Connection, loop_id: int, values: Mapping[str, Any]) -> None:
    """Change a loop."""
    connection.execute(update(survey_loop).where(survey_loop.c.id == loop_id).values(**values))


def hold_loop(connection: Connection, loop_id: int) -> Row[Any] | None:
    """Return a loop and keep it as it is until the commit."""
    query = select(survey_loop).where(survey_loop.c.id == loop_id)
    if connection.dialect.name != "sqlite":
        query = query.with_for_update()
    return connection.execute(query).first()
