"""Why nobody began a workflow, read from its triggers and what happened."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from nurture.compiler import compile_files
from nurture.domain.definitions import Definitions, require
from nurture.domain.idle import Seen, Why, idle_of
from tests.services.project import project, workflow

START = datetime(2026, 5, 12, 1, 0, tzinfo=UTC)
NOTHING = Seen(
    START, START + timedelta(days=10), {}, frozenset(), frozenset(), frozenset(), {}, frozenset()
)


def compiled(head: str, *others: str) -> Definitions:
    files = project(
        workflow("w", "- wait: 1d", head), *others, segments="  big: {employees: '>= 300'}"
    )
    return require(compile_files(files))


def why(definitions: Definitions, **seen: object) -> list[Why]:
    found = {one: getattr(NOTHING, one) for one in Seen.__dataclass_fields__} | seen
    (idle,) = [one for one in idle_of(definitions, Seen(**found)) if one.workflow == "w"]
    return list(idle.why)


FORM = "trigger: [{form: contact}]"


@pytest.mark.parametrize(
    ("head", "seen", "said"),
    [
        (FORM, {}, Why("idle_never", "form.submitted")),
        (FORM, {"possible": {"form.submitted"}}, Why("idle_did_not", "form.submitted")),
        (FORM, {"events": {"form.submitted": 3}}, Why("idle_other", "form.submitted", 3)),
        (FORM, {"refused": {"w": {"only_if": 7}}}, Why("idle_refused", "only_if", 7)),
        # made by the engine, whatever the audience does
        ("trigger: [{event: lifecycle.changed}]", {}, Why("idle_did_not", "lifecycle.changed")),
        ("trigger: [{event: reward.earned}]", {}, Why("idle_did_not", "reward.earned")),
        # told by a CRM
        ("trigger: [{event: complaint.received}]", {}, Why("idle_never", "complaint.received")),
        ("trigger: [{temperature: hot}]", {}, Why("idle_temperature", "hot")),
        ("trigger: [{temperature: hot}]", {"temperatures": {"hot"}}, Why("idle_nobody_new", "hot")),
        ("trigger: [{segment: big}]", {}, Why("idle_segment", "big")),
        ('trigger: [{schedule: "0 10 1 * *"}]', {}, Why("idle_not_due")),
        ('trigger: [{schedule: "0 10 * * 1"}]', {}, Why("idle_matched_nobody")),
    ],
)
def test_each_trigger_says_what_it_lacked(head: str, seen: dict[str, object], said: Why) -> None:
    assert why(compiled(head), **seen) == [said]


def test_a_workflow_without_a_trigger_names_who_might_have_started_it() -> None:
    parent = workflow("parent", "- start_workflow: w")
    assert why(compiled("", parent)) == [Why("idle_no_trigger", "parent")]


def test_the_most_frequent_refusals_come_first_and_hide_the_rest() -> None:
    refused = {"w": {"reentry": 1, "only_if": 9, "held_out": 4}}
    assert [one.name for one in why(compiled(FORM), refused=refused)] == ["only_if", "held_out"]


def test_who_began_is_not_idle() -> None:
    definitions = compiled(FORM)
    seen = Seen(START, START, {}, frozenset(), frozenset(), frozenset(), {}, frozenset({"w"}))
    assert idle_of(definitions, seen) == ()
