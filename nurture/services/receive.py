"""Mails that come back: replies, bounces and complaints become events, each once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from nurture.db import business_time, choices, incoming_mail, mail_fates
from nurture.db import contacts as people
from nurture.db.engine import write
from nurture.db.events import NewEvent, keep_aside, record
from nurture.domain.addresses import address_hash, canonical
from nurture.domain.message import State
from nurture.emails.identifiers import parse_message_id, parse_return_path
from nurture.emails.tokens import Purpose
from nurture.providers.incoming import Incoming, IncomingKind, parse_incoming
from nurture.providers.mailbox_store import MailboxStore, StoredMail
from nurture.services.refer_copies import take_copy
from nurture.services.refer_links import code_copied
from nurture.services.runtime import DECIDE, Runtime

#: the reader's name among those that the stepped clock waits for
READER = "replies"

#: mails per transaction
_BATCH = 50

_EVENTS = {
    IncomingKind.REPLY: "email.replied",
    IncomingKind.AUTO_REPLY: "email.auto_replied",
    IncomingKind.BOUNCE: "email.bounced",
    IncomingKind.COMPLAINT: "email.complained",
}

_UNKNOWN = "a mail to us that names nobody we know, or says nothing we understand"
_UNPROVEN = "a report that did not come to the return path of a mail of ours"

#: what ends an address, and is believed only where it proves which mail it is about
_REPORTS = frozenset({IncomingKind.BOUNCE, IncomingKind.COMPLAINT})


def receive(runtime: Runtime, store: MailboxStore) -> int:
    """Take in mails to our own addresses that came since the last call; return how many."""
    newest = store.last_number()
    with write(runtime.engine) as connection:
        seen = incoming_mail.read_up_to(connection, READER)
        mails = store.since(seen, _BATCH, ours=True) if newest > seen else []
        for mail in mails:
            _take(runtime, connection, mail)
        if newest > seen:
            reached = mails[-1].number if len(mails) == _BATCH else newest
            business_time.announce(connection, READER, False, reached, None)
    if mails:
        runtime.ring(DECIDE)
    return len(mails)


def _take(runtime: Runtime, connection: Connection, mail: StoredMail) -> None:
    if parse_message_id(f"<{mail.message_id}>", runtime.mail_domain) is not None:
        # A notice of ours to our own team: it lands in the same mailbox.
        return
    now = runtime.clock.now()
    if code := code_copied(runtime, mail.rcpt_to):
        take_copy(runtime, connection, mail, code, now)
        return
    incoming = parse_incoming(mail.raw, mail.mail_from)
    kind = _EVENTS.get(incoming.kind)
    message_id = _message(runtime, incoming, mail)
    message = incoming_mail.message_of(connection, message_id) if message_id else None
    contact_id = message.contact_id if message is not None else None
    is_report = incoming.kind in _REPORTS
    if _is_erased(runtime, connection, contact_id, "" if is_report else incoming.from_address):
        # Nothing is kept of what they write, nor that they did.
        return
    if contact_id is None and incoming.from_address and not is_report:
        contact_id = _by_address(connection, incoming.from_address)
        if contact_id is not None and message is None and kind == "email.replied":
            newest = incoming_mail.newest_message_to(connection, contact_id)
            message = incoming_mail.message_of(connection, newest) if newest else None
    if kind is None or contact_id is None:
        seen = {"from": incoming.from_address, "subject": incoming.subject}
        why = _UNPROVEN if is_report else _UNKNOWN
        keep_aside(connection, kind or "email.received", "mailbox", seen, why, now)
        return
    properties: dict[str, Any] = {
        "subject": incoming.subject,
        "text": incoming.text[:20_000],
        "from": incoming.from_address,
        "mailbox_number": mail.number,
    }
    if message is not None:
        properties |= about(message)
    if incoming.bounce is not None:
        properties |= {"hard": incoming.bounce.hard, "code": incoming.bounce.status}
    event = NewEvent(
        type=kind,
        contact_id=contact_id,
        occurred_at=mail.received_at,
        source="mailbox",
        properties=properties,
        key=f"mail/{mail.number}",
        message_id=message.id if message is not None else None,
    )
    (event_id,) = record(connection, [event], now)
    if event_id is not None and message is not None:
        hard = incoming.kind is IncomingKind.BOUNCE and incoming.bounce and incoming.bounce.hard
        if hard or incoming.kind is IncomingKind.COMPLAINT:
            state = State.BOUNCED if hard else State.COMPLAINED
            end_address(runtime, connection, message, state, incoming.subject, now)


def _message(runtime: Runtime, incoming: Incoming, mail: StoredMail) -> int | None:
    """Return the message a mail is about, None where it names none.

    A report that ends an address must come to the return path that we signed for that very
    mail: whatever else it names, anybody can write. An answer may name its mail by the ids.
    """
    if incoming.kind not in _REPORTS:
        for reference in incoming.references:
            found = parse_message_id(f"<{reference}>", runtime.mail_domain)
            if found is not None:
                return found
    token = parse_return_path(mail.rcpt_to)
    verified = runtime.keyring.verify(token) if token else None
    if verified is not None and verified.purpose is Purpose.BOUNCE:
        return verified.message_id
    return None


def _is_erased(
    runtime: Runtime, connection: Connection, contact_id: int | None, address: str
) -> bool:
    """Say whether a mail comes from, or is about, somebody who was erased."""
    if contact_id is not None and choices.erased_among(connection, [contact_id]):
        return True
    try:
        hashed = address_hash(address, runtime.hash_key)
    except (ValueError, UnicodeError):
        return False
    return bool(people.erased(connection, [hashed]))


def _by_address(connection: Connection, address: str) -> int | None:
    try:
        return people.find(connection, people.EMAIL, canonical(address))
    except (ValueError, UnicodeError):
        return None


def about(message: Row[Any]) -> dict[str, Any]:
    """Return what an event about a mail says of its journey."""
    return {
        "enrolment_id": message.enrolment_id,
        "workflow": message.workflow,
        "step": message.step,
    }


def end_address(
    runtime: Runtime,
    connection: Connection,
    message: Row[Any],
    state: State,
    detail: str,
    now: datetime,
) -> None:
    """Write a hard bounce or a complaint (`state`) down: nothing goes to that address again.

    `message` is a row of `db.incoming_mail.message_of`; a soft bounce is only an event.
    """
    if message.contact_id is not None:
        # Nobody else decides about the journey that its fate is told to.
        people.lock(connection, [message.contact_id], wait=True)
    incoming_mail.settle(connection, [message.id], state)
    mail_fates.tell_enrolments(connection, [message.id], now)
    if message.recipient:
        hashed = address_hash(message.recipient, runtime.hash_key)
        reason = "hard_bounce" if state is State.BOUNCED else "complaint"
        people.suppress(connection, hashed, reason, detail, now)
