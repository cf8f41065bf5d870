"""Seminars at a publication: what changed since people were told, and who hears of it."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from nurture.db import contacts, mailings, outcomes, pausing, seminars
from nurture.db.engine import read
from nurture.domain.addresses import address_hash
from nurture.domain.definitions import Definitions
from nurture.domain.mailing import MailingState
from nurture.domain.seminar import CORRECTION, Seminar, kind_of
from nurture.domain.workflow import Purpose
from nurture.language import Said, say
from nurture.services.control import WORKFLOW
from nurture.services.runtime import Runtime
from nurture.services.seminar_corrections import wrong_about

#: contacts of one page of a count, few enough for the parameters of a query
_PAGE = 500


class Note(enum.StrEnum):
    """What a publication has to say of a seminar."""

    CORRECTED = "corrected"
    NOBODY_TOLD = "nobody_told"
    OVER = "over"
    GONE = "gone"


#: note → sentence; {told} people, {unsent} mails
SENTENCES: Mapping[Note, Said] = {
    Note.CORRECTED: say(
        "has changed: {told} people hear of it; {unsent} unsent mails were taken back"
    ),
    Note.NOBODY_TOLD: say(
        "has changed; nobody whom we may write to was told anything else "
        "({unsent} unsent mails were taken back)"
    ),
    Note.OVER: say(
        "has changed, but it is over: NOBODY IS TOLD; for another date write a seminar of "
        "another name"
    ),
    Note.GONE: say(
        "has lost its file, and people were invited: {unsent} unsent mails were taken back, but "
        "NOBODY IS TOLD; put the file back with `cancelled: true`"
    ),
}


@dataclass(frozen=True, slots=True)
class Remark:
    """What a publication says of a seminar."""

    name: str
    note: Note
    #: people who are told of a change; who may not be written to is not among them
    told: int = 0
    #: mails that had not left and will not
    unsent: int = 0

    @property
    def sentence(self) -> Said:
        """The remark in words, the seminar's name left out."""
        return SENTENCES[self.note].but(told=self.told, unsent=self.unsent)


def count_hearers(runtime: Runtime, definitions: Definitions) -> dict[str, int]:
    """Return how many people would hear now of each seminar that these files change.

    For `sync`, which says it, and asked before the publishing transaction: counting tens of
    thousands takes seconds, in which nobody could write.
    """
    with read(runtime.engine) as connection:
        now = runtime.clock.now()
        stands = seminars.stands(connection)
        return {
            name: _how_many(runtime, connection, seminar, now)
            for name, seminar in definitions.seminars.items()
            if name in stands and stands[name].revision != seminar.revision
        }


def sync(
    runtime: Runtime,
    connection: Connection,
    definitions: Definitions,
    before: Definitions | None,
    release_id: int,
    now: datetime,
    hearers: Mapping[str, int],
) -> list[Remark]:
    """Bring what stands for each seminar to what the files say; return what is worth saying.

    Called by the publishing transaction, before the mailings' own `sync`. `before` is what
    was live until now, `hearers` what `count_hearers` found. Where people may believe something
    that no longer holds, a correction begins: a mailing with a `revision`, whose batches
    `seminar_corrections` makes.
    """
    stands = seminars.stands(connection, lock=True)
    remarks: list[Remark] = []
    for name, seminar in sorted(definitions.seminars.items()):
        stand = stands.get(name)
        unsent = _bring_mailings(connection, definitions, name, seminar, now)
        if stand is None:
            seminars.set_stand(connection, name, seminar.revision, now)
        elif stand.revision != seminar.revision:
            seminars.set_stand(connection, name, seminar.revision, now)
            was = before.seminars.get(name) if before is not None else None
            unsent += _supersede(connection, name, now)
            note = _correct(connection, seminar, was, release_id, now)
            told = 0
            if note is Note.CORRECTED:
                # Without a count another publication was here in between.
                told = (
                    hearers[name]
                    if name in hearers
                    else _how_many(runtime, connection, seminar, now)
                )
                note = note if told else Note.NOBODY_TOLD
            remarks.append(Remark(name, note, told, unsent))
    for name in sorted({*stands} - {*definitions.seminars}):
        was = before.seminars.get(name) if before is not None else None
        unsent = _bring_mailings(connection, definitions, name, None, now)
        if was is not None and was.ends_at > now and not was.cancelled:
            mails = [one.name for one in seminars.mailings_of(connection, name)]
            if seminars.concerned_after(connection, name, mails, 0, 1):
                remarks.append(Remark(name, Note.GONE, unsent=unsent))
    return remarks


def _bring_mailings(
    connection: Connection,
    definitions: Definitions,
    name: str,
    seminar: Seminar | None,
    now: datetime,
) -> int:
    """Take back invitations and reminders that no longer hold, let those go on that do again.

    Returns how many mails were cancelled before they left.
    """
    taken_back: list[Row[Any]] = []
    for row in seminars.mailings_of(connection, name, lock=True):
        if kind_of(row.name) == CORRECTION:
            continue
        written = definitions.mailings.get(row.name)
        if written is None:
            taken_back.append(row)
        elif _was_taken_back(connection, row):
            # Late is better than never: it ends with the seminar's start anyway.
            seminars.reopen(connection, row, written.at, now)
    off = seminar is None or seminar.cancelled
    reason = seminars.CANCELLED if off else seminars.MOVED
    names = [row.name for row in taken_back]
    seminars.close(connection, names, reason, now)
    return _cancel(connection, names, reason, name, now)


def _was_taken_back(connection: Connection, row: Row[Any]) -> bool:
    """Say whether a mailing, or some of its mails, fell victim to an earlier change."""
    if row.state == MailingState.CANCELLED:
        return row.reason in (seminars.CANCELLED, seminars.MOVED)
    return row.state == MailingState.DONE and seminars.lost_mails(connection, row.name)


def _supersede(connection: Connection, name: str, now: datetime) -> int:
    """End corrections under way: what they tell does not hold any more either."""
    rows = [
        row for row in seminars.mailings_of(connection, name) if kind_of(row.name) == CORRECTION
    ]
    names = [row.name for row in rows]
    seminars.close(connection, names, seminars.SUPERSEDED, now)
    for row in rows:
        if row.state == MailingState.PAUSED:
            # Nothing of that name ever goes out again.
            pausing.unpause(connection, WORKFLOW, row.name)
    return _cancel(connection, names, seminars.SUPERSEDED, name, now)


def _cancel(
    connection: Connection, mails: list[str], reason: str, seminar: str, now: datetime
) -> int:
    cancelled = seminars.cancel_unsent(connection, mails, reason) if mails else []
    rows = [
        {
            "contact_id": contact_id,
            "message_id": message_id,
            "workflow": workflow,
            "kind": "dropped",
            "reason": reason,
            "detail": {"seminar": seminar},
        }
        for message_id, contact_id, workflow in cancelled
    ]
    outcomes.append_decisions(connection, rows, now)
    return len(cancelled)


def _correct(
    connection: Connection,
    seminar: Seminar,
    was: Seminar | None,
    release_id: int,
    now: datetime,
) -> Note:
    """Begin a correction where somebody may need one; its batches look at each of them."""
    if seminar.ends_at <= now or (was is not None and was.ends_at <= now):
        return Note.OVER
    mails = [one.name for one in seminars.mailings_of(connection, seminar.name)]
    if not seminars.concerned_after(connection, seminar.name, mails, 0, 1):
        return Note.NOBODY_TOLD
    name = f"{seminar.name}/{CORRECTION}-{release_id}"
    if mailings.find(connection, name) is None:
        mailings.add(
            connection,
            name,
            MailingState.SCHEDULED,
            now,
            now,
            seminar=seminar.name,
            revision=seminar.revision,
        )
    return Note.CORRECTED


def _how_many(runtime: Runtime, connection: Connection, seminar: Seminar, now: datetime) -> int:
    """Return how many may believe what does not hold any more, and may be written to."""
    mails = [one.name for one in seminars.mailings_of(connection, seminar.name)]
    total, cursor = 0, 0
    while page := seminars.concerned_after(connection, seminar.name, mails, cursor, _PAGE):
        hashes = {
            one.id: address_hash(one.email, runtime.hash_key)
            for one in mailings.people(connection, page)
            if one.email
        }
        blocked = contacts.suppressed(connection, list(hashes.values()))
        people = [one for one, hashed in hashes.items() if hashed not in blocked]
        wrong = wrong_about(connection, seminar, mails, people, now)
        consents = contacts.newest_consents(connection, list(wrong))
        total += sum(
            stands.registered or consents.get(one, {}).get(Purpose.MARKETING) == "granted"
            for one, (stands, _) in wrong.items()
        )
        cursor = page[-1]
    return total
