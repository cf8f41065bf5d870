"""The preference centre: what a person has, what they choose, and what that changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from nurture.db import choices as consents
from nurture.db.contacts import lock
from nurture.db.engine import read, write
from nurture.domain.preferences import Change, Choices, Rhythm, add_months, differences
from nurture.services import unsubscribe
from nurture.services.house import house_at
from nurture.services.preference_desk import Desk, Sheet
from nurture.services.runtime import DECIDE, SEND, Runtime


@dataclass(frozen=True, slots=True)
class Saved:
    """What a choice led to."""

    before: Choices
    sheet: Sheet
    changes: Sequence[Change]


def sheet(runtime: Runtime, contact_id: int, message_id: int = 0) -> Sheet | None:
    """Return what the person behind a token has chosen; None where nobody is (any more)."""
    with read(runtime.engine) as connection:
        person = unsubscribe.person_of(connection, contact_id, message_id)
        if person is None:
            return None
        return Desk(runtime, connection, person).sheet()


def save(
    runtime: Runtime,
    contact_id: int,
    message_id: int,
    wish: Choices,
    text_shown: str,
    source: str,
) -> Saved | None:
    """Make a person's choices what they wish, at once; None where nobody is (any more).

    What is newly wanted is granted by the person, with the text they saw; with topics,
    marketing is wanted where one of them is. What is not wanted is withdrawn, its mails are
    cancelled and its journeys ended, as by `unsubscribe`. The same wish twice changes
    nothing. Topics and locales that the policy does not offer are ignored.
    """
    known = unsubscribe.journeys_of(runtime, contact_id, message_id)
    with read(runtime.engine) as connection:
        # An older release may have to be compiled: not while we hold the only writer.
        house_at(runtime, connection)
    now = runtime.clock.now()
    with write(runtime.engine) as connection:
        person = unsubscribe.person_of(connection, contact_id, message_id)
        if person is None:
            return None
        lock(connection, [person], wait=True)
        desk = Desk(runtime, connection, person)
        before = desk.sheet().choices
        wish = desk.offered(wish)
        new = [p for p in unsubscribe.CHOICES if p in wish.purposes - before.purposes]
        consents.grant(connection, person, new, text_shown, source, unsubscribe.BY, now)
        if new:
            unsubscribe.tell(connection, "contact.resubscribed", person, message_id, new, now)
        # What was never agreed to needs no withdrawal.
        unwanted = [p for p in unsubscribe.CHOICES if p in before.purposes - wish.purposes]
        unsubscribe.stop(connection, person, message_id, unwanted, source, known, now)
        desk.change(before, wish, unsubscribe.BY, "web", message_id)
        saved = saved_as(runtime, connection, person, before)
    runtime.ring(DECIDE)
    runtime.ring(SEND)
    return saved


def fewer(
    runtime: Runtime,
    contact_id: int,
    message_id: int,
    text_shown: str,
    source: str,
    rhythm: Rhythm | None = None,
    months: int = 0,
) -> Saved | None:
    """Make mails rarer, or pause them for months, instead of stopping them for good.

    Who has stopped already comes back by this, by their own will: what they withdrew
    themselves is granted again with the text they saw. None where nobody is (any more).
    """
    now = runtime.clock.now()
    with write(runtime.engine) as connection:
        person = unsubscribe.person_of(connection, contact_id, message_id)
        if person is None:
            return None
        lock(connection, [person], wait=True)
        before = Desk(runtime, connection, person).sheet().choices
        if not before.purposes:
            back = consents.withdrawn_by(connection, person, unsubscribe.BY)
            consents.grant(connection, person, back, text_shown, source, unsubscribe.BY, now)
            if back:
                unsubscribe.tell(connection, "contact.resubscribed", person, message_id, back, now)
        desk = Desk(runtime, connection, person)
        sheet = desk.sheet()
        wish = replace(
            sheet.choices,
            rhythm=rhythm or sheet.choices.rhythm,
            resumes=add_months(sheet.today, months) if months else sheet.choices.resumes,
        )
        desk.change(sheet.choices, wish, unsubscribe.BY, "web", message_id)
        saved = saved_as(runtime, connection, person, before)
    runtime.ring(DECIDE)
    runtime.ring(SEND)
    return saved


def saved_as(runtime: Runtime, connection: Connection, person: int, before: Choices) -> Saved:
    """Return what has become of a person's choices since `before`."""
    after = Desk(runtime, connection, person).sheet()
    found = differences(before, after.choices, list(after.offer.topics))
    return Saved(before, after, found)
