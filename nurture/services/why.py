"""Why, of one thing: where a mail or a journey came from, step by step, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row

from nurture.db import causes, touched
from nurture.db.engine import read
from nurture.domain import glossary
from nurture.domain.enrolment import Memory
from nurture.domain.event_words import more_of, name_of
from nurture.domain.glossary import word
from nurture.emails.identifiers import message_id as header_of
from nurture.emails.identifiers import parse_message_id
from nurture.errors import NotFoundError
from nurture.language import Said, say
from nurture.services import sentences
from nurture.services.house import House, house_at
from nurture.services.places import zone_of
from nurture.services.runtime import Runtime
from nurture.services.sentences import property_text

#: attempts in words
_ATTEMPTS = {
    "accepted": say("taken by the server"),
    "deferred": say("put off by the server"),
    "rejected": say("refused by the server"),
    "not_sent": say("not handed over"),
    "in_doubt": say("nobody knows whether it arrived"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened or was decided."""

    at: datetime
    #: what, in a word or two
    title: str
    #: more of it, a sentence; may be empty
    text: str = ""
    #: human | machine | prefetch | unknown, for opens and clicks
    verdict: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """One thing, explained in a language."""

    locale: str
    zone: ZoneInfo
    title: str
    #: (what, value), as a table of two columns; values that are empty are left out
    facts: Sequence[tuple[Said, str]]
    #: what led to it, the first cause first
    causes: Sequence[Entry]
    #: what was decided and done, oldest first
    entries: Sequence[Entry]


def explain_mail(runtime: Runtime, named: str, locale: str) -> Story:
    """Explain a message, named by its number or Message-ID; NotFoundError where there is none."""
    number = int(named) if named.isascii() and named.isdigit() and len(named) < 19 else None
    if number is None:
        number = parse_message_id(named, runtime.mail_domain)
    with read(runtime.engine) as connection:
        row = causes.mail(connection, number) if number is not None else None
        if row is None:
            message = say("there is no mail '{named}'", named=named)
            hint = say("`nurture explain CONTACT` shows numbers; our Message-IDs work as well")
            raise NotFoundError(message, hint)
        teller = _Teller(runtime, connection, row.contact_id, locale)
        cause = row.caused_by or row.enrolment_cause
        return Story(
            locale=locale,
            zone=teller.zone,
            title=row.subject or row.subject_override or row.template,
            facts=teller.mail_facts(row, runtime.mail_domain),
            causes=teller.causes(cause),
            entries=teller.mail_entries(row),
        )


def explain_journey(runtime: Runtime, number: int, locale: str) -> Story:
    """Explain an enrolment by its number; NotFoundError where there is none."""
    with read(runtime.engine) as connection:
        row = causes.journey(connection, number)
        if row is None:
            message = say("there is no journey {number}", number=number)
            raise NotFoundError(message, say("its number stands in `nurture explain CONTACT`"))
        teller = _Teller(runtime, connection, row.contact_id, locale)
        return Story(
            locale=locale,
            zone=teller.zone,
            title=teller.house.titles.get(row.workflow, row.workflow),
            facts=teller.journey_facts(row),
            causes=teller.causes(row.caused_by),
            entries=teller.journey_entries(row),
        )


class _Teller:
    """Tells rows in a language, for one contact (or our own team)."""

    def __init__(
        self, runtime: Runtime, connection: Connection, contact_id: int | None, locale: str
    ) -> None:
        self._connection, self._locale = connection, locale
        self.house: House = house_at(runtime, connection)
        rows = touched.contact_rows(connection, [contact_id]) if contact_id is not None else []
        self._person = rows[0] if rows else None
        self.zone = zone_of(rows[0], self.house.calendar) if rows else self.house.zone

    def causes(self, event_id: int | None) -> list[Entry]:
        """Return the chain of events that ends with one."""
        return [
            Entry(
                row.occurred_at,
                name_of(row.type, self._locale),
                more_of(row.type, row.properties or {}, self._locale),
                row.verdict or "",
            )
            for row in causes.chain(self._connection, event_id)
        ]

    def mail_facts(self, row: Row[Any], domain: str) -> list[tuple[Said, str]]:
        """Return what a message is."""
        state = self._word(glossary.MESSAGE_STATES, row.state)
        if row.reason:
            state += f": {self._reason(row.reason, {})}"
        title = self.house.titles.get(row.workflow, row.workflow or "")
        where = " / ".join(filter(None, (title, row.step or row.mailing)))
        journey = f"#{row.enrolment_id}" if row.enrolment_id is not None else ""
        return self._known(
            (say("To"), row.recipient),
            (say("From"), row.sent_from),
            (say("State"), state),
            (say("Of"), " ".join(filter(None, (where, journey)))),
            (say("Template"), " ".join(filter(None, (row.template, row.item, row.locale)))),
            (say("Purpose"), self._word(glossary.PURPOSES, row.purpose)),
            (say("Window"), row.window),
            (say("Priority"), str(row.priority)),
            (say("Made"), self._moment(row.created_at)),
            (say("Due"), self._moment(row.due_at)),
            (say("Given up after"), self._moment(row.expires_at) if row.sent_at is None else ""),
            (say("Sent"), self._moment(row.sent_at)),
            (say("Attached"), ", ".join(row.attach or ())),
            (say("Message-ID"), header_of(row.id, domain)),
        )

    def mail_entries(self, row: Row[Any]) -> list[Entry]:
        """Return what was decided about a message, tried and done with it."""
        found = []
        for one in causes.attempts(self._connection, row.id):
            outcome = _ATTEMPTS.get(one.outcome, say("tried"))
            code = str(one.code) if one.code is not None else ""
            said = " ".join(filter(None, (code, (one.answer or "").removeprefix(code).strip())))
            server = one.provider.rstrip(":")
            found.append(Entry(one.at, self._in_words(outcome), f"{server}: {said}"))
        found += self._decided(causes.decisions_on_mail(self._connection, row))
        for one in causes.reactions(self._connection, row.id):
            text = more_of(one.type, one.properties or {}, self._locale)
            title = name_of(one.type, self._locale)
            found.append(Entry(one.occurred_at, title, text, one.verdict or ""))
        return sorted(found, key=lambda entry: entry.at)

    def journey_facts(self, row: Row[Any]) -> list[tuple[Said, str]]:
        """Return what an enrolment is, and where it stands."""
        over = row.state != "active"
        state = self._word(glossary.OUTCOMES, row.outcome or "") if over else ""
        about = self._person.email if self._person is not None else ""
        trigger = ("、" if self._locale.startswith("ja") else ", ").join(
            self._property(row.caused_by, name, value)
            for name, value in sorted((row.trigger or {}).items())
            if value not in (None, "", [])
        )
        return self._known(
            (say("Contact"), about),
            (say("Workflow"), " ".join(filter(None, (row.workflow, row.subject)))),
            (say("State"), state or self._in_words(say("under way"))),
            (say("Stands at") if not over else say("Last step"), row.step),
            (say("Looked at again"), self._moment(row.due_at)),
            (say("Steps of release"), str(row.release_id)),
            (say("Began"), self._moment(row.started_at)),
            (say("Ended"), self._moment(row.ended_at)),
            (say("Begun with"), trigger),
            (say("Steps so far"), "\n".join(self._steps(row.memory))),
        )

    def _steps(self, stored: Mapping[str, Any]) -> Iterator[str]:
        """Yield each step that was reached, with what it left behind."""
        try:
            memory = Memory.from_json(stored)
        except (AttributeError, TypeError, ValueError):
            return
        for step, visits in memory.visits.items():
            fact = memory.steps.get(step)
            told = step if visits == 1 else f"{step} ×{visits}"
            if fact is None:
                yield told
                continue
            left = dict(fact.event)
            if kind := str(left.pop("type", "") or ""):
                more = more_of(kind, left, self._locale)
                told += f": {name_of(kind, self._locale)}"
                told += f" ({more})" if more else ""
            elif fact.outcome is not None:
                told += f": {self._word(glossary.STEP_OUTCOMES, fact.outcome)}"
            if fact.message_id is not None:
                told += f" #{fact.message_id}"
            yield told

    def _property(self, event_id: int | None, name: str, value: Any) -> str:
        """Return a property of the event that began a journey, in words."""
        chain = causes.chain(self._connection, event_id)
        kind = chain[-1].type if chain else ""
        return property_text(kind, name, value, self._locale, self.zone)

    def journey_entries(self, row: Row[Any]) -> list[Entry]:
        """Return what was decided about an enrolment, and its mails."""
        found = self._decided(causes.decisions_on_journey(self._connection, row))
        made = self._in_words(say("Mail made"))
        for one in causes.mails_of(self._connection, row):
            state = self._word(glossary.MESSAGE_STATES, one.state)
            subject = one.subject or one.subject_override or one.template
            found.append(Entry(one.created_at, made, f"{subject} ({state}) #{one.id}"))
        return sorted(found, key=lambda entry: entry.at)

    def _decided(self, rows: Sequence[Row[Any]]) -> list[Entry]:
        found = []
        for row in rows:
            detail = row.detail or {}
            title, text = sentences.decided(
                row.kind, row.reason, detail, self._locale, self.zone, self.house.titles
            )
            trail = detail.get("trail")
            if isinstance(trail, list) and trail:
                steps = " → ".join(str(step) for step in trail)
                text = f"{steps}: {text}" if text else steps
            found.append(Entry(row.at, title, text))
        return found

    def _reason(self, code: str, detail: Mapping[str, Any]) -> str:
        return sentences.reason(code, detail, self._locale, self.zone, self.house.titles)

    def _word(self, words: glossary.Words, code: str) -> str:
        return word(words, code, self._locale)

    def _in_words(self, text: Said) -> str:
        return text.in_language("ja" if self._locale.startswith("ja") else "en")

    def _moment(self, at: datetime | None) -> str:
        return sentences.moment(at, self._locale, self.zone, year=True)

    def _known(self, *facts: tuple[Said, str | None]) -> list[tuple[Said, str]]:
        return [(what, value) for what, value in facts if value]
