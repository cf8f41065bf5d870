"""Preferences that a person told somebody of: by phone to a colleague, or through the API.

Consent is the person's own to give, so nothing here grants one: a topic turned on says that
it may come where marketing is agreed to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection

from nurture.db import preferences as stored
from nurture.db.choices import is_erased
from nurture.db.contacts import EMAIL, current, find, lock
from nurture.db.engine import read
from nurture.db.retrying import write_again
from nurture.domain.addresses import canonical
from nurture.domain.preferences import PauseError, Preferences, Rhythm, begins, check_pause
from nurture.errors import NotFoundError, NurtureError
from nurture.language import say
from nurture.language.hints import did_you_mean
from nurture.services.house import house_at
from nurture.services.preference_desk import Desk, Offer, offer_at
from nurture.services.preferences import Saved, saved_as
from nurture.services.runtime import DECIDE, SEND, Runtime


@dataclass(frozen=True, slots=True)
class Told:
    """What is to change; what is left out stays as it is."""

    #: topic → whether they want it
    topics: Mapping[str, bool] = field(default_factory=dict)
    rhythm: Rhythm | None = None
    #: the day on which mails begin again
    pause_until: date | None = None
    #: an end to a pause
    resume: bool = False
    locale: str | None = None
    tracking: bool | None = None

    @property
    def says_nothing(self) -> bool:
        """Whether there is nothing to do."""
        return self == Told()


def preferences_of(runtime: Runtime, email: str) -> dict[str, Any]:
    """Return what somebody has chosen, as the API and the command show it.

    Raises NotFoundError where nobody (any more) has the address.
    """
    with read(runtime.engine) as connection:
        return _shown(Desk(runtime, connection, _person(connection, email)))


def adjust(runtime: Runtime, email: str, told: Told, by: str, source: str) -> Saved:
    """Write down what a person told us; `by` is who heard it.

    The same again changes nothing. Raises NotFoundError where nobody has the address,
    NurtureError on a topic or locale that the policy lacks and on a day that is past or
    more than a year ahead.
    """
    with read(runtime.engine) as connection:
        # An older release may have to be compiled: not while we hold the only writer.
        house_at(runtime, connection)
        _check(told, offer_at(runtime, connection))

    def act(connection: Connection) -> Saved:
        person = _person(connection, email)
        lock(connection, [person], wait=True)
        desk = Desk(runtime, connection, person)
        before = desk.sheet()
        resumes = before.choices.resumes
        until = desk.has.paused_until
        if told.pause_until is not None and told.pause_until != resumes:
            resumes = _day(told.pause_until, before.today)
            until = begins(resumes, desk.zone)
        elif told.resume:
            resumes, until = None, None
        off = set(desk.has.topics_off)
        off |= {name for name, wanted in told.topics.items() if not wanted}
        off -= {name for name, wanted in told.topics.items() if wanted}
        wanted = Preferences(frozenset(off), told.rhythm or desk.has.rhythm, until)
        desk.write(wanted)
        on = desk.offer.topics.keys()
        now_has = replace(
            before.choices,
            topics=frozenset(on - off),
            rhythm=wanted.rhythm,
            resumes=resumes,
            locale=told.locale or before.choices.locale,
            tracking=before.choices.tracking if told.tracking is None else told.tracking,
        )
        # By what is on record, also of those who get no marketing at all.
        had = replace(before.choices, topics=frozenset(on - desk.has.topics_off))
        desk.tell(had, now_has, by[:64], source[:64])
        return saved_as(runtime, connection, person, before.choices)

    saved = write_again(runtime.engine, act)
    runtime.ring(DECIDE)
    runtime.ring(SEND)
    return saved


def export(runtime: Runtime, contact_id: int) -> dict[str, Any]:
    """Return all that we hold of a person's preferences, for those who ask to be told.

    What they chose, and each change: when, by whom, what. Raises NotFoundError where
    nobody is (any more).
    """
    with read(runtime.engine) as connection:
        person = current(connection, contact_id)
        if person is None or is_erased(connection, person):
            raise NotFoundError(say("there is no contact {contact_id}", contact_id=contact_id))
        changes = [
            {"at": row.occurred_at.isoformat(), "source": row.source, **row.properties}
            for row in stored.told(connection, person)
        ]
        return {**_shown(Desk(runtime, connection, person)), "changes": changes}


def _person(connection: Connection, email: str) -> int:
    try:
        person = find(connection, EMAIL, canonical(email))
    except ValueError:
        person = None
    if person is None or is_erased(connection, person):
        raise NotFoundError(say("nobody is known by the address '{email}'", email=email))
    return person


def _shown(desk: Desk) -> dict[str, Any]:
    sheet = desk.sheet()
    has = sheet.choices
    known = [*desk.offer.topics, *sorted(desk.has.topics_off - desk.offer.topics.keys())]
    return {
        "contact_id": sheet.contact_id,
        # What they chose, also of those who get no marketing at all.
        "topics": {name: name not in desk.has.topics_off for name in known},
        "rhythm": str(has.rhythm),
        "paused_until": has.resumes.isoformat() if has.resumes is not None else None,
        "locale": has.locale,
        "tracking": has.tracking,
        "agreed_to": sorted(has.purposes),
        "suppressed": sheet.suppressed,
    }


def _check(told: Told, offer: Offer) -> None:
    for name in told.topics:
        if name not in offer.topics:
            raise NurtureError(
                say("there is no topic '{name}'", name=name), did_you_mean(name, offer.topics)
            )
    if told.locale is not None and told.locale not in offer.locales:
        hint = did_you_mean(told.locale, offer.locales)
        raise NurtureError(say("mails are not written in '{locale}'", locale=told.locale), hint)


def _day(wanted: date, today: date) -> date:
    try:
        pause = check_pause(wanted, today)
    except PauseError as error:
        raise NurtureError(
            say("{wanted} is not to come", wanted=wanted),
            say("name the day on which mails begin again"),
        ) from error
    if pause.shortened and pause.resumes is not None:
        raise NurtureError(
            say("{wanted} is more than a year ahead", wanted=wanted),
            say(
                "{resumes} is the latest; for longer, use `nurture unsubscribe`",
                resumes=pause.resumes,
            ),
        )
    return wanted
