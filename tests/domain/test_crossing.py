"""Crossings: people under way go over to a new graph and get nothing twice, lose no wait."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nurture.domain.advance import MakeTask, QueueMail
from nurture.domain.conditions import Compare, Field, Literal, Op, Scope
from nurture.domain.crossing import Crossed, Crossing, cross, crossing, suggested
from nurture.domain.steps import Branch, Duration, Goto, Send, Step, Task, Wait
from tests.domain.journeys import START, Journey, workflow

DAY = timedelta(days=1)


def send(name: str, following: str | None = None, template: str = "") -> Send:
    return Send(name, following, template or f"x/{name}")


def wait(name: str, days: int, following: str | None = None) -> Wait:
    return Wait(name, following, Duration(days=days))


def go_over(journey: Journey, *steps: Step, renamed: dict[str, str] | None = None) -> Crossed:
    """Let a journey cross to a workflow of these steps, as the service does."""
    import json

    new = workflow(*steps)
    way = crossing(journey.workflow.graph, new.graph, renamed or {})
    crossed = cross(way, journey.step, journey.memory)
    journey.workflow, journey.step = new, crossed.step
    journey.stored = json.dumps(crossed.memory.as_json())
    names = way.alignment.names
    journey.mails = {names[one]: mail for one, mail in journey.mails.items() if one in names}
    return crossed


def walked(*steps: Step, sent: str = "") -> Journey:
    """Return a journey that has walked as far as it goes, one mail of it having left."""
    journey = Journey(workflow(*steps))
    journey.walk(START)
    if sent:
        journey.fate(sent, START)
        journey.walk(START)
    return journey


def test_a_wait_that_becomes_shorter_ends_counted_from_when_it_began() -> None:
    journey = walked(send("a", "wait-1"), wait("wait-1", 7, "b"), send("b"), sent="a")
    go_over(journey, send("a", "wait-1"), wait("wait-1", 5, "b"), send("b"))
    assert journey.walk(START + 4 * DAY).due_at == START + 5 * DAY
    journey.walk(START + 5 * DAY)
    assert journey.step == "b"


def test_a_step_put_before_a_wait_does_not_begin_it_anew() -> None:
    """`wait-1` is `wait-2` now: told by what it does and where it stands."""
    journey = walked(send("a", "wait-1"), wait("wait-1", 7, "b"), send("b"), sent="a")
    new = (send("a", "wait-1"), wait("wait-1", 1, "c"), send("c", "wait-2"))
    crossed = go_over(journey, *new, wait("wait-2", 7, "b"), send("b"))
    assert (crossed.step, crossed.arrives) == ("wait-2", False)
    assert journey.walk(START + DAY).due_at == START + 7 * DAY


def test_a_renamed_step_keeps_its_mail_and_what_became_of_it() -> None:
    journey = walked(send("a", "wait-1"), wait("wait-1", 7, "b"), send("b"), sent="a")
    steps = (send("hello", "wait-1", "x/other"), wait("wait-1", 7, "b"), send("b"))
    go_over(journey, *steps, renamed={"a": "hello"})
    assert journey.outcome("hello") == "sent"
    assert journey.memory.visits["hello"] == 1


def test_who_holds_for_the_mail_of_a_renamed_step_goes_on_when_it_has_left() -> None:
    journey = walked(send("a", "b"), send("b"))
    go_over(journey, send("z", "b", "x/a"), send("b"))
    assert (journey.step, journey.memory.resting) == ("z", True)
    journey.fate("z", START)
    journey.walk(START)
    assert journey.step == "b"


def test_people_at_a_step_that_is_gone_arrive_where_the_author_says() -> None:
    journey = walked(send("a", "b"), send("b", "c"), send("c"), sent="a")
    crossed = go_over(journey, send("a", "c"), send("c"), renamed={"b": "c"})
    assert (crossed.step, crossed.arrives, crossed.lost_place) == ("c", True, False)
    journey.walk(START)
    assert [e.step.id for e in journey.effects if isinstance(e, QueueMail)] == ["a", "b", "c"]


def test_without_a_place_it_goes_on_at_the_next_step_that_has_one_or_is_through() -> None:
    old = (send("a", "b"), send("b", "c"), send("c"))
    journey = walked(*old, sent="a")
    crossed = go_over(journey, send("a", "c"), send("c"))
    assert (crossed.step, crossed.lost_place) == ("c", True)
    journey = walked(*old, sent="a")
    assert go_over(journey, send("a")).step is None
    assert journey.walk(START).outcome == "completed"


def test_a_mail_that_the_new_order_puts_ahead_again_is_not_sent_again() -> None:
    journey = walked(send("a", "b"), send("b", "wait-1"), wait("wait-1", 3, "c"), send("c"),
                     sent="a")  # fmt: skip
    journey.fate("b", START)
    journey.walk(START)
    assert journey.step == "wait-1"
    go_over(journey, send("a", "wait-1"), wait("wait-1", 3, "c"), send("c", "b"), send("b"))
    journey.walk(START + 3 * DAY)
    journey.fate("c", START + 3 * DAY)
    assert journey.walk(START + 3 * DAY).outcome == "completed"
    assert [e.step.id for e in journey.effects if isinstance(e, QueueMail)] == ["a", "b", "c"]


def test_a_loop_that_was_ahead_anyway_goes_round_again() -> None:
    old = (send("a", "wait-1"), wait("wait-1", 1, "goto-1"), Goto("goto-1", None, "a", 2))
    journey = walked(*old, sent="a")
    go_over(journey, send("a", "wait-1"), wait("wait-1", 2, "goto-1"), Goto("goto-1", None, "a", 2))
    journey.walk(START + 2 * DAY)
    mails = [(e.step.id, e.visit) for e in journey.effects if isinstance(e, QueueMail)]
    assert mails == [("a", 1), ("a", 2)]


def test_a_step_of_another_kind_under_the_same_name_is_arrived_at_anew() -> None:
    journey = walked(send("a", "b"), send("b"), sent="a")
    crossed = go_over(journey, send("a", "b"), wait("b", 2))
    assert (crossed.step, crossed.arrives) == ("b", True)
    assert journey.walk(START).due_at == START + 2 * DAY


def test_the_mail_of_a_step_whose_people_do_not_rest_there_is_withdrawn() -> None:
    old = workflow(send("a", "b"), send("b", "wait-1"), wait("wait-1", 1))
    new = workflow(send("a", "b"), Task("b", None, "電話", "owner", Duration(days=1)))
    assert crossing(old.graph, new.graph, {}).withdrawn == {"b", "wait-1"}


def test_a_suggestion_is_another_name_for_the_step_or_what_follows_it() -> None:
    old = workflow(send("a", "b"), send("b", "c"), send("c")).graph
    renamed = workflow(send("a", "z"), send("z", "c"), send("c")).graph
    assert suggested(crossing(old, renamed, {}), "b") == "z"
    assert suggested(crossing(old, workflow(send("a", "c"), send("c")).graph, {}), "b") == "c"


# -- for all workflows and all changes ----------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """A step to be written down; names of waits are made by their ordinals, as they are."""

    kind: str
    name: str
    number: int = 1
    #: the mail it sends, whatever the step is called
    mail: str = ""


NAMES = "abcdefgh"
KINDS = ("send", "send", "wait", "wait", "task", "branch")


@st.composite
def scripts(draw: st.DrawFn) -> list[Line]:
    """Return some steps in order."""
    names = draw(st.permutations(NAMES))[: draw(st.integers(1, 7))]
    return [Line(draw(st.sampled_from(KINDS)), name, draw(st.integers(1, 5))) for name in names]


@st.composite
def edits(draw: st.DrawFn, script: list[Line]) -> tuple[list[Line], dict[str, str]]:
    """Return the script as somebody edited it, and the steps that were renamed."""
    edited = list(script)
    renamed: dict[str, str] = {}
    fresh = iter("ABCDEFGHIJKLM")
    for _ in range(draw(st.integers(1, 4))):
        where = draw(st.integers(0, max(len(edited) - 1, 0)))
        match draw(st.sampled_from(["drop", "add", "move", "change", "rename"])):
            case "drop" if edited:
                del edited[where]
            case "add":
                kind = draw(st.sampled_from(KINDS))
                edited.insert(where, Line(kind, next(fresh), draw(st.integers(1, 5))))
            case "move" if edited:
                edited.insert(draw(st.integers(0, len(edited) - 1)), edited.pop(where))
            case "change" if edited:
                edited[where] = replace(edited[where], number=draw(st.integers(1, 5)))
            case "rename" if edited and edited[where].name in NAMES:
                name, old = next(fresh), edited[where].name
                if edited[where].kind in ("send", "task"):
                    renamed[edited[where].name] = name
                edited[where] = replace(edited[where], name=name, mail=edited[where].mail or old)
    return edited, renamed


def written(script: list[Line]) -> tuple[Step, ...]:
    """Return the steps of a script; a branch skips the step behind it for some."""
    counts: Counter[str] = Counter()
    ids = []
    for line in script:
        counts[line.kind] += 1
        made_up = line.kind in ("wait", "branch")
        ids.append(f"{line.kind}-{counts[line.kind]}" if made_up else line.name)
    steps: list[Step] = []
    for number, (line, name) in enumerate(zip(script, ids, strict=True)):
        following = [*ids[number + 1 :], None, None]
        match line.kind:
            case "send":
                steps.append(send(name, following[0], f"x/{line.mail or name}"))
            case "wait":
                steps.append(wait(name, line.number, following[0]))
            case "task":
                steps.append(Task(name, following[0], "電話", "owner", Duration(days=line.number)))
            case _:
                care = Compare(Field(Scope.CONTACT, ("seats",)), Op.GT, Literal(line.number))
                steps.append(Branch(name, ((care, following[1]),), following[0]))
    return tuple(steps)


def live(journey: Journey, now: datetime, turns: int) -> tuple[datetime, bool]:
    """Walk and let time pass and mails leave; return when it stopped, and whether it is over."""
    for _ in range(turns):
        decision = journey.walk(now)
        assert decision.reason != "step_is_gone"
        if decision.outcome is not None:
            return now, True
        if decision.due_at is not None:
            assert decision.due_at > now
            now = decision.due_at
        elif journey.step in journey.mails:
            journey.fate(journey.step, now)
    return now, False


@settings(deadline=None, max_examples=200)
@given(st.data())
def test_whoever_crosses_stands_somewhere_and_gets_nothing_twice(data: st.DataObject) -> None:
    script = data.draw(scripts())
    journey = Journey(workflow(*written(script)), {"seats": data.draw(st.integers(0, 6))})
    now, over = live(journey, START, data.draw(st.integers(0, 8)))
    for _ in range(data.draw(st.integers(1, 3))):
        if over:
            return
        script, renamed = data.draw(edits(script))
        steps = written(script)
        if not steps:
            return
        resting = journey.memory.resting
        before = journey.workflow.graph.steps.get(journey.step or "")
        way: Crossing = crossing(journey.workflow.graph, workflow(*steps).graph, {})
        renamed = {old: new for old, new in renamed.items() if old in way.old.steps}
        crossed = go_over(journey, *steps, renamed=renamed)
        assert crossed.step is None or crossed.step in journey.workflow.graph.steps
        if isinstance(before, Wait) and resting and not crossed.arrives and crossed.step:
            step = journey.workflow.graph.steps[crossed.step]
            assert isinstance(step, Wait)
            began = journey.memory.cursor
            assert began is not None
            due = began + step.duration.days * DAY
            decision = journey.walk(now)
            assert (decision.due_at == due and decision.step == step.id) if due > now else (
                decision.step != step.id or decision.outcome is not None
                or decision.trail[-1:] == [step.id]
            )  # fmt: skip
            if decision.outcome is not None:
                over = True
                break
        now, over = live(journey, now, data.draw(st.integers(0, 6)))
    if not over:
        _, over = live(journey, now, 60)
    assert over
    mails = [effect for effect in journey.effects if isinstance(effect, QueueMail)]
    tasks = [effect for effect in journey.effects if isinstance(effect, MakeTask)]
    keys = Counter((one.step.id, one.visit) for one in itertools.chain(mails, tasks))
    assert max(keys.values(), default=0) <= 1
    # these workflows have no loop: a mail is for once
    templates = Counter(one.step.template for one in mails)
    assert max(templates.values(), default=0) <= 1


@pytest.mark.parametrize("where", [None, "a"])
def test_before_the_first_step_and_unchanged_nothing_moves(where: str | None) -> None:
    steps = (send("a", "b"), send("b"))
    journey = Journey(workflow(*steps)) if where is None else walked(*steps)
    crossed = go_over(journey, *steps)
    assert (crossed.step, crossed.arrives) == (where, False)
