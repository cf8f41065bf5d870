"""The head of a workflow: triggers, goals, exits, re-entry; and what wakes it."""

from __future__ import annotations

import pytest

from nurture.compiler import compile_files, compile_workflow
from nurture.domain.conditions import Compare, Field, HasTag, Literal, Op, Scope
from nurture.domain.definitions import require
from nurture.domain.reads import Reads, reads
from nurture.domain.steps import Duration, EventMatch
from nurture.domain.wakes import wakes
from nurture.domain.workflow import (
    EventTrigger,
    Existing,
    Exit,
    Purpose,
    Reentry,
    StateTrigger,
    Workflow,
)
from nurture.errors import DefinitionError, NotFoundError
from tests.compiler.releases import BASE, compile_with, workflow_of

LARGE = Compare(Field(Scope.ACCOUNT, ("employees",)), Op.GE, Literal(300))
WARM = Compare(Field(Scope.CONTACT, ("temperature",)), Op.EQ, Literal("warm"))


def with_head(head: str) -> Workflow:
    return workflow_of(
        f"workflow: w\npurpose: marketing\n{head}\nsteps: [{{id: hearing, send: warm/hearing}}]"
    )


def event_is(name: str, value: str) -> Compare:
    return Compare(Field(Scope.EVENT, (name,)), Op.EQ, Literal(value))


def test_states_start_a_workflow_when_they_become_true() -> None:
    workflow = with_head(
        "trigger: [{temperature: warm, existing: enrol}, {segment: large-accounts}]"
    )
    assert workflow.state_triggers == (
        StateTrigger("temperature", "warm", WARM, Existing.ENROL),
        StateTrigger("segment", "large-accounts", LARGE, Existing.IGNORE),
    )


@pytest.mark.parametrize(
    ("trigger", "match"),
    [
        ("{event: deal.lost}", EventMatch("deal.lost")),
        ("{form: quote}", EventMatch("form.submitted", event_is("form", "quote"))),
        ("{downloaded: true}", EventMatch("document.downloaded")),
        ("{downloaded: paper}", EventMatch("document.downloaded", event_is("kind", "paper"))),
        ("{attended: a}", EventMatch("seminar.attended", event_is("seminar", "a"))),
        ("{event: a.done, if: {tag: x}}", EventMatch("a.done", HasTag("x"))),
    ],
)
def test_events_start_a_workflow_by_their_short_names(trigger: str, match: EventMatch) -> None:
    assert with_head(f"trigger: {trigger}").event_triggers == (EventTrigger(match),)


@pytest.mark.parametrize(
    ("text", "reentry"),
    [
        ("never", Reentry()),
        ("always", Reentry(allowed=True)),
        ("after 90d", Reentry(allowed=True, after=Duration(days=90))),
        ("after 3営業日", Reentry(allowed=True, after=Duration(business_days=3))),
    ],
)
def test_reentry_is(text: str, reentry: Reentry) -> None:
    assert with_head(f"trigger: {{form: a}}\nreentry: {text}").reentry == reentry


def test_a_goal_that_is_an_event_counts_from_its_coming_on() -> None:
    workflow = with_head("trigger: {form: a}\ngoal: [{temperature: warm}, {event: deal.won}]")
    assert workflow.goal == WARM
    assert workflow.exits == (Exit(match=EventMatch("deal.won"), outcome="converted"),)


def test_exits_are_events_conditions_or_both() -> None:
    workflow = with_head(
        "trigger: {form: a}\n"
        "exit: [{tag: x}, {reply: hearing, outcome: answered}, {form: b, tag: y}, {reply: true}]"
    )
    assert workflow.exits == (
        Exit(HasTag("x")),
        Exit(match=EventMatch("email.replied", step="hearing"), outcome="answered"),
        Exit(HasTag("y"), EventMatch("form.submitted", event_is("form", "b"))),
        Exit(match=EventMatch("email.replied")),
    )


def test_the_head_says_the_rest() -> None:
    workflow = with_head(
        "trigger: {form: a}\ntitle: 育成\npriority: 7\ndelivery: {window: courtesy, from: sato}\n"
        "per: event.referral\nonly_if: {segment: large-accounts}"
    )
    assert (workflow.title, workflow.priority, workflow.purpose) == ("育成", 7, Purpose.MARKETING)
    assert (workflow.window, workflow.sender) == ("courtesy", "sato")
    assert (workflow.subject_field, workflow.only_if) == ("referral", LARGE)
    assert workflow.file == "workflows/under-test.yaml"


def test_a_workflow_says_what_wakes_it() -> None:
    workflow = workflow_of("""
workflow: w
purpose: marketing
trigger: [{form: a}, {segment: large-accounts}]
goal: {temperature: hot}
exit: [{tag: x}, {event: deal.won}, {expr: "count('call.logged') > 1"}]
steps:
  - id: hearing
    send: warm/hearing
  - wait_for: [{reply: hearing}, {clicked: hearing}]
    within: 7d
""")
    listens = wakes(workflow)
    assert listens.starts == {"form.submitted"}
    assert listens.continues == {"email.replied", "email.clicked"}
    assert listens.ends == {"deal.won", "call.logged"}
    assert listens.end_fields == {(Scope.CONTACT, "temperature")}
    assert listens.end_tags
    assert listens.states == Reads(fields=frozenset({(Scope.ACCOUNT, "employees")}))
    assert listens.event_types == {
        "form.submitted", "email.replied", "email.clicked", "deal.won", "call.logged",
    }  # fmt: skip


def test_what_conditions_read_adds_up() -> None:
    assert reads(LARGE, HasTag("x"), event_is("a", "b")) == Reads(
        fields=frozenset({(Scope.ACCOUNT, "employees"), (Scope.EVENT, "a")}), tags=True
    )


def test_one_workflow_of_a_release_compiles_alone_to_the_same() -> None:
    text = (
        "workflow: w\npurpose: marketing\ntrigger: {segment: large-accounts}\nsteps: [{wait: 1d}]"
    )
    files = {**BASE, "workflows/w.yaml": text, "workflows/broken.yaml": "workflow: ["}
    assert compile_workflow(files, "w") == compile_files(files).workflows["w"]


def test_one_workflow_alone_is_not_held_to_names_that_are_gone() -> None:
    text = "workflow: w\npurpose: marketing\nsteps: [{send: gone/template, from: nobody}]"
    assert compile_workflow({"workflows/w.yaml": text}, "w").name == "w"


def test_one_workflow_is_found_however_its_file_is_laid_out() -> None:
    text = "{steps: [{wait: 1d}], purpose: marketing, 'workflow': \"w\"}"
    assert compile_workflow({"workflows/w.yaml": text.encode()}, "w").name == "w"


def test_a_workflow_that_is_not_there_is_not_found() -> None:
    with pytest.raises(NotFoundError):
        compile_workflow(BASE, "w")


def test_a_workflow_that_is_wrong_raises_with_its_problems() -> None:
    with pytest.raises(DefinitionError) as caught:
        compile_workflow({"workflows/w.yaml": "workflow: w\npurpose: x"}, "w")
    assert {problem.code for problem in caught.value.problems} == {"unknown-value", "missing-key"}


def test_require_lets_warnings_pass_and_raises_every_error() -> None:
    warned = compile_with("workflow: w\npurpose: marketing\nsteps: [{wait: 1d}]")
    assert [problem.code for problem in warned.warnings] == ["never-starts"]
    assert require(warned) is warned
    wrong = compile_with("workflow: w\npurpose: x\nsteps: [{wait: 1}]")
    with pytest.raises(DefinitionError) as caught:
        require(wrong)
    assert caught.value.problems == wrong.errors
    assert len(wrong.errors) == 2


def test_workflows_that_start_each_other_at_once_are_refused() -> None:
    def starts(name: str, other: str, wait: str = "") -> str:
        steps = f"[{wait}{{start_workflow: {other}}}]"
        return f"workflow: {name}\npurpose: marketing\ntrigger: {{form: a}}\nsteps: {steps}"

    files = {**BASE, "workflows/a.yaml": starts("a", "b"), "workflows/b.yaml": starts("b", "a")}
    found = compile_files(files).problems
    assert [(p.place.file, p.code) for p in found] == [
        ("workflows/a.yaml", "starts-itself"),
        ("workflows/b.yaml", "starts-itself"),
    ]
    files["workflows/b.yaml"] = starts("b", "a", wait="{wait: 1d}, ")
    assert compile_files(files).problems == ()


def test_two_files_may_not_write_the_same_workflow() -> None:
    text = "workflow: w\npurpose: marketing\ntrigger: {form: a}\nsteps: [{wait: 1d}]"
    found = compile_files({**BASE, "workflows/a.yaml": text, "workflows/b.yaml": text}).problems
    assert [str(p) for p in found] == [
        "workflows/b.yaml:1:11: error: a workflow 'w' exists already "
        "(the first is workflows/a.yaml) [duplicate-id]"
    ]
