"""Boxes with their texts broken into lines: how large each is, before anything is placed."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from nurture.diagrams.drawing import Drawing, StepFigures, share, ways_of
from nurture.diagrams.measure import wrap
from nurture.domain.condition_words import condition_text, duration_text
from nurture.domain.conditions import All
from nurture.domain.glossary import OUTCOMES, PURPOSES, word
from nurture.domain.step_tree import Arm, Node
from nurture.domain.step_words import (
    Family,
    arm_text,
    exit_text,
    step_text,
    trigger_texts,
)

#: width of every card, pixels
CARD = 272
#: room for text beside the icon, and in a label
_ROOM, _LABEL_ROOM = CARD - 58, CARD - 40
#: sizes of letters and heights of lines, pixels
TITLE, TEXT, NOTE = 12.0, 13.5, 11.5
TITLE_LINE, TEXT_LINE, NOTE_LINE, FIGURES_LINE = 18, 19, 16, 22
_PADDING = 10


class Look(enum.StrEnum):
    """How a box is drawn."""

    STEP = "step"
    #: above an arm: when it is taken
    LABEL = "label"
    #: where a journey starts, its goal, its early ways out
    START = "start"
    GOAL = "goal"
    EXITS = "exits"
    #: the journey is completed
    FINISH = "finish"
    #: goes on at a step that is drawn elsewhere
    JUMP = "jump"


@dataclass(frozen=True, slots=True)
class Card:
    """A box without a place."""

    look: Look
    height: int
    title: str = ""
    #: at the title's right
    aside: str = ""
    lines: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    #: people here
    here: str = ""
    #: what became of its mails, or how many took a way
    figures: str = ""
    family: Family = Family.FLOW
    #: everything in one sentence, for who hears or points at it
    said: str = ""
    width: int = CARD
    #: the step it shows
    step: str = ""


def step_card(node: Node, drawing: Drawing, numbers: dict[str, int]) -> Card:
    """Return the card of a step."""
    step = node.step
    text = step_text(step, drawing.locale)
    number = numbers.get(step.id, 0)
    what = text.what
    if text.title == drawing.say("戻る", "Back to") and what in numbers:
        what = f"{what} ({numbers[what]})"
    lines = tuple(wrap(what, _ROOM / TEXT, 4))
    notes = tuple(line for note in text.notes for line in wrap(note, _ROOM / NOTE, 2))
    here, figures = _figures(drawing.at(step.id), text.family, drawing)
    aside = f"{text.name}  {number}".strip()
    height = 2 * _PADDING + TITLE_LINE + TEXT_LINE * len(lines) + NOTE_LINE * len(notes)
    height += FIGURES_LINE if here or figures else 0
    said = ". ".join(part for part in (text.title, text.what, *text.notes, here, figures) if part)
    return Card(
        Look.STEP,
        max(height, 46),
        text.title,
        aside,
        lines,
        notes,
        here,
        figures,
        text.family,
        f"{number}. {said}",
        step=step.id,
    )


def label_cards(node: Node, drawing: Drawing) -> list[Card]:
    """Return the label of each arm of a step, with how many went there."""
    found = drawing.at(node.step.id)
    return [
        _label(arm, drawing, _way(found, key))
        for arm, key in zip(node.arms, ways_of(node), strict=True)
    ]


def finish_card(drawing: Drawing) -> Card:
    """Return what stands where the steps are over."""
    return _pill(Look.FINISH, word(OUTCOMES, "completed", drawing.locale))


def jump_card(step: str, numbers: dict[str, int]) -> Card:
    """Return what stands where the way goes on at a step drawn elsewhere."""
    return _pill(Look.JUMP, f"→ {numbers.get(step, step)}")


def head_cards(drawing: Drawing) -> list[Card]:
    """Return start, goal and early ways out, those that there are."""
    workflow, locale = drawing.workflow, drawing.locale
    starts = trigger_texts(workflow, locale) or [
        drawing.say("他のシナリオから開始", "Another workflow starts it")
    ]
    notes = []
    if workflow.only_if != All(()):
        condition = condition_text(workflow.only_if, locale)
        notes.append(drawing.say(f"開始条件：{condition}", f"Only if {condition}"))
    if workflow.reentry.allowed:
        span = workflow.reentry.after
        again = duration_text(span, locale) if span is not None else ""
        notes.append(
            drawing.say(
                f"再開始：{again}後から" if again else "再開始：いつでも",
                f"Again after {again}" if again else "Again at any time",
            )
        )
    else:
        notes.append(drawing.say("再開始：なし（お一人様一度）", "Once per person"))
    cards = [_head(Look.START, drawing.say("開始のきっかけ", "Starts with"), starts, notes)]
    if workflow.goal is not None:
        goal = condition_text(workflow.goal, locale)
        said = drawing.say("達成するとその場で終了", "Reached: leaves at once")
        cards.append(_head(Look.GOAL, drawing.say("目標", "Goal"), [goal], [said]))
    if workflow.exits:
        ways = [exit_text(one, locale) for one in workflow.exits]
        cards.append(_head(Look.EXITS, drawing.say("離脱条件", "Leaves when"), ways, []))
    return cards


def badges(drawing: Drawing) -> list[str]:
    """Return what stands under the title: purpose, priority, window, and the people."""
    workflow, say = drawing.workflow, drawing.say
    found = [
        word(PURPOSES, workflow.purpose, drawing.locale),
        say(f"優先度 {workflow.priority}", f"Priority {workflow.priority}"),
        say(f"時間帯：{workflow.window}", f"Window: {workflow.window}"),
    ]
    if drawing.figures is not None:
        found.append(say(f"進行中 {drawing.active:,}人", f"Under way {drawing.active:,}"))
        for outcome, number in drawing.outcomes.items():
            found.append(f"{word(OUTCOMES, outcome, drawing.locale) or '–'} {number:,}")
    return found


def _figures(found: StepFigures | None, family: Family, drawing: Drawing) -> tuple[str, str]:
    if found is None:
        return "", ""
    say = drawing.say
    here = say(f"現在 {found.here:,}人", f"{found.here:,} here") if found.here else ""
    if family is not Family.MAIL:
        return here, ""
    opened, clicked = share(found.opened, found.sent), share(found.clicked, found.sent)
    parts = [say(f"送信 {found.sent:,}", f"Sent {found.sent:,}")]
    if found.sent:
        parts += [
            say(f"開封 {opened}", f"Opened {opened}"),
            say(f"クリック {clicked}", f"Clicked {clicked}"),
        ]
    return here, "  ".join(parts)


def _way(found: StepFigures | None, key: str) -> str | None:
    if found is None or not found.ways:
        return None
    taken = found.ways.get(key, 0)
    return f"{taken:,} ({share(taken, sum(found.ways.values()))})"


def _label(arm: Arm, drawing: Drawing, taken: str | None) -> Card:
    text = arm_text(arm, drawing.locale)
    lines = tuple(wrap(text, _LABEL_ROOM / NOTE, 5))
    figures = drawing.say(f"{taken}", f"{taken}") if taken else ""
    height = 12 + NOTE_LINE * len(lines) + (NOTE_LINE if figures else 0)
    return Card(Look.LABEL, height, lines=lines, figures=figures, said=text)


def _head(look: Look, title: str, texts: list[str], notes: list[str]) -> Card:
    several = len(texts) > 1
    marked = [f"・{text}" if several else text for text in texts]
    lines = tuple(line for text in marked for line in wrap(text, _ROOM / TEXT, 6))
    small = tuple(line for note in notes for line in wrap(note, _ROOM / NOTE, 6))
    height = 2 * _PADDING + TITLE_LINE + TEXT_LINE * len(lines) + NOTE_LINE * len(small)
    return Card(look, height, title, lines=lines, notes=small, said=f"{title}: {'; '.join(texts)}")


def _pill(look: Look, text: str) -> Card:
    return Card(look, 28, text, said=text, width=132)
