"""What comes in by the pages that referrers hand on: a touch, an introduction, a ticket used."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from nurture.db import golden_tickets, referrers
from nurture.db.engine import write
from nurture.domain.addresses import address_hash
from nurture.domain.golden_ticket import Standing
from nurture.domain.referral import Way
from nurture.domain.referral_program import Program
from nurture.services import referrals, rewards
from nurture.services.refer_desk import Desk
from nurture.services.referrals import Introduced, Introduction
from nurture.services.runtime import DECIDE, Runtime
from nurture.services.tickets import Ticket

#: what the pages of one referrer bring in a day at most; a flood of forms is nobody's friends
MOST_A_DAY = 40
#: downloads of one referrer that are counted in a day
_MOST_TOUCHES = 200
_DAY = timedelta(days=1)


class Came(enum.StrEnum):
    """What became of a form."""

    TAKEN = "taken"
    #: the same person sent the same form again
    AGAIN = "again"
    #: too many today
    TOO_MANY = "too_many"
    #: the ticket was used by somebody else, has run out or was taken back
    NOT_OPEN = "not_open"


@dataclass(frozen=True, slots=True)
class Person:
    """Who accepts an introduction, as they wrote it."""

    name: str
    company: str
    email: str
    message: str
    locale: str
    #: what they agreed to, as it stood beside the box
    agreed: str


def accept(
    runtime: Runtime, desk: Desk, program: Program, way: Way, what: str, person: Person
) -> Came:
    """Take in somebody who accepts an introduction by a referrer's link; once per person."""
    now = runtime.clock.now()
    with write(runtime.engine) as connection:
        if too_many(connection, desk, now):
            return Came.TOO_MANY
        done = _introduce(runtime, connection, desk, program, way, person, now)
        if what and not done.again:
            referrers.touch(
                connection, desk.referrer.row.contact_id, way, what, now,
                address_hash(person.email, runtime.hash_key),
            )  # fmt: skip
    runtime.ring(DECIDE)
    return Came.AGAIN if done.again else Came.TAKEN


def redeem(runtime: Runtime, ticket: Ticket, person: Person) -> Came:
    """Use a golden ticket up; of two who do so at once, one does.

    Who used it and sends the form again is told that we have it.
    """
    now = runtime.clock.now()
    desk = ticket.desk
    with write(runtime.engine) as connection:
        if not golden_tickets.redeem(connection, ticket.id, now):
            return _used(runtime, connection, ticket, person)
        done = _introduce(
            runtime, connection, desk, ticket.program, Way.TICKET, person, now, ticket
        )
        golden_tickets.tie(connection, ticket.id, done.id)
        rewards.honour_ticket(runtime, connection, done.id, by="contact")
    runtime.ring(DECIDE)
    return Came.TAKEN


def _used(runtime: Runtime, connection: Connection, ticket: Ticket, person: Person) -> Came:
    row = golden_tickets.find(connection, ticket.code)
    used_by = golden_tickets.used_by(connection, ticket.id)
    same = used_by is not None and used_by == address_hash(person.email, runtime.hash_key)
    return Came.AGAIN if row is not None and row.redeemed_at is not None and same else Came.NOT_OPEN


def _introduce(
    runtime: Runtime,
    connection: Connection,
    desk: Desk,
    program: Program,
    way: Way,
    person: Person,
    now: datetime,
    ticket: Ticket | None = None,
) -> Introduced:
    it = Introduction(
        program=program.name,
        referrer_id=desk.referrer.id,
        way=way,
        name=person.name,
        company=person.company,
        email=person.email,
        why=person.message,
        locale=person.locale,
        consented=True,
        consent_text=person.agreed,
        # Whatever way their friend came, the ask has brought somebody.
        ask_id=referrers.open_ask(connection, desk.referrer.ids, program.name),
        ticket_id=ticket.id if ticket is not None else None,
        offer=ticket.offer.key if ticket is not None else "",
    )
    return referrals.introduce(runtime, connection, it, now, by="contact")


def bring(
    runtime: Runtime,
    desk: Desk,
    program: Program,
    name: str,
    company: str,
    why: str,
    email: str,
    vouched: str,
    locale: str,
) -> Introduced | None:
    """Take in whom a referrer thinks of; None: too many today."""
    now = runtime.clock.now()
    with write(runtime.engine) as connection:
        if too_many(connection, desk, now):
            return None
        it = Introduction(
            program=program.name,
            referrer_id=desk.referrer.id,
            way=Way.INTRODUCE,
            name=name,
            company=company,
            email=email if vouched else "",
            why=why,
            locale=locale,
            vouched_text=vouched if email else "",
            ask_id=referrers.open_ask(connection, desk.referrer.ids, program.name),
        )
        done = referrals.introduce(runtime, connection, it, now, by=referrals.REFERRER)
    runtime.ring(DECIDE)
    return done


def too_many(connection: Connection, desk: Desk, now: datetime) -> bool:
    """Say whether a referrer has brought as many as one may in a day."""
    return referrers.came_lately(connection, desk.referrer.ids, now - _DAY) >= MOST_A_DAY


def taken(runtime: Runtime, desk: Desk, item: str) -> None:
    """Write down that an item was opened by a referrer's link; nothing of who opened it."""
    now = runtime.clock.now()
    ids = desk.referrer.ids
    with write(runtime.engine) as connection:
        if referrers.touches_since(connection, ids, now - _DAY) < _MOST_TOUCHES:
            referrers.touch(connection, desk.referrer.row.contact_id, Way.DOWNLOAD, item, now)


def is_open(ticket: Ticket) -> bool:
    """Say whether a ticket can be used."""
    return ticket.standing is Standing.OPEN
