"""Graphs that go wrong: circles without a wait, steps nobody reaches, endless starts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from nurture.compiler.circles import tangles
from nurture.compiler.report import Placed, Report
from nurture.domain.steps import (
    Goto,
    Graph,
    Step,
    Wait,
    WaitFor,
    WaitUntil,
    followers,
)
from nurture.language import say


def check_graph(graph: Graph, places: Mapping[str, Placed], report: Report) -> None:
    """Report circles without a wait and steps that no journey reaches."""
    reached = _reachable([graph.first], graph, lambda _step: True)
    timeless = _timeless(graph)
    for step in graph.steps.values():
        if step.id not in reached:
            message = say("no journey reaches '{id}'", id=step.id)
            report.warn(
                places[step.id], "unreachable", message, say("delete it, or the `end` before it")
            )
        if isinstance(step, Goto):
            circle = timeless.get(step.id)
            if circle is not None and circle == timeless.get(step.target):
                message = say(
                    "the circle from '{target}' back to it has no wait", target=step.target
                )
                report.error(places[step.id], "circle-without-wait", message, say("add a `wait`"))


def _timeless(graph: Graph) -> dict[str, int]:
    """Return the steps that lead back to themselves without a wait → the number of their tangle."""
    leads_to = {
        step.id: [to for to in followers(step) if to is not None] if _passes_time_by(step) else []
        for step in graph.steps.values()
    }
    found = enumerate(tangles(leads_to))
    return {step: number for number, tangle in found for step in tangle}


def _reachable(
    start: Iterable[str | None], graph: Graph, goes_on: Callable[[Step], bool]
) -> set[str]:
    """Return the steps that can be reached; those at which one stops are included."""
    pending = [step for step in start if step is not None]
    found: set[str] = set()
    while pending:
        current = pending.pop()
        step = graph.steps.get(current)
        if current in found or step is None:
            continue
        found.add(current)
        if goes_on(step):
            pending.extend(to for to in followers(step) if to is not None)
    return found


def _passes_time_by(step: Step) -> bool:
    """Say whether a walk may go through a step without any time passing."""
    if isinstance(step, WaitUntil):
        # A date or a field may lie in the past: then it does not wait.
        return step.on is not None or step.field is not None
    return not isinstance(step, Wait | WaitFor)


def at_once(graph: Graph) -> list[Step]:
    """Return the steps that a journey takes before it waits."""
    found = _reachable([graph.first], graph, _passes_time_by)
    return [graph.steps[step_id] for step_id in sorted(found)]
