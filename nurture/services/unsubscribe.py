"""Stopping, at once and in one transaction; and what a person chooses afterwards.

Consent is a record: a withdrawal and a later opt-in are new rows, nothing is overwritten.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from nurture.db import choices, outcomes
from nurture.db.contacts import EMAIL, current, find, lock, newest_consents, suppress, withdraw
from nurture.db.engine import read, write
from nurture.db.events import NewEvent, record
from nurture.db.retrying import write_again
from nurture.db.touched import active_enrolments
from nurture.domain.addresses import address_hash, canonical
from nurture.domain.purpose import Purpose
from nurture.domain.workflow import Workflow
from nurture.errors import NurtureError
from nurture.language import say
from nurture.services.mail_address import fault_of_address
from nurture.services.runtime import DECIDE, Runtime

#: what one click stops, and what a person may choose; service mails need no consent
CHOICES = (Purpose.MARKETING, Purpose.SURVEY, Purpose.REFERRAL)

#: who says so in consent records
BY = "contact"


@dataclass(frozen=True, slots=True)
class Reader:
    """The person behind a token, as far as a page may know."""

    contact_id: int
    locale: str | None
    #: purposes the newest record grants
    granted: frozenset[str]
    #: purposes the newest record withdraws
    withdrawn: frozenset[str]


@dataclass(frozen=True, slots=True)
class Stopped:
    """What an unsubscribe changed; all empty where everything was stopped before."""

    withdrawn: tuple[str, ...] = ()
    cancelled_mails: int = 0
    ended_journeys: int = 0


def reader(runtime: Runtime, contact_id: int, message_id: int) -> Reader | None:
    """Return the person a token names, or None after erasure or where nobody is known."""
    with read(runtime.engine) as connection:
        found = person_of(connection, contact_id, message_id)
        if found is None:
            return None
        consents = newest_consents(connection, [found]).get(found, {})
        return Reader(
            found,
            choices.locale_of(connection, found),
            frozenset(purpose for purpose, state in consents.items() if state == "granted"),
            frozenset(purpose for purpose, state in consents.items() if state == "withdrawn"),
        )


def unsubscribe(
    runtime: Runtime,
    contact_id: int,
    message_id: int,
    purposes: Collection[Purpose] = CHOICES,
    source: str = "unsubscribe link",
) -> Stopped:
    """Withdraw consents, cancel what is unsent and end journeys, for some purposes.

    Idempotent; does nothing for people who were erased. A mail to an address that is
    nobody's puts that address on the suppression list.
    """
    known = journeys_of(runtime, contact_id, message_id)
    now = runtime.clock.now()
    with write(runtime.engine) as connection:
        person = person_of(connection, contact_id, message_id)
        if person is None:
            _suppress_address(runtime, connection, message_id, now)
            return Stopped()
        lock(connection, [person], wait=True)
        stopped = stop(connection, person, message_id, purposes, source, known, now)
    runtime.ring(DECIDE)
    return stopped


def unsubscribe_address(
    runtime: Runtime, email: str, purposes: Collection[Purpose], source: str, by: str
) -> Stopped:
    """Stop for a person who told us otherwise than by a link; `by` is who wrote it down.

    An address that is nobody's goes on the suppression list, so that it stays quiet whoever
    brings it later. Idempotent. Raises NurtureError where `email` is no address.
    """
    if why := fault_of_address(email):
        raise NurtureError(say("'{email}' is not an e-mail address: {why}", email=email, why=why))
    with read(runtime.engine) as connection:
        person = find(connection, EMAIL, canonical(email))
    known = journeys_of(runtime, person, 0) if person is not None else {}
    now = runtime.clock.now()

    def act(connection: Connection) -> Stopped:
        person = find(connection, EMAIL, canonical(email))
        if person is None or choices.is_erased(connection, person):
            hashed = address_hash(email, runtime.hash_key)
            suppress(connection, hashed, "by_hand", source, now)
            return Stopped()
        lock(connection, [person], wait=True)
        return stop(connection, person, 0, purposes, source, known, now, by)

    stopped = write_again(runtime.engine, act)
    runtime.ring(DECIDE)
    return stopped


def resubscribe(
    runtime: Runtime, contact_id: int, message_id: int, text_shown: str, source: str
) -> tuple[str, ...]:
    """Grant again, as an opt-in of the person, what they withdrew; return those purposes.

    Only purposes that were granted before the withdrawal come back.
    """
    now = runtime.clock.now()
    with write(runtime.engine) as connection:
        person = person_of(connection, contact_id, message_id)
        if person is None:
            return ()
        lock(connection, [person], wait=True)
        granted = choices.withdrawn_by(connection, person, BY)
        choices.grant(connection, person, granted, text_shown, source, BY, now)
        if granted:
            tell(connection, "contact.resubscribed", person, message_id, granted, now)
    runtime.ring(DECIDE)
    return tuple(granted)


def person_of(connection: Connection, contact_id: int, message_id: int) -> int | None:
    """Return the living contact a token means: by id, else by the mail's recipient."""
    if contact_id:
        person = current(connection, contact_id)
    else:
        address = choices.recipient_of(connection, message_id)
        person = find(connection, EMAIL, canonical(address)) if address else None
    return person if person is not None and not choices.is_erased(connection, person) else None


def _suppress_address(
    runtime: Runtime, connection: Connection, message_id: int, now: datetime
) -> None:
    address = choices.recipient_of(connection, message_id)
    if address and find(connection, EMAIL, canonical(address)) is None:
        hashed = address_hash(address, runtime.hash_key)
        suppress(connection, hashed, "by_hand", "unsubscribed by link", now)


def journeys_of(
    runtime: Runtime, contact_id: int, message_id: int
) -> dict[tuple[int, str], Workflow]:
    """Return (release, workflow) → what the person's journeys are.

    Read before the transaction that stops, because an old release may have to be compiled.
    """
    found: dict[tuple[int, str], Workflow] = {}
    with read(runtime.engine) as connection:
        person = person_of(connection, contact_id, message_id)
        for row in active_enrolments(connection, [person] if person is not None else []):
            try:
                workflow = runtime.releases.workflow(connection, row.release_id, row.workflow)
            except NurtureError:
                continue
            if workflow is not None:
                found[row.release_id, row.workflow] = workflow
    return found


def stop(
    connection: Connection,
    person: int,
    message_id: int,
    purposes: Collection[Purpose],
    source: str,
    known: Mapping[tuple[int, str], Workflow],
    now: datetime,
    by: str = BY,
) -> Stopped:
    """Withdraw purposes of a person whose row we hold, and end what serves them.

    `known`: what `journeys_of` returned before the transaction began.
    """
    if not purposes:
        return Stopped()
    consents = newest_consents(connection, [person]).get(person, {})
    new = [purpose for purpose in purposes if consents.get(purpose) != "withdrawn"]
    if new:
        withdraw(connection, person, new, source, by, now)
    mails = choices.cancel_unsent(connection, person, list(purposes), "unsubscribed")
    journeys = [
        row
        for row in active_enrolments(connection, [person])
        if _ends(known.get((row.release_id, row.workflow)), row.step, purposes)
    ]
    outcomes.end_enrolments(connection, {row.id: "unsubscribed" for row in journeys}, now)
    outcomes.append_decisions(connection, _decisions(person, mails, journeys), now)
    if new:
        tell(connection, "contact.unsubscribed", person, message_id, new, now)
    return Stopped(tuple(map(str, new)), len(mails), len(journeys))


def _ends(workflow: Workflow | None, step: str | None, purposes: Collection[Purpose]) -> bool:
    """Say whether a journey that stands at a step ends with these purposes.

    One that still owes what the person asked for goes on; what else it would send is dropped
    for want of consent. One that cannot be found any more is ended: better silent than sorry.
    """
    if workflow is None:
        return True
    return workflow.purpose in purposes and step not in workflow.owing()


def _decisions(person: int, mails: Iterable[Any], journeys: Iterable[Any]) -> list[dict[str, Any]]:
    dropped = [
        {
            "contact_id": person,
            "kind": "dropped",
            "reason": "unsubscribed",
            "detail": {"purpose": row.purpose},
            "message_id": row.id,
            "enrolment_id": row.enrolment_id,
            "workflow": row.workflow,
            "step": row.step,
        }
        for row in mails
    ]
    ended = [
        {
            "contact_id": person,
            "kind": "ended",
            "reason": "unsubscribed_all",
            "detail": {"workflow": row.workflow, "outcome": "unsubscribed"},
            "enrolment_id": row.id,
            "workflow": row.workflow,
            "step": row.step,
        }
        for row in journeys
    ]
    return dropped + ended


def tell(
    connection: Connection,
    what: str,
    person: int,
    message_id: int,
    purposes: Sequence[str],
    now: datetime,
) -> None:
    """Write down that a person left or came back, for workflows and the timeline."""
    mail = message_id if choices.is_mail(connection, message_id) else None
    properties = {"purposes": [str(purpose) for purpose in purposes]}
    record(connection, [NewEvent(what, person, now, "web", properties, message_id=mail)], now)
