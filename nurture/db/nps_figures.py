"""What the NPS report is made of: invitations, customers, revenue, asks and referrals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from nurture.db.contact_facts import CUSTOMER
from nurture.db.surveys import has_left
from nurture.db.survivors import everybody
from nurture.db.tables import (
    account,
    contact,
    deal,
    referral,
    referral_ask,
    survey_answer,
    survey_invitation,
    survey_loop,
    team_member,
)
from nurture.domain.nps import Invited
from nurture.domain.reader import role_of


def invitations(connection: Connection, survey: str) -> list[Invited]:
    """Return every invitation of a survey whose mail was not dropped, oldest first."""
    one = survey_invitation.c
    newest = (
        select(survey_answer.c.drivers)
        .where(survey_answer.c.invitation_id == one.id)
        .order_by(survey_answer.c.id.desc())
        .limit(1)
        .correlate(survey_invitation)
        .scalar_subquery()
    )
    rows = connection.execute(
        select(
            one.id, one.contact_id, one.account_id, one.role, one.round, one.asked_at,
            one.answered_at, one.score, newest, has_left(), contact.c.role.label("own"),
            contact.c.title, contact.c.department,
        )
        .join(contact, contact.c.id == one.contact_id)
        .where(one.survey == survey, one.void.is_(False))
        .order_by(one.id)
    )  # fmt: skip
    # A duplicate's answers are those of the contact it became.
    who = everybody(connection)
    return [
        Invited(
            id=row.id,
            contact_id=who.who(row.contact_id),
            account_id=row.account_id,
            role=part_of(row, row.role or row.own),
            round=row.round,
            asked_at=row.asked_at,
            answered_at=row.answered_at,
            score=row.score,
            drivers=tuple(row[8] or ()),
            left=bool(row[9]),
        )
        for row in rows
    ]


def part_of(row: Row[Any], role: str | None) -> str | None:
    """Return somebody's part in decisions: a role on record, else what title and department say."""
    said = {"role": role, "title": row.title, "department": row.department}
    return role_of(said) or None


def customers(connection: Connection) -> Sequence[Row[Any]]:
    """Return the customers' contacts who can be written to.

    As id, account_id, role, title, department, account name.
    """
    query: Select[Any] = (
        select(
            contact.c.id,
            contact.c.account_id,
            contact.c.role,
            contact.c.title,
            contact.c.department,
            account.c.name,
        )
        .join(account, account.c.id == contact.c.account_id)
        .where(
            contact.c.lifecycle == CUSTOMER,
            contact.c.erased.is_(False),
            contact.c.merged_into.is_(None),
            contact.c.email.is_not(None),
        )
        .order_by(contact.c.id)
    )
    return connection.execute(query).all()


def won(connection: Connection, since: datetime) -> Sequence[Row[Any]]:
    """Return won deals since a time by account: account_id, amount, currency."""
    owner = func.coalesce(deal.c.account_id, contact.c.account_id)
    closed = func.coalesce(deal.c.closed_at, deal.c.updated_at)
    query: Select[Any] = (
        select(owner.label("account_id"), deal.c.amount, deal.c.currency)
        .outerjoin(contact, contact.c.id == deal.c.contact_id)
        .where(deal.c.stage == "won", closed >= since, deal.c.amount.is_not(None))
    )
    return connection.execute(query).all()


def names(connection: Connection, contact_ids: Sequence[int]) -> dict[int, Row[Any]]:
    """Return how to name contacts: family_name, given_name, locale, email, account name."""
    found: dict[int, Row[Any]] = {}
    for first in range(0, len(contact_ids), 500):
        page = contact_ids[first : first + 500]
        rows = connection.execute(
            select(
                contact.c.id, contact.c.family_name, contact.c.given_name, contact.c.locale,
                contact.c.email, contact.c.erased, account.c.name.label("account"),
            )
            .outerjoin(account, account.c.id == contact.c.account_id)
            .where(contact.c.id.in_(page))
        )  # fmt: skip
        found |= {row.id: row for row in rows}
    return found


@dataclass(frozen=True, slots=True)
class Asked:
    """How often somebody was asked for an introduction, and when last."""

    asks: int
    last: datetime


def asks(connection: Connection) -> dict[int, Asked]:
    """Return contact → how often they were asked for an introduction, when last."""
    one = referral_ask.c
    rows = connection.execute(
        select(one.contact_id, func.count().label("asks"), func.max(one.asked_at).label("last"))
        .where(one.void.is_(False))
        .group_by(one.contact_id)
    )
    who = everybody(connection)
    found: dict[int, Asked] = {}
    for row in rows:
        known = found.get(who.who(row.contact_id), Asked(0, row.last))
        new = Asked(known.asks + row.asks, max(known.last, row.last))
        found[who.who(row.contact_id)] = new
    return found


def newest_ask_answers(connection: Connection) -> dict[int, str]:
    """Return contact → what they answered to the newest ask that they answered."""
    one = referral_ask.c
    rows = connection.execute(
        select(one.contact_id, one.answer).where(one.answer.is_not(None)).order_by(one.id)
    )
    who = everybody(connection)
    return {who.who(row.contact_id): row.answer for row in rows}


def referrals(connection: Connection) -> dict[int, tuple[int, int]]:
    """Return referrer → (referrals, won ones); what was somebody else's already counts for none."""
    one = referral.c
    rows = connection.execute(
        select(one.referrer_id, one.state).where(one.state != "duplicate", one.way != "outbound")
    )
    who = everybody(connection)
    found: dict[int, tuple[int, int]] = {}
    for row in rows:
        one_is = who.who(row.referrer_id)
        count, wins = found.get(one_is, (0, 0))
        found[one_is] = (count + 1, wins + (row.state == "won"))
    return found


def loops(connection: Connection, states: Sequence[str]) -> Sequence[Row[Any]]:
    """Return what is followed up in some states, the oldest first, with who it is about."""
    newest = (
        select(survey_answer.c.comment)
        .where(survey_answer.c.invitation_id == survey_loop.c.invitation_id)
        .order_by(survey_answer.c.id.desc())
        .limit(1)
        .correlate(survey_loop)
        .scalar_subquery()
    )
    return connection.execute(
        select(
            survey_loop, survey_invitation.c.score, survey_invitation.c.round,
            survey_invitation.c.survey, newest.label("comment"),
            team_member.c.name.label("owner"), team_member.c.key.label("owner_key"),
        )
        .join(survey_invitation, survey_invitation.c.id == survey_loop.c.invitation_id)
        .join(contact, contact.c.id == survey_loop.c.contact_id)
        .outerjoin(team_member, team_member.c.id == contact.c.owner_id)
        .where(survey_loop.c.state.in_(states))
        .order_by(survey_loop.c.opened_at, survey_loop.c.id)
    ).all()  # fmt: skip


def untouched(connection: Connection) -> Sequence[Row[Any]]:
    """Return unhappy answers whose givers nobody has got in touch with: opened_at, owner_id."""
    query: Select[Any] = (
        select(survey_loop.c.opened_at, contact.c.owner_id)
        .join(contact, contact.c.id == survey_loop.c.contact_id)
        .where(survey_loop.c.state == "open")
    )
    return connection.execute(query).all()


def comments(connection: Connection, survey: str, most: int) -> Sequence[Row[Any]]:
    """Return the newest comments: contact_id, score, comment, drivers, at."""
    one = survey_answer.c
    query: Select[Any] = (
        select(one.contact_id, one.score, one.comment, one.drivers, one.at)
        .join(survey_invitation, survey_invitation.c.id == one.invitation_id)
        .where(survey_invitation.c.survey == survey, one.comment.is_not(None))
        .order_by(one.id.desc())
        .limit(most)
    )
    return connection.execute(query).all()


def surveys(connection: Connection) -> list[str]:
    """Return the names of surveys that were ever asked."""
    rows = connection.execute(select(survey_invitation.c.survey).distinct())
    return sorted(row.survey for row in rows)
