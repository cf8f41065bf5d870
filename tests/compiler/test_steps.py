"""Nested steps to a flat graph: ids, what follows what, references."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from nurture.domain.conditions import Compare, Field, HasTag, Literal, Op, Scope, StepEvents
from nurture.domain.steps import (
    Branch,
    Duration,
    End,
    EventMatch,
    Goto,
    Notify,
    Score,
    Send,
    Set,
    SetLifecycle,
    Since,
    Split,
    StartWorkflow,
    Step,
    Task,
    Variant,
    Wait,
    WaitFor,
    WaitUntil,
)
from nurture.domain.winner import By, Measure, Winner
from tests.compiler.releases import journey

HOUR = Duration(elapsed=timedelta(hours=1))


def only(steps: str) -> Step:
    """Return the first step of a journey."""
    graph = journey(steps).graph
    assert graph.first is not None
    return graph.steps[graph.first]


@pytest.mark.parametrize(
    ("yaml", "step"),
    [
        ("{send: warm/hearing}", Send("warm/hearing", None, "warm/hearing")),
        (
            "{id: a, send: warm/hearing, from: sato, window: courtesy, expires: 1d,"
            " subject: {ja: S, en: T}}",
            Send(
                "a",
                None,
                "warm/hearing",
                None,
                "sato",
                "courtesy",
                Duration(days=1),
                subjects=(("ja", "S"), ("en", "T")),
            ),
        ),
        ("{wait: 1h}", Wait("wait-1", None, HOUR)),
        (
            "{wait_until: {weekday: tuesday, at: 10:00}}",
            WaitUntil("wait_until-1", None, weekday=1, at=time(10)),
        ),
        (
            "{wait_until: {date: 2026-05-01, at: 9:30}}",
            WaitUntil("wait_until-1", None, on=date(2026, 5, 1), at=time(9, 30)),
        ),
        ("{wait_until: {at: 10:00}}", WaitUntil("wait_until-1", None, at=time(10))),
        (
            "{wait_until: {first_touch: 2w}}",
            WaitUntil(
                "wait_until-1", None, field=("contact", "first_touch"), offset=Duration(days=14)
            ),
        ),
        (
            "{wait_until: {trigger.starts_at: -1d, at: 18:00}}",
            WaitUntil(
                "wait_until-1",
                None,
                at=time(18),
                field=("trigger", "starts_at"),
                offset=Duration(days=1),
                before=True,
            ),
        ),
        (
            "{set: {budget: 5, phone: null, title: 10, tag: x, tags: {add: [y], remove: z}}}",
            Set(
                "set-1",
                None,
                # a text field keeps what was written, digits included
                (("budget", 5), ("phone", None), ("title", "10")),
                ("x", "y"),
                ("z",),
            ),
        ),
        ("{score: {points: -3, reason: r}}", Score("score-1", None, -3.0, "r")),
        ("{lifecycle: {to: lead}}", SetLifecycle("lifecycle-1", None, "lead")),
        (
            "{task: {for: owner, title: 電話, due: 1 business day, kind: call}}",
            Task("task-1", None, "電話", "owner", Duration(business_days=1), "call"),
        ),
        ("{notify: {to: owner, text: t}}", Notify("notify-1", None, "owner", "t")),
        ("{end: answered}", End("end-1", "answered")),
        ("end", End("end-1", "completed")),
        ("{end: }", End("end-1", "completed")),
    ],
)
def test_a_step_becomes(yaml: str, step: Step) -> None:
    assert only(f"  - {yaml}") == step


def test_steps_without_an_id_are_named_by_kind_and_place() -> None:
    graph = journey("""
  - wait: 1h
  - wait: 1h
  - branch:
      - if: {tag: a}
        steps: [{wait: 1h}, {set: {tag: b}}]
      - else:
        steps: [{wait: 1h}]
  - id: named
    wait: 1h
  - wait: 1h
""").graph
    assert list(graph.steps) == [
        "wait-1",
        "wait-2",
        "branch-1",
        "branch-1/1/wait-1",
        "branch-1/1/set-1",
        "branch-1/else/wait-1",
        "named",
        "wait-4",
    ]


def test_a_branch_flows_together_again_behind_it() -> None:
    graph = journey("""
  - id: fork
    branch:
      - if: {tag: a}
        steps: [{id: in-a, wait: 1h}]
      - if: {tag: b}
      - if: {tag: c}
        steps: [{id: in-c, wait: 1h}, end]
  - id: after
    wait: 1h
""").graph
    assert graph.first == "fork"
    assert graph.steps["fork"] == Branch(
        "fork",
        ((HasTag("a"), "in-a"), (HasTag("b"), "after"), (HasTag("c"), "in-c")),
        otherwise="after",
    )
    assert graph.steps["in-a"] == Wait("in-a", "after", HOUR)
    assert graph.steps["after"] == Wait("after", None, HOUR)


def test_else_may_hold_the_steps_itself() -> None:
    branch = only("  - branch: [{if: {tag: a}}, {else: [{id: x, wait: 1h}]}]")
    assert isinstance(branch, Branch) and branch.otherwise == "x"


def test_a_wait_for_goes_two_ways_and_both_go_on() -> None:
    graph = journey("""
  - send: warm/hearing
  - id: answer
    wait_for: [{form: hearing}, {reply: hearing}, {event: page.viewed, where: {page: [a, b]}}]
    within: 7d
    since: arrival
    otherwise: [{id: quiet, wait: 1h}]
  - id: after
    wait: 1h
""").graph
    page = Compare(Field(Scope.EVENT, ("page",)), Op.IN, ("a", "b"))
    form = Compare(Field(Scope.EVENT, ("form",)), Op.EQ, Literal("hearing"))
    assert graph.steps["answer"] == WaitFor(
        "answer",
        then="after",
        otherwise="quiet",
        events=(
            EventMatch("form.submitted", form),
            EventMatch("email.replied", step="warm/hearing"),
            EventMatch("page.viewed", page),
        ),
        within=Duration(days=7),
        since=Since.ARRIVAL,
    )
    assert graph.steps["quiet"] == Wait("quiet", "after", HOUR)


def test_variants_of_a_split_flow_together_again() -> None:
    split = only("""
  - split: {variants: {a: {share: 60, steps: [{id: x, wait: 1h}]}, b: {share: 40}}}
  - id: after
    wait: 1h
""")
    variants = (Variant("a", 60, "x", ("x",)), Variant("b", 40, "after"))
    assert split == Split("split-1", variants)


def test_a_winner_says_what_is_measured_and_when_it_is_decided() -> None:
    split = only("""
  - split:
      variants: {a: {share: 60, steps: [{id: x, wait: 1h}]}, b: {share: 40}}
      winner: {by: {event: page.viewed, where: {page: /price}}, after: 50, within: 2w, at_most: 60d}
""")
    assert isinstance(split, Split)
    viewed = Measure(By.EVENT, timedelta(days=14), "page.viewed", (("page", "/price"),))
    assert split.winner == Winner(viewed, 50, at_most=timedelta(days=60))


def test_a_click_within_a_week_of_the_mail_is_what_counts_where_no_time_is_said() -> None:
    split = only("""
  - split:
      variants:
        a: {share: 1, steps: [{id: x, send: warm/hearing}]}
        b: {share: 1, steps: [{id: y, send: warm/hearing}]}
      winner: {by: clicked, after: 200}
""")
    assert isinstance(split, Split)
    assert split.winner == Winner(Measure(By.CLICKED, timedelta(days=7)), 200, 0.95)


def test_goto_and_conditions_find_a_send_by_the_last_part_of_its_template() -> None:
    graph = journey("""
  - send: warm/hearing
  - wait: 1d
  - branch:
      - if: {not: {clicked: hearing}}
        steps: [{goto: {step: hearing, at_most: 2}}]
""").graph
    goto = graph.steps["branch-1/1/goto-1"]
    assert goto == Goto("branch-1/1/goto-1", None, "warm/hearing", 2)


def test_an_id_wins_over_the_last_part_of_a_template() -> None:
    workflow = journey(
        """
  - send: warm/hearing
  - id: hearing
    send: warm/hearing
""",
        head="goal: {clicked: hearing}",
    )
    assert [one.match for one in workflow.exits] == [EventMatch("email.clicked", step="hearing")]


def test_a_workflow_may_start_another_and_itself_after_a_wait() -> None:
    graph = journey("  - wait: 1d\n  - start_workflow: w").graph
    assert graph.steps["start_workflow-1"] == StartWorkflow("start_workflow-1", None, "w")


def test_conditions_see_steps_that_stand_below_them() -> None:
    branch = only("""
  - branch: [{if: {clicked: {step: later, times: 2}}}]
  - id: later
    send: warm/hearing
""")
    assert isinstance(branch, Branch)
    wanted = Compare(StepEvents("email.clicked", "later"), Op.GE, Literal(2))
    assert branch.cases == ((wanted, "later"),)
