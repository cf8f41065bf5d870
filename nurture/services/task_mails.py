"""Task mails: queued with the task, written from its portrait at the moment they leave.

A queued mail holds ids only. Who it is about, why now and what to press are looked up when
it is composed, so that nothing of a person is copied, and nothing in it is old.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from sqlalchemy import Connection, Row

from nurture.db import messages, tasks
from nurture.db.engine import read, write
from nurture.domain import glossary, task_words
from nurture.domain.addressee import person_of, short_name
from nurture.domain.glossary import word
from nurture.domain.policy import TaskPolicy
from nurture.domain.sending import ALWAYS_OPEN
from nurture.emails.mime import Mailbox, MailHeaders
from nurture.errors import NotFoundError, NurtureError
from nurture.language import language_of, say
from nurture.services import sentences
from nurture.services.releases import LiveRelease
from nurture.services.runtime import SEND, Runtime
from nurture.services.task_links import holder_of, link
from nurture.services.task_portraits import Portrait, portray

#: the template of all task mails
TEMPLATE = "team/task"

#: told of whatever the policy says of mails per task
_ALWAYS_TOLD = frozenset({"reminder", "escalation", "again"})

_SHORT = {"ja": "M/d H:mm", "en": "d MMM HH:mm"}
_NOT_DIALLED = re.compile(r"[^\d+]")


class TaskOverError(Exception):
    """The task was closed, or given to somebody else, before its mail left."""


@dataclass(frozen=True, slots=True)
class TaskMail:
    """What a task mail is written with."""

    #: `task` of the template
    values: dict[str, Any]
    #: name of who gets it
    to: str
    #: where an answer to it goes, (name, address); None: to its sender
    reply_to: tuple[str, str] | None

    def addressed(self, headers: MailHeaders) -> MailHeaders:
        """Return a mail's headers with who it is to, and where an answer goes."""
        to = Mailbox(self.to, headers.to.address)
        answer = Mailbox(*self.reply_to) if self.reply_to is not None else None
        return replace(headers, to=to, reply_to=answer)


def wanted(policy: TaskPolicy, kind: str, what: str) -> bool:
    """Say whether a task of a kind gets a mail of its own when something happens to it."""
    return what in _ALWAYS_TOLD or policy.mail == "each" or kind in policy.at_once


def queue_mails(
    connection: Connection,
    release: LiveRelease,
    task_ids: Sequence[int],
    what: str,
    now: datetime,
) -> list[int]:
    """Queue a mail for each of the open tasks that gets one; return those tasks.

    A house without the template `team/task` does without task mails.
    """
    if not task_ids or not release.templates.has(TEMPLATE):
        return []
    policy = release.definitions.policy
    mails = []
    for row in tasks.find_all(connection, task_ids):
        if row.state != "open" or row.contact_gone or not wanted(policy.tasks, row.kind, what):
            continue
        holder = holder_of(connection, row, policy)
        mails.append(
            {
                "dedupe_key": _key(row, what, now),
                "task_id": row.id,
                "recipient": holder.email,
                "purpose": "service",
                "template": TEMPLATE,
                "locale": holder.locale,
                "window": ALWAYS_OPEN,
                "priority": 100,
                "values": {"what": what},
            }
        )
    messages.queue(connection, mails, release.id, now)
    return [int(mail["task_id"]) for mail in mails]


def _key(row: Row[Any], what: str, now: datetime) -> str:
    """Return the key of a mail: made and escalated once, reminded once per due time."""
    match what:
        case "reminder":
            due = row.due_at or now
            return f"task/{row.id}/reminder/{due.isoformat()}"
        case "reassigned" | "again":
            return f"task/{row.id}/{what}/{row.assignee_id}/{now.isoformat()}"
        case _:
            return f"task/{row.id}/{what}"


def send_again(runtime: Runtime, task_id: int) -> str:
    """Queue a task's mail once more and return whom it goes to; ring.

    Raises NotFoundError where there is no such task, NurtureError where it is closed, or
    where the live release has no template for it.
    """
    with write(runtime.engine) as connection:
        release = runtime.releases.live(connection)
        row = tasks.find(connection, task_id)
        if row is None or row.contact_gone:
            raise NotFoundError(
                say("there is no task {task_id}", task_id=task_id),
                say("`nurture task list` shows them"),
            )
        if row.state != "open":
            raise NurtureError(
                say(
                    "task {task_id} is {state}",
                    task_id=task_id,
                    state=glossary.coded(glossary.TASK_STATES, row.state),
                ),
                say("there is nothing to tell of"),
            )
        holder = holder_of(connection, row, release.definitions.policy)
        if not queue_mails(connection, release, [task_id], "again", runtime.clock.now()):
            raise NurtureError(
                say("there is no template '{template}'", template=TEMPLATE),
                say("add it below templates/email and publish"),
            )
    runtime.ring(SEND)
    return holder.email


def task_mail(
    runtime: Runtime, release: LiveRelease, message: Row[Any], locale: str, now: datetime
) -> TaskMail:
    """Return what a queued task mail says, as things stand; TaskOverError where it is over."""
    with read(runtime.engine) as connection:
        portrait = portray(connection, release, message.task_id, now, locale)
    if portrait is None or not portrait.is_open or portrait.holder.email != message.recipient:
        raise TaskOverError
    stored = message.values if isinstance(message.values, dict) else {}
    what = str(stored.get("what") or "made")
    until = portrait.row.created_at + release.definitions.policy.tasks.links_for
    values = mail_values(runtime, portrait, locale, what, until)
    late = portrait.late_task
    reply_to = (late.assignee, late.email) if late is not None and late.email else None
    return TaskMail(values, portrait.holder.name, reply_to)


def require_open(runtime: Runtime, release: LiveRelease, message: Row[Any]) -> None:
    """Raise TaskOverError where a task mail is of no use any more, as `task_mail` does."""
    with read(runtime.engine) as connection:
        row = tasks.find(connection, message.task_id)
        if row is None or row.contact_gone or row.state != "open":
            raise TaskOverError
        holder = holder_of(connection, row, release.definitions.policy)
    if holder.email != message.recipient:
        raise TaskOverError


def mail_values(
    runtime: Runtime, portrait: Portrait, locale: str, what: str, until: datetime
) -> dict[str, Any]:
    """Return a task as values of a template: plain texts in a language."""
    row, zone, person = portrait.row, portrait.zone, portrait.person

    def at(moment: datetime | None) -> str:
        return sentences.moment(moment, locale, zone)

    def button(action: str = "") -> str:
        member = portrait.holder.id or 0
        return link(runtime.keyring, runtime.public_url, row.id, member, action)

    values: dict[str, Any] = {
        "id": row.id,
        "what": what,
        "title": row.title,
        "kind": word(glossary.TASK_KINDS, row.kind, locale),
        "kind_code": row.kind,
        "due": at(row.due_at),
        "due_short": _short(row.due_at, locale, zone),
        "late": portrait.is_late,
        "workflow": portrait.workflow,
        "url": button(),
        "until": sentences.day(until, locale, zone),
        "buttons": [
            {
                "label": word(task_words.ACTIONS, action, locale),
                "url": button(action),
                "main": index == 0,
            }
            for index, action in enumerate(portrait.offers)
        ],
        "promises": promises(portrait, locale),
        "points": [{"what": what, "text": text} for what, text in portrait.points],
        "signs": [
            {"at": at(one.at), "what": sign_text(one.title, one.text, one.times, locale)}
            for one in portrait.signs
        ],
    }
    if portrait.late_task is not None:
        late = portrait.late_task
        values["late_task"] = {
            "title": late.title,
            "due": at(late.due_at),
            "assignee": late.assignee,
        }
    if portrait.reply is not None:
        reply = portrait.reply
        lines = reply.text.split("\n")[:100]
        values["reply"] = {"at": at(reply.at), "subject": reply.subject, "lines": lines}
    if person is not None:
        values |= _person_values(portrait, locale)
    return values


def _person_values(portrait: Portrait, locale: str) -> dict[str, Any]:
    person = portrait.person
    assert person is not None  # the caller looked
    whom = person_of(person.values)
    name = person.name
    if locale.startswith("ja"):
        name = f"{person.name}様" if person.name else ("" if person.company else person.email)
        short = short_name(whom, locale) if person.name else "ご担当者様"
        who = f"{person.company} {short}".strip() if person.company or person.name else person.email
    else:
        name = name or person.email
        who = ", ".join(part for part in (name, person.company) if part)
    job = " ".join(part for part in (person.department, person.title) if part)
    size = ""
    if person.employees:
        size = f"{person.employees}名" if locale.startswith("ja") else f"{person.employees} people"
    industry = word(glossary.INDUSTRIES, person.industry, locale)
    return {
        "name": name,
        "who": who,
        "company": person.company,
        "job": job,
        "phone": person.phone,
        "dial": _NOT_DIALLED.sub("", person.phone),
        "email": person.email,
        "size": " / ".join(part for part in (industry, size) if part),
        "score": round(person.score),
        "temperature": word(glossary.TEMPERATURES, person.temperature, locale),
        "hot": person.temperature == "hot",
        "lifecycle": word(glossary.STAGES, person.lifecycle, locale),
        "owner": person.owner,
        "known": [
            {"what": word(task_words.ASKED, field, locale), "text": text}
            for field, text in person.bant.items()
        ],
    }


def promises(portrait: Portrait, locale: str) -> list[dict[str, str]]:
    """Return what was agreed and what they have from us: [{what, text}]."""
    ja = locale.startswith("ja")
    found: list[tuple[str, str]] = []
    deal, zone = portrait.deal, portrait.zone
    if deal is not None:
        stage = word(task_words.DEAL_STAGES, deal.stage, locale)
        amount = amount_text(deal.amount, deal.currency, locale)
        found.append(("商談" if ja else "Deal", " ".join(p for p in (stage, amount) if p)))
        if deal.meeting_at is not None:
            meeting = sentences.moment(deal.meeting_at, locale, zone)
            found.append(("商談日" if ja else "Meeting", meeting))
        if deal.next_step:
            found.append(("約束" if ja else "Agreed", deal.next_step))
    if portrait.revisit is not None:
        at, why = portrait.revisit
        day = sentences.day(at, locale, zone)
        found.append(("再訪の時期" if ja else "Come back", " ".join(p for p in (day, why) if p)))
    if portrait.last_mail is not None:
        at, subject = portrait.last_mail
        sent = sentences.moment(at, locale, zone)
        text = f"「{subject}」（{sent}）" if ja else f"“{subject}”, {sent}"
        found.append(("直近のメール" if ja else "Last mail", text))
    return [{"what": what, "text": text} for what, text in found]


def sign_text(title: str, text: str, times: int, locale: str) -> str:
    """Return a sign in one line, `times` where it came several times in a row."""
    said = title
    if text:
        said += f"「{text}」" if locale.startswith("ja") else f": {text}"
    return f"{said} ×{times}" if times > 1 else said


def amount_text(amount: float | None, currency: str | None, locale: str) -> str:
    """Return an amount with its currency, empty where there is none."""
    if amount is None:
        return ""
    figure = f"{amount:,.0f}" if float(amount).is_integer() else f"{amount:,.2f}"
    if currency in (None, "JPY"):
        return f"{figure}円" if locale.startswith("ja") else f"JPY {figure}"
    return f"{currency} {figure}"


def _short(at: datetime | None, locale: str, zone: ZoneInfo) -> str:
    """Return a moment as short as a subject wants it, empty for none."""
    if at is None:
        return ""
    language = language_of(locale)
    return str(format_datetime(at.astimezone(zone), _SHORT[language], locale=language))
