"""A task's form as templates write it: questions with their words, values and faults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from nurture.domain import task_actions, task_words
from nurture.domain.glossary import Words, word
from nurture.domain.task_actions import ACTIONS, Field
from nurture.services.task_portraits import Portrait
from nurture.web.languages import language


@dataclass(frozen=True, slots=True)
class Ask:
    """One question."""

    name: str
    #: choice | text | note | day | time | tick | amount
    kind: str
    label: str
    hint: str
    value: str
    #: (code, label) of a choice
    options: tuple[tuple[str, str], ...]
    #: what is wrong with the answer, a sentence
    fault: str
    #: it may be left empty whatever else is said
    optional: bool
    #: first day that a date picker offers
    earliest: str


@dataclass(frozen=True, slots=True)
class Form:
    """The form of one action."""

    action: str
    label: str
    meaning: str
    #: what its button says; "": that it is recorded
    press: str
    asks: tuple[Ask, ...]
    revision: int
    #: it is recorded beside what was recorded meanwhile
    further: bool = False

    @property
    def faults(self) -> int:
        """How many answers are wrong."""
        return sum(1 for ask in self.asks if ask.fault)


def form_of(
    portrait: Portrait,
    action: str,
    answers: Mapping[str, str] | None = None,
    faults: Mapping[str, str] | None = None,
    revision: int | None = None,
    further: bool = False,
) -> Form:
    """Return an action's form: empty ones begin with what is known, others keep their input."""
    known = _known(portrait) if answers is None else answers
    said = faults or {}
    return Form(
        action,
        word(task_words.ACTIONS, action, language()),
        word(task_words.MEANINGS, action, language()),
        word(task_words.PRESSES, action, language()) if action in task_words.PRESSES else "",
        tuple(_ask(one, portrait, known, said) for one in ACTIONS[action].fields),
        portrait.revision if revision is None else revision,
        further,
    )


def answers_said(action: str, answers: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return what was answered as (question, answer) in words, without what was left empty."""
    said = []
    for one in ACTIONS[action].fields:
        text = answers.get(one.name, "").strip()
        if not text:
            continue
        if one.choices is not None:
            text = word(one.choices, text, language())
        elif one.kind == task_actions.TICK:
            text = word(task_words.YES_NO, "yes", language())
        said.append((_label(one), text))
    return said


def buttons(portrait: Portrait) -> list[tuple[str, str]]:
    """Return the actions that a task offers as (name, label), the main one first."""
    return [(one, word(task_words.ACTIONS, one, language())) for one in portrait.offers]


def _ask(
    one: Field, portrait: Portrait, known: Mapping[str, Any], faults: Mapping[str, str]
) -> Ask:
    today = portrait.now.astimezone(portrait.zone).date()
    earliest = today if one.today else today + timedelta(days=1)
    fault = faults.get(one.name)
    return Ask(
        one.name,
        one.kind,
        _label(one),
        task_words.HINTS[one.words][_which()] if one.words in task_words.HINTS else "",
        str(known.get(one.name, "")),
        _options(one.choices),
        word(task_words.FAULTS, fault, language()) if fault else "",
        not (one.required or one.tied),
        earliest.isoformat() if one.kind == task_actions.DAY else "",
    )


def _label(one: Field) -> str:
    return word(task_words.ASKED, one.words, language())


def _options(choices: Words | None) -> tuple[tuple[str, str], ...]:
    if choices is None:
        return ()
    labels = ((code, word(choices, code, language())) for code in choices)
    return tuple((code, label[:1].upper() + label[1:]) for code, label in labels)


def _which() -> int:
    return 0 if language() == "ja" else 1


def _known(portrait: Portrait) -> dict[str, str]:
    """Return what a form begins with: what earlier calls found, what was proposed."""
    found = dict(portrait.person.bant) if portrait.person is not None else {}
    amount = portrait.deal.amount if portrait.deal is not None else None
    if amount is not None:
        found["amount"] = f"{amount:,.0f}" if float(amount).is_integer() else f"{amount:,.2f}"
    return found
