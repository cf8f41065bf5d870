"""Workflows that start themselves: by name, through others, or by what their steps bring about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from nurture.compiler.circles import circles, shown
from nurture.compiler.graph_checks import at_once
from nurture.compiler.workflow import CompiledWorkflow
from nurture.domain.conditions import ALWAYS
from nurture.domain.steps import Score, Send, Set, SetLifecycle, StartWorkflow, Step
from nurture.domain.workflow import Workflow
from nurture.language import say

#: step → the events that the engine itself emits for it, and whether it does so every time: a
#: field or a stage that is what it is to become already changes nothing the second time
_EMITS: Mapping[type, tuple[tuple[str, ...], bool]] = {
    Score: (("score.adjusted",), True),
    Send: (("email.sent", "email.delivered"), True),
    Set: (("contact.updated",), False),
    SetLifecycle: (("lifecycle.changed",), False),
}


@dataclass(frozen=True, slots=True)
class _Start:
    """One workflow starts another before any time has passed."""

    step: str
    #: the event that does it; "": a `start_workflow`
    event: str
    #: it does so every time, whatever the contact is
    surely: bool


def check_starts(compiled: Mapping[str, CompiledWorkflow]) -> None:
    """Report workflows that start themselves in the end without a wait in between.

    An error where nothing stops it; a warning where it ends by itself after a round too many,
    or where a condition may stop it.
    """
    listeners = _listeners(compiled)
    starts = {name: _starts(one.workflow, listeners) for name, one in compiled.items()}
    for circle in circles({name: list(others) for name, others in starts.items()}):
        ways = [starts[one][other] for one, other in pairwise(circle)]
        named = [circle[0]]
        for way, name in zip(ways, circle[1:], strict=True):
            named += [way.event, name] if way.event else [name]
        one = compiled[circle[0]]
        message = say(
            "without a wait, this starts '{name}' again: {circle}",
            name=circle[0],
            circle=shown(named),
        )
        at = one.places[ways[0].step]
        if all(way.surely for way in ways):
            one.report.error(at, "starts-itself", message, say("add a `wait` before it"))
        else:
            hint = say("everybody takes a second round: add `reentry: after 1d`, or a `where`")
            one.report.warn(at, "starts-itself", message, hint)


@dataclass(frozen=True, slots=True)
class _Listener:
    workflow: str
    #: nothing but the event has to hold
    always: bool


def _listeners(compiled: Mapping[str, CompiledWorkflow]) -> dict[str, list[_Listener]]:
    """Return who starts on which event, and may do so again at once."""
    found: dict[str, list[_Listener]] = {}
    for name, one in compiled.items():
        workflow = one.workflow
        if not workflow.reentry.allowed or workflow.reentry.after is not None:
            continue
        for trigger in workflow.event_triggers:
            always = trigger.match.where == ALWAYS and workflow.only_if == ALWAYS
            found.setdefault(trigger.match.event, []).append(_Listener(name, always))
    return found


def _starts(workflow: Workflow, listeners: Mapping[str, list[_Listener]]) -> dict[str, _Start]:
    """Return the workflows that a journey starts before it waits, and how."""
    found: dict[str, _Start] = {}
    for step in at_once(workflow.graph):
        for other, start in _of_step(step, listeners):
            if other not in found or (start.surely and not found[other].surely):
                found[other] = start
    return found


def _of_step(step: Step, listeners: Mapping[str, list[_Listener]]) -> Iterator[tuple[str, _Start]]:
    if isinstance(step, StartWorkflow):
        yield step.workflow, _Start(step.id, "", True)
        return
    events, every_time = _EMITS.get(type(step), ((), False))
    for event in events:
        for listener in listeners.get(event, ()):
            yield listener.workflow, _Start(step.id, event, every_time and listener.always)
