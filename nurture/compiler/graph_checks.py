"""Graphs that go wrong: circles without a wait, steps nobody reaches, endless starts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from nurture.compiler.report import Placed, Report
from nurture.domain.steps import (
    Goto,
    Graph,
    StartWorkflow,
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
    for step in graph.steps.values():
        if step.id not in reached:
            message = say("no journey reaches '{id}'", id=step.id)
            report.warn(
                places[step.id], "unreachable", message, say("delete it, or the `end` before it")
            )
        if isinstance(step, Goto):
            circle = _reachable([step.target], graph, _passes_time_by)
            if step.id in circle:
                message = say(
                    "the circle from '{target}' back to it has no wait", target=step.target
                )
                report.error(places[step.id], "circle-without-wait", message, say("add a `wait`"))


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


def starts_at_once(graph: Graph) -> dict[str, str]:
    """Return the workflows that a journey starts before it waits: name → the step that does."""
    return {
        step.workflow: step.id
        for step_id in sorted(_reachable([graph.first], graph, _passes_time_by))
        if isinstance(step := graph.steps[step_id], StartWorkflow)
    }


def endless_starts(starts: Mapping[str, Mapping[str, str]]) -> dict[tuple[str, str], list[str]]:
    """Return the steps by which workflows start themselves in the end, with the circle.

    `starts`: workflow → workflow it starts at once → step. The answer's key is (workflow,
    step), its value the names of the circle, first and last the same.
    """
    circles = {}
    for workflow, others in starts.items():
        for other, step in others.items():
            path = _path(other, workflow, starts)
            if path is not None:
                circles[workflow, step] = [workflow, *path]
    return circles


def _path(start: str, goal: str, starts: Mapping[str, Mapping[str, str]]) -> list[str] | None:
    """Return the shortest way from one workflow to another by immediate starts."""
    ways = [[start]]
    seen = {start}
    while ways:
        way = ways.pop(0)
        if way[-1] == goal:
            return way
        for following in sorted(starts.get(way[-1], {})):
            if following not in seen:
                seen.add(following)
                ways.append([*way, following])
    return None
