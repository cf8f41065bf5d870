"""Guarded questions: who is asked and who is not, when a walk comes to it and when it leaves.

A kind of question has a row in `KINDS`. Whoever adds one writes its guard
(nurture.domain.guard.Guard), which loads what it must know of a whole batch when it is made.
Nothing is loaded for batches without a question.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row

from nurture.db.events import NewEvent
from nurture.domain.definitions import Definitions
from nurture.domain.guard import Ask, Guard, Refusal
from nurture.domain.lookups import asking
from nurture.domain.purpose import Purpose
from nurture.domain.sending import Drop
from nurture.domain.steps import ReferralQuestion, Send, SurveyQuestion
from nurture.emails.tokens import Purpose as TokenPurpose
from nurture.emails.tokens import Token
from nurture.services import ask_guard, survey_guard, survey_mail
from nurture.services.ask_guard import AskGuard
from nurture.services.batch import Batch, Journey, Person
from nurture.services.runtime import Runtime
from nurture.services.survey_guard import SurveyGuard

#: makes the guard of contacts (`touched.contact_rows` by id) at a moment
Maker: TypeAlias = Callable[[Connection, Definitions, Mapping[int, Row[Any]], datetime], Guard[Any]]


@dataclass(frozen=True, slots=True)
class Place:
    """What values of a mail that asks are made of."""

    runtime: Runtime
    definitions: Definitions
    message: Row[Any]
    locale: str
    zone: ZoneInfo
    now: datetime


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of question that is guarded."""

    question: type
    #: of its mails
    purpose: Purpose
    guard: Maker
    #: returns what mails ask or remind of, by their ids
    asked: Callable[[Connection, Definitions, Sequence[Row[Any]]], Mapping[int, Ask]]
    #: returns the values of its mails' templates, by root
    values: Callable[[Place, Ask], Mapping[str, Any]]


def _survey_values(place: Place, ask: Ask) -> Mapping[str, Any]:
    return survey_mail.values(
        place.runtime,
        place.definitions.surveys.get(ask.question.survey),
        Token(TokenPurpose.SURVEY, ask.id, place.message.contact_id or 0),
        place.locale,
    )


def _no_values(_place: Place, _ask: Ask) -> Mapping[str, Any]:
    """Those of asks for introductions are made by `ask_mail`."""
    return {}


KINDS: tuple[Kind, ...] = (
    Kind(SurveyQuestion, Purpose.SURVEY, SurveyGuard, survey_guard.asked, _survey_values),
    Kind(ReferralQuestion, Purpose.REFERRAL, AskGuard, ask_guard.asked, _no_values),
)

_NOTHING: Mapping[str, Refusal] = {}


class WalkGuards:
    """Guards of a batch of walks."""

    def __init__(self, batch: Batch, due: Sequence[tuple[Person, Journey]]) -> None:
        self._guards: dict[type, Guard[Any]] = {}
        kinds: dict[type, dict[int, Row[Any]]] = {}
        for person, journey in due:
            for step in _questions(journey):
                kinds.setdefault(type(step.question), {})[person.id] = person.row
        definitions = batch.release.definitions
        for kind in KINDS:
            if kind.question in kinds:
                self._guards[kind.question] = kind.guard(
                    batch.connection, definitions, kinds[kind.question], batch.now
                )

    def refusals(self, person: Person, journey: Journey) -> Mapping[str, Refusal]:
        """Return the steps of a journey that must not ask this person now, and why."""
        if not self._guards:
            return _NOTHING
        found: dict[str, Refusal] = {}
        for step in _questions(journey):
            guard = self._guards.get(type(step.question))
            if guard is not None:
                refusal = guard.refuse(person.id, step.question)
                if refusal is not None:
                    found[step.id] = refusal
        return found

    def ask(self, person: Person, journey: Journey, step: Send, key: str) -> None:
        """Remember that the mail of a step, named by its key, asks its question."""
        guard = self._guards.get(type(step.question))
        if guard is not None:
            guard.ask(person.id, step.question, key, journey.id)

    def save(self) -> None:
        """Write down who is asked."""
        for guard in self._guards.values():
            guard.save()


class Desk:
    """Knows what mails ask that are about to leave, and asks the guards again."""

    def __init__(
        self,
        connection: Connection,
        definitions: Definitions,
        messages: Sequence[Row[Any]],
        people: Mapping[int, Row[Any]],
        now: datetime,
    ) -> None:
        self._asked: dict[int, Ask] = {}
        self._guards: dict[type, Guard[Any]] = {}
        for kind in KINDS:
            mails = [
                one for one in messages if one.purpose == kind.purpose and one.contact_id in people
            ]
            found = kind.asked(connection, definitions, mails) if mails else {}
            if not found:
                continue
            self._asked.update(found)
            asking_now = {
                one.contact_id: people[one.contact_id]
                for one in mails
                if one.id in found and one.dedupe_key == found[one.id].key
            }
            if asking_now:
                guard = kind.guard(connection, definitions, asking_now, now)
                self._guards[kind.question] = guard

    def ask(self, message: Row[Any]) -> Ask | None:
        """Return what a mail asks or reminds of, None where it does neither."""
        return self._asked.get(message.id)

    def drop(self, message: Row[Any]) -> Drop | None:
        """Return why a mail must not ask any more, or why there is nothing to remind of."""
        ask = self._asked.get(message.id)
        if ask is None:
            return None
        if message.dedupe_key != ask.key:
            return Drop("answered_already") if ask.over else None
        guard = self._guards[type(ask.question)]
        refusal = guard.refuse(message.contact_id, ask.question, ask.key)
        return Drop(refusal.reason, dict(refusal.detail)) if refusal is not None else None


def values(place: Place, ask: Ask | None) -> Mapping[str, Any]:
    """Return what the template of a mail reads of what it asks; nothing where it does not."""
    if ask is None:
        return {}
    kind = next(one for one in KINDS if one.question is type(ask.question))
    return kind.values(place, ask)


def told(message: Row[Any], ask: Ask | None, now: datetime) -> list[NewEvent]:
    """Return the event of a mail that has left and asked."""
    if ask is None or not ask.event or message.dedupe_key != ask.key:
        return []
    return [
        NewEvent(
            ask.event,
            message.contact_id,
            now,
            "engine",
            dict(ask.properties),
            key=f"asked/{message.dedupe_key}",
            message_id=message.id,
        )
    ]


def _questions(journey: Journey) -> tuple[Send, ...]:
    return asking(journey.workflow) if journey.workflow is not None else ()
