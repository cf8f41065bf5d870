"""Finding contacts: by text, temperature, lifecycle and tag, a page at a time by key."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, exists, func, or_, select

from nurture.db.tables import account, contact, contact_tag

#: words of a search beyond this are not looked for
_MOST_WORDS = 8


def page(
    connection: Connection,
    *,
    query: str = "",
    temperature: str = "",
    lifecycle: str = "",
    tag: str = "",
    before: int | None = None,
    limit: int = 50,
) -> list[Row[Any]]:
    """Return contacts that match everything given, newest first, with `account_name`.

    `query` finds all its words in name, address or company. Erased people and duplicates
    are left out.
    """
    where: list[ColumnElement[bool]] = [
        contact.c.merged_into.is_(None),
        contact.c.erased.is_(False),
    ]
    if before is not None:
        where.append(contact.c.id < before)
    if temperature:
        where.append(contact.c.temperature == temperature)
    if lifecycle:
        where.append(contact.c.lifecycle == lifecycle)
    if tag:
        tagged = and_(contact_tag.c.contact_id == contact.c.id, contact_tag.c.tag == tag)
        where.append(exists().where(tagged))
    for word in query.replace("\0", "").split()[:_MOST_WORDS]:
        full_name = func.coalesce(contact.c.family_name, "").concat(
            func.coalesce(contact.c.given_name, "")
        )
        where.append(
            or_(
                contact.c.email.icontains(word, autoescape=True),
                full_name.icontains(word, autoescape=True),
                account.c.name.icontains(word, autoescape=True),
            )
        )
    return list(
        connection.execute(
            select(contact, account.c.name.label("account_name"))
            .outerjoin(account, account.c.id == contact.c.account_id)
            .where(*where)
            .order_by(contact.c.id.desc())
            .limit(limit)
        )
    )


def tags(connection: Connection, limit: int = 200) -> list[str]:
    """Return the tags in use, in order."""
    rows = connection.execute(
        select(contact_tag.c.tag).distinct().order_by(contact_tag.c.tag).limit(limit)
    )
    return [row.tag for row in rows]
