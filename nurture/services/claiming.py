"""Claiming: of all due mails of a few contacts, which may go now, later, never?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row

from nurture.clock import machine_now
from nurture.db import (
    contacts,
    mail_fates,
    outbox,
    outcomes,
    preferences,
    referral_people,
    touched,
)
from nurture.db.engine import write
from nurture.db.outbox import Held
from nurture.domain.addresses import address_hash
from nurture.domain.best_hour import BestHours
from nurture.domain.definitions import Definitions
from nurture.domain.guard import Ask
from nurture.domain.policy import Calendar, Policy
from nurture.domain.preferences import UNASKED
from nurture.domain.seminar import CORRECTION, kind_of
from nurture.domain.sending import (
    OWN_MOMENT,
    Candidate,
    Defer,
    Drop,
    PastMail,
    Send,
    Situation,
    may_send,
    take_turns,
)
from nurture.domain.workflow import Purpose
from nurture.services import acquaintance, glances, guards, referral_mail, seminar_mail
from nurture.services.acquaintance import STRANGER, Known
from nurture.services.drafting import recipient_of, resolve_sender
from nurture.services.places import zone_of
from nurture.services.releases import LiveRelease
from nurture.services.runtime import Runtime
from nurture.services.seminar_mail import Concern


@dataclass(frozen=True, slots=True)
class Claimed:
    """A mail that may go, held under a fence, with what is needed to render it."""

    held: Held
    message: Row[Any]
    person: Row[Any] | None
    #: what it may say of where we know its reader from
    known: Known = STRANGER
    #: the seminar it is about, where it is about one
    concern: Concern | None = None
    #: what it asks or reminds of, where it does
    ask: Ask | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """Whose mails are looked at: those of contacts, and mails that have none."""

    contact_ids: Sequence[int]
    loose: Sequence[int]

    def each(self) -> Iterator[Due]:
        """Yield them one by one."""
        for contact_id in self.contact_ids:
            yield Due([contact_id], [])
        for message_id in self.loose:
            yield Due([], [message_id])


def claim(
    runtime: Runtime, limit: int, only: Due | None = None
) -> tuple[LiveRelease | None, list[Claimed], int]:
    """Claim due mails of the contacts longest due; return release, claims, mails looked at.

    `only`: theirs and no others'.
    Deferred and dropped mails are written down with their reasons in the same transaction.
    """
    with write(runtime.engine) as connection:
        now = runtime.clock.now()
        due = only or Due(*outbox.due_keys(connection, now, limit))
        contact_ids, loose = due.contact_ids, due.loose
        if not (contact_ids or loose) or not runtime.releases.published(connection):
            return None, [], 0
        paused = outbox.hold_pauses(connection)
        contacts.lock_accounts(connection, contacts.accounts_of(connection, contact_ids))
        held = contacts.lock(connection, contact_ids)
        release = runtime.releases.live(connection)
        policy, calendar = release.definitions.policy, release.definitions.calendar
        if not (held or loose):
            return release, [], 0
        rows = outbox.due_messages(connection, held, loose, now)
        desk = _Desk(runtime, connection, policy, calendar, now)
        desk.load(held, paused)
        about = seminar_mail.Desk(connection, release.definitions, rows, now)
        claimed = desk.decide(rows, about, desk.questions(release.definitions, rows))
        return release, claimed, len(rows)


class _Desk:
    """Decides for the mails of one batch."""

    def __init__(
        self,
        runtime: Runtime,
        connection: Connection,
        policy: Policy,
        calendar: Calendar,
        now: datetime,
    ) -> None:
        self._runtime, self._connection = runtime, connection
        self._policy, self._calendar, self._now = policy, calendar, now
        self._people: dict[int, Row[Any]] = {}
        self._situations: dict[int | None, Situation] = {}

    def load(self, contact_ids: list[int], paused: frozenset[tuple[str, str]]) -> None:
        """Load what the decisions need, in a fixed number of queries."""
        connection = self._connection
        self._people = {row.id: row for row in touched.contact_rows(connection, contact_ids)}
        self._situations = situations(
            self._runtime, connection, self._people, self._calendar, paused
        )
        load_past(connection, self._people, self._situations, self._policy, self._now, {})
        if self._policy.caps:
            reserved = outbox.reserved(connection, contact_ids, self._now)
            for contact_id, mails in reserved.items():
                self._situations[contact_id].reserved = mails

    def questions(self, definitions: Definitions, rows: Sequence[Row[Any]]) -> guards.Desk:
        """Return who says whether the questions of these mails may still be asked."""
        return guards.Desk(self._connection, definitions, rows, self._people, self._now)

    def decide(
        self, rows: list[Row[Any]], about: seminar_mail.Desk, questions: guards.Desk
    ) -> list[Claimed]:
        """Let priority pick under the caps; write every answer with its reason."""
        by_id = {row.id: row for row in rows}
        go: list[int] = []
        later: list[tuple[int, datetime | None, str]] = []
        never: list[tuple[int, str]] = []
        reasons: list[dict[str, Any]] = []
        mails = [candidate(row, self._people.get(row.contact_id), self._policy) for row in rows]
        introductions = referral_mail.Standing(self._connection, rows)
        for mail in take_turns(mails):
            row = by_id[mail.id]
            situation = self._situations[row.contact_id]
            situation.enrolment_active = row.enrolment_state == "active"
            verdict = (
                about.drop(row)
                or questions.drop(row)
                or introductions.drop(row)
                or may_send(mail, situation, self._policy, self._calendar, self._now)
            )
            match verdict:
                case Send():
                    go.append(mail.id)
                    past = PastMail(self._now, str(mail.purpose), mail.workflow)
                    situation.contact_mails.append(past)
                    situation.account_mails.append(past)
                case Defer(until, why, detail):
                    later.append((mail.id, until, why))
                    if why in OWN_MOMENT and until is not None:
                        soon = PastMail(until, str(mail.purpose), mail.workflow)
                        situation.reserved.append((mail.priority, soon))
                    # One row per reason, not one per look.
                    if row.reason != why:
                        reasons.append(_reason(row, "deferred", why, detail, until))
                case Drop(why, detail):
                    never.append((mail.id, why))
                    reasons.append(_reason(row, "dropped", why, detail, None))
        looked_at = [
            by_id[one].dedupe_key
            for one in [*go, *(one for one, _ in never)]
            if by_id[one].reason == glances.REASON
        ]
        if looked_at:
            glances.settle(self._connection, looked_at, self._now)
        outbox.put_off(self._connection, later)
        outbox.drop(self._connection, never)
        mail_fates.tell_enrolments(self._connection, [one for one, _ in never], self._now)
        held = outbox.claim(self._connection, go, machine_now() + self._runtime.lease)
        outcomes.append_decisions(self._connection, reasons, self._now)
        mine = [by_id[one] for one in go if one in held]
        known = acquaintance.load_for(self._connection, mine)
        return [
            Claimed(
                held[row.id],
                row,
                self._people.get(row.contact_id),
                known[row.id],
                about.concern(row),
                questions.ask(row),
            )
            for row in mine
        ]


def candidate(row: Row[Any], person: Row[Any] | None, policy: Policy) -> Candidate:
    """Return a message as `may_send` sees it; it goes where its contact can be reached now.

    Mails to our own team have no sender whose pause they heed: only `pause everything`
    stops them.
    """
    return Candidate(
        id=row.id,
        purpose=Purpose(row.purpose),
        workflow=row.workflow,
        window=row.window,
        priority=row.priority,
        recipient=recipient_of(row, person),
        template=row.template,
        sender=resolve_sender(policy, row.sender, person).key if row.contact_id else None,
        created_at=row.created_at,
        expires_at=row.expires_at,
        has_enrolment=row.enrolment_id is not None,
        topic=row.topic,
        spread=timedelta(seconds=row.spread) if row.spread else None,
        at_best_hour=row.at_best_hour,
        key=row.dedupe_key,
        corrects=bool(row.mailing) and kind_of(row.mailing) == CORRECTION,
    )


def situations(
    runtime: Runtime,
    connection: Connection,
    people: Mapping[int, Row[Any]],
    calendar: Calendar,
    paused: frozenset[tuple[str, str]],
) -> dict[int | None, Situation]:
    """Return what is true of contacts now, caps left out; None stands for our own team.

    `paused` is held since the transaction began, and so are the contacts' accounts.
    Mails to our own team have no contact: no consent, no caps, only the switches.
    """
    mode, allowed = runtime.sending.mode, runtime.sending.allowed
    contact_ids = list(people)
    consents = contacts.newest_consents(connection, contact_ids)
    asked_for = preferences.of(connection, contact_ids)
    hashes = {
        row.id: address_hash(row.email, runtime.hash_key) for row in people.values() if row.email
    }
    stopped = referral_people.stopped(connection, contact_ids)
    blocked = contacts.suppressed(connection, sorted(set(hashes.values())))
    found: dict[int | None, Situation] = {
        None: Situation(
            zone=ZoneInfo(calendar.zone),
            temperature="",
            paused=paused,
            sending=mode,
            allowed=allowed,
        )
    }
    for contact_id, person in people.items():
        states = consents.get(contact_id, {})
        found[contact_id] = Situation(
            zone=zone_of(person, calendar),
            temperature=person.temperature,
            suppressed=hashes.get(contact_id) in blocked,
            consents=frozenset(p for p, state in states.items() if state == "granted"),
            withdrawn=frozenset(p for p, state in states.items() if state == "withdrawn")
            | ({str(Purpose.PROGRESS)} if contact_id in stopped else frozenset()),
            account_hold=person.account_hold_reason,
            preferences=asked_for.get(contact_id, UNASKED),
            # Who turned measuring off is not timed by what was measured before.
            best_hours=BestHours.from_json(person.best_hours) if person.tracking else None,
            paused=paused,
            sending=mode,
            allowed=allowed,
        )
    return found


def load_past(
    connection: Connection,
    people: Mapping[int, Row[Any]],
    facts: Mapping[int | None, Situation],
    policy: Policy,
    now: datetime,
    shared: dict[int, list[PastMail]],
) -> None:
    """Load into situations the mails that use up slots under caps and chosen rhythms.

    `shared` has one list per account, so that what one contact is sent counts for the next
    at once; accounts that it lacks are added.
    """
    spans = [facts[contact_id].preferences.span for contact_id in people]
    longest = [*(cap.within for cap in policy.caps), *(span for span in spans if span is not None)]
    since = now - max(longest, default=timedelta(0))
    mails = outbox.past_mails(connection, "contact_id", list(people), since, now)
    account_ids = {row.account_id for row in people.values() if row.account_id}
    new = sorted(account_ids - set(shared))
    of_accounts: dict[int, list[PastMail]] = {}
    if any(cap.per == "account" for cap in policy.caps):
        of_accounts = outbox.past_mails(connection, "account_id", new, since, now)
    shared.update({one: of_accounts.get(one, []) for one in new})
    for contact_id, person in people.items():
        facts[contact_id].contact_mails = mails.get(contact_id, [])
        facts[contact_id].account_mails = shared.get(person.account_id, [])


def _reason(
    row: Row[Any], kind: str, why: str, detail: dict[str, Any], until: datetime | None
) -> dict[str, Any]:
    extra = {"until": until.isoformat()} if until is not None else {}
    return {
        "contact_id": row.contact_id,
        "enrolment_id": row.enrolment_id,
        "message_id": row.id,
        "workflow": row.workflow,
        "step": row.step,
        "kind": kind,
        "reason": why,
        "detail": {**detail, **extra, "template": row.template},
    }
