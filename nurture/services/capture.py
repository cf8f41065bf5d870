"""Taking facts in: from the API, forms, CRM, pages and the command line, once each."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from nurture.db import choices
from nurture.db import contacts as people
from nurture.db import events as happenings
from nurture.db.events import NewEvent
from nurture.db.retrying import write_again
from nurture.domain.addresses import address_hash, canonical
from nurture.domain.calendar import EARLIEST
from nurture.domain.seminar import OVER, REGISTERED
from nurture.errors import NurtureError
from nurture.language import say
from nurture.services.late_registrations import over
from nurture.services.mail_address import fault_of_address
from nurture.services.referral_deals import check_referrals
from nurture.services.runtime import DECIDE, Runtime

#: `noun.verbed`, as every event is named
EVENT_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")

#: nouns whose events may bring a person we do not know yet: forms and CRM
MAY_BRING = frozenset({"form", "document", "seminar", "deal", "call", "trial", "contact"})

#: nouns and events that the engine makes by itself; nobody else may claim them
OUR_NOUNS = frozenset({"email", "lifecycle", "score", "segment", "temperature", "workflow"})
OURS = frozenset(
    {
        "account.updated",
        "contact.created",
        "contact.erased",
        "contact.preferences_changed",
        "contact.readmitted",
        "contact.resubscribed",
        "contact.unsubscribed",
        "contact.updated",
        "deal.stale",
        "evidence.revised",
        "owner.changed",
        "revisit.due",
        "task.overdue",
    }
)

#: of our nouns, what may have been seen in somebody else's inbox; telling us stops journeys
TOLD_TOO = frozenset({"email.auto_replied", "email.replied"})

#: what to do instead of telling of an event that would do nothing
_INSTEAD = {
    "contact.unsubscribed": say("use `POST /api/v1/unsubscribes` or `nurture unsubscribe`"),
    "email.unsubscribed": say("use `POST /api/v1/unsubscribes` or `nurture unsubscribe`"),
    "email.complained": say("use `POST /api/v1/unsubscribes` or `nurture unsubscribe`"),
    "contact.preferences_changed": say(
        "use `PUT /api/v1/contacts/EMAIL/preferences` or `nurture preferences`"
    ),
    "contact.created": say("use `POST /api/v1/contacts`"),
    "contact.erased": say("use `DELETE /api/v1/contacts/EMAIL` or `nurture contact erase`"),
    "contact.updated": say("use `POST /api/v1/contacts`"),
    "account.updated": say("use `POST /api/v1/contacts` with its `account`"),
    "owner.changed": say("use `nurture owner`"),
    "lifecycle.assigned": say("use `nurture stage`"),
}

_LARGEST_PROPERTIES = 64

#: what became of a fact about somebody who was erased
_ERASED = "this person's data was erased at their wish: nothing was written down"

#: a date further ahead is a slip, not a clock that is wrong
_AHEAD = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Happening:
    """A fact as a source tells it; the person by id or by address."""

    type: str
    email: str | None = None
    contact_id: int | None = None
    properties: Mapping[str, Any] = field(default_factory=dict)
    occurred_at: datetime | None = None
    #: unique per source: the same fact told twice is taken once
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Captured:
    """What became of a fact."""

    #: taken | duplicate | aside
    status: str
    event_id: int | None = None
    contact_id: int | None = None
    why: str = ""
    #: nobody was known by that address: the event introduced them
    new_contact: bool = False


def capture(runtime: Runtime, happenings_: Sequence[Happening], source: str) -> list[Captured]:
    """Take facts in, in one transaction, and ring; the answers are in the order given.

    Raises NurtureError (nothing is written) where a fact is malformed: a name that is not
    `noun.verbed`, one that only the engine may use, an address that is none, properties
    that are too many, a date before 1900 or years ahead.
    """
    now = runtime.clock.now()
    for one in happenings_:
        check(one, now)
    happenings_ = marked(runtime, happenings_, now)
    answers = write_again(
        runtime.engine,
        lambda connection: take_in(connection, happenings_, source, now, runtime.hash_key),
    )
    runtime.ring(DECIDE)
    return answers


def marked(runtime: Runtime, told: Sequence[Happening], now: datetime) -> Sequence[Happening]:
    """Mark registrations for seminars that are over, whenever the form was filled in."""
    about = {str(one.properties.get("seminar")) for one in told if one.type == REGISTERED}
    past = over(runtime, about, now)
    return [
        replace(one, properties={**one.properties, OVER: True})
        if one.type == REGISTERED and one.properties.get("seminar") in past
        else one
        for one in told
    ]


def check(one: Happening, now: datetime) -> None:
    """Raise NurtureError where a fact is malformed."""
    if not EVENT_NAME.fullmatch(one.type) or len(one.type) > 100:
        raise NurtureError(
            say("'{type}' is not the name of an event", type=one.type),
            say("events are named noun.verbed, e.g. form.submitted"),
        )
    noun = one.type.partition(".")[0]
    if one.type in OURS or (noun in OUR_NOUNS and one.type not in TOLD_TOO):
        raise NurtureError(
            say("'{type}' is an event that only the engine itself makes", type=one.type),
            _INSTEAD.get(one.type, say("give it a name of your own")),
        )
    if len(one.properties) > _LARGEST_PROPERTIES:
        raise NurtureError(
            say(
                "more than {most} properties in one event",
                most=_LARGEST_PROPERTIES,
            )
        )
    for name, value in one.properties.items():
        if isinstance(value, str) and len(value) > 20_000:
            raise NurtureError(say("property '{name}' is longer than 20,000 characters", name=name))
    if one.occurred_at is not None:
        _check_moment(one.occurred_at, now)
    if one.key is not None and len(one.key) > 200:
        raise NurtureError(say("the idempotency key is longer than 200 characters"))
    if one.email is not None and (why := fault_of_address(one.email)):
        raise NurtureError(
            say("'{email}' is not an e-mail address: {why}", email=one.email, why=why)
        )


def _check_moment(moment: datetime, now: datetime) -> None:
    if moment.tzinfo is None:
        raise NurtureError(
            say("occurred_at has no time zone"), say("write e.g. 2026-04-03T18:00:00+09:00")
        )
    if not EARLIEST <= moment <= now + _AHEAD:
        raise NurtureError(
            say(
                "occurred_at {moment} is before 1900 or more than a year ahead",
                moment=moment.isoformat(),
            ),
            say("leave it out where the time is not known"),
        )


def take_in(
    connection: Connection,
    happenings_: Sequence[Happening],
    source: str,
    now: datetime,
    hash_key: bytes,
) -> list[Captured]:
    """Write facts inside an open transaction, all keys claimed at once, in sorted order.

    May fail where another transaction brings the same person or keys at the same moment;
    `write_again` begins such a transaction anew. Of people who were erased nothing is written
    down, and nobody becomes one anew (`hash_key`: the suppression list's). Raises NurtureError
    where a deal names a referral that nobody knows.
    """
    check_referrals(connection, [(one.type, dict(one.properties)) for one in happenings_])
    gone = _erased(connection, happenings_, hash_key)
    found = [
        (None, False) if index in gone else _person(connection, one, now)
        for index, one in enumerate(happenings_)
    ]
    persons = [person for person, _ in found]
    new = [
        NewEvent(
            type=one.type,
            contact_id=person,
            occurred_at=one.occurred_at or now,
            source=source,
            properties=one.properties,
            key=one.key,
        )
        for one, person in zip(happenings_, persons, strict=True)
        if person is not None
    ]
    ids = iter(happenings.record(connection, new, now))
    answers = []
    for index, (one, person) in enumerate(zip(happenings_, persons, strict=True)):
        if index in gone:
            # Not kept aside either: it would say what they asked us to forget.
            answers.append(Captured("aside", why=_ERASED))
        elif person is None:
            answers.append(_aside(connection, one, source, now))
        elif (event_id := next(ids)) is None and one.key is not None:
            first = happenings.event_id_of(connection, source, one.key)
            answers.append(Captured("duplicate", first, person))
        else:
            answers.append(Captured("taken", event_id, person))
    return [
        replace(answer, new_contact=born) for answer, (_, born) in zip(answers, found, strict=True)
    ]


def _aside(connection: Connection, one: Happening, source: str, now: datetime) -> Captured:
    who = one.email or one.contact_id
    why = f"nobody is known as {who!r}, and a {one.type} does not introduce people"
    aside = {"event": dict(one.properties), "contact": str(who)}
    happenings.keep_aside(connection, one.type, source, aside, why, now)
    return Captured("aside", why=why)


def _erased(connection: Connection, happenings_: Sequence[Happening], hash_key: bytes) -> set[int]:
    """Return which of the facts, by place, are about people who were erased."""
    hashes = {
        index: address_hash(one.email, hash_key)
        for index, one in enumerate(happenings_)
        if one.contact_id is None and one.email is not None
    }
    blocked = people.erased(connection, sorted(set(hashes.values()))) if hashes else set()
    ids = {i: one.contact_id for i, one in enumerate(happenings_) if one.contact_id is not None}
    tombs = choices.erased_among(connection, sorted(set(ids.values()))) if ids else set()
    gone = {index for index, hashed in hashes.items() if hashed in blocked}
    return gone | {index for index, contact_id in ids.items() if contact_id in tombs}


def _person(connection: Connection, one: Happening, now: datetime) -> tuple[int | None, bool]:
    """Return the contact that an event is about, and whether it was made for it."""
    if one.contact_id is not None:
        return people.current(connection, one.contact_id), False
    if one.email is None:
        return None, False
    address = canonical(one.email)
    known = people.find(connection, people.EMAIL, address)
    if known is not None or one.type.partition(".")[0] not in MAY_BRING:
        return known, False
    contact_id = people.introduce(connection, one.email.strip(), address, now)
    born = NewEvent("contact.created", contact_id, now, "engine", {"source": "event"})
    happenings.record(connection, [born], now)
    return contact_id, True
