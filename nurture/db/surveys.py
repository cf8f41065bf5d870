"""Surveys in SQL: whom we asked, and what guards must know of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, false, or_, select

from nurture.db.among import among
from nurture.db.tables import survey_invitation, survey_loop
from nurture.db.types import UtcDateTime
from nurture.db.upsert import insert_new

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
_ASKED = select(survey_invitation.c.dedupe_key, survey_invitation.c.survey).where(
    among(survey_invitation.c.dedupe_key, "keys")
)


def past(
    connection: Connection, contact_ids: Sequence[int], account_ids: Sequence[int], since: datetime
) -> Sequence[Row[Any]]:
    """Return invitations that count since a time, of contacts and of everybody of accounts."""
    asked = {"contacts": contact_ids, "accounts": account_ids, "since": since}
    return connection.execute(_PAST, asked).all()


def loops(connection: Connection, contact_ids: Sequence[int]) -> dict[int, Row[Any]]:
    """Return the newest loop of contacts that is not closed."""
    rows = connection.execute(_LOOPS, {"contacts": contact_ids})
    return {row.contact_id: row for row in rows}


def invite(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert invitations; one whose key exists stays as it is."""
    insert_new(connection, survey_invitation, [dict(row) for row in rows])


def surveys_asked(connection: Connection, keys: Sequence[str]) -> dict[str, str]:
    """Return the surveys that mails, named by their keys, ask."""
    rows = connection.execute(_ASKED, {"keys": keys})
    return {row.dedupe_key: row.survey for row in rows}
