"""A workflow drawn again from its graph: nesting, early ends, and what follows below."""

from __future__ import annotations

from typing import Any

from nurture.domain.conditions import ALWAYS
from nurture.domain.step_tree import Node, draw
from nurture.domain.steps import (
    Branch,
    Duration,
    End,
    EventMatch,
    Goto,
    Graph,
    Send,
    Split,
    Step,
    Variant,
    Wait,
    WaitFor,
)


def _send(name: str, to: str | None) -> Send:
    return Send(name, to, name)


def _graph(*steps: Step) -> Graph:
    return Graph(steps[0].id, {step.id: step for step in steps})


def _shape(nodes: list[Node]) -> list[Any]:
    """Return ids, each step with arms followed by what each arm holds (`↓`: goes on below)."""
    shape: list[Any] = []
    for node in nodes:
        shape.append(node.step.id)
        if node.arms:
            shape.append(["↓" if arm.goes_on_below else _shape(arm.line) for arm in node.arms])
    return shape


def _branch(name: str, *targets: str | None) -> Branch:
    return Branch(name, tuple((ALWAYS, target) for target in targets[:-1]), targets[-1])


def _wait_for(name: str, then: str | None, otherwise: str | None) -> WaitFor:
    match = (EventMatch("form.submitted"),)
    return WaitFor(name, then, otherwise, match, Duration(days=7))


def test_arms_that_meet_are_indented_and_what_follows_stands_below() -> None:
    graph = _graph(
        _branch("trade", "a", "b", "c"),
        _send("a", "after"),
        _send("b", "b2"),
        _send("b2", "after"),
        _send("c", "after"),
        _send("after", None),
    )
    assert _shape(draw(graph)) == ["trade", [["a"], ["b", "b2"], ["c"]], "after"]


def test_an_arm_without_steps_goes_on_below() -> None:
    graph = _graph(_branch("keen", "a", "after"), _send("a", "after"), _send("after", None))
    assert _shape(draw(graph)) == ["keen", [["a"], "↓"], "after"]


def test_where_one_arm_ends_the_other_is_the_way_on() -> None:
    graph = _graph(
        _wait_for("answer", "task", "reminder"),
        _send("task", "end"),
        End("end", "answered"),
        _send("reminder", "case"),
        _send("case", None),
    )
    assert _shape(draw(graph)) == ["answer", [["task", "end"], "↓"], "reminder", "case"]


def test_arms_in_arms_meet_where_the_outer_ones_do() -> None:
    graph = _graph(
        _wait_for("outer", "inner", "b"),
        _branch("inner", "a1", "a2"),
        _send("a1", "after"),
        _send("a2", "after"),
        _send("b", "after"),
        _send("after", None),
    )
    assert _shape(draw(graph)) == ["outer", [["inner", [["a1"], ["a2"]]], ["b"]], "after"]


def test_at_the_end_of_a_workflow_each_arm_is_drawn_by_itself() -> None:
    graph = _graph(_branch("last", "a", "b"), _send("a", None), _send("b", None))
    assert _shape(draw(graph)) == ["last", [["a"], ["b"]]]


def test_a_way_back_is_drawn_as_a_step_and_not_followed() -> None:
    graph = _graph(
        _send("again", "wait"),
        Wait("wait", "back", Duration(days=90)),
        Goto("back", "end", "again", 3),
        End("end"),
    )
    assert _shape(draw(graph)) == ["again", "wait", "back", "end"]


def test_variants_carry_their_names_and_shares() -> None:
    variants = (Variant("numbers", 50, "a"), Variant("question", 50, "b"))
    graph = _graph(Split("test", variants), _send("a", "c"), _send("b", "c"), _send("c", None))
    (split, after) = draw(graph)
    assert [(arm.variant, arm.share) for arm in split.arms] == [("numbers", 50), ("question", 50)]
    assert after.step.id == "c"


def test_an_empty_workflow_is_an_empty_drawing() -> None:
    assert draw(Graph(None, {})) == []
