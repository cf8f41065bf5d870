"""What a mail will be, decided before a word of it is written: content, sender, language, reader.

`nurture.services.compose` writes a mail from its draft; `sketch` stands in for it where nobody
reads what is written (virtual time), with the same reasons for not sending.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row

from nurture.db.contact_facts import account_values, contact_values
from nurture.db.engine import read
from nurture.domain.addressee import addressee, person_of
from nurture.domain.policy import Policy, Sender
from nurture.emails.store import TemplateStore
from nurture.errors import NotFoundError
from nurture.services.picking import Carried, carried_by
from nurture.services.places import locale_of, zone_of
from nurture.services.releases import LiveRelease
from nurture.services.runtime import Runtime


class NobodyToAddressError(Exception):
    """Neither a name nor a company: the mail is not sent."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A mail that is decided and not written."""

    carried: Carried
    #: templates of the release that has the mail's
    templates: TemplateStore
    #: language of the contact; the template may fall back to another
    wanted_locale: str
    #: language that the mail is in
    locale: str
    zone: ZoneInfo
    sender: Sender
    recipient: str
    #: opens and clicks are measured
    tracked: bool
    #: values of `contact` and `account` for conditions and templates; empty: our own team
    contact: dict[str, Any]
    account: dict[str, Any]


def resolve_sender(policy: Policy, wanted: str | None, person: Row[Any] | None) -> Sender:
    """Return who a mail comes from: the owner, a named sender, else the policy's default.

    An owner who left, or who is no sender of the policy, gives way to the default.
    """
    key = wanted
    if wanted in (None, "owner"):
        active = person is not None and person.owner_key and person.owner_active
        key = person.owner_key if person is not None and active else policy.default_sender
    return policy.senders.get(key or "", policy.senders[policy.default_sender])


def recipient_of(message: Row[Any], person: Row[Any] | None) -> str | None:
    """Return where a mail goes: to its contact's address of today, else to the one named."""
    found: str | None = person.email if person is not None else message.recipient
    return found


def draft(
    runtime: Runtime,
    release: LiveRelease,
    message: Row[Any],
    person: Row[Any] | None,
    now: datetime,
    got: Collection[str] = (),
    nameless: bool = False,
) -> Draft:
    """Decide what a claimed message will be; `got`: what of the library its reader has.

    `nameless`: draft it for nobody in particular too, as a preview does.
    Raises NothingToSendError where nothing can be picked, NotFoundError where no release has
    its template, NobodyToAddressError where there is no 宛名.
    """
    policy, calendar = release.definitions.policy, release.definitions.calendar
    contact: dict[str, Any] = {}
    account: dict[str, Any] = {}
    if person is not None:
        wanted, zone = locale_of(person, policy), zone_of(person, calendar)
        row = person._asdict()
        half_life = release.definitions.scoring.half_life
        contact = contact_values(row, now, half_life, policy.default_locale)
        account = account_values(row)
    else:
        wanted, zone = message.locale or policy.default_locale, ZoneInfo(calendar.zone)
    carried = carried_by(release, message, person, wanted, zone, now, got)
    templates, locale = _templates(runtime, release, carried.template, wanted)
    if not nameless and person is not None and addressee(person_of(contact), locale) is None:
        raise NobodyToAddressError
    return Draft(
        carried=carried,
        templates=templates,
        wanted_locale=wanted,
        locale=locale,
        zone=zone,
        sender=resolve_sender(policy, message.sender, person),
        recipient=recipient_of(message, person) or "",
        tracked=bool(
            policy.tracking and person is not None and person.tracking and not person.erased
        ),
        contact=contact,
        account=account,
    )


def _templates(
    runtime: Runtime, release: LiveRelease, name: str, locale: str
) -> tuple[TemplateStore, str]:
    """Return who has a template: the live release, else the newest that had it; its language."""
    try:
        return release.templates, release.templates.locale_of(name, locale)
    except NotFoundError:
        default = release.definitions.policy.default_locale
        with read(runtime.engine) as connection:
            older = runtime.releases.newest_with(connection, name, locale, default)
        if older is None:
            raise
        return older.templates, older.templates.locale_of(name, locale)
