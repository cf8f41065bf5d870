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

from sqlalchemy import Connection, Row

from nurture.domain.definitions import Definitions
from nurture.domain.guard import Guard, Refusal
from nurture.domain.lookups import asking
from nurture.domain.purpose import Purpose
from nurture.domain.sending import Drop
from nurture.domain.steps import Question, ReferralQuestion, Send, SurveyQuestion
from nurture.services import ask_guard, survey_guard
from nurture.services.ask_guard import AskGuard
from nurture.services.batch import Batch, Journey, Person
from nurture.services.survey_guard import SurveyGuard

#: makes the guard of contacts (`touched.contact_rows` by id) at a moment
Maker: TypeAlias = Callable[[Connection, Definitions, Mapping[int, Row[Any]], datetime], Guard[Any]]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of question that is guarded."""

    question: type
    #: of its mails
    purpose: Purpose
    guard: Maker
    #: returns what mails, named by their keys, ask
    asked: Callable[[Connection, Sequence[str]], Mapping[str, Question]]


KINDS: tuple[Kind, ...] = (
    Kind(SurveyQuestion, Purpose.SURVEY, SurveyGuard, survey_guard.asked),
    Kind(ReferralQuestion, Purpose.REFERRAL, AskGuard, ask_guard.asked),
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
    """Asks the guards again for mails that are about to leave."""

    def __init__(
        self,
        connection: Connection,
        definitions: Definitions,
        messages: Sequence[Row[Any]],
        people: Mapping[int, Row[Any]],
        now: datetime,
    ) -> None:
        self._asked: dict[int, tuple[Guard[Any], Question]] = {}
        for kind in KINDS:
            mails = [one for one in messages if one.purpose == kind.purpose]
            questions = kind.asked(connection, [one.dedupe_key for one in mails]) if mails else {}
            asking_ = [one for one in mails if one.dedupe_key in questions]
            concerned = {
                one.contact_id: people[one.contact_id]
                for one in asking_
                if one.contact_id in people
            }
            if not concerned:
                continue
            guard = kind.guard(connection, definitions, concerned, now)
            for one in asking_:
                if one.contact_id in concerned:
                    self._asked[one.id] = (guard, questions[one.dedupe_key])

    def drop(self, message: Row[Any]) -> Drop | None:
        """Return why what a mail asks must not be asked any more, or None."""
        found = self._asked.get(message.id)
        if found is None:
            return None
        guard, question = found
        refusal = guard.refuse(message.contact_id, question, message.dedupe_key)
        return Drop(refusal.reason, dict(refusal.detail)) if refusal is not None else None


def _questions(journey: Journey) -> tuple[Send, ...]:
    return asking(journey.workflow) if journey.workflow is not None else ()
