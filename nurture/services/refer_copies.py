"""Introductions by a mail of the referrer's own that copies us: `intro+CODE@…`.

The mail went to the referred person already, so nothing is ever written to them: the referral
waits for their word. Their name and address are kept in the referral alone.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import Connection

from nurture.db import contacts as people
from nurture.db import referral_people, referrers, team
from nurture.db.events import NewEvent, keep_aside, record
from nurture.domain.addresses import address_hash, canonical
from nurture.domain.referral import Way
from nurture.domain.task_timers import next_day
from nurture.errors import NurtureError
from nurture.language import Said, in_language, say
from nurture.providers.incoming_copy import Copied, parse_copied
from nurture.providers.mailbox_store import StoredMail
from nurture.services import referrals
from nurture.services.refer_desk import Desk, desk_of_copied
from nurture.services.refer_intake import too_many
from nurture.services.referrals import Introduction
from nurture.services.runtime import Runtime
from nurture.services.task_book import write_tasks

#: what a referrer's mail is recorded as; it says nothing of whom it went to
COPIED = "referral.copied"

#: business days in which the owner looks at a mail that nobody can make out
_LOOK_WITHIN = 1

_UNKNOWN = "a mail to the introduction address of nobody we know"
_TOO_MANY = "more introductions by copy than one referrer may bring in a day"
_NOT_OPEN = "an introduction by copy where no programme is open to its referrer"


def take_copy(
    runtime: Runtime, connection: Connection, mail: StoredMail, code: str, now: datetime
) -> None:
    """Take in a mail to a referrer's introduction address, inside an open write transaction.

    Nothing comes of machines' mails, of our own and of one that was taken in before. What
    does not come from the referrer, or names nobody, is a task of their owner: one a day,
    since anybody can write to an address that was seen in a mail.
    """
    copied = parse_copied(mail.raw, mail.mail_from)
    if copied.automatic:
        return
    desk = desk_of_copied(runtime, connection, code)
    if desk is None and people.erased(connection, _hashes(runtime, copied.from_address)):
        # Who refers was erased: nothing is kept of what they write.
        return
    if desk is None or desk.program is None:
        # Not its subject, which may name whom it introduces.
        seen = {"from": copied.from_address}
        why = _UNKNOWN if desk is None else _NOT_OPEN
        keep_aside(connection, "email.received", "mailbox", seen, why, now)
        return
    if _is_ours(runtime, desk, copied.from_address):
        # A colleague who answers everybody.
        return
    own = _own_addresses(connection, desk)
    if _canonical(copied.from_address) not in own:
        said = say(
            "A mail copied the introduction address of {name} but is not from them: ask them",
            name=_name(desk),
        )
        _look_at(connection, desk, "stranger", said, now)
        return
    unread = say(
        "{name} copied us into an introduction, but whom they mean cannot be told: ask them",
        name=_name(desk),
    )
    if too_many(connection, desk, now):
        seen = {"from": copied.from_address}
        keep_aside(connection, "email.received", "mailbox", seen, _TOO_MANY, now)
        return
    whom = _whom(runtime, desk, copied, own)
    if whom is None:
        _look_at(connection, desk, "nobody", unread, now)
        return
    once = hashlib.sha256(mail.message_id.encode() if mail.message_id else mail.raw).hexdigest()
    key = f"copied/{desk.referrer.id}/{once}"
    event = NewEvent(COPIED, desk.referrer.id, now, "mailbox", {"way": str(Way.CC)}, key=key)
    if record(connection, [event], now) == [None]:
        return
    name, email = whom
    it = Introduction(
        program=desk.program.name,
        referrer_id=desk.referrer.id,
        way=Way.CC,
        name=name.removesuffix("様").strip(),
        email=email,
        locale=desk.locale,
        ask_id=referrers.open_ask(connection, desk.referrer.ids, desk.program.name),
    )
    try:
        referrals.introduce(runtime, connection, it, now, by=referrals.REFERRER)
    except NurtureError:
        # Not an address that anybody can have.
        _look_at(connection, desk, "nobody", unread, now)


def _whom(
    runtime: Runtime, desk: Desk, copied: Copied, own: frozenset[str]
) -> tuple[str, str] | None:
    """Return (name, address) of the first who is neither one of us nor the referrer."""
    for name, email in copied.recipients:
        if not _is_ours(runtime, desk, email) and _canonical(email) not in own:
            return name, email
    return None


def _is_ours(runtime: Runtime, desk: Desk, address: str) -> bool:
    domain = address.rpartition("@")[2].lower()
    senders = {one.email.lower() for one in desk.policy.senders.values()}
    return domain == runtime.mail_domain.lower() or address.lower() in senders


def _hashes(runtime: Runtime, address: str) -> list[str]:
    canonical_form = _canonical(address)
    return [address_hash(canonical_form, runtime.hash_key)] if canonical_form else []


def _own_addresses(connection: Connection, desk: Desk) -> frozenset[str]:
    return frozenset(
        address
        for one in desk.referrer.ids
        for address in referral_people.addresses_of(connection, one)
    )


def _canonical(address: str) -> str:
    try:
        return canonical(address)
    except (ValueError, UnicodeError):
        return ""


def _name(desk: Desk) -> str:
    person = desk.referrer.person
    names = (person.family_name, person.given_name)
    return " ".join(one for one in names if one) or person.email or ""


def _look_at(connection: Connection, desk: Desk, what: str, title: Said, now: datetime) -> None:
    colleagues = team.colleagues(connection)
    who = colleagues.with_key(desk.owner.key) or colleagues.with_key(desk.policy.default_sender)
    day = now.astimezone(desk.zone).date().isoformat()
    task = {
        "dedupe_key": f"copied/{desk.referrer.id}/{what}/{day}",
        "contact_id": desk.referrer.id,
        "kind": "follow-up",
        "title": in_language(title, desk.policy.default_locale)[:400],
        "assignee": "owner",
        "assignee_id": who.id if who is not None else None,
        "due_at": next_day(desk.release.definitions.calendar, now, _LOOK_WITHIN),
        "created_at": now,
    }
    write_tasks(connection, desk.release, [task], now)
