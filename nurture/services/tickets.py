"""Golden tickets: making one, taking it back, and what a code is worth."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from nurture.db import golden_tickets
from nurture.db.engine import write
from nurture.domain.golden_ticket import ALPHABET, LENGTH, MOST_OPEN, Standing, read_code, standing
from nurture.domain.referral_program import Offer, Program
from nurture.domain.referrer_view import offers_for
from nurture.errors import NotFoundError, NurtureError
from nurture.language import say
from nurture.services.refer_desk import Desk, desk_of_contact, stubs
from nurture.services.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket that somebody opened by its code."""

    id: int
    code: str
    standing: Standing
    expires: datetime
    #: the referral that it became
    referral_id: int | None
    desk: Desk
    program: Program
    offer: Offer


def offers_on_tickets(program: Program, kind: str) -> list[Offer]:
    """Return the offers that a ticket may bring: first those that give its bearer something."""
    mine = offers_for(program, kind)
    return [one for one in mine if one.referred is not None] or mine


def make_ticket(
    runtime: Runtime, contact_id: int, program: str = "", offer: str = "", seen: int | None = None
) -> str | None:
    """Make a ticket of a referrer and return its code.

    `seen` is how many tickets they had when they asked: where they have more by now, the same
    form came twice and nothing is made (None). Raises NurtureError where the programme gives
    none, or MOST_OPEN are open.
    """
    now = runtime.clock.now()
    with write(runtime.engine) as connection:
        desk = desk_of_contact(runtime, connection, contact_id, program)
        chosen = desk.program if desk is not None else None
        if desk is None or chosen is None or chosen.ticket_for is None:
            raise NurtureError(say("this programme gives no golden tickets"))
        golden_tickets.hold(connection, desk.referrer.row.contact_id)
        mine = stubs(connection, desk, now)
        if seen is not None and len(mine) != seen:
            return None
        if sum(one.standing is Standing.OPEN for one in mine) >= MOST_OPEN:
            raise NurtureError(say("{number} tickets are open already", number=MOST_OPEN))
        offers = offers_on_tickets(chosen, desk.kind)
        if not offers:
            raise NurtureError(say("the programme has no offer for them"))
        row = golden_tickets.make(
            connection,
            code="".join(secrets.choice(ALPHABET) for _ in range(LENGTH)),
            program=chosen.name,
            referrer_id=desk.referrer.row.contact_id,
            offer=next((one.key for one in offers if one.key == offer), offers[0].key),
            created_at=now,
            expires_at=now + chosen.ticket_for,
        )
        return str(row.code)


def ticket_of(runtime: Runtime, connection: Connection, text: str, now: datetime) -> Ticket | None:
    """Return the ticket of a code; None where there is none, or its referrer is gone."""
    code = read_code(text)
    row = golden_tickets.find(connection, code) if code is not None else None
    desk = desk_of_contact(runtime, connection, row.referrer_id) if row is not None else None
    if row is None or desk is None:
        return None
    program = desk.release.definitions.programs.get(row.program)
    if program is None:
        return None
    # An offer that has left the programme meanwhile is still promised: by the next best.
    offer = program.offers.get(row.offer) or next(iter(offers_for(program, desk.kind)), None)
    if offer is None:
        return None
    return Ticket(
        id=row.id,
        code=row.code,
        standing=standing(row.redeemed_at, row.withdrawn_at, row.expires_at, now),
        expires=row.expires_at,
        referral_id=row.referral_id,
        desk=desk,
        program=program,
        offer=offer,
    )


def withdraw_ticket(runtime: Runtime, text: str) -> bool:
    """Take back a ticket; False where it was used or taken back before.

    Raises NotFoundError where no ticket has this code.
    """
    now = runtime.clock.now()
    code = read_code(text)
    with write(runtime.engine) as connection:
        row = golden_tickets.find(connection, code) if code is not None else None
        if row is None:
            raise NotFoundError(say("no golden ticket has the code '{code}'", code=text))
        return golden_tickets.withdraw(connection, row.id, now)
