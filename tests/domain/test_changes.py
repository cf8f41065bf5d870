"""What differs between two releases is said as a marketer would say it."""

from __future__ import annotations

import hashlib

import pytest

from nurture.compiler.release import compile_files
from nurture.domain.changes.change import Change, Sign
from nurture.domain.changes.diff import Diff, diff, headline
from nurture.domain.changes.side import Side
from nurture.domain.definitions import require
from nurture.services.sides import side_of
from tests.services import asking
from tests.services.project import CALENDAR, POLICY, SCORING, letter, project, workflow

STEPS = (
    "- {id: hearing, send: x/hearing}\n- wait: 5d\n"
    "- id: answer\n  wait_for: [{reply: hearing}]\n  within: 7d\n"
    "- {id: case, send: x/case}\n- {id: last, task: {for: owner, title: 電話, due: 1d}}"
)


def side(files: dict[str, bytes]) -> Side:
    return side_of(files, require(compile_files(files)))


def between(old: dict[str, bytes], new: dict[str, bytes]) -> Diff:
    return diff(side(old), side(new))


def of_steps(steps: str, head: str = "trigger: [{event: page.viewed}]") -> list[str]:
    """Return what is said where a workflow of STEPS gets these steps and this head."""
    return said(between(project(workflow("a", STEPS)), project(workflow("a", steps, head))))


def said(found: Diff, locale: str = "en") -> list[str]:
    """Return the lines of the changes, indented."""
    lines: list[str] = []

    def add(change: Change, depth: int) -> None:
        name = change.name if change.noun not in ("part", "line", "more") else ""
        text = " ".join(part for part in (change.sign, name, change.said.of(locale)) if part)
        lines.append("  " * depth + text)
        for part in change.parts:
            add(part, depth + 1)

    for one in found.changes:
        add(one, 0)
    return lines


def test_the_same_files_written_differently_do_not_differ() -> None:
    old = project(workflow("a", STEPS))
    new = {**old, "workflows/a.yaml": b"# a comment\n\n" + old["workflows/a.yaml"]}
    assert not between(old, new)
    assert headline(between(old, new)).en == "nothing that is read differs"


#: steps, head → what is said below `~ a`
STEP_CASES = [
    # a wait is edited: its made-up name stays
    (STEPS.replace("wait: 5d", "wait: 7d"), "", ["~ wait-1 Wait", "  ~ wait 5 days → 7 days"]),
    # one is put before it: `wait-1` is `wait-2` now and has not changed
    (STEPS.replace("- wait: 5d", "- wait: 1d\n- set: {tag: b}\n- wait: 5d"), "",
     ["+ wait-1 Wait 1 day", "+ set-1 Set +b"]),
    # a template, a subject
    (STEPS.replace("x/case", "x/other"), "", ["~ case Send", "  ~ template: x/case → x/other"]),
    (STEPS.replace("send: x/case", "send: x/case, subject: 件名です"), "",
     ["~ case Send", "  ~ subject: none → “件名です”"]),
    # renamed, and what named it follows
    (STEPS.replace("hearing}", "hi}").replace("id: hearing", "id: hi").replace("x/hi", "x/hearing"),
     "", ["~ hi Send", "  ~ was called hearing"]),
    # moved, the others stayed
    ("\n".join([*STEPS.split("\n")[-2:], *STEPS.split("\n")[:-2]]), "",
     ["~ case Send", "  ~ moved to the beginning", "~ last Task", "  ~ moved behind case"]),
    # gone and new at once: perhaps another name
    (STEPS.replace("{id: case, send: x/case}", "{id: story, send: x/story}"), "",
     ["− case Send x/case (renamed to story? then write renamed: {case: story})",
      "+ story Send x/story"]),
    # another kind under the same name
    (STEPS.replace("send: x/case", "wait: 2d"), "",
     ["~ case Wait", "  ~ kind of step: Send x/case → Wait 2 days"]),
    # the head
    (STEPS, "trigger: [{event: page.viewed}]\npriority: 70\nreentry: after 90d\n"
     "only_if: {industry: medical}\ngoal: {temperature: hot}\nexit: [{customer: true}]",
     ["~ only if: everybody → industry = Medical", "~ goal: none → temperature = Hot",
      "+ exit: lifecycle = Customer", "~ reentry: always → after 90 days",
      "~ priority: 50 → 70"]),
    (STEPS, "trigger: [{form: quote}, {temperature: warm, existing: enrol}]",
     ["− trigger: Page viewed", "+ trigger: Form submitted (form = quote)",
      "+ trigger: temperature becomes Warm (and who matches already)"]),
]  # fmt: skip


@pytest.mark.parametrize(("steps", "head", "lines"), STEP_CASES)
def test_a_workflow_that_changed(steps: str, head: str, lines: list[str]) -> None:
    found = of_steps(steps, head) if head else of_steps(steps)
    mine = [line[2:] for line in found if line.startswith("  ")]
    assert found[0] == "~ a"
    assert mine == lines


def test_a_step_that_leads_elsewhere_is_said_though_no_step_changed() -> None:
    then = "then: [{id: x, wait: 1d}, end]"
    answer = f"- id: answer\n  wait_for: [{{form: a}}]\n  within: 7d\n  {then}\n"
    old = answer + "- {id: last, wait: 2d}"
    new = old.replace(", end]", "]")
    found = said(between(project(workflow("a", old)), project(workflow("a", new))))
    assert "− answer/then/end-1 End Completed" in [line.strip() for line in found]
    assert "    ~ then: the end → last" not in found


def test_conditions_of_a_branch_are_said_in_words() -> None:
    steps = '- branch:\n    - if: {score: ">= 40"}\n      steps: [{wait: 1d}]\n    - else: []'
    new = steps.replace("40", "60").replace("else: []", "else: [{wait: 2d}]")
    found = said(between(project(workflow("a", steps)), project(workflow("a", new))), "ja")
    assert "    ~ 条件: スコア ≥ 40 → スコア ≥ 60" in found
    assert any("待機 2日" in line for line in found)


def test_a_segment_that_changed_names_who_uses_it_and_they_have_not_changed() -> None:
    one = workflow("a", "- wait: 1d", "trigger: [{segment: keen}]\nonly_if: {segment: keen}")
    by_hand = workflow("b", "- wait: 1d", "trigger: [{form: q}]\nonly_if: {downloaded: true}")
    old = project(one, by_hand, segments="  keen: {downloaded: true}")
    new = project(one, by_hand, segments="  keen: {downloaded: true, industry: medical}")
    assert said(between(old, new)) == [
        "~ keen used by a",
        "  + condition: industry = Medical",
    ]


def test_a_template_shows_its_languages_its_subject_and_the_lines_that_differ() -> None:
    old = project(workflow("a", STEPS), t_x__hearing=letter("古い文です。", "前の件名"))
    new = project(workflow("a", STEPS), t_x__hearing=letter("新しい文です。", "今の件名"))
    assert said(between(old, new)) == [
        "~ x/hearing",
        "  ~ templates/email/x/hearing.ja.md ja",
        "    ~ subject: “前の件名” → “今の件名”",
        "    − 古い文です。",
        "    + 新しい文です。",
    ]


def test_scoring_policy_and_calendar_are_said_part_by_part() -> None:
    hot = ("{enter: 50, leave: 40}", "{enter: 55, leave: 40}")
    scoring = SCORING.replace("points: 20", "points: 25").replace(*hot)
    policy = POLICY.replace("mori@sample.example", "m@sample.example")
    calendar = CALENDAR.replace("13:00-17:30", "13:00-18:00")
    old = project(caps="  - {id: week, per: contact, mails: 2, within: 7d}")
    new = project(scoring=scoring, policy=policy, calendar=calendar,
                  caps="  - {id: week, per: contact, mails: 3, within: 7d}")  # fmt: skip
    lines = [line.strip() for line in said(between(old, new))]
    assert "~ points: 20 → 25" in lines
    assert "~ hot: from 50 (left below 40) → from 55 (left below 40)" in lines
    assert "~ address: mori@sample.example → m@sample.example" in lines
    assert any("3 mails in 7 days" in line or "mails: 2 → 3" in line for line in lines)
    assert "~ hours: 09:00-12:00, 13:00-17:30 → 09:00-12:00, 13:00-18:00" in lines


def test_a_workflow_of_another_name_with_the_same_steps_was_renamed() -> None:
    found = between(project(workflow("old", STEPS)), project(workflow("new", STEPS)))
    assert said(found) == [
        "+ new new (was called old; who is under way in old stays there)",
        "− old old (is called new now)",
    ]


def test_other_files_count_by_their_content() -> None:
    pdf = "workflows/files/paper.pdf"
    old, new = {**project(), pdf: b"%PDF-1.7 a"}, {**project(), pdf: b"%PDF-1.7 b"}
    assert said(between(old, new)) == [f"~ {pdf}"]
    assert between(old, project()).changes[0].sign is Sign.REMOVED
    assert side(old).digests[pdf] == hashlib.sha256(b"%PDF-1.7 a").hexdigest()


def test_a_headline_names_few_things_and_counts_many() -> None:
    old = project(workflow("a", STEPS))
    new = project(
        workflow("a", STEPS.replace("5d", "6d")), workflow("b", STEPS), workflow("c", STEPS)
    )
    found = headline(between(old, new))
    assert found.en == "3 workflows"
    one = project(workflow("a", STEPS.replace("5d", "6d")))
    assert headline(between(old, one)).ja == "~ a（1ステップ）"


def test_a_referral_programme_is_told_down_to_the_single_limit_and_text() -> None:
    old = asking.files("asks: {cool_down: 180d}\n")
    more = "asks: {cool_down: 90d}\ntimings: [result_reported, renewal]\n"
    new = asking.files(more)
    path = "workflows/referral-program.yaml"
    new[path] = new[path].replace("勉強会にお招きします".encode(), "研修を一回".encode())
    assert said(between(old, new), "ja") == [
        "~ default ご紹介",
        "  ~ 特典（thanks.benefit.ja）: 「勉強会にお招きします」 → 「研修を一回」",
        "  + お願いの時期: renewal",
        "  ~ お願いの制限（cool_down）: 180日 → 90日",
    ]
