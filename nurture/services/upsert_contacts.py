"""Contacts in: the one path by which lists, forms and callers create and change people.

Decide first (`nurture.domain.contact_merge`), then write all of a batch in bulk. Everything
a batch changes is one transaction with the events that tell of it, so a batch can be
repeated after a crash: what is there already changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from nurture.db import contact_writes, team
from nurture.db import contacts as stored
from nurture.db.events import NewEvent, record
from nurture.db.retrying import TRIES, worth_repeating
from nurture.domain.account_match import Companies, Company
from nurture.domain.addresses import address_hash
from nurture.domain.contact_merge import Person, Team, Unplaced, mail_domain, merge
from nurture.domain.contact_row import GAPS, ContactRow, Remark
from nurture.services.owners import told


@dataclass(slots=True)
class Spoken:
    """What earlier batches of the same list spoke for; a later row there only fills."""

    contacts: set[int] = field(default_factory=set)
    #: contact → what was said of a company that no row has named yet
    unplaced: dict[int, list[Unplaced]] = field(default_factory=dict)
    #: account → fields
    accounts: dict[int, set[str]] = field(default_factory=dict)


@dataclass(slots=True)
class Known:
    """What the database says about the people and companies that rows name."""

    people: dict[str, Person] = field(default_factory=dict)
    companies: Companies = field(default_factory=Companies)
    team: Team = field(default_factory=Team)
    #: canonical addresses whose people were erased: they are not taken in
    erased: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Landing:
    """What became of one row."""

    row: ContactRow
    person: Person
    #: created | updated | unchanged | repeated (its address stood in an earlier row) | erased
    #: (its person was, at their own wish, and is not taken in)
    status: str
    remarks: list[Remark]

    @property
    def contact_id(self) -> int | None:
        """The contact; None in a dry run, where a new one has no id."""
        return self.person.id

    @property
    def sendable(self) -> bool:
        """Whether some purpose is granted now."""
        return self.person.sendable


@dataclass(slots=True)
class ImportOutcome:
    """What became of a batch, one landing per row in the order given."""

    landings: list[Landing]
    new_companies: list[Company]
    changed_companies: list[Company]
    #: consents written down
    consents: int = 0
    #: people whom rows moved to a stage
    staged: int = 0

    @property
    def touched(self) -> list[Person]:
        """Every person that changes, once, however many rows name them."""
        return list(
            {id(one.person): one.person for one in self.landings if one.person.changed}.values()
        )

    def count(self, status: str) -> int:
        """Return how many rows met this fate."""
        return sum(1 for landing in self.landings if landing.status == status)


def upsert_contacts(
    connection: Connection,
    rows: Sequence[ContactRow],
    *,
    now: datetime,
    origin: str,
    recorded_by: str,
    hash_key: bytes,
    overwrite: bool = False,
    spoken: Spoken | None = None,
    themselves: bool = False,
    why: str = "list",
    said_by: str = "",
) -> ImportOutcome:
    """Create and change contacts inside an open `write` transaction, up to a few thousand.

    A new contact emits `contact.created`, a changed one `contact.updated`, a changed account
    `account.updated` for each of its contacts, all from source `origin`. Consents are
    appended; a purpose that was withdrawn stays withdrawn. `recorded_by` is who wrote the
    consents down. Who was erased is left out (`hash_key`: the suppression list's), unless the
    rows are what people sent of their own will: `themselves`. `spoken` joins the batches of one
    list: add `speak_for(outcome)` to it after the commit. `why` and `said_by` (else
    `recorded_by`) go with the stages that rows set. Should another transaction create the
    same person at the same moment, the batch is decided again, from a savepoint.
    """
    spoken = spoken if spoken is not None else Spoken()
    for attempt in range(1, TRIES + 1):
        try:
            with connection.begin_nested():
                known = Known()
                load(connection, rows, known, spoken, hash_key)
                if themselves and known.erased:
                    hashes = [address_hash(one, hash_key) for one in known.erased]
                    stored.readmit(connection, hashes)
                    known.erased.clear()
                outcome = decide(rows, known, overwrite)
                _save(connection, outcome, now, origin, recorded_by, why, said_by)
            return outcome
        except DBAPIError as error:
            if attempt == TRIES or not worth_repeating(error):
                raise
    raise AssertionError("the loop returns or raises")


def load(
    connection: Connection,
    rows: Sequence[ContactRow],
    known: Known,
    spoken: Spoken,
    hash_key: bytes,
    lock: bool = True,
) -> None:
    """Load what the rows may touch and `known` does not hold yet; with `lock`, for writing."""
    addresses = {row.address for row in rows} - known.people.keys()
    names = {str(row.account["name"]) for row in rows if "name" in row.account}
    domains = {domain for row in rows if (domain := mail_domain(row)) is not None}
    if lock:
        contact_writes.take_turns(connection)
    ids = contact_writes.ids_by_address(connection, addresses)
    account_ids = contact_writes.account_ids(connection, names, domains, ids.values())
    if lock:
        stored.lock_accounts(connection, account_ids)
        stored.lock(connection, ids.values(), wait=True)
    for company in contact_writes.companies(connection, account_ids):
        company.spoken = set(spoken.accounts.get(company.id or 0, ()))
        known.companies.add(company)
    persons = contact_writes.persons(connection, set(ids.values()), known.companies)
    for contact_id in spoken.contacts & persons.keys():
        persons[contact_id].spoken = True
        persons[contact_id].unplaced = list(spoken.unplaced.get(contact_id, ()))
    known.erased |= _erased(connection, addresses - ids.keys(), hash_key)
    known.people |= {address: persons[contact_id] for address, contact_id in ids.items()}
    known.team = Team(contact_writes.members(connection))


def _erased(connection: Connection, addresses: Iterable[str], key: bytes) -> set[str]:
    """Return those of the canonical addresses whose people were erased."""
    hashes = {address_hash(one, key): one for one in addresses} if key else {}
    return {hashes[one] for one in stored.erased(connection, list(hashes))}


def decide(rows: Sequence[ContactRow], known: Known, overwrite: bool) -> ImportOutcome:
    """Merge rows into what is known and return what becomes of each; writes nothing."""
    there_before = len(known.companies)
    landings: list[Landing] = []
    for row in rows:
        if row.address in known.erased:
            landings.append(Landing(row, Person(None), "erased", [Remark("erased")]))
            continue
        person = known.people.get(row.address)
        status = "known"
        if person is None:
            person = known.people[row.address] = Person(None)
            status = "created"
        if person.spoken:
            status = "repeated"
        remarks = merge(person, row, known.companies, known.team, overwrite)
        landings.append(Landing(row, person, status, [*row.remarks, *remarks]))
    for landing in landings:
        if landing.status == "known":
            landing.status = "updated" if landing.person.changed else "unchanged"
        if landing.sendable:
            # An earlier consent of theirs counts, whatever this row lacks.
            landing.remarks = [one for one in landing.remarks if one.code not in GAPS]
        if landing.person.company is not None:
            # A later row named it, and what this one says of it has its place.
            landing.remarks = [one for one in landing.remarks if one.code != "no_company"]
    companies = list(known.companies)
    changed = [one for one in companies[:there_before] if one.changed]
    return ImportOutcome(landings, companies[there_before:], changed)


def speak_for(outcome: ImportOutcome, spoken: Spoken) -> None:
    """Note what a committed batch spoke for, so that later rows of the list only fill."""
    for landing in outcome.landings:
        if landing.contact_id is not None:
            spoken.contacts.add(landing.contact_id)
            spoken.unplaced[landing.contact_id] = landing.person.unplaced
        company = landing.person.company
        if company is not None and company.id is not None and company.spoken:
            spoken.accounts[company.id] = company.spoken


def _save(
    connection: Connection,
    outcome: ImportOutcome,
    now: datetime,
    origin: str,
    recorded_by: str,
    why: str,
    said_by: str,
) -> None:
    new = {one.row.address: one.person for one in outcome.landings if one.status == "created"}
    touched = outcome.touched
    old = [person for person in touched if person.id is not None]
    contact_writes.insert_companies(connection, outcome.new_companies, now)
    contact_writes.update_companies(connection, outcome.changed_companies)
    contact_writes.insert_persons(connection, new, now)
    contact_writes.update_persons(connection, old)
    contact_writes.insert_tags(connection, touched)
    outcome.consents = contact_writes.insert_grants(connection, touched, now, recorded_by)
    outcome.staged = sum(1 for person in touched if person.new_stage)
    events = [
        *_born(new.values(), now, origin),
        *_changed(old, now, origin),
        *_staged(touched, now, origin, said_by or recorded_by, why),
        *_handed_over(connection, old, now, origin, recorded_by),
        *_companies_changed(connection, outcome.changed_companies, now, origin),
    ]
    record(connection, events, now)


# Events without a dedupe key: each is written in the transaction that makes its change, and
# a repeated batch finds nothing left to change.


def _born(new: Iterable[Person], now: datetime, origin: str) -> Iterable[NewEvent]:
    for person in new:
        bases = sorted({str(grant.basis) for _, grant in person.new_grants})
        properties = {"source": origin} | ({"basis": bases[0]} if bases else {})
        yield NewEvent("contact.created", person.id, now, origin, properties)


def _changed(old: Iterable[Person], now: datetime, origin: str) -> Iterable[NewEvent]:
    # Names of fields, not their values: erasure has less to find.
    for person in old:
        properties = {"source": origin, "fields": sorted(person.changed)}
        yield NewEvent("contact.updated", person.id, now, origin, properties)


def _staged(
    touched: Iterable[Person], now: datetime, origin: str, by: str, why: str
) -> Iterable[NewEvent]:
    # What `nurture stage` records, and ingest acts on; `listed`: it is no news (see there).
    for person in touched:
        if person.new_stage:
            said = {"stage": person.new_stage, "reason": why, "by": by, "listed": True}
            yield NewEvent("lifecycle.assigned", person.id, now, origin, said)


def _handed_over(
    connection: Connection, old: Sequence[Person], now: datetime, origin: str, by: str
) -> Iterable[NewEvent]:
    changed = [person for person in old if "owner" in person.changed]
    if not changed:
        return
    colleagues = team.colleagues(connection)
    for person in changed:
        new = colleagues.with_id(person.owner_id)
        if person.id is not None and new is not None:
            before = colleagues.with_id(person.had_owner)
            yield told(person.id, before, new, now, by, source=origin)


def _companies_changed(
    connection: Connection, changed: Sequence[Company], now: datetime, origin: str
) -> Iterable[NewEvent]:
    by_id = {company.id: company for company in changed if company.id is not None}
    if not by_id:
        return
    for account_id, contact_ids in contact_writes.contacts_at(connection, by_id).items():
        fields = sorted(by_id[account_id].changed)
        properties = {"source": origin, "account": account_id, "fields": fields}
        for contact_id in contact_ids:
            yield NewEvent("account.updated", contact_id, now, origin, properties)
