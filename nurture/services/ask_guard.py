"""The guard of asks for introductions: may they be asked, with which offer, and its row."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row

from nurture.db import asks
from nurture.db.events import NewEvent, record
from nurture.domain.definitions import Definitions
from nurture.domain.guard import Ask as Asked
from nurture.domain.guard import Refusal
from nurture.domain.referral_guards import Allowed, Ask, PastAsk, may_ask
from nurture.domain.referral_program import Pilot, Program
from nurture.domain.steps import ReferralQuestion
from nurture.services.ask_facts import AskDesk
from nurture.services.places import locale_of

#: asks without an occasion go to many at once; figures keep them apart (003)
_BULK = "regular"
#: somebody asked; no mail of ours
_BY_VOICE = ("meeting", "sns")
#: what the event tells besides
_TOLD = ("program", "offer", "timing", "mode")


class AskGuard:
    """Answers for a batch; nothing is loaded for one contact alone."""

    def __init__(
        self,
        connection: Connection,
        definitions: Definitions,
        people: Mapping[int, Row[Any]],
        now: datetime,
        blocked: Collection[int] = (),
    ) -> None:
        """`blocked`: contacts whose address nothing may be sent to, where that is known."""
        self._connection, self._definitions, self._now = connection, definitions, now
        self._today = now.astimezone(ZoneInfo(definitions.calendar.zone)).date()
        self._people = people
        half_life = definitions.scoring.half_life
        self._desk = AskDesk(connection, people, half_life, now, blocked)
        #: key → the row to be written
        self._rows: dict[str, dict[str, Any]] = {}
        self._referrers: dict[int, dict[str, Any]] = {}
        #: key → which person of a small start it is, from 1
        self._numbers: dict[str, int] = {}

    def refuse(self, contact_id: int, question: ReferralQuestion, key: str = "") -> Refusal | None:
        """Return why a contact is not asked now, or None."""
        found = self._look(contact_id, question, key)
        return found if isinstance(found, Refusal) else None

    def ask(
        self,
        contact_id: int,
        question: ReferralQuestion,
        key: str,
        enrolment_id: int | None,
        channel: str = "",
    ) -> None:
        """Remember an ask; the offer is chosen now and kept with it.

        `enrolment_id` None: by hand, through a `channel`.
        """
        program = self._definitions.programs[question.program]
        found = self._look(contact_id, question, "")
        # The walk asked `refuse` in the same transaction, of the same facts.
        assert isinstance(found, Allowed)
        person = self._people[contact_id]
        locale = locale_of(person, self._definitions.policy)
        self._rows[key] = {
            "dedupe_key": key,
            "program": program.name,
            "contact_id": contact_id,
            "account_id": person.account_id,
            "enrolment_id": enrolment_id,
            "offer": found.offer.key,
            "timing": question.timing,
            "channel": channel or ("bulk_mail" if question.timing == _BULK else "mail"),
            "mode": question.mode,
            "named": question.named or None,
            "reason": dict(question.reason).get(locale) or dict(question.reason).get("") or None,
            "readiness": self._desk.readiness(program, contact_id).score,
            "pilot": found.pilot,
            "asked_at": self._now,
        }
        if not self._desk.is_referrer(contact_id):
            kind = self._desk.kind(contact_id)
            self._referrers[contact_id] = asks.new_referrer(contact_id, self._now, kind)
        self._desk.known.add(key, PastAsk(self._now, contact_id, program.name), person.account_id)
        if found.pilot:
            self._desk.known.add_pilot(key, program.name, contact_id)
            self._numbers[key] = len(self._desk.known.in_pilot(program.name))

    def save(self) -> None:
        """Write asks, new referrers and the events."""
        if not self._rows:
            return
        asks.make_referrers(self._connection, self._referrers.values())
        made = asks.insert_asks(self._connection, self._rows.values())
        # Of an ask by mail it is told once the mail has left (nurture.services.guards.told).
        events = [
            NewEvent(
                "referral.asked",
                row["contact_id"],
                self._now,
                "team",
                told(
                    {"id": made[key], **row},
                    self._numbers.get(key),
                    self._definitions.programs.get(row["program"]),
                ),
                key=f"asked/{key}",
            )
            for key, row in self._rows.items()
            if key in made and row["channel"] in _BY_VOICE
        ]
        record(self._connection, events, self._now)

    def _look(self, contact_id: int, question: ReferralQuestion, key: str) -> Allowed | Refusal:
        program = self._definitions.programs.get(question.program)
        if program is None:
            return Refusal("ask_program_gone", {"program": question.program})
        facts = self._desk.facts(contact_id, key)
        # What was asked already was ready when it was.
        ready = 100.0 if key else self._desk.readiness(program, contact_id).score
        pilot = self._desk.known.in_pilot(program.name, key)
        ask = Ask(question.timing, question.offer)
        found = may_ask(program, ask, facts, pilot, self._now, ready, self._today)
        if isinstance(found, Refusal):
            return Refusal(found.reason, {"program": program.name, **found.detail})
        return found


def asked(
    connection: Connection, definitions: Definitions, mails: Sequence[Row[Any]]
) -> dict[int, Asked]:
    """Return what mails ask, by their ids: with the offer that was chosen."""
    by_key = {row.dedupe_key: row for row in asks.asked(connection, [m.dedupe_key for m in mails])}
    numbers = _numbers(connection) if by_key else {}
    found = {}
    for one in mails:
        row = by_key.get(one.dedupe_key)
        if row is not None:
            question = ReferralQuestion(row.program, row.offer, row.timing, row.mode)
            program = definitions.programs.get(row.program)
            properties = told(row._asdict(), numbers.get(row.dedupe_key), program)
            found[one.id] = Asked(
                row.id, question, row.dedupe_key, False, "referral.asked", properties
            )
    return found


def told(
    row: Mapping[str, Any], pilot: int | None, program: Program | None = None
) -> dict[str, Any]:
    """Return what `referral.asked` tells of an ask.

    `pilot`: which person of a small start it is, from 1; None: it belongs to none. With it goes
    `review_at`, the moment to look back, counted from this ask as the programme says.
    """
    said = {"ask": row["id"]} | {name: row[name] for name in _TOLD}
    if pilot is None:
        return said
    said["pilot"] = pilot
    small = program.pilot if program is not None else None
    after = (small if small is not None else Pilot()).review_after
    return {**said, "review_at": (row["asked_at"] + after).isoformat()}


def _numbers(connection: Connection) -> dict[str, int]:
    """Return the asks within small starts by key: which person of its programme each is."""
    people: dict[str, list[int]] = {}
    found = {}
    for row in asks.pilots(connection):
        known = people.setdefault(row.program, [])
        if row.contact_id not in known:
            known.append(row.contact_id)
        found[row.dedupe_key] = known.index(row.contact_id) + 1
    return found
