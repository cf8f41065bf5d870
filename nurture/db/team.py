"""Our own people, as the policy's senders name them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, func, insert, or_, select, update

from nurture.db.tables import contact, team_member
from nurture.domain.contact_merge import Member
from nurture.domain.owners import Colleague, Colleagues
from nurture.domain.policy import Policy, Sender


def members(connection: Connection) -> list[Row[Any]]:
    """Return our active people, in the order in which the policy named them first."""
    query = select(team_member).where(team_member.c.active).order_by(team_member.c.id)
    return list(connection.execute(query))


def member_of(
    connection: Connection, key_or_address: str, active_only: bool = True
) -> Row[Any] | None:
    """Return one of our people by sender key, else by address, in any case; or None.

    With `active_only` off those who left are found too; who is here comes first.
    """
    word = key_or_address.strip().lower()
    if not word:
        return None
    by_key = func.lower(team_member.c.key) == word
    query = select(team_member).where(or_(by_key, func.lower(team_member.c.email) == word))
    if active_only:
        query = query.where(team_member.c.active)
    # Who left keeps the key until another takes it.
    order = (team_member.c.active.desc(), team_member.c.id)
    return connection.execute(query.order_by(*order).limit(1)).first()


def after_sync(connection: Connection, policy: Policy) -> list[Member]:
    """Return the active members as `sync` would leave them; writes nothing.

    Those who would be new have ids below zero, the same at every call.
    """
    rows = connection.execute(
        select(
            team_member.c.id,
            team_member.c.key,
            team_member.c.name,
            team_member.c.email,
            team_member.c.active,
        )
    ).all()
    ids = {row.email: row.id for row in rows}
    senders = {sender.email: sender for sender in policy.senders.values()}
    kept = [
        Member(row.id, row.name, row.email)
        for row in rows
        if row.active and row.key is None and row.email not in senders
    ]
    return kept + [
        Member(ids.get(email, -number), _name(sender, policy), email)
        for number, (email, sender) in enumerate(senders.items(), 1)
    ]


def colleagues(connection: Connection) -> Colleagues:
    """Return all our own people, those who left too."""
    rows = connection.execute(
        select(
            team_member.c.id,
            team_member.c.key,
            team_member.c.name,
            team_member.c.email,
            team_member.c.role,
            team_member.c.active,
        )
    )
    return Colleagues(Colleague(**row._mapping) for row in rows)


def leaving(connection: Connection, policy: Policy) -> list[tuple[str, str, int]]:
    """Return (key, name, contacts owned) of senders whom the policy no longer names.

    Only those who own contacts; asked before `sync`, which makes them inactive.
    """
    addresses = [sender.email for sender in policy.senders.values()]
    owned = func.count(contact.c.id)
    rows = connection.execute(
        select(team_member.c.key, team_member.c.name, team_member.c.email, owned)
        .join(contact, contact.c.owner_id == team_member.c.id)
        .where(
            team_member.c.key.is_not(None),
            team_member.c.email.not_in(addresses),
            contact.c.merged_into.is_(None),
            contact.c.erased.is_(False),
        )
        .group_by(team_member.c.id, team_member.c.key, team_member.c.name, team_member.c.email)
        .order_by(team_member.c.id)
    )
    taken = set(policy.senders)
    return [(key if key not in taken else email, name, count) for key, name, email, count in rows]


def sync(connection: Connection, policy: Policy) -> None:
    """Make every sender of the policy a team member; one who is no longer named is inactive.

    Members are known by their address, so a changed key keeps the person's contacts. Who left
    keeps the key until another takes it: it is what colleagues know them by.
    """
    known = {
        row.email: row.id
        for row in connection.execute(select(team_member.c.id, team_member.c.email))
    }
    connection.execute(
        update(team_member).where(team_member.c.key.is_not(None)).values(active=False)
    )
    # Keys are given anew: two members may have changed theirs with one another.
    connection.execute(
        update(team_member).where(team_member.c.key.in_(list(policy.senders))).values(key=None)
    )
    for sender in policy.senders.values():
        values = {
            "key": sender.key,
            "name": _name(sender, policy),
            "email": sender.email,
            "role": sender.role,
            "active": True,
        }
        if sender.email in known:
            connection.execute(
                update(team_member).where(team_member.c.id == known[sender.email]).values(**values)
            )
        else:
            connection.execute(insert(team_member).values(**values))


def _name(sender: Sender, policy: Policy) -> str:
    return sender.name.get(policy.default_locale) or next(iter(sender.name.values()), "")
