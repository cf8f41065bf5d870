"""Our own people, as the policy's senders name them."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select, update

from nurture.db.tables import team_member
from nurture.domain.policy import Policy


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
        name = sender.name.get(policy.default_locale) or next(iter(sender.name.values()), "")
        values = {
            "key": sender.key,
            "name": name,
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
