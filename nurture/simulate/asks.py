"""What a mail asks its reader to do, read from the workflow that sends it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from nurture.domain.conditions import All, Compare, Condition, Count, Field, Literal, Op, Scope
from nurture.domain.definitions import Definitions
from nurture.domain.mailing import Mailing
from nurture.domain.seminar import INVITATION, REGISTERED, kind_of
from nurture.domain.steps import Graph, Send, WaitFor, followers
from nurture.domain.workflow import CONVERTED, Workflow

#: nouns of what readers do themselves; a call, a deal or a returned lead is somebody else's
_THEIRS = frozenset({"form", "document", "seminar", "page", "trial", "pack", "survey", "nps"})


@dataclass(frozen=True, slots=True)
class Ask:
    """An event, with the properties that make it the right one."""

    event: str
    properties: Mapping[str, Any] = field(default_factory=dict)


def asks_of(definitions: Definitions) -> dict[tuple[str, str | None], Ask]:
    """Return (workflow or mailing, step) → what its mail asks for, for those that ask."""
    found: dict[tuple[str, str | None], Ask] = {}
    for workflow in definitions.workflows.values():
        for step in workflow.graph.steps.values():
            if isinstance(step, Send):
                ask = next(_waited_for(workflow.graph, step), None) or _goal(workflow)
                if ask is not None:
                    found[workflow.name, step.id] = ask
    for mailing in definitions.mailings.values():
        if (ask := _invitation(mailing)) is not None:
            found[mailing.name, None] = ask
    return found


def _waited_for(graph: Graph, send: Send) -> Iterator[Ask]:
    """Yield what the waits accept that follow a mail before the next one."""
    seen: set[str] = set()
    following = [send.next]
    while following:
        name = following.pop(0)
        if name is None or name in seen:
            continue
        seen.add(name)
        step = graph.steps[name]
        if isinstance(step, WaitFor):
            for match in step.events:
                properties = _equalities(match.where)
                if _is_theirs(match.event) and properties is not None:
                    yield Ask(match.event, properties)
            continue
        if not isinstance(step, Send):
            following += followers(step)


def _goal(workflow: Workflow) -> Ask | None:
    """Return what a journey aims at, where that is something its reader does."""
    for way_out in workflow.exits:
        match = way_out.match
        if way_out.outcome == CONVERTED and match is not None and _is_theirs(match.event):
            properties = _equalities(match.where)
            if properties is not None:
                return Ask(match.event, properties)
    goal = workflow.goal
    if isinstance(goal, All) and len(goal.parts) == 1:
        goal = goal.parts[0]
    if not isinstance(goal, Compare) or not isinstance(goal.left, Count):
        return None
    count = goal.left
    return Ask(count.event, dict(count.where)) if _is_theirs(count.event) else None


def _invitation(mailing: Mailing) -> Ask | None:
    if mailing.seminar is None or kind_of(mailing.name) != INVITATION:
        return None
    return Ask(REGISTERED, {"seminar": mailing.seminar})


def _is_theirs(event: str) -> bool:
    return event.partition(".")[0] in _THEIRS


def _equalities(where: Condition) -> dict[str, Any] | None:
    """Return the properties that make a condition on an event true, None where not plain."""
    parts = where.parts if isinstance(where, All) else (where,)
    found: dict[str, Any] = {}
    for part in parts:
        if isinstance(part, All):
            inner = _equalities(part)
            if inner is None:
                return None
            found |= inner
            continue
        if not isinstance(part, Compare) or not isinstance(part.left, Field):
            return None
        if part.left.scope is not Scope.EVENT or len(part.left.path) != 1:
            return None
        if part.op is Op.EQ and isinstance(part.right, Literal):
            found[part.left.path[0]] = part.right.value
        elif part.op is Op.IN and isinstance(part.right, tuple) and part.right:
            found[part.left.path[0]] = part.right[0]
        else:
            return None
    return found
