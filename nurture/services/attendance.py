"""Who came to a seminar: the list becomes events, and a corrected list only the differences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from nurture.db import contacts, seminars
from nurture.db.contact_writes import ids_by_address
from nurture.db.engine import read
from nurture.db.events import NewEvent, record
from nurture.db.retrying import write_again
from nurture.domain.contact_row import Basis, ContactRow, Grant, default_purposes
from nurture.domain.definitions import Definitions
from nurture.domain.person_name import split_name
from nurture.domain.seminar import ATTENDED, MISSED, Seminar, Standing, standing
from nurture.errors import NotFoundError
from nurture.language import say
from nurture.language.hints import did_you_mean
from nurture.services.attendance_list import Attendee, RefusedError
from nurture.services.runtime import DECIDE, Runtime
from nurture.services.upsert_contacts import upsert_contacts

#: a list of which nobody had registered is another seminar's, where at least so many had
_SUSPICIOUS = 3


@dataclass(slots=True)
class Attendance:
    """What a list brought."""

    seminar: str
    #: how many of the list are known now to have come, those of earlier lists included
    came: int = 0
    #: told of now: they came, they did not
    attended: int = 0
    missed: int = 0
    #: had been told that they were missed, and came after all
    corrected: int = 0
    #: stood on an earlier list and not on this one; nothing is taken back
    no_longer: int = 0
    #: addresses that nobody knew; they are contacts now
    introduced: list[str] = field(default_factory=list)
    #: of those who came, who may not be written to for want of a consent on record
    without_consent: list[str] = field(default_factory=list)
    #: our own people, left out
    own: list[str] = field(default_factory=list)


def record_attendance(
    runtime: Runtime,
    name: str,
    people: Iterable[Attendee],
    by: str,
    basis: Basis | None = None,
    sure: bool = False,
) -> Attendance:
    """Write down who came to a seminar, and that the others who had registered did not.

    Each contact gets `seminar.attended` and `seminar.missed` at most once each, whatever
    list comes how often; who was missed by mistake gets `seminar.attended` with the corrected
    list. Unknown people become contacts, with `basis` as their consent where it is given.

    Raises NotFoundError where no file writes the seminar down, RefusedError where it is not
    over, was cancelled, where the list names nobody, or where nobody on it had registered
    and `sure` is not said.
    """
    guests = {one.address: one for one in people}
    if not guests:
        raise RefusedError("nobody", say("the list names nobody who came"))

    def act(connection: Connection) -> Attendance:
        now = runtime.clock.now()
        definitions = runtime.releases.live(connection).definitions
        seminar = _over(definitions, name, now)
        # Two lists at the same time come one after the other.
        if name not in seminars.stands(connection, lock=True):
            seminars.set_stand(connection, name, seminar.revision, now)
        own = {sender.email.lower() for sender in definitions.policy.senders.values()}
        found = Attendance(name, own=sorted(own & guests.keys()))
        mine = {address: one for address, one in guests.items() if address not in own}
        stands = _standings(connection, name)
        known = ids_by_address(connection, mine)
        if not sure:
            _check_list(stands, known.values(), len(mine), seminar)
        found.introduced = sorted(mine.keys() - known.keys())
        new = [mine[address] for address in found.introduced]
        _introduce(runtime, connection, new, seminar, basis, by, now)
        ids = ids_by_address(connection, mine)
        # Who was erased stays unknown.
        found.introduced = [address for address in found.introduced if address in ids]
        found.without_consent = _silent(connection, ids)
        _tell(connection, found, seminar, set(ids.values()), stands, by, now)
        seminars.set_attendance(connection, name, now)
        return found

    # Compiled here, so that no writer waits for it.
    seminar_named(live_seminars(runtime), name)
    answer = write_again(runtime.engine, act)
    runtime.ring(DECIDE)
    return answer


def _over(definitions: Definitions, name: str, now: datetime) -> Seminar:
    seminar = seminar_named(definitions, name)
    if seminar.cancelled:
        raise RefusedError(
            "cancelled", say("seminar '{name}' was cancelled, so nobody came", name=name)
        )
    if seminar.ends_at > now:
        raise RefusedError(
            "not_over",
            say("seminar '{name}' is not over yet", name=name),
            say("read the list in when it has ended: who is not on it is told that we missed them"),
        )
    return seminar


def seminar_named(definitions: Definitions, name: str) -> Seminar:
    """Return a seminar by name; raise NotFoundError with the nearest name where there is none."""
    seminar = definitions.seminars.get(name)
    if seminar is None:
        raise NotFoundError(
            say("no seminar '{name}'", name=name), did_you_mean(name, definitions.seminars)
        )
    return seminar


def _standings(connection: Connection, name: str) -> dict[int, Standing]:
    happened = seminars.happenings(connection, [name])[name]
    return {contact_id: standing(events) for contact_id, events in happened.items()}


def _check_list(
    stands: Mapping[int, Standing], known: Iterable[int], named: int, seminar: Seminar
) -> None:
    registered = {one for one, stand in stands.items() if stand.registered_at is not None}
    if len(registered) >= _SUSPICIOUS and not registered & set(known):
        raise RefusedError(
            "another",
            say(
                "none of the {named} people on the list had registered for '{name}', "
                "and {registered} had: it looks like the list of another seminar",
                named=named,
                name=seminar.name,
                registered=len(registered),
            ),
            say("if it is the right one, say --sure"),
        )


def _introduce(
    runtime: Runtime,
    connection: Connection,
    new: Iterable[Attendee],
    seminar: Seminar,
    basis: Basis | None,
    by: str,
    now: datetime,
) -> None:
    source = next(iter(seminar.title.values()), seminar.name)[:200]
    grant = None
    if basis is not None:
        grant = Grant(basis, source, seminar.ends_at, default_purposes(basis))
    rows = []
    for one in new:
        parts = split_name(one.name) if one.name else None
        names = {"family_name": parts.family, "given_name": parts.given} if parts else {}
        fields = {key: value[:100] for key, value in names.items() if value}
        rows.append(
            ContactRow(
                one.address,
                one.email,
                contact={**fields, "source": source},
                first_touch_at=seminar.ends_at,
                grant=grant,
            )
        )
    if rows:
        upsert_contacts(
            connection,
            rows,
            now=now,
            origin="seminar",
            recorded_by=by,
            hash_key=runtime.hash_key,
        )


def _silent(connection: Connection, ids: Mapping[str, int]) -> list[str]:
    consents = contacts.newest_consents(connection, list(ids.values()))
    return sorted(
        address
        for address, contact_id in ids.items()
        if consents.get(contact_id, {}).get("marketing") != "granted"
    )


def _tell(
    connection: Connection,
    found: Attendance,
    seminar: Seminar,
    came: set[int],
    stands: Mapping[int, Standing],
    by: str,
    now: datetime,
) -> None:
    """Emit what is new, each event under a key of its own, so that it happens once."""
    nobody = Standing()
    attended = sorted(one for one in came if not stands.get(one, nobody).attended)
    missed = sorted(
        one
        for one, stand in stands.items()
        if stand.registered
        # Who registered when it was over did not miss it.
        and stand.registered_at is not None
        and stand.registered_at < seminar.ends_at
        and one not in came
        and not stand.attended
        and not stand.missed
    )
    found.came = len(came)
    found.corrected = sum(1 for one in attended if stands.get(one, nobody).missed)
    found.no_longer = sum(1 for one, s in stands.items() if s.attended and one not in came)
    kinds = {ATTENDED: attended, MISSED: missed}
    events = [
        NewEvent(
            kind,
            contact_id,
            seminar.ends_at,
            "attendance",
            {"seminar": seminar.name, "by": by},
            key=f"{seminar.name}/{kind}/{contact_id}",
        )
        for kind, people in kinds.items()
        for contact_id in people
    ]
    taken = iter(record(connection, events, now))
    for kind, people in kinds.items():
        count = sum(1 for _ in people if next(taken) is not None)
        if kind == ATTENDED:
            found.attended = count
        else:
            found.missed = count


def live_seminars(runtime: Runtime) -> Definitions:
    """Return what is live; raise NurtureError where nothing was published yet."""
    with read(runtime.engine) as connection:
        return runtime.releases.live(connection).definitions
