"""Named bulk queries behind the upsert of contacts: a fixed number per batch, however many rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, func, insert, or_, select, update

from nurture.db import contacts as people
from nurture.db import team
from nurture.db.engine import is_sqlite
from nurture.db.numbered import insert_numbered
from nurture.db.tables import account, consent, contact, contact_tag, event, identity, inbox
from nurture.domain.account_match import Companies, Company
from nurture.domain.contact_merge import Member, Person

#: columns of a contact that a row may name
_TEXTS = (
    "email",
    "family_name",
    "given_name",
    "title",
    "department",
    "role",
    "locale",
    "zone",
    "phone",
    "source",
)
#: columns of an account that a row may name
_FACTS = ("industry", "employees", "region")

#: PostgreSQL advisory lock: "upsert of contacts"
_UPSERT_LOCK = 0x6E75_7274_7572_6531


def take_turns(connection: Connection) -> None:
    """Wait until no other transaction upserts contacts.

    Two lists that name the same new people or companies would otherwise each create them,
    or wait for one another for ever. SQLite's writer is alone already.
    """
    if not is_sqlite(connection):
        connection.execute(select(func.pg_advisory_xact_lock(_UPSERT_LOCK)))


def members(connection: Connection) -> list[Member]:
    """Return our own people who may own contacts."""
    return [Member(row.id, row.name, row.email) for row in team.members(connection)]


def ids_by_address(connection: Connection, addresses: Collection[str]) -> dict[str, int]:
    """Return canonical address → contact, following merges; unknown ones are left out."""
    rows = connection.execute(
        select(identity.c.value, contact.c.id, contact.c.merged_into)
        .join(contact, contact.c.id == identity.c.contact_id)
        .where(identity.c.kind == people.EMAIL, identity.c.value.in_(addresses))
    )
    found = {}
    for address, contact_id, merged_into in rows.all():
        current = contact_id if merged_into is None else people.current(connection, contact_id)
        if current is not None:
            found[address] = current
    return found


def account_ids(
    connection: Connection,
    names: Collection[str],
    domains: Collection[str],
    contact_ids: Collection[int],
) -> set[int]:
    """Return the accounts that bear a name or domain, and those of the contacts."""
    rows = connection.execute(
        select(account.c.id).where(or_(account.c.name.in_(names), account.c.domain.in_(domains)))
    )
    return {row.id for row in rows} | set(people.accounts_of(connection, list(contact_ids)))


def companies(connection: Connection, ids: Collection[int]) -> list[Company]:
    """Return accounts as an upsert needs them, oldest first."""
    columns = [account.c[name] for name in _FACTS]
    rows = connection.execute(
        select(account.c.id, account.c.name, account.c.domain, account.c.fields, *columns)
        .where(account.c.id.in_(ids))
        .order_by(account.c.id)
    )
    return [
        Company(row.id, row.name, row.domain, dict(zip(_FACTS, row[4:], strict=True)), row.fields)
        for row in rows
    ]


def persons(connection: Connection, ids: Collection[int], known: Companies) -> dict[int, Person]:
    """Return contacts as an upsert needs them, with tags and every consent on record."""
    columns = [contact.c[name] for name in _TEXTS]
    rest = (
        contact.c.id,
        contact.c.fields,
        contact.c.account_id,
        contact.c.owner_id,
        contact.c.first_touch_at,
        contact.c.lifecycle,
    )
    found = {}
    for row in connection.execute(select(*rest, *columns).where(contact.c.id.in_(ids))):
        found[row.id] = Person(
            id=row.id,
            values=dict(zip(_TEXTS, row[len(rest) :], strict=True)),
            fields=row.fields,
            company=known.with_id(row.account_id),
            owner_id=row.owner_id,
            first_touch_at=row.first_touch_at,
            lifecycle=row.lifecycle,
        )
    tags = select(contact_tag.c.contact_id, contact_tag.c.tag)
    for contact_id, tag in connection.execute(tags.where(contact_tag.c.contact_id.in_(ids))):
        found[contact_id].tags.add(tag)
    # A stage that is on its way counts: the same list taken in again has nothing to add.
    waiting = (
        select(event.c.contact_id, event.c.properties)
        .join(inbox, inbox.c.event_id == event.c.id)
        .where(event.c.type == "lifecycle.assigned", event.c.contact_id.in_(ids))
        .order_by(event.c.id)
    )
    for contact_id, properties in connection.execute(waiting):
        found[contact_id].lifecycle = str((properties or {}).get("stage") or "")
    records = select(
        consent.c.contact_id,
        consent.c.purpose,
        consent.c.state,
        consent.c.basis,
        consent.c.source,
        consent.c.obtained_at,
    )
    mine: ColumnElement[bool] = consent.c.contact_id.in_(ids)
    for row in connection.execute(records.where(mine).order_by(consent.c.id)):
        person = found[row.contact_id]
        person.consents[row.purpose] = row.state
        if row.state == "granted":
            person.grants.add((row.purpose, row.basis, row.source, row.obtained_at))
    return found


def insert_companies(connection: Connection, new: Sequence[Company], now: datetime) -> None:
    """Write new accounts and give them their ids."""
    if not new:
        return
    rows = [
        {
            "name": one.name,
            "domain": one.domain,
            "fields": one.fields,
            "created_at": now,
            **{name: one.values.get(name) for name in _FACTS},
        }
        for one in new
    ]
    ids = insert_numbered(connection, account, rows)
    for one, account_id in zip(new, ids, strict=True):
        one.id = account_id


def update_companies(connection: Connection, changed: Sequence[Company]) -> None:
    """Write what changed about accounts."""
    rows = [
        {
            "domain": one.domain,
            "fields": one.fields,
            **{name: one.values.get(name) for name in _FACTS},
            "key": one.id,
        }
        for one in changed
    ]
    if rows:
        connection.execute(update(account).where(account.c.id == bindparam("key")), rows)


def insert_persons(connection: Connection, new: Mapping[str, Person], now: datetime) -> None:
    """Write new contacts with the addresses that name them, and give them their ids.

    Raises IntegrityError where somebody else has just written one of the addresses.
    """
    if not new:
        return
    rows = [{**_row(one), "created_at": now, "scored_at": now} for one in new.values()]
    ids = insert_numbered(connection, contact, rows)
    for one, contact_id in zip(new.values(), ids, strict=True):
        one.id = contact_id
    connection.execute(
        insert(identity),
        [
            {"kind": people.EMAIL, "value": address, "contact_id": one.id}
            for address, one in new.items()
        ],
    )


def update_persons(connection: Connection, changed: Iterable[Person]) -> None:
    """Write what changed about contacts whose rows we hold."""
    rows = [{**_row(one), "key": one.id} for one in changed]
    if rows:
        connection.execute(update(contact).where(contact.c.id == bindparam("key")), rows)


def _row(one: Person) -> dict[str, Any]:
    return {
        **{name: one.values.get(name) for name in _TEXTS},
        "fields": one.fields,
        "account_id": one.company.id if one.company is not None else None,
        "owner_id": one.owner_id,
        "first_touch_at": one.first_touch_at,
    }


def insert_tags(connection: Connection, touched: Iterable[Person]) -> None:
    """Write the tags that are new."""
    rows = [{"contact_id": one.id, "tag": tag} for one in touched for tag in one.new_tags]
    if rows:
        connection.execute(insert(contact_tag), rows)


def insert_grants(
    connection: Connection, touched: Iterable[Person], now: datetime, recorded_by: str
) -> int:
    """Append the consents that are new and return how many."""
    rows = [
        {
            "contact_id": one.id,
            "purpose": purpose,
            "state": "granted",
            "basis": str(grant.basis),
            "source": grant.source,
            "text_shown": grant.text_shown or None,
            "obtained_at": grant.obtained_at,
            "recorded_at": now,
            "recorded_by": recorded_by,
        }
        for one in touched
        for purpose, grant in one.new_grants
    ]
    if rows:
        connection.execute(insert(consent), rows)
    return len(rows)


def contacts_at(connection: Connection, ids: Collection[int]) -> dict[int, list[int]]:
    """Return account → its contacts, duplicates and erased ones left out."""
    rows = connection.execute(
        select(contact.c.account_id, contact.c.id)
        .where(
            contact.c.account_id.in_(ids),
            contact.c.merged_into.is_(None),
            contact.c.erased.is_(False),
        )
        .order_by(contact.c.id)
    )
    found: dict[int, list[int]] = {}
    for account_id, contact_id in rows:
        found.setdefault(account_id, []).append(contact_id)
    return found
