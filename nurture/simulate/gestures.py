"""What readers do with a mail, told the way it is told in production: pixels, links, replies.

Opens and clicks go through the judge of visits, so a click is held and weighed as ever. Each
reader has a network and a browser of their own, so nobody is taken for a machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row

from nurture.db import incoming_mail
from nurture.db.engine import read, write
from nurture.db.events import NewEvent, record
from nurture.domain.message import State
from nurture.domain.purpose import Purpose
from nurture.errors import NotFoundError
from nurture.services.agents import KnownAgents
from nurture.services.receive import about, end_address
from nurture.services.unsubscribe import CHOICES, Stopped, unsubscribe
from nurture.services.visits import Judge, Visit

if TYPE_CHECKING:
    from nurture.simulate.world import World

#: what readers read mails with
_BROWSER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"

#: nobody in a world is a crawler
_NO_MACHINES = KnownAgents(())


def visits(world: World, made: Sequence[Visit]) -> None:
    """Write opens and clicks down in one transaction."""
    if made:
        Judge(world.runtime, _NO_MACHINES).write(made)


def opening(message_id: int, at: datetime, reader: object) -> Visit:
    """Return the visit of a pixel; `reader` is anything that tells readers apart."""
    return Visit(message_id, False, "GET", _BROWSER, f"reader-{reader}", at)


def clicking(
    message_id: int, at: datetime, reader: object, link: int = 1, target: str = ""
) -> Visit:
    """Return the visit of a link, by its number from 1."""
    return Visit(message_id, True, "GET", _BROWSER, f"reader-{reader}", at, link, target)


def open_mail(world: World, message_id: int) -> None:
    """A reader opens a mail now."""
    found = _message(world, message_id)
    visits(world, [opening(message_id, world.now, found.contact_id)])


def click(world: World, message_id: int, link: int = 1, target: str = "") -> None:
    """A reader follows a link of a mail now; it counts when its hold is over."""
    found = _message(world, message_id)
    visits(world, [clicking(message_id, world.now, found.contact_id, link, target)])


def reply(world: World, message_id: int, text: str = "", *, automatic: bool = False) -> int:
    """A reader answers a mail now, or their machine does; returns the event."""
    found = _message(world, message_id)
    kind = "email.auto_replied" if automatic else "email.replied"
    with write(world.engine) as connection:
        said = {"subject": "Re:", "text": text, "from": found.recipient, **about(found)}
        (event_id,) = record(connection, [_event(world, found, kind, said)], world.now)
    assert event_id is not None  # without a key nothing is a repetition
    return event_id


def bounce(world: World, message_id: int, *, hard: bool = True) -> None:
    """A mail comes back; a hard bounce ends the address."""
    code = "5.1.1" if hard else "4.2.2"
    _report(world, message_id, "email.bounced", {"hard": hard, "code": code}, State.BOUNCED, hard)


def complain(world: World, message_id: int) -> None:
    """A reader calls a mail spam, which ends the address."""
    _report(world, message_id, "email.complained", {}, State.COMPLAINED, True)


def stop(world: World, message_id: int, purposes: Sequence[Purpose] = CHOICES) -> Stopped:
    """A reader presses the unsubscribe link of a mail."""
    found = _message(world, message_id)
    return unsubscribe(world.runtime, found.contact_id or 0, message_id, purposes)


def _report(
    world: World, message_id: int, kind: str, said: dict[str, Any], state: State, ends: bool
) -> None:
    found = _message(world, message_id)
    with write(world.engine) as connection:
        record(connection, [_event(world, found, kind, {**said, **about(found)})], world.now)
        if ends:
            end_address(world.runtime, connection, found, state, kind, world.now)


def _event(world: World, message: Row[Any], kind: str, properties: dict[str, Any]) -> NewEvent:
    return NewEvent(
        kind, message.contact_id, world.now, "mailbox", properties, message_id=message.id
    )


def _message(world: World, message_id: int) -> Row[Any]:
    with read(world.engine) as connection:
        found = incoming_mail.message_of(connection, message_id)
    if found is None:
        raise NotFoundError(f"there is no message {message_id}")
    return found
