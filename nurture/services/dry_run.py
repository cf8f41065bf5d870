"""A dry run: who would get a mailing, who would not and why, without writing anything.

Asks the very `may_send` that sending asks, at the moment when the mailing begins, contact by
contact in the order in which their mails would be claimed, so that a company's cap is used
up here as it would be there.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from nurture.db import mailings, pausing, touched
from nurture.db.contact_facts import contact_values, full_name
from nurture.db.engine import read
from nurture.db.library import items_of
from nurture.domain.addressee import addressee, person_of
from nurture.domain.definitions import Definitions
from nurture.domain.library import best
from nurture.domain.mailing import Mailing, dedupe_key
from nurture.domain.reader import reader_of
from nurture.domain.sending import (
    OWN_MOMENT,
    Candidate,
    Defer,
    Drop,
    PastMail,
    Send,
    Situation,
    may_send,
)
from nurture.services.claiming import load_past, situations
from nurture.services.control import WORKFLOW
from nurture.services.drafting import resolve_sender
from nurture.services.mailings import condition_of, expiry, template_of
from nurture.services.places import locale_of, zone_of
from nurture.services.runtime import Runtime

#: contacts looked at with one set of queries
BATCH = 1000


class Outcome(enum.StrEnum):
    """What would become of a contact's mail."""

    #: leaves when the mailing begins
    NOW = "now"
    #: waits for a window or a cap, and leaves before it expires
    LATER = "later"
    #: is held back until it expires
    LAPSES = "lapses"
    #: must not go
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Fate:
    """What would become of one contact's mail, and why (a code of domain.reasons)."""

    contact_id: int
    name: str
    email: str
    company: str
    outcome: Outcome
    reason: str = ""
    detail: dict[str, Any] = field(default_factory=dict)
    until: datetime | None = None


@dataclass(slots=True)
class Group:
    """Contacts who share an outcome and its reason, some of them by name."""

    outcome: Outcome
    reason: str
    detail: dict[str, Any]
    count: int = 0
    people: list[Fate] = field(default_factory=list)
    #: when the first and the last of them leave, where that is known
    first: datetime | None = None
    last: datetime | None = None

    def take(self, fate: Fate, keep: int | None) -> None:
        """Count a contact in; `keep`: names kept, None: all."""
        self.count += 1
        if fate.until is not None:
            self.first = min(self.first or fate.until, fate.until)
            self.last = max(self.last or fate.until, fate.until)
        if keep is None or self.count <= keep:
            self.people.append(fate)


@dataclass(slots=True)
class DryRun:
    """What a mailing would do, in figures."""

    mailing: Mailing
    at: datetime
    expires_at: datetime
    #: live | allowlist | off; `off` is left out of account and shown beside
    sending: str
    #: it is paused now, which is left out of account too
    paused: bool
    #: mails that were made of it before
    made: int = 0
    groups: list[Group] = field(default_factory=list)

    def count(self, *outcomes: Outcome) -> int:
        """Return how many contacts have one of these outcomes; without any: who match."""
        return sum(one.count for one in self.groups if not outcomes or one.outcome in outcomes)


def dry_run(
    runtime: Runtime,
    definitions: Definitions,
    written: Mailing,
    at: datetime | None = None,
    keep: int | None = 10,
    each: Callable[[Fate], None] | None = None,
) -> DryRun:
    """Return what a mailing would do if it began at `at`; without it, at its own time or now.

    `keep`: names kept of each group, None: all; `each` is told of every contact.
    """
    with read(runtime.engine) as connection:
        now = runtime.clock.now()
        row = mailings.find(connection, written.name)
        begins = row.at if row is not None and row.started_at is not None else written.at
        moment = at or max(begins, now)
        found = DryRun(
            mailing=written,
            at=moment,
            expires_at=expiry(definitions, written, at or begins),
            sending=runtime.sending.mode,
            paused=row is not None and row.state == "paused",
            made=row.queued if row is not None else 0,
        )
        groups: dict[tuple[str, ...], Group] = {}
        for fate in _Reading(runtime, connection, definitions, written, found).fates():
            if each is not None:
                each(fate)
            said = tuple(f"{key}={value}" for key, value in sorted(fate.detail.items()))
            key = (fate.outcome, fate.reason, *said)
            group = groups.setdefault(key, Group(fate.outcome, fate.reason, fate.detail))
            group.take(fate, keep)
    order = list(Outcome)
    found.groups = sorted(groups.values(), key=lambda g: (order.index(g.outcome), -g.count))
    return found


class _Reading:
    """Looks at those who match, a batch after the other."""

    def __init__(
        self,
        runtime: Runtime,
        connection: Connection,
        definitions: Definitions,
        written: Mailing,
        plan: DryRun,
    ) -> None:
        self._runtime, self._connection = runtime, connection
        self._definitions, self._written, self._plan = definitions, written, plan
        self._policy, self._calendar = definitions.policy, definitions.calendar
        own = (WORKFLOW, written.name)
        self._paused = frozenset(pausing.paused(connection) - {own})
        self._accounts: dict[int, list[PastMail]] = {}

    def fates(self) -> Iterator[Fate]:
        """Yield what would become of each contact's mail, by contact."""
        where = condition_of(self._definitions, self._written, self._plan.at)
        cursor = 0
        while True:
            ids = mailings.matching_after(self._connection, where, cursor, BATCH)
            have_it = mailings.having(self._connection, self._written.name, ids)
            yield from self._batch([one for one in ids if one not in have_it])
            if len(ids) < BATCH:
                return
            cursor = ids[-1]

    def _batch(self, ids: list[int]) -> Iterator[Fate]:
        people = {row.id: row for row in touched.contact_rows(self._connection, ids)}
        facts = situations(self._runtime, self._connection, people, self._calendar, self._paused)
        load_past(self._connection, people, facts, self._policy, self._plan.at, self._accounts)
        got: dict[int, dict[int, str]] = {}
        if self._written.pick is not None:
            got = items_of(self._connection, set(ids))
        for contact_id, person in people.items():
            situation = facts[contact_id]
            if situation.sending == "off":
                situation.sending = "live"
            yield self._fate(person, situation, set(got.get(contact_id, {}).values()))

    def _fate(self, person: Row[Any], facts: Situation, got: Collection[str]) -> Fate:
        outcome, why, detail, until = self._decide(person, facts)
        if outcome in (Outcome.NOW, Outcome.LATER):
            unwritable = self._unwritable(person, got)
            if unwritable is not None:
                outcome, until = Outcome.NEVER, None
                why, detail = unwritable
        return Fate(
            contact_id=person.id,
            name=full_name(person.family_name, person.given_name, person.locale or "ja") or "",
            email=person.email or "",
            company=person.account_name or "",
            outcome=outcome,
            reason=why,
            detail=detail,
            until=until,
        )

    def _decide(
        self, person: Row[Any], facts: Situation
    ) -> tuple[Outcome, str, dict[str, Any], datetime | None]:
        written, plan = self._written, self._plan
        mail = Candidate(
            id=person.id,
            purpose=written.purpose,
            workflow=written.name,
            window=written.window,
            priority=written.priority,
            recipient=person.email,
            template=template_of(written),
            sender=resolve_sender(self._policy, written.sender, person).key,
            created_at=plan.at,
            expires_at=plan.expires_at,
            has_enrolment=False,
            topic=written.topic,
            spread=written.spread,
            at_best_hour=written.at_best_hour,
            key=dedupe_key(written.name, person.id),
        )
        at, own = plan.at, ""
        verdict = may_send(mail, facts, self._policy, self._calendar, at)
        if isinstance(verdict, Defer) and verdict.reason in OWN_MOMENT and verdict.until:
            # It waits for a moment of its own, and is asked again then.
            at, own = verdict.until, verdict.reason
            verdict = may_send(mail, facts, self._policy, self._calendar, at)
        match verdict:
            case Drop(why, detail):
                return Outcome.NEVER, why, detail, None
            case Defer(until, why, detail):
                in_time = until is not None and until < plan.expires_at
                return Outcome.LATER if in_time else Outcome.LAPSES, why, detail, until
            case Send():
                past = PastMail(at, str(mail.purpose), mail.workflow)
                facts.contact_mails.append(past)
                facts.account_mails.append(past)
        return (Outcome.LATER, own, {}, at) if own else (Outcome.NOW, "", {}, None)

    def _unwritable(
        self, person: Row[Any], got: Collection[str]
    ) -> tuple[str, dict[str, Any]] | None:
        """Return why a mail that may go has nothing to say, or nobody to address, or None."""
        policy, written, at = self._policy, self._written, self._plan.at
        locale = locale_of(person, policy)
        if written.pick is not None and not written.template:
            half_life = self._definitions.scoring.half_life
            values = contact_values(person._asdict(), at, half_life, policy.default_locale)
            today = at.astimezone(zone_of(person, self._calendar)).date()
            items = self._definitions.library.items
            choice = best(items, written.pick, reader_of(values), locale, today, got)
            if choice.item is None:
                return choice.reason, dict(choice.detail)
        named = {
            "family_name": person.family_name,
            "given_name": person.given_name,
            "company": person.account_name,
        }
        return ("no_addressee", {}) if addressee(person_of(named), locale) is None else None
