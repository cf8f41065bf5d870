"""From a claimed message to the bytes that go over the wire."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row

from nurture.db.contact_facts import account_values, contact_values
from nurture.db.engine import read
from nurture.domain.addressee import addressee, person_of
from nurture.domain.library import Choice
from nurture.domain.policy import LegalIdentity, Policy, Sender
from nurture.domain.workflow import Purpose
from nurture.emails.compile import CompiledTemplate
from nurture.emails.identifiers import message_id, return_path
from nurture.emails.links import MailLinks
from nurture.emails.mime import Mailbox, MailHeaders, build
from nurture.emails.render import render
from nurture.emails.tokens import Purpose as TokenPurpose
from nurture.emails.tokens import Token
from nurture.errors import NotFoundError
from nurture.services import acquaintance, digest, seminar_mail
from nurture.services.acquaintance import STRANGER, Known
from nurture.services.enclosures import enclosed
from nurture.services.picking import carried_by
from nurture.services.places import locale_of, zone_of
from nurture.services.releases import LiveRelease
from nurture.services.runtime import Runtime
from nurture.services.seminar_mail import Concern
from nurture.services.task_mails import task_mail

#: values of mails to our own people that tell of others: looked up anew, never stored
_LIVE = frozenset({"desk", "task"})

#: stands for a moment or a day in stored values, which are JSON
_MOMENT, _DAY = "$moment", "$day"


class NobodyToAddressError(Exception):
    """Neither a name nor a company: the mail is not sent."""


@dataclass(frozen=True, slots=True)
class Composed:
    """A mail ready for the wire, and what the message remembers of it."""

    data: bytes
    return_path: str
    recipient: str
    #: columns of the message: locale, template_hash, values, subject, sent_from, tracked
    remembered: dict[str, Any]
    #: link targets by number minus one, to be kept for the click endpoint
    template_key: str
    targets: list[str | None]
    #: what was picked from the library just now, and why
    choice: Choice | None = None


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


def compose(
    runtime: Runtime,
    release: LiveRelease,
    message: Row[Any],
    person: Row[Any] | None,
    now: datetime,
    known: Known = STRANGER,
    got: Collection[str] = (),
    concern: Concern | None = None,
) -> Composed:
    """Render a message for its contact and build its MIME.

    `known` is what it may say of where we know its reader from, `got` what of the library
    its reader has already, `concern` the seminar it is about.

    Raises RenderError, DefinitionError or HeaderError where it must not leave, NotFoundError
    where no release has its template, NobodyToAddressError where there is no 宛名,
    TaskOverError where a task was closed meanwhile,
    NothingToSendError where nothing can be picked, FileGoneError where no release has a file.
    """
    policy, calendar = release.definitions.policy, release.definitions.calendar
    if person is not None:
        locale, zone = locale_of(person, policy), zone_of(person, calendar)
    else:
        locale, zone = message.locale or policy.default_locale, ZoneInfo(calendar.zone)
    carried = carried_by(release, message, person, locale, zone, now, got)
    compiled = _template(runtime, release, carried.template, locale)
    sender = resolve_sender(policy, message.sender, person)
    # The mail's own language, which a fall-back may have chosen, not the contact's.
    locale = compiled.locale
    values = _values(release, policy, message, person, sender, locale, zone, now)
    values |= seminar_mail.values(
        concern, message, release.definitions, locale, zone, values.get("seminar")
    )
    values |= acquaintance.values(known, message, person, sender, policy, calendar, locale)
    if message.template == digest.TEMPLATE:
        values |= digest.digest_values(runtime, message, locale)
    told = task_mail(runtime, release, message, locale, now) if message.task_id else None
    if told is not None:
        values["task"] = told.values
    values["item"] = carried.values(locale, values["contact"], message.attach)
    if person is not None and addressee(person_of(values["contact"]), compiled.locale) is None:
        raise NobodyToAddressError
    tracked = bool(policy.tracking and person is not None and person.tracking and not person.erased)
    recipient = recipient_of(message, person) or ""
    links = MailLinks(
        runtime.keyring, runtime.public_url, message.id, message.contact_id or 0, tracked
    )
    rendered = render(compiled, values, links, message.subject_override)
    token = runtime.keyring.sign(Token(TokenPurpose.BOUNCE, message.id, message.contact_id or 0))
    headers = _headers(runtime, message, person, sender, locale, links, now, policy)
    headers = headers if told is None else told.addressed(headers)
    files = enclosed(runtime, release, message.attach, carried.item, locale)
    data = build(rendered, headers, files)
    return Composed(
        data=data,
        return_path=return_path(token, runtime.mail_domain),
        recipient=recipient,
        remembered={
            "recipient": recipient,
            "locale": compiled.locale,
            "template_hash": compiled.hash,
            "values": freeze({name: one for name, one in values.items() if name not in _LIVE}),
            # A task mail's names whom the task is about: it is looked up, never kept.
            "subject": rendered.subject if told is None else None,
            "sent_from": sender.email,
            "tracked": tracked,
            "template": carried.template,
            "item": carried.key,
        },
        template_key=compiled.key.hex(),
        targets=[link.target for link in compiled.links],
        choice=carried.choice,
    )


def _template(runtime: Runtime, release: LiveRelease, name: str, locale: str) -> CompiledTemplate:
    """Return a template of the live release, else of the newest release that had it."""
    try:
        return release.templates.get(name, locale)
    except NotFoundError:
        default = release.definitions.policy.default_locale
        with read(runtime.engine) as connection:
            older = runtime.releases.newest_with(connection, name, locale, default)
        if older is None:
            raise
        return older.templates.get(name, locale)


def _values(
    release: LiveRelease,
    policy: Policy,
    message: Row[Any],
    person: Row[Any] | None,
    sender: Sender,
    locale: str,
    zone: ZoneInfo,
    now: datetime,
) -> dict[str, Any]:
    half_life = release.definitions.scoring.half_life
    contact: dict[str, Any] = {}
    account: dict[str, Any] = {}
    if person is not None:
        row = person._asdict()
        contact = contact_values(row, now, half_life, policy.default_locale)
        account = account_values(row)
    workflow = release.definitions.workflows.get(message.workflow or "")
    legal = policy.legal
    own = message.values if isinstance(message.values, dict) else {}
    return {
        # What the message brought along; what an earlier try was rendered with gives way.
        **thaw(own),
        "contact": contact,
        "account": account,
        "sender": _sender_values(sender, legal, locale),
        "company": {
            "company": text_in(legal.company, locale),
            "address": text_in(legal.address, locale),
            "contact": legal.contact,
            "website": legal.website,
            "privacy": policy.privacy_url,
        },
        "trigger": message.enrolment_trigger or {},
        "steps": _steps(message.enrolment_memory or {}),
        "workflow": {
            "name": message.workflow or "",
            "title": workflow.title if workflow is not None else "",
        },
        "urls": {"website": legal.website},
        "today": now.astimezone(zone).date(),
        "zone": zone.key,
    }


def _sender_values(sender: Sender, legal: LegalIdentity, locale: str) -> dict[str, Any]:
    return {
        "name": text_in(sender.name, locale),
        "title": text_in(sender.title, locale),
        "email": sender.email,
        "phone": sender.phone,
        "company": text_in(legal.company, locale),
    }


def _steps(memory: Mapping[str, Any]) -> dict[str, Any]:
    return {
        step: {"outcome": fact.get("outcome"), "event": fact.get("event") or {}}
        for step, fact in memory.get("steps", {}).items()
    }


def _headers(
    runtime: Runtime,
    message: Row[Any],
    person: Row[Any] | None,
    sender: Sender,
    locale: str,
    links: MailLinks,
    now: datetime,
    policy: Policy,
) -> MailHeaders:
    domain = runtime.mail_domain
    company = text_in(policy.legal.company, locale)
    name = text_in(sender.name, locale)
    shown = f"{name}（{company}）" if locale.startswith("ja") else f"{name}, {company}"
    may_leave = message.purpose != Purpose.SERVICE
    return MailHeaders(
        message_id=message_id(message.id, domain),
        date=now,
        sender=Mailbox(shown, sender.email),
        to=Mailbox(_display_name(person, locale), recipient_of(message, person) or ""),
        unsubscribe=links.unsubscribe if may_leave else "",
        list_id=f"{message.workflow}.{domain}" if may_leave and message.workflow else "",
        feedback_id=f"{message.workflow or 'none'}:{message.purpose}:{domain}",
        auto_submitted=person is None,
    )


def _display_name(person: Row[Any] | None, locale: str) -> str:
    if person is None or not (person.family_name or person.given_name):
        return ""
    family, given = person.family_name or "", person.given_name or ""
    if locale.startswith("ja"):
        return f"{family}{given}様"
    return f"{given} {family}".strip()


def text_in(texts: Mapping[str, str], locale: str) -> str:
    """Return the text in a locale, else in any."""
    return texts.get(locale) or next(iter(texts.values()), "")


def freeze(value: Any) -> Any:
    """Return values as JSON that `thaw` turns back."""
    if isinstance(value, Mapping):
        return {key: freeze(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [freeze(inner) for inner in value]
    if isinstance(value, datetime):
        return {_MOMENT: value.isoformat()}
    if isinstance(value, date):
        return {_DAY: value.isoformat()}
    return value


def thaw(value: Any) -> Any:
    """Return values as they were before `freeze`."""
    if isinstance(value, Mapping):
        if set(value) == {_MOMENT}:
            return datetime.fromisoformat(value[_MOMENT])
        if set(value) == {_DAY}:
            return date.fromisoformat(value[_DAY])
        return {key: thaw(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [thaw(inner) for inner in value]
    return value
