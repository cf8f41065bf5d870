"""Duplicates and the contacts they became: what somebody did and was asked is one person's.

A duplicate's rows keep its number for good. Whoever counts per person asks here whose they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from nurture.db.among import among
from nurture.db.tables import contact

_BECAME = select(contact.c.id, contact.c.merged_into).where(
    among(contact.c.merged_into, "contacts")
)
_ALL = select(contact.c.id, contact.c.merged_into).where(contact.c.merged_into.is_not(None))


@dataclass(frozen=True, slots=True)
class Same:
    """Some contacts, with the duplicates that became them."""

    #: of all of them
    ids: Sequence[int]
    #: duplicate → the contact of today
    became: Mapping[int, int] = field(default_factory=dict)

    def who(self, contact_id: int) -> int:
        """Return the contact of today that a row's contact is."""
        return self.became.get(contact_id, contact_id)


def same(connection: Connection, contact_ids: Sequence[int]) -> Same:
    """Return contacts with every duplicate that became them, however long ago.

    One query where none of them ever was a duplicate's, one more for each step of a chain.
    """
    became: dict[int, int] = {}
    new = list(contact_ids)
    while new:
        rows = connection.execute(_BECAME, {"contacts": new}).all()
        new = []
        for row in rows:
            if row.id not in became and row.id not in contact_ids:
                became[row.id] = became.get(row.merged_into, row.merged_into)
                new.append(row.id)
    return Same([*contact_ids, *became], became)


def as_same(contacts: Same | Sequence[int]) -> Same:
    """Return contacts as `same` does, without looking for duplicates where only ids are given."""
    return contacts if isinstance(contacts, Same) else Same(contacts)


def everybody(connection: Connection) -> Same:
    """Return every duplicate there is with the contact it became; `ids` are empty."""
    steps = {row.id: row.merged_into for row in connection.execute(_ALL)}
    became = {}
    for one in steps:
        now, seen = one, {one}
        while (into := steps.get(now)) is not None and into not in seen:
            seen.add(into)
            now = into
        became[one] = now
    return Same((), became)
