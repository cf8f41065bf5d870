"""Referrals as lists and pages show them: who referred whom, who takes care of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, case, func, or_, select

from nurture.db.tables import (
    account,
    contact,
    deal,
    enrolment,
    message,
    referral,
    reward,
    team_member,
)

_giver, _home = contact.alias("giver"), account.alias("home")


def _lines() -> Select[Any]:
    return (
        select(
            referral,
            _giver.c.family_name.label("giver_family"),
            _giver.c.given_name.label("giver_given"),
            _giver.c.locale.label("giver_locale"),
            _giver.c.email.label("giver_email"),
            _giver.c.erased.label("giver_erased"),
            _home.c.name.label("giver_company"),
            team_member.c.name.label("owner_name"),
            team_member.c.key.label("owner_key"),
            deal.c.stage.label("deal_stage"),
            deal.c.external_id.label("deal_name"),
        )
        .join(_giver, _giver.c.id == referral.c.referrer_id)
        .outerjoin(_home, _home.c.id == _giver.c.account_id)
        .outerjoin(team_member, team_member.c.id == referral.c.owner_id)
        .outerjoin(deal, deal.c.id == referral.c.deal_id)
    )


#: who agreed, and was not reached yet
_WAITS = and_(referral.c.state == "received", referral.c.contacted_at.is_(None))


def lines(
    connection: Connection,
    states: Sequence[str],
    channel: str = "",
    limit: int = 500,
) -> list[Row[Any]]:
    """Return referrals of states: first contacts that are due soonest, then the newest."""
    query = _lines().where(referral.c.state.in_(states))
    if channel:
        query = query.where(referral.c.channel == channel)
    waits = case((_WAITS, referral.c.contact_by))
    order = (waits.is_(None), waits, referral.c.created_at.desc(), referral.c.id.desc())
    return list(connection.execute(query.order_by(*order).limit(limit)))


def page(
    connection: Connection, states: Sequence[str], before: int | None, limit: int
) -> list[Row[Any]]:
    """Return referrals of states, newest first, of those that came before one."""
    query = _lines().where(referral.c.state.in_(states))
    if before is not None:
        query = query.where(referral.c.id < before)
    return list(connection.execute(query.order_by(referral.c.id.desc()).limit(limit)))


def line(connection: Connection, ref: str) -> Row[Any] | None:
    """Return the referral of a ref, in whatever case it is written."""
    return connection.execute(_lines().where(referral.c.ref == ref.strip().upper())).first()


def of_contact(connection: Connection, contact_id: int) -> list[Row[Any]]:
    """Return the referrals that a contact made, and those by which they came, newest first."""
    mine = or_(referral.c.referrer_id == contact_id, referral.c.contact_id == contact_id)
    return list(connection.execute(_lines().where(mine).order_by(referral.c.id.desc()).limit(50)))


def counts(connection: Connection) -> dict[str, int]:
    """Return state → how many referrals stand there."""
    query = select(referral.c.state, func.count()).group_by(referral.c.state)
    return {row.state: row[1] for row in connection.execute(query)}


def rewards_of(connection: Connection, referral_id: int) -> list[Row[Any]]:
    """Return the rewards of a referral."""
    columns = (reward.c.id, reward.c.title, reward.c.side, reward.c.state, reward.c.due_at)
    query = select(*columns).where(reward.c.referral_id == referral_id).order_by(reward.c.id)
    return list(connection.execute(query))


def consent_mail(connection: Connection, hashed: str) -> Row[*tuple[Any, ...]] | None:
    """Return (state, reason, sent_at) of the mail that asked an address for consent."""
    return connection.execute(
        select(message.c.state, message.c.reason, message.c.sent_at).where(
            message.c.dedupe_key == f"introduction/{hashed}"
        )
    ).first()


def mails_about(
    connection: Connection, ref: str, contact_ids: Iterable[int]
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return the mails that journeys `per` a referral made for these people, oldest first."""
    return connection.execute(
        select(
            message.c.contact_id,
            message.c.template,
            message.c.workflow,
            message.c.subject,
            message.c.subject_override,
            message.c.state,
            message.c.reason,
            message.c.created_at,
            message.c.sent_at,
            message.c.due_at,
        )
        .join(enrolment, enrolment.c.id == message.c.enrolment_id)
        .where(enrolment.c.subject == ref, enrolment.c.contact_id.in_(sorted(contact_ids)))
        .order_by(message.c.id)
    ).all()
