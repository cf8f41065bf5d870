"""Our own people, as the policy's senders name them."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select, update

from nurture.db.tables import team_member
from nurture.domain.contact_merge import Member
from nurture.domain.policy import Policy, Sender


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


def sync(connection: Connection, policy: Policy) -> None:
    """Make every sender of the policy a team member; one who is no longer named is inactive.

    Members are known by their address, so a changed key keeps the person's contacts.
    """
    known = {
        row.email: row.id
        for row in connection.execute(select(team_member.c.id, team_member.c.email))
    }
    connection.execute(
        update(team_member).where(team_member.c.key.is_not(None)).values(key=None, active=False)
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
