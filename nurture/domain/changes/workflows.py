"""Workflows: added, removed, renamed, and what changed in each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from nurture.domain.changes.alignment import Alignment, align
from nurture.domain.changes.change import Both, Change, Labels, Sign, both, entries, part
from nurture.domain.changes.rewriting import with_segments_named
from nurture.domain.changes.side import Side, changed_segments
from nurture.domain.changes.steps import step_changes
from nurture.domain.changes.values import quoted, value_text
from nurture.domain.condition_words import condition_text, duration_text, match_text
from nurture.domain.conditions import ALWAYS, All, Condition
from nurture.domain.glossary import PURPOSES, TEMPERATURES, word
from nurture.domain.schedule_words import in_words
from nurture.domain.split_words import held_out
from nurture.domain.steps import Graph
from nurture.domain.workflow import (
    EventTrigger,
    Existing,
    Exit,
    Holdout,
    Reentry,
    ScheduleTrigger,
    StateTrigger,
    Workflow,
)

LABELS: Labels = {
    "title": ("タイトル", "title"),
    "purpose": ("目的", "purpose"),
    "priority": ("優先度", "priority"),
    "trigger": ("開始条件", "trigger"),
    "only_if": ("対象", "only if"),
    "goal": ("目標", "goal"),
    "exit": ("離脱条件", "exit"),
    "reentry": ("再開始", "reentry"),
    "window": ("配信時間帯", "window"),
    "from": ("差出人", "from"),
    "topic": ("配信トピック", "topic"),
    "per": ("単位", "per"),
    "in_flight": ("進行中の人の扱い", "in_flight"),
    "holdout": ("対照群", "holdout"),
}

Trigger: TypeAlias = EventTrigger | StateTrigger | ScheduleTrigger

#: a workflow of another name of which so much is the same was renamed
_ALIKE = 0.6

_FLIGHTS = {
    "pin": ("今のステップのまま", "pin: keep their steps"),
    "migrate": ("新しいステップへ移す", "migrate: go over to the new steps"),
    "exit": ("終了させる", "exit: leave"),
}


@dataclass(frozen=True, slots=True)
class WorkflowChange:
    """One workflow of both versions, with how its steps are paired."""

    name: str
    old: Workflow | None
    new: Workflow | None
    alignment: Alignment
    change: Change


def workflow_changes(old: Side, new: Side) -> list[WorkflowChange]:
    """Return the workflows that differ, by name; a renamed one counts as gone and come."""
    ours, theirs = old.definitions.workflows, new.definitions.workflows
    gone = [name for name in ours if name not in theirs]
    come = [name for name in theirs if name not in ours]
    renamed = _renamed({name: ours[name] for name in gone}, {name: theirs[name] for name in come})
    was = {other: name for name, other in renamed.items()}
    found = []
    for name in sorted({*ours, *theirs}):
        before, after = ours.get(name), theirs.get(name)
        alignment = align(
            before.graph if before is not None else Graph(None),
            after.graph if after is not None else Graph(None),
            after.renamed if after is not None else None,
        )
        if before is None and after is not None:
            change = Change(Sign.ADDED, "workflow", name, _come(after, was.get(name)))
        elif after is None and before is not None:
            change = Change(Sign.REMOVED, "workflow", name, _gone(before, renamed.get(name)))
        elif before is not None and after is not None:
            parts = tuple(_parts(before, after, alignment, old, new))
            if not parts:
                continue
            change = Change(Sign.CHANGED, "workflow", name, _called(after), parts)
        else:
            continue
        found.append(WorkflowChange(name, before, after, alignment, change))
    return found


def _called(workflow: Workflow) -> Both:
    title = workflow.title if workflow.title != workflow.name else ""
    return Both(title, title)


def _come(workflow: Workflow, was: str | None) -> Both:
    steps = len(workflow.graph.steps)
    if was is not None:
        return Both(
            f"{workflow.title}（旧名 {was}。{was} を進行中の人はそのまま続けます）",
            f"{workflow.title} (was called {was}; who is under way in {was} stays there)",
        )
    return Both(f"{workflow.title}（{steps}ステップ）", f"{workflow.title} ({steps} steps)")


def _gone(workflow: Workflow, now: str | None) -> Both:
    if now is not None:
        return Both(f"{workflow.title}（新名 {now}）", f"{workflow.title} (is called {now} now)")
    return both(lambda _at: workflow.title)


def _renamed(gone: Mapping[str, Workflow], come: Mapping[str, Workflow]) -> dict[str, str]:
    """Return old name → new name where most steps are the same, the most alike first."""
    scored = []
    for one, before in gone.items():
        for other, after in come.items():
            pairs = align(before.graph, after.graph).pairs
            most = max(len(before.graph.steps), len(after.graph.steps))
            if most and len(pairs) / most >= _ALIKE:
                scored.append((len(pairs) / most, one, other))
    found: dict[str, str] = {}
    for _, one, other in sorted(scored, reverse=True):
        if one not in found and other not in found.values():
            found[one] = other
    return found


def _parts(
    before: Workflow, after: Workflow, alignment: Alignment, old: Side, new: Side
) -> Iterator[Change]:
    # What refers to a segment has not changed when the segment does.
    ours, theirs = changed_segments(old, new)
    before, after = with_segments_named(before, ours), with_segments_named(after, theirs)
    yield from part(LABELS, "title", before.title, after.title, quoted)
    yield from entries(LABELS, "trigger", _triggers(before), _triggers(after), trigger_text)
    yield from condition_part("only_if", before.only_if, after.only_if)
    yield from condition_part("goal", before.goal, after.goal)
    yield from entries(LABELS, "exit", before.exits, after.exits, exit_text)
    yield from part(LABELS, "reentry", before.reentry, after.reentry, _reentry)
    yield from part(
        LABELS, "purpose", before.purpose, after.purpose, lambda p, at: word(PURPOSES, p, at)
    )
    yield from part(LABELS, "priority", before.priority, after.priority, value_text)
    yield from part(LABELS, "window", before.window, after.window, value_text)
    yield from part(LABELS, "from", before.sender, after.sender, value_text)
    yield from part(LABELS, "topic", before.topic, after.topic, value_text)
    yield from part(LABELS, "per", before.subject_field, after.subject_field, value_text)
    yield from part(LABELS, "holdout", before.holdout, after.holdout, _holdout)
    yield from part(LABELS, "in_flight", before.in_flight, after.in_flight, _flight)
    yield from step_changes(before.graph, after.graph, alignment)


def _holdout(holdout: Holdout | None, locale: str) -> str:
    if holdout is None:
        return value_text(None, locale)
    return held_out(holdout.share, holdout.within, locale)


def condition_part(
    code: str, old: Condition | None, new: Condition | None, labels: Labels | None = None
) -> Iterator[Change]:
    """Yield what changed in a condition: of one with parts, the parts that came or went."""
    if old == new:
        return
    labels = labels or LABELS
    ours = old.parts if isinstance(old, All) else (old,)
    theirs = new.parts if isinstance(new, All) else (new,)
    if set(ours) & set(theirs):
        yield from entries(labels, code, ours, theirs, value_text)
    else:
        yield from part(labels, code, old, new, _condition)


def _condition(condition: Condition | None, locale: str) -> str:
    if condition == ALWAYS:
        return "全員" if locale == "ja" else "everybody"
    return value_text(condition, locale)


def _triggers(workflow: Workflow) -> tuple[Trigger, ...]:
    return (*workflow.event_triggers, *workflow.state_triggers, *workflow.schedules)


def trigger_text(trigger: object, locale: str) -> str:
    """Return what starts a workflow, in words."""
    ja = locale.startswith("ja")
    match trigger:
        case EventTrigger(match):
            return match_text(match, locale)
        case StateTrigger("temperature", value, _, existing):
            name = word(TEMPERATURES, value, locale)
            said = f"温度感が「{name}」になる" if ja else f"temperature becomes {name}"
        case StateTrigger(_, value, _, existing):
            said = f"セグメント「{value}」に入る" if ja else f"enters segment {value}"
        case ScheduleTrigger(schedule, condition):
            when = in_words(schedule, locale)
            if condition == ALWAYS:
                return when
            return f"{when} ({condition_text(condition, locale)})"
        case _:
            return value_text(trigger, locale)
    if existing is Existing.ENROL:
        said += "（該当者も今すぐ開始）" if ja else " (and who matches already)"
    return said


def exit_text(way_out: Exit, locale: str) -> str:
    """Return what ends a journey early, in words."""
    said = []
    if way_out.match is not None:
        said.append(match_text(way_out.match, locale))
    if way_out.condition != ALWAYS:
        said.append(condition_text(way_out.condition, locale))
    text = (" かつ " if locale == "ja" else " and ").join(said)
    return f"{text} → {way_out.outcome}" if way_out.outcome != "exited" else text


def _reentry(reentry: Reentry, locale: str) -> str:
    ja = locale.startswith("ja")
    if not reentry.allowed:
        return "なし" if ja else "never"
    if reentry.after is None:
        return "いつでも" if ja else "always"
    span = duration_text(reentry.after, locale)
    return f"{span}後" if ja else f"after {span}"


def _flight(mode: str, locale: str) -> str:
    return word({mode: _FLIGHTS.get(mode, (mode, mode))}, mode, locale)
