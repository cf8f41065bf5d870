"""Workflows to draw: the shipped ones, a long one, and any that hypothesis thinks of."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from hypothesis import strategies as st

from nurture.compiler.release import compile_files
from nurture.diagrams.drawing import Drawing
from nurture.domain.conditions import Compare, Field, Literal, Op, Scope
from nurture.domain.purpose import Purpose
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
    Task,
    Variant,
    Wait,
    WaitFor,
)
from nurture.domain.workflow import EventTrigger, Workflow
from nurture.services.project import read_project

ROOT = Path(__file__).parents[2]


@cache
def shipped() -> dict[str, Workflow]:
    """Return the shipped workflows by name."""
    return dict(compile_files(read_project(ROOT)).workflows)


def workflow(*steps: Step, title: str = "図の見本") -> Workflow:
    """Return a workflow of these steps, the first of them first."""
    graph = Graph(steps[0].id if steps else None, {step.id: step for step in steps})
    trigger = (EventTrigger(EventMatch("page.viewed")),)
    return Workflow("sample", title, Purpose.MARKETING, graph, event_triggers=trigger)


def drawing(one: Workflow, locale: str = "ja") -> Drawing:
    """Return it, to be drawn without figures."""
    return Drawing(one, locale)


def score_over(points: int) -> Compare:
    """Return a condition."""
    return Compare(Field(Scope.CONTACT, ("score",)), Op.GE, Literal(points))


def long_one(mails: int = 12) -> Workflow:
    """Return a journey of five steps per mail: send, wait for an answer, branch, task, end."""
    steps: list[Step] = []
    for number in range(mails):
        after = f"send-{number + 1}" if number + 1 < mails else None
        steps += [
            Send(f"send-{number}", f"for-{number}", f"warm/letter-{number}"),
            WaitFor(
                f"for-{number}",
                f"branch-{number}",
                after,
                (EventMatch("form.submitted"), EventMatch("email.replied")),
                Duration(days=7),
            ),
            Branch(f"branch-{number}", ((score_over(40), f"task-{number}"),), f"end-{number}"),
            Task(f"task-{number}", f"end-{number}", "ご返信への対応", "owner", Duration(days=1)),
            End(f"end-{number}", "answered"),
        ]
    return workflow(*steps, title="六十のステップ")


@st.composite
def workflows(draw: st.DrawFn) -> Workflow:
    """Return any workflow that leads forward, with ways that part, meet, end and go back."""
    count = draw(st.integers(1, 24))
    names = [f"s{number}" for number in range(count)]

    def later(at: int) -> st.SearchStrategy[str | None]:
        return st.sampled_from([None, *names[at + 1 : at + 6]])

    steps: list[Step] = []
    for at, name in enumerate(names):
        following = names[at + 1] if at + 1 < count and draw(st.booleans()) else draw(later(at))
        match draw(st.sampled_from(["send", "wait", "branch", "split", "for", "goto", "end"])):
            case "send":
                steps.append(Send(name, following, draw(st.text(max_size=60))))
            case "branch":
                arms = draw(st.integers(1, 9))
                cases = tuple((score_over(arm), draw(later(at))) for arm in range(arms))
                steps.append(Branch(name, cases, following))
            case "split":
                arms = draw(st.integers(2, 4))
                variants = (Variant(f"v{arm}", 50, draw(later(at))) for arm in range(arms))
                steps.append(Split(name, tuple(variants)))
            case "for":
                match = (EventMatch("form.submitted"),)
                steps.append(WaitFor(name, draw(later(at)), following, match, Duration(days=7)))
            case "goto" if at:
                back = draw(st.sampled_from(names[:at]))
                steps.append(Goto(name, following, back, 3))
            case "end":
                steps.append(End(name))
            case _:
                steps.append(Wait(name, following, Duration(days=3)))
    return workflow(*steps)
