"""First mails: how we came to know the reader, and who wrote before the owner of today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NotRequired, TypedDict
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row

from nurture.db import acquaintance
from nurture.db.acquaintance import Granted, LastLetter
from nurture.domain.origin import Acquaintance, origin
from nurture.domain.policy import Calendar, Policy, Sender
from nurture.domain.purpose import OWN_AFFAIR, Purpose

#: role whose people write for the house, not as somebody's owner
_FOR_THE_HOUSE = "marketing"


@dataclass(frozen=True, slots=True)
class Known:
    """What one contact knows of us, and we of them, when a mail is claimed."""

    #: purpose → the record that allows it
    grants: dict[str, Granted] = field(default_factory=dict)
    #: a mail that needs consent has gone to them, or may have
    written_to: bool = False
    last_letter: LastLetter | None = None


#: nobody: mails to our own team, and contacts without any record
STRANGER = Known()


class Values(TypedDict):
    """What templates read of it."""

    #: a sentence with its full stop; not there where nothing is on record
    origin: NotRequired[str]
    first_mail: bool
    #: name and title of who wrote as the owner before
    predecessor: dict[str, str] | None


def load(connection: Connection, contact_ids: Sequence[int]) -> dict[int, Known]:
    """Return what is known of each contact, in three queries however many they are."""
    if not contact_ids:
        return {}
    grants = acquaintance.grants(connection, contact_ids)
    written = acquaintance.written_to(connection, contact_ids)
    letters = acquaintance.last_letters(connection, contact_ids)
    by_contact: dict[int, dict[str, Granted]] = {}
    for (contact_id, purpose), granted in grants.items():
        by_contact.setdefault(contact_id, {})[purpose] = granted
    return {
        one: Known(by_contact.get(one, {}), one in written, letters.get(one)) for one in contact_ids
    }


def load_for(connection: Connection, messages: Sequence[Row[Any]]) -> dict[int, Known]:
    """Return message → what is known of its contact, for mails that are about to be written.

    Of several for one contact, the first is the first mail and the others are not.
    """
    wanted = sorted({row.contact_id for row in messages if row.contact_id is not None})
    known = load(connection, wanted)
    found: dict[int, Known] = {}
    for row in messages:
        one = known.get(row.contact_id, STRANGER)
        found[row.id] = one
        if row.contact_id is not None and row.purpose not in OWN_AFFAIR:
            known[row.contact_id] = replace(one, written_to=True)
    return found


def values(
    known: Known,
    message: Row[Any],
    person: Row[Any] | None,
    sender: Sender,
    policy: Policy,
    calendar: Calendar,
    locale: str,
) -> Values:
    """Return `origin`, `first_mail` and `predecessor` for a mail in its own locale.

    A mail of the `service` purpose is about its own matter, so it is nobody's first letter;
    a new owner introduces himself in it all the same.
    """
    letter = person is not None and message.purpose not in OWN_AFFAIR
    found: Values = {
        "first_mail": letter and not known.written_to,
        "predecessor": _predecessor(known, message, person, sender, policy, locale),
    }
    if said := _origin(known, message.purpose, policy, calendar, locale):
        found["origin"] = said
    return found


def _origin(known: Known, purpose: str, policy: Policy, calendar: Calendar, locale: str) -> str:
    granted = known.grants.get(purpose) or known.grants.get(Purpose.MARKETING)
    if granted is None:
        return ""
    # Lists name a day as our own calendar has it, wherever the reader is.
    moment = granted.obtained_at
    day = moment.astimezone(ZoneInfo(calendar.zone)).date() if moment is not None else None
    found = Acquaintance(granted.basis, granted.source, day)
    return origin(found, locale, policy.legal.website)


def _predecessor(
    known: Known,
    message: Row[Any],
    person: Row[Any] | None,
    sender: Sender,
    policy: Policy,
    locale: str,
) -> dict[str, str] | None:
    """Return who wrote as the owner before, where this is the new owner's first mail."""
    last = known.last_letter
    by_owner = person is not None and person.owner_active and person.owner_key == sender.key
    if last is None or not by_owner or message.sender not in (None, "owner"):
        return None
    if last.sent_from == sender.email or sender.role == _FOR_THE_HOUSE:
        return None
    before = next((s for s in policy.senders.values() if s.email == last.sent_from), None)
    if before is None:
        # Gone from the policy: our team's list still knows the name.
        return {"name": last.name, "title": ""} if last.name else None
    if before.role == _FOR_THE_HOUSE:
        return None
    return {
        "name": before.name.get(locale) or next(iter(before.name.values()), ""),
        "title": before.title.get(locale) or next(iter(before.title.values()), ""),
    }
