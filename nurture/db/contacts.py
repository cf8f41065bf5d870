"""Named queries over contacts, their identities, consents and suppressions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from nurture.db.among import among
from nurture.db.engine import is_sqlite
from nurture.db.tables import account, consent, contact, identity, suppression
from nurture.db.upsert import insert_new

EMAIL = "email"

#: reason of a suppression: its person was erased, at their own wish
ERASED = "erased"

# Asked for every batch, so each is made once.
_MERGED = select(contact.c.id).where(
    among(contact.c.id, "contacts"), contact.c.merged_into.is_not(None)
)
_ACCOUNTS = (
    select(contact.c.account_id)
    .where(among(contact.c.id, "contacts"), contact.c.account_id.is_not(None))
    .distinct()
)
_CONSENTS = select(consent.c.contact_id, consent.c.purpose, consent.c.state).where(
    consent.c.id.in_(
        select(func.max(consent.c.id))
        .where(among(consent.c.contact_id, "contacts"))
        .group_by(consent.c.contact_id, consent.c.purpose)
    )
)
_SUPPRESSED = select(suppression.c.address_hash).where(among(suppression.c.address_hash, "hashes"))


def find(connection: Connection, kind: str, value: str) -> int | None:
    """Return the contact an identity names, following merges, or None."""
    contact_id = connection.execute(
        select(identity.c.contact_id).where(identity.c.kind == kind, identity.c.value == value)
    ).scalar()
    return current(connection, contact_id) if contact_id is not None else None


def current(connection: Connection, contact_id: int) -> int | None:
    """Return the contact that a contact was merged into, itself, or None."""
    seen: set[int] = set()
    while contact_id not in seen:
        seen.add(contact_id)
        row = connection.execute(
            select(contact.c.id, contact.c.merged_into).where(contact.c.id == contact_id)
        ).first()
        if row is None:
            return None
        if row.merged_into is None:
            return int(row.id)
        contact_id = row.merged_into
    return None


def merged(connection: Connection, contact_ids: Sequence[int]) -> dict[int, int]:
    """Return duplicate → the contact it became, for those among the contacts that are one."""
    rows = connection.execute(_MERGED, {"contacts": contact_ids}).all()
    became = {row.id: current(connection, row.id) for row in rows}
    return {old: new for old, new in became.items() if new is not None}


def everyone(connection: Connection, contact_id: int) -> tuple[int, ...]:
    """Return a living contact and the duplicates that became it, however long ago."""
    found, new = [contact_id], [contact_id]
    while new:
        rows = connection.execute(select(contact.c.id).where(contact.c.merged_into.in_(new)))
        new = [row.id for row in rows if row.id not in found]
        found += new
    return tuple(found)


def introduce(connection: Connection, written: str, address: str, now: datetime) -> int:
    """Insert somebody nobody knew, by the address as written and its canonical form."""
    contact_id: int = connection.execute(
        insert(contact)
        .values(email=written, created_at=now, scored_at=now, first_touch_at=now)
        .returning(contact.c.id)
    ).scalar_one()
    connection.execute(insert(identity).values(kind=EMAIL, value=address, contact_id=contact_id))
    return contact_id


def lock(connection: Connection, contact_ids: Iterable[int], wait: bool = False) -> list[int]:
    """Lock contact rows in id order and return those we got.

    Without `wait` those that another worker holds are left to it: whoever decides for a
    contact holds its row, so nobody waits and nobody deadlocks. SQLite's writer holds the
    whole file already.
    """
    wanted = sorted(set(contact_ids))
    if is_sqlite(connection) or not wanted:
        return wanted
    rows = connection.execute(
        select(contact.c.id)
        .where(contact.c.id.in_(wanted))
        .order_by(contact.c.id)
        .with_for_update(skip_locked=not wait, key_share=False)
    )
    return [row.id for row in rows]


def lock_accounts(connection: Connection, account_ids: Iterable[int], share: bool = False) -> None:
    """Lock account rows in id order, waiting; always before contact rows.

    With `share` others may do so too, but nobody changes the rows, their hold for one.
    """
    wanted = sorted(set(account_ids))
    if wanted and not is_sqlite(connection):
        connection.execute(
            select(account.c.id)
            .where(account.c.id.in_(wanted))
            .order_by(account.c.id)
            .with_for_update(read=share)
        ).all()


def accounts_of(connection: Connection, contact_ids: Sequence[int]) -> list[int]:
    """Return the accounts of contacts, each once."""
    rows = connection.execute(_ACCOUNTS, {"contacts": contact_ids})
    return [row.account_id for row in rows]


def newest_consents(
    connection: Connection, contact_ids: Sequence[int]
) -> dict[int, dict[str, str]]:
    """Return contact → purpose → `granted` or `withdrawn` by the newest record."""
    rows = connection.execute(_CONSENTS, {"contacts": contact_ids})
    found: dict[int, dict[str, str]] = {}
    for row in rows:
        found.setdefault(row.contact_id, {})[row.purpose] = row.state
    return found


def withdraw(
    connection: Connection,
    contact_id: int,
    purposes: Sequence[str],
    source: str,
    by: str,
    now: datetime,
) -> None:
    """Append a withdrawal for each purpose."""
    connection.execute(
        insert(consent),
        [
            {
                "contact_id": contact_id,
                "purpose": purpose,
                "state": "withdrawn",
                "source": source,
                "obtained_at": now,
                "recorded_at": now,
                "recorded_by": by,
            }
            for purpose in purposes
        ],
    )


def suppress(
    connection: Connection, address_hash: str, reason: str, detail: str, now: datetime
) -> bool:
    """Put an address hash on the suppression list; False where it was there already."""
    row = {
        "address_hash": address_hash,
        "reason": reason,
        "detail": detail[:500],
        "created_at": now,
    }
    return bool(insert_new(connection, suppression, [row], "id"))


def erased(connection: Connection, hashes: Sequence[str]) -> set[str]:
    """Return those of the address hashes whose people were erased: they do not come back."""
    rows = connection.execute(_SUPPRESSED.where(suppression.c.reason == ERASED), {"hashes": hashes})
    return {row.address_hash for row in rows}


def readmit(connection: Connection, hashes: Sequence[str]) -> int:
    """Let people who were erased come in again; return how many addresses that frees."""
    gone = delete(suppression).where(
        suppression.c.address_hash.in_(hashes), suppression.c.reason == ERASED
    )
    return int(connection.execute(gone).rowcount)


def forget_address(connection: Connection, hashes: Sequence[str], now: datetime) -> None:
    """Keep addresses as hashes alone: nothing goes there, and no list brings them back."""
    rows = [
        {"address_hash": one, "reason": ERASED, "detail": None, "created_at": now} for one in hashes
    ]
    insert_new(connection, suppression, rows, "id")
    # One that bounced or complained before is erased now: what it said goes, too.
    connection.execute(
        update(suppression)
        .where(suppression.c.address_hash.in_(hashes))
        .values(reason=ERASED, detail=None)
    )


def suppressed(connection: Connection, hashes: Sequence[str]) -> set[str]:
    """Return those of the address hashes that are on the suppression list."""
    rows = connection.execute(_SUPPRESSED, {"hashes": hashes})
    return {row.address_hash for row in rows}
