"""From a claimed message to the bytes that go over the wire."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row

from nurture.domain.guard import Ask
from nurture.domain.library import Choice
from nurture.domain.policy import LegalIdentity, Policy, Sender
from nurture.domain.workflow import Purpose
from nurture.emails.identifiers import message_id, return_path
from nurture.emails.links import MailLinks
from nurture.emails.mime import Mailbox, MailHeaders, build
from nurture.emails.pictures import InlinePicture, pictures_shown
from nurture.emails.render import render
from nurture.emails.tokens import Purpose as TokenPurpose
from nurture.emails.tokens import Token
from nurture.services import (
    acquaintance,
    ask_mail,
    digest,
    guards,
    kpi_mail,
    kpi_report,
    referral_mail,
    reward_mail,
    seminar_mail,
)
from nurture.services.acquaintance import STRANGER, Known
from nurture.services.drafting import Draft, draft, recipient_of
from nurture.services.enclosures import enclosed
from nurture.services.refer_mail import refer_values
from nurture.services.releases import LiveRelease
from nurture.services.result_mail import result_mail
from nurture.services.runtime import Runtime
from nurture.services.seminar_mail import Concern
from nurture.services.subjects import subject_of
from nurture.services.task_mails import task_mail

#: values of mails to our own people, and those that tell of others: looked up anew, never stored
_LIVE = frozenset({"desk", "kpis", "refer", "referral", "task"})

#: stands for a moment or a day in stored values, which are JSON
_MOMENT, _DAY = "$moment", "$day"


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


def compose(
    runtime: Runtime,
    release: LiveRelease,
    message: Row[Any],
    person: Row[Any] | None,
    now: datetime,
    known: Known = STRANGER,
    got: Collection[str] = (),
    concern: Concern | None = None,
    ask: Ask | None = None,
) -> Composed:
    """Render a message for its contact and build its MIME.

    `known` is what it may say of where we know its reader from, `got` what of the library
    its reader has already, `concern` the seminar it is about, `ask` what it asks or reminds of.

    Raises RenderError, DefinitionError or HeaderError where it must not leave, NotFoundError
    where no release has its template, NobodyToAddressError where there is no 宛名,
    TaskOverError where a task was closed meanwhile,
    NothingToSendError where nothing can be picked, FileGoneError where no release has a file.
    """
    policy = release.definitions.policy
    drafted = draft(runtime, release, message, person, now, got)
    carried, sender = drafted.carried, drafted.sender
    compiled = drafted.templates.get(carried.template, drafted.wanted_locale)
    # The mail's own language, which a fall-back may have chosen, not the contact's.
    locale = compiled.locale
    values = mail_values(release, message, person, drafted, locale, now, known, concern)
    values |= ask_mail.values(runtime, release, message, locale)
    if message.template == digest.TEMPLATE:
        values |= digest.digest_values(runtime, message, locale)
    if message.template == kpi_report.TEMPLATE:
        values |= kpi_mail.report_values(runtime, message, locale)
    values |= reward_mail.told(runtime, release.definitions, message, locale)
    values |= refer_values(runtime, release, compiled, message)
    referred = referral_mail.told(runtime, release.definitions, message, locale)
    values |= referred.values
    place = guards.Place(runtime, release.definitions, message, locale, drafted.zone, now)
    values |= guards.values(place, ask)
    told = task_mail(runtime, release, message, locale, now) if message.task_id else None
    if told is not None:
        values["task"] = told.values
    told_results = result_mail(runtime, release, message, person, compiled, sender, now)
    if told_results is not None:
        values["result"] = told_results.values
    recipient, tracked = drafted.recipient, drafted.tracked
    links = MailLinks(
        runtime.keyring,
        runtime.public_url,
        message.id,
        message.contact_id or 0,
        tracked,
        referred.stop,
    )
    rendered = render(compiled, values, links, subject_of(message, locale))
    token = runtime.keyring.sign(Token(TokenPurpose.BOUNCE, message.id, message.contact_id or 0))
    headers = headers_of(runtime, message, person, sender, locale, links, now, policy)
    headers = headers if told is None else told.addressed(headers)
    files = enclosed(runtime, release, message.attach, carried.item, locale)
    if told_results is not None:
        files = [*files, *told_results.files]
    data = build(rendered, headers, files, pictures_shown(values, rendered.html_pieces))
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


def mail_values(
    release: LiveRelease,
    message: Row[Any],
    person: Row[Any] | None,
    drafted: Draft,
    locale: str,
    now: datetime,
    known: Known = STRANGER,
    concern: Concern | None = None,
) -> dict[str, Any]:
    """Return what a mail's template reads, but for what mails to our own people tell of."""
    policy, calendar = release.definitions.policy, release.definitions.calendar
    values = _values(release, policy, message, drafted, locale, now)
    values |= seminar_mail.values(
        concern, message, release.definitions, locale, drafted.zone, values.get("seminar")
    )
    values |= acquaintance.values(known, message, person, drafted.sender, policy, calendar, locale)
    values["item"] = drafted.carried.values(locale, values["contact"], message.attach)
    return values


def _values(
    release: LiveRelease,
    policy: Policy,
    message: Row[Any],
    drafted: Draft,
    locale: str,
    now: datetime,
) -> dict[str, Any]:
    workflow = release.definitions.workflows.get(message.workflow or "")
    legal = policy.legal
    own = message.values if isinstance(message.values, dict) else {}
    return {
        # What the message brought along; what an earlier try was rendered with gives way.
        **thaw(own),
        "contact": drafted.contact,
        "account": drafted.account,
        "sender": _sender_values(drafted.sender, legal, locale),
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
        "today": now.astimezone(drafted.zone).date(),
        "zone": drafted.zone.key,
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


def headers_of(
    runtime: Runtime,
    message: Row[Any],
    person: Row[Any] | None,
    sender: Sender,
    locale: str,
    links: MailLinks,
    now: datetime,
    policy: Policy,
) -> MailHeaders:
    """Return everything above a mail's body that is not rendered."""
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
    if isinstance(value, InlinePicture):
        return str(value)
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
