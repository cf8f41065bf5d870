"""Named queries over referrers, and what is known of those whom they refer."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, exists, or_, select, update

from nurture.db.among import among
from nurture.db.contact_facts import full_name
from nurture.db.contacts import everyone
from nurture.db.engine import is_sqlite
from nurture.db.tables import (
    account,
    contact,
    deal,
    identity,
    referral,
    referral_touch,
    referrer,
    team_member,
)
from nurture.db.upsert import insert_new
from nurture.domain.person_name import is_latin

# Asked for every batch of mails, so made once.
_STOPPED = select(referrer.c.contact_id).where(
    among(referrer.c.contact_id, "contacts"), referrer.c.updates_stopped_at.is_not(None)
)

#: stages of a deal that is over
_OVER = ("won", "lost")


def referrer_of(connection: Connection, contact_id: int, lock: bool = False) -> Row[Any] | None:
    """Return a contact's row as a referrer; with `lock` nobody else introduces for them."""
    query = select(referrer).where(referrer.c.contact_id == contact_id)
    if lock and not is_sqlite(connection):
        query = query.with_for_update()
    return connection.execute(query).first()


def make_referrer(
    connection: Connection, contact_id: int, code: str, kind: str, now: datetime
) -> bool:
    """Make a contact a referrer; False where they are one, or the code is taken.

    What a duplicate that became them was as a referrer, they are: kind, motive, reach, and what
    they said of being asked and told.
    """
    row = {"contact_id": contact_id, "code": code, "kind": kind, "created_at": now}
    row |= _inherited(connection, contact_id)
    return bool(insert_new(connection, referrer, [row], "contact_id"))


#: what a referrer keeps when they become another contact; the code is each row's own
_KEPT = ("kind", "motive", "network_reach", "updates_stopped_at", "shown_as", "certifications")


def _inherited(connection: Connection, contact_id: int) -> dict[str, Any]:
    others = everyone(connection, contact_id)[1:]
    if not others:
        return {}
    rows = connection.execute(
        select(referrer).where(referrer.c.contact_id.in_(others)).order_by(referrer.c.created_at)
    ).all()
    if not rows:
        return {}
    found = {name: rows[0]._mapping[name] for name in (*_KEPT, "created_at")}
    return {**found, "do_not_ask": any(row.do_not_ask for row in rows)}


def forget(connection: Connection, contact_ids: Sequence[int]) -> None:
    """Erase what referrals hold of people who are erased: name, address, reasons, touches.

    For whoever erases a contact, in the same transaction. States, ways, times and the keyed
    hash of the address stay, so that figures add up and nobody is asked a second time; of
    whom they referred themselves nothing is lost to those people.
    """
    theirs = referral.c.contact_id.in_(contact_ids)
    nothing = {"name": None, "company": None, "email": None, "why": None, "result": None}
    connection.execute(update(referral).where(theirs).values(**nothing))
    mine = referral_touch.c.contact_id.in_(contact_ids)
    connection.execute(update(referral_touch).where(mine).values(visitor=None, what=None))
    connection.execute(
        update(referrer)
        .where(referrer.c.contact_id.in_(contact_ids))
        .values(do_not_ask=True, motive=None)
    )


def sender_of(connection: Connection, member_id: int | None) -> str | None:
    """Return the sender key of one of our people who is here."""
    if member_id is None:
        return None
    return connection.execute(
        select(team_member.c.key).where(team_member.c.id == member_id, team_member.c.active)
    ).scalar()


def stopped(connection: Connection, contact_ids: Sequence[int]) -> set[int]:
    """Return those who want to hear no more of their own referrals."""
    rows = connection.execute(_STOPPED, {"contacts": contact_ids})
    return {row.contact_id for row in rows}


def name_of(connection: Connection, contact_id: int, locale: str = "") -> str:
    """Return a contact's full name in a locale's order, their own where none is given."""
    row = connection.execute(
        select(contact.c.family_name, contact.c.given_name, contact.c.locale).where(
            contact.c.id == contact_id
        )
    ).first()
    if row is None:
        return ""
    family, given = row.family_name or "", row.given_name or ""
    # 田中太郎 is written as he writes it, not turned round into Latin order.
    own = is_latin(f"{given}{family}")
    order = (locale or row.locale or "ja") if own else "ja"
    return full_name(row.family_name, row.given_name, order) or ""


def give_owner(connection: Connection, contact_id: int, owner_id: int) -> None:
    """Give a contact that has nobody an owner."""
    connection.execute(
        update(contact)
        .where(contact.c.id == contact_id, contact.c.owner_id.is_(None))
        .values(owner_id=owner_id)
    )


def addresses_of(connection: Connection, contact_id: int) -> list[str]:
    """Return every canonical address of a contact."""
    return list(
        connection.execute(
            select(identity.c.value).where(
                identity.c.contact_id == contact_id, identity.c.kind == "email"
            )
        ).scalars()
    )


def account_of(connection: Connection, contact_id: int) -> Row[*tuple[Any, ...]] | None:
    """Return (id, domain, name) of a contact's account."""
    return connection.execute(
        select(account.c.id, account.c.domain, account.c.name)
        .join(contact, contact.c.account_id == account.c.id)
        .where(contact.c.id == contact_id)
    ).first()


def lifecycle_of(connection: Connection, contact_id: int) -> Row[*tuple[Any, ...]] | None:
    """Return (lifecycle, account_id, erased, owner_id, locale) of a contact."""
    return connection.execute(
        select(
            contact.c.lifecycle,
            contact.c.account_id,
            contact.c.erased,
            contact.c.owner_id,
            contact.c.locale,
        ).where(contact.c.id == contact_id)
    ).first()


def account_at(connection: Connection, domain: str) -> int | None:
    """Return the account whose mail domain this is."""
    return connection.execute(select(account.c.id).where(account.c.domain == domain)).scalar()


def has_open_deal(
    connection: Connection, contact_id: int | None, account_ids: Collection[int]
) -> bool:
    """Say whether a deal of a contact, or of their company, is under way."""
    whose = [deal.c.contact_id == contact_id] if contact_id is not None else []
    whose += [deal.c.account_id.in_(sorted(account_ids))] if account_ids else []
    if not whose:
        return False
    query = select(deal.c.id).where(or_(*whose), deal.c.stage.not_in(_OVER)).limit(1)
    return connection.execute(query).first() is not None


def has_bought(connection: Connection, account_id: int) -> bool:
    """Say whether a company is a customer: a deal won, or somebody there who is one."""
    won = exists().where(deal.c.account_id == account_id, deal.c.stage == "won")
    one = exists().where(contact.c.account_id == account_id, contact.c.lifecycle == "customer")
    return bool(connection.execute(select(or_(won, one))).scalar_one())
