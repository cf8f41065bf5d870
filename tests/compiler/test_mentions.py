"""Values of events that are nearly others, and templates that nobody sends for a slip elsewhere."""

from __future__ import annotations

import pytest

from nurture.compiler import compile_files
from nurture.domain.event_values import event_values
from nurture.language.hints import misspelling_of
from tests.compiler.releases import BASE, JOURNEY

FIRST = """
workflow: {name}
purpose: marketing
trigger: [{{form: {form}}}]
steps: [{{send: warm/hearing}}]
"""
SCENARIO = """
scenario: somebody asks
given: {{at: 2026-04-03 18:00, contact: {{consent: [marketing]}}}}
when:
  - event: form.submitted
    with: {{form: {form}, company: contactt}}
  - wait: 1d
expect: [{{sent: warm/hearing}}]
"""


def said(**files: str) -> list[tuple[str, str, str]]:
    """Return place, code and hint of every problem of a release with these files more."""
    more = {f"workflows/{name.replace('__', '/')}.yaml": text for name, text in files.items()}
    problems = compile_files({**BASE, **more}).problems
    return [(str(one.place).removeprefix("workflows/"), one.code, one.hint) for one in problems]


def workflow(name: str, form: str) -> str:
    return FIRST.format(name=name, form=form)


def test_a_value_that_stands_once_beside_one_that_is_nearly_the_same_is_told() -> None:
    found = said(a=workflow("a", "contact"), b=workflow("b", "contact"), c=workflow("c", "contcat"))
    assert found == [("c.yaml:4:18", "misspelt-value", "did you mean 'contact'?")]


def test_of_two_that_stand_once_each_only_the_later_is_told() -> None:
    found = said(a=workflow("a", "contact"), b=workflow("b", "contcat"))
    assert [place for place, _, _ in found] == ["b.yaml:4:18"]


def test_a_scenario_that_misspells_what_the_files_ask_for_is_told() -> None:
    found = said(a=workflow("a", "contact"), tests__a=SCENARIO.format(form="contcat"))
    assert found == [("tests/a.yaml:6:18", "misspelt-value", "did you mean 'contact'?")]
    assert said(a=workflow("a", "contact"), tests__a=SCENARIO.format(form="contact")) == []


def test_a_scenario_that_has_it_right_vouches_for_a_value() -> None:
    files = {"a": workflow("a", "contact"), "a2": workflow("a2", "contact")}
    files["b"] = workflow("b", "contacts")
    assert len(said(**files)) == 1
    assert said(**files, tests__b=SCENARIO.format(form="contacts")) == []


def reward(name: str, side: str) -> str:
    text = workflow(name, "x").replace("form: x", f"event: reward.earned, where: {{side: {side}}}")
    return text.replace("purpose: marketing", "purpose: marketing\nper: event.reward")


def test_words_that_the_house_writes_itself_are_right_though_they_stand_once() -> None:
    many = {name: reward(name, "referrer") for name in ("a", "b")}
    assert said(**many, c=reward("c", "referred")) == []
    assert [code for _, code, _ in said(**many, c=reward("c", "refered"))] == ["misspelt-value"]


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("contcat", "contact"),  # swapped
        ("contct", "contact"),  # left out
        ("Contact", "contact"),  # capitals
        ("white-papar", "white-paper"),  # in one part
        ("white_paper", "white-paper"),  # another sign between
        ("お問い合せ", "お問い合わせ"),
    ],
)
def test_slips_of_the_hand_are_seen(word: str, other: str) -> None:
    assert misspelling_of(word, {other, "something"}) == f"did you mean '{other}'?"


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("seminar-2026-11", "seminar-2026-12"),
        ("survey1", "survey2"),
        ("quote-en", "quote"),
        ("demo", "memo"),  # too short to tell
        ("contact", "contract-form"),
        ("spring", "summer"),
    ],
)
def test_other_words_are_other_words(word: str, other: str) -> None:
    assert misspelling_of(word, {other}) == ""


def test_values_are_found_in_triggers_conditions_expressions_and_scores() -> None:
    text = """
workflow: w
purpose: marketing
trigger: [{form: one}, {event: form.submitted, where: {form: [two, three], plan: 5}}]
only_if: {form: {name: four, times: 2}}
goal: {event: {type: form.submitted, where: {form: five}}}
steps:
  - wait_for: [{downloaded: six, where: {expr: "event.form == 'seven'"}}]
    within: 3d
  - branch: [{if: {expr: "trigger.form in ['eight']"}, steps: [{wait: 1d}]}]
"""
    values = event_values(compile_files({**BASE, "workflows/w.yaml": text}))
    assert values["form"] >= {"one", "two", "three", "four", "five", "seven", "eight", "quote"}
    assert values["kind"] >= {"six"}
    assert "plan" not in values


def test_a_step_that_misspells_a_template_does_not_accuse_the_scenario_that_has_it_right() -> None:
    found = said(
        journey=JOURNEY.replace("send: warm/hearing", "send: warm/hering"),
        tests__a=SCENARIO.format(form="contact"),
    )
    assert [(code, hint) for _, code, hint in found] == [
        ("unknown-template", "did you mean 'warm/hearing'?")
    ]


def test_a_hint_never_names_a_template_that_does_not_exist() -> None:
    found = said(
        journey=JOURNEY.replace("send: warm/hearing", "send: only/japanese"),
        tests__a=SCENARIO.format(form="contact").replace("warm/hearing", "only-english"),
    )
    hints = {code: hint for _, code, hint in found}
    assert "only/" not in hints["never-sent"]


def test_values_of_the_engines_own_events_are_no_slips_of_one_another() -> None:
    text = (
        "workflow: {}\npurpose: marketing\n"
        "trigger: [{{event: reward.earned, where: {{side: {}}}}}]\n"
        "steps: [{{send: warm/hearing}}]\n"
    )
    found = said(a=text.format("a", "referrer"), b=text.format("b", "referred"))
    assert [code for _, code, _ in found if code == "misspelt-value"] == []
    found = said(a=text.format("a", "referrer"), b=text.format("b", "referer"))
    assert [code for _, code, _ in found if code == "misspelt-value"] == ["misspelt-value"]
