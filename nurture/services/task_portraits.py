"""A task as a salesperson wants to see it: who, why now, what until when, what was promised.

Loaded anew for every look, from the rows as they stand: a mail or a page of a task holds no
copy of anybody's data.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row

from nurture.db import tasks, touched
from nurture.db.contact_facts import account_values, contact_values
from nurture.domain.event_words import more_of, name_of
from nurture.domain.task_actions import offers
from nurture.services import sentences
from nurture.services.offer_looks import points
from nurture.services.releases import LiveRelease
from nurture.services.task_links import Holder, holder_of
from nurture.services.task_links import name_of as sender_name

#: newest signs that are shown
SIGNS = 6

#: longest text of a reply that is shown, characters
LONGEST_REPLY = 4000

#: events that say nothing to a salesperson: the engine's own housekeeping, weak signs
NOISE = frozenset(
    {
        "account.updated",
        "contact.created",
        "contact.resubscribed",
        "contact.updated",
        "email.auto_replied",
        "email.opened",
        "evidence.revised",
        "lifecycle.changed",
        "owner.changed",
        "score.adjusted",
        "segment.entered",
        "segment.left",
        "task.completed",
        "task.overdue",
        "temperature.changed",
        "workflow.requested",
    }
)

#: verdicts under which a click is nobody's
_NOT_A_PERSON = ("machine", "prefetch", "unknown")

#: what is known of budget, authority, need and timeline
BANT = ("budget", "authority", "need", "timeline")


@dataclass(frozen=True, slots=True)
class Sign:
    """Something that happened, `times` in a row."""

    at: datetime
    title: str
    text: str
    times: int = 1


@dataclass(frozen=True, slots=True)
class Done:
    """Something that somebody recorded with the task."""

    action: str
    at: datetime
    #: name of who did it
    by: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What the contact wrote."""

    at: datetime
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a task is about."""

    id: int
    name: str
    company: str
    department: str
    title: str
    phone: str
    email: str
    industry: str
    employees: int | None
    score: float
    temperature: str
    lifecycle: str
    owner: str
    #: field of BANT → what is known of it
    bant: Mapping[str, str]
    #: fields as templates know them (for 宛名 and 佐藤様)
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Late:
    """The task that somebody else did not get to in time."""

    id: int
    title: str
    due_at: datetime | None
    assignee: str
    email: str


@dataclass(frozen=True, slots=True)
class Portrait:
    """One task with all that surrounds it, in a language."""

    row: Row[Any]
    holder: Holder
    zone: ZoneInfo
    now: datetime
    person: Person | None = None
    signs: tuple[Sign, ...] = ()
    reply: Reply | None = None
    deal: Row[Any] | None = None
    #: the last mail they were sent: subject or template
    last_mail: tuple[datetime, str] | None = None
    late_task: Late | None = None
    #: title of the workflow it comes from
    workflow: str = ""
    done: tuple[Done, ...] = ()
    offers: tuple[str, ...] = ()
    #: when we said that we would come back, and why
    revisit: tuple[datetime, str] | None = None
    #: what a task of the house asks to look at: (what, how it stands)
    points: tuple[tuple[str, str], ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether there is still something to do."""
        return bool(self.row.state == "open")

    @property
    def is_late(self) -> bool:
        """Whether it is due and not done."""
        return self.is_open and self.row.due_at is not None and self.row.due_at < self.now

    @property
    def revision(self) -> int:
        """How many things were recorded with it; a form is of one revision."""
        return len(self.done)

    @property
    def next_at(self) -> date | None:
        """The day of the next, or last, meeting."""
        at = self.deal.meeting_at if self.deal is not None else None
        return at.astimezone(self.zone).date() if at is not None else None


def portray(
    connection: Connection, release: LiveRelease, task_id: int, now: datetime, locale: str = ""
) -> Portrait | None:
    """Return a task's portrait; None where it, or whom it is about, is not there any more.

    `locale` "" is that of who has the task.
    """
    row = tasks.find(connection, task_id)
    if row is None or row.contact_gone:
        return None
    definitions = release.definitions
    holder = holder_of(connection, row, definitions.policy)
    locale = locale or holder.locale
    zone = ZoneInfo(definitions.calendar.zone)
    done = _done(connection, row)
    late = _late(connection, row)
    workflow = _workflow(connection, row, release)
    if row.contact_id is None:
        return Portrait(
            row,
            holder,
            zone,
            now,
            late_task=late,
            workflow=workflow,
            done=done,
            offers=offers(row.kind, None, None),
            points=points(connection, definitions, row.dedupe_key, now, locale),
        )
    (contact,) = touched.contact_rows(connection, [row.contact_id])
    person = _person(contact, release, now, locale)
    deal = tasks.open_deal(connection, row.contact_id, row.deal_id)
    mail = tasks.last_mail(connection, row.contact_id)
    accepted = tasks.is_taken(connection, row.contact_id)
    return Portrait(
        row=row,
        holder=holder,
        zone=zone,
        now=now,
        person=person,
        signs=_signs(connection, release, row.contact_id, locale, zone),
        reply=_reply(connection, row.dedupe_key),
        deal=deal,
        last_mail=(mail.sent_at, mail.subject or mail.template) if mail is not None else None,
        late_task=late,
        workflow=workflow,
        done=done,
        offers=offers(
            row.kind, contact.lifecycle, deal.stage if deal is not None else None, accepted
        ),
        revisit=(contact.revisit_at, contact.revisit_reason or "") if contact.revisit_at else None,
    )


def _person(row: Row[Any], release: LiveRelease, now: datetime, locale: str) -> Person:
    stored = row._asdict()
    definitions = release.definitions
    values = contact_values(
        stored, now, definitions.scoring.half_life, definitions.policy.default_locale
    )
    account = account_values(stored)
    owner = definitions.policy.senders.get(row.owner_key or "")
    return Person(
        id=row.id,
        name=str(values.get("name") or ""),
        company=row.account_name or "",
        department=row.department or "",
        title=row.title or "",
        phone=row.phone or "",
        email=row.email or "",
        industry=account.get("industry") or "",
        employees=account.get("employees"),
        score=values["score"],
        temperature=row.temperature,
        lifecycle=row.lifecycle,
        owner=sender_name(owner, locale) if owner is not None else "",
        bant={name: str(values[name]) for name in BANT if values.get(name) not in (None, "")},
        values=values,
    )


def _done(connection: Connection, row: Row[Any]) -> tuple[Done, ...]:
    """Return what was recorded with a task, oldest first."""
    log = (row.result or {}).get("log", [])
    return tuple(Done(one["action"], datetime.fromisoformat(one["at"]), one["name"]) for one in log)


def _late(connection: Connection, row: Row[Any]) -> Late | None:
    number = (row.result or {}).get("late")
    found = tasks.find(connection, number) if isinstance(number, int) else None
    if found is None:
        return None
    return Late(
        found.id, found.title, found.due_at, found.member_name or "", found.member_email or ""
    )


def _workflow(connection: Connection, row: Row[Any], release: LiveRelease) -> str:
    name = tasks.workflow_of(connection, row.enrolment_id) if row.enrolment_id else None
    if name is None:
        return ""
    known = release.definitions.workflows.get(name)
    return (known.title if known is not None else "") or name


def _reply(connection: Connection, dedupe_key: str) -> Reply | None:
    """Return the reply that a task is about, where it is about one."""
    kind, _, number = dedupe_key.partition("/")
    if kind != "reply" or not number.isdigit():
        return None
    row = tasks.event_row(connection, int(number))
    if row is None or not row.properties:
        return None
    text = str(row.properties.get("text") or "").strip()
    cut = text if len(text) <= LONGEST_REPLY else text[:LONGEST_REPLY] + " …"
    return Reply(row.occurred_at, str(row.properties.get("subject") or ""), cut)


def _signs(
    connection: Connection, release: LiveRelease, contact_id: int, locale: str, zone: ZoneInfo
) -> tuple[Sign, ...]:
    # More than are shown: machines are left out, and repetitions become one.
    rows = tasks.newest_events(connection, contact_id, NOISE, SIGNS * 5)
    return tuple(
        _joined(
            _sign(row, release, locale, zone) for row in rows if row.verdict not in _NOT_A_PERSON
        )
    )[:SIGNS]


def _sign(row: Row[Any], release: LiveRelease, locale: str, zone: ZoneInfo) -> Sign:
    properties = row.properties or {}
    text = more_of(row.type, properties, locale)
    if row.type == "deal.meeting_set" and isinstance(properties.get("at"), str):
        text = _written(properties["at"], locale, zone)
    elif row.message_id is not None and row.type == "email.clicked":
        text = row.subject or text
    elif text and text == properties.get("by"):
        # Our own people by name, not by the key that events know them by.
        sender = release.definitions.policy.senders.get(text)
        text = sender_name(sender, locale) if sender is not None else text
    return Sign(row.occurred_at, name_of(row.type, locale), text)


def _written(text: str, locale: str, zone: ZoneInfo) -> str:
    """Return a moment that an event says, as people write it; as it is where it is none."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    return sentences.moment(at if at.tzinfo else at.replace(tzinfo=zone), locale, zone)


def _joined(signs: Iterable[Sign]) -> list[Sign]:
    """Return signs with those that follow one another and say the same made one."""
    found: list[Sign] = []
    for one in signs:
        last = found[-1] if found else None
        if last is not None and (last.title, last.text) == (one.title, one.text):
            found[-1] = Sign(last.at, last.title, last.text, last.times + 1)
        else:
            found.append(one)
    return found
