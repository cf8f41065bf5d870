"""Import: a list of contacts into the database, good rows kept, bad ones listed to be mended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from nurture.clock import Clock
from nurture.db import team
from nurture.db.engine import read, write
from nurture.domain.cell_values import read_moment, read_tags
from nurture.domain.contact_columns import Columns
from nurture.domain.contact_merge import Team
from nurture.domain.contact_row import ContactRow, Remark, RowError
from nurture.domain.contact_words import BASES, PURPOSE_WORDS, word_of
from nurture.domain.definitions import Definitions
from nurture.errors import NurtureError
from nurture.language import say
from nurture.language.joining import either
from nurture.services.contact_csv import ContactCsv, CsvRow, open_contacts
from nurture.services.contact_reading import Reading, read_contact
from nurture.services.rejected_rows import RejectedRows
from nurture.services.upsert_contacts import (
    ImportOutcome,
    Known,
    Spoken,
    decide,
    load,
    speak_for,
    upsert_contacts,
)

#: rows per transaction: enough for bulk inserts, few enough to let other writers in
BATCH = 1_000
#: remarks of one kind, and bad rows, that a report names line by line
SHOWN = 10

#: (bytes read, bytes in all, rows read)
Progress = Callable[[int, int, int], None]


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What the person who imports says about the list."""

    #: codec; empty: found out
    encoding: str = ""
    #: header → field, for headers that are not understood by themselves
    mapped: Mapping[str, str] = field(default_factory=dict)
    #: for rows that leave them empty: basis, source, obtained, purposes
    defaults: Mapping[str, str] = field(default_factory=dict)
    #: filled fields are replaced too
    overwrite: bool = False
    #: the same report, nothing written
    dry_run: bool = False
    #: language of the reasons in the list of rejected rows
    locale: str = "ja"
    #: who imports; recorded with the stages that the list sets
    by: str = "import"
    #: key of the suppression list's address hashes: who was erased is left out
    hash_key: bytes = field(default=b"", repr=False)


@dataclass(slots=True)
class ImportReport:
    """What an import did, or in a dry run would do. Numbers are rows unless they say else."""

    encoding: str
    columns: Columns
    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    #: rows whose address stood in an earlier row
    repeated: int = 0
    rejected: int = 0
    accounts_created: int = 0
    #: rows whose people were erased at their own wish: not taken in
    erased: int = 0
    #: consents written down
    consents: int = 0
    #: moved to the stage that the list has them at
    staged: int = 0
    #: contacts with no consent to any purpose, whose rows brought none that counts
    not_sendable: set[str] = field(default_factory=set)
    #: contacts who opted out of what the list wanted to grant
    withdrawn: set[str] = field(default_factory=set)
    #: how often each remark was made
    remarks: Counter[str] = field(default_factory=Counter)
    #: the first remarks of each kind: (line, remark)
    shown: list[tuple[int, Remark]] = field(default_factory=list)
    #: the first bad rows: (line, what is wrong)
    faults: list[tuple[int, Sequence[Remark]]] = field(default_factory=list)
    #: where the bad rows are
    rejected_path: Path | None = None

    def reject(self, line: int, reasons: Sequence[Remark]) -> None:
        """Count a bad row."""
        self.rejected += 1
        if len(self.faults) < SHOWN:
            self.faults.append((line, reasons))

    def _note(self, line: int, remarks: Sequence[Remark]) -> None:
        """Count remarks on a row that came in."""
        for remark in remarks:
            self.remarks[remark.code] += 1
            if self.remarks[remark.code] <= SHOWN:
                self.shown.append((line, remark))

    def add(self, outcome: ImportOutcome) -> None:
        """Count what became of a batch."""
        self.created += outcome.count("created")
        self.updated += outcome.count("updated")
        self.unchanged += outcome.count("unchanged")
        self.repeated += outcome.count("repeated")
        self.erased += outcome.count("erased")
        self.accounts_created += len(outcome.new_companies)
        self.consents += outcome.consents
        self.staged += outcome.staged
        for landing in outcome.landings:
            address = landing.row.address
            self._note(landing.row.line, landing.remarks)
            if landing.status == "erased":
                continue
            if any(remark.code == "withdrawn" for remark in landing.remarks):
                self.withdrawn.add(address)
            if landing.sendable:
                self.not_sendable.discard(address)
            else:
                self.not_sendable.add(address)


def import_contacts(
    engine: Engine,
    clock: Clock,
    definitions: Definitions | None,
    path: Path,
    options: ImportOptions,
    progress: Progress | None = None,
) -> ImportReport:
    """Take a list of contacts in, about a thousand rows per transaction.

    Broken off and repeated, or simply done twice, it changes nothing that is there already.
    Bad rows are written beside the list (`nurture.services.rejected_rows`), except in a dry
    run, which writes nothing at all. `definitions` give the zone of dates and the custom
    fields. Raises NurtureError where the list or the options cannot be used.
    """
    reading = _reading(clock, definitions, options)
    custom = (*reading.contact_fields, *reading.account_fields)
    if options.dry_run:
        take_in = _preview(engine, options, definitions)
    else:
        take_in = _writer(engine, clock, options, path.name)
    with open_contacts(path, options.encoding, options.mapped, custom) as csv:
        report = ImportReport(csv.encoding, csv.columns)
        rejected = RejectedRows(path, csv.columns.headers, options.locale)
        try:
            for good, bad in _batches(csv, reading):
                report.read += len(good) + len(bad)
                for row, faults in bad:
                    reasons = [csv.columns.in_its_words(fault) for fault in faults]
                    report.reject(row.line, reasons)
                    if not options.dry_run:
                        rejected.add(row.line, row.cells, reasons)
                if good:
                    report.add(take_in(good))
                if progress is not None:
                    progress(csv.position(), csv.size, report.read)
            report.rejected_path = rejected.finish()
        finally:
            rejected.discard()
    return report


def import_sorted(
    engine: Engine,
    clock: Clock,
    definitions: Definitions | None,
    path: Path,
    options: ImportOptions,
) -> ImportReport:
    """Take a list in as `import_contacts` does, by address instead of in the list's order.

    The same people give the same database, however they were sorted. The whole list is held
    at once, and no file is written beside it. Raises as `import_contacts` does.
    """
    reading = _reading(clock, definitions, options)
    custom = (*reading.contact_fields, *reading.account_fields)
    take_in = _writer(engine, clock, options, path.name)
    rows: list[ContactRow] = []
    with open_contacts(path, options.encoding, options.mapped, custom) as csv:
        report = ImportReport(csv.encoding, csv.columns)
        for good, bad in _batches(csv, reading):
            report.read += len(good) + len(bad)
            for row, faults in bad:
                report.reject(row.line, [csv.columns.in_its_words(fault) for fault in faults])
            rows += good
    # Of an address that comes twice the first row still speaks first.
    rows.sort(key=lambda row: (row.address, row.line))
    for first in range(0, len(rows), BATCH):
        report.add(take_in(rows[first : first + BATCH]))
    return report


_Bad = tuple[CsvRow, Sequence[Remark]]


def _batches(csv: ContactCsv, reading: Reading) -> Iterator[tuple[list[ContactRow], list[_Bad]]]:
    """Yield the rows of a list, good and bad, about a thousand at a time."""
    rows = iter(csv.rows)
    while chunk := list(islice(rows, BATCH)):
        good: list[ContactRow] = []
        bad: list[_Bad] = []
        for row in chunk:
            if row.fault is not None:
                bad.append((row, (row.fault,)))
                continue
            try:
                good.append(read_contact(row.values, reading, row.line))
            except RowError as error:
                bad.append((row, error.remarks))
        yield good, bad


def _writer(
    engine: Engine, clock: Clock, options: ImportOptions, name: str
) -> Callable[[list[ContactRow]], ImportOutcome]:
    """Return what writes a batch in a transaction of its own."""
    spoken = Spoken()

    def take_in(rows: list[ContactRow]) -> ImportOutcome:
        with write(engine) as connection:
            outcome = upsert_contacts(
                connection,
                rows,
                now=clock.now(),
                origin="import",
                recorded_by="import",
                hash_key=options.hash_key,
                overwrite=options.overwrite,
                spoken=spoken,
                why=name,
                said_by=options.by,
            )
        speak_for(outcome, spoken)
        return outcome

    return take_in


def _preview(
    engine: Engine, options: ImportOptions, definitions: Definitions | None
) -> Callable[[list[ContactRow]], ImportOutcome]:
    """Return what decides a batch and remembers it, so that later batches see it as written.

    Owners may be named who become team members only when the policy is introduced.
    """
    known = Known()
    policy = definitions.policy if definitions is not None and not definitions.errors else None

    def take_in(rows: list[ContactRow]) -> ImportOutcome:
        with read(engine) as connection:
            load(connection, rows, known, Spoken(), options.hash_key, lock=False)
            if policy is not None:
                known.team = Team(team.after_sync(connection, policy))
        outcome = decide(rows, known, options.overwrite)
        outcome.consents = sum(len(person.new_grants) for person in outcome.touched)
        outcome.staged = sum(1 for person in outcome.touched if person.new_stage)
        for changed in (*outcome.touched, *known.companies):
            changed.settle()
        return outcome

    return take_in


def _reading(clock: Clock, definitions: Definitions | None, options: ImportOptions) -> Reading:
    """Return how to read rows; raise NurtureError where a default makes no sense."""
    now = clock.now()
    zone = ZoneInfo(definitions.calendar.zone if definitions is not None else "Asia/Tokyo")
    said = {name: text for name, text in options.defaults.items() if text}
    if (basis := said.get("basis")) and word_of(basis) not in BASES:
        known = either(("business_card", "opt_in", "business_relationship", "published_address"))
        raise NurtureError(
            say("'{basis}' is no basis of consent", basis=basis), say("use {known}", known=known)
        )
    for purpose in read_tags(said.get("purposes", "")):
        if word_of(purpose) not in PURPOSE_WORDS:
            raise NurtureError(
                say("'{purpose}' is no purpose of consent", purpose=purpose),
                say("use marketing, survey or referral"),
            )
    if obtained := said.get("obtained"):
        try:
            if read_moment(obtained, zone) > now:
                raise NurtureError(
                    say(
                        "consent cannot have been obtained on {obtained}: not yet",
                        obtained=obtained,
                    )
                )
        except ValueError as error:
            raise NurtureError(
                say("'{obtained}' is not a date", obtained=obtained), say("write e.g. 2026-03-12")
            ) from error
    if definitions is None:
        return Reading(now, zone, defaults=said)
    policy = definitions.policy
    return Reading(now, zone, policy.contact_fields, policy.account_fields, said)
