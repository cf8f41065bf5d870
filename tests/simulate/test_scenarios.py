"""Scenarios run on tiny projects: what is given, what happens, what is said when it fails."""

from __future__ import annotations

import pytest

from nurture.simulate import scenario_run
from nurture.simulate.scenario_run import Outcome, run
from nurture.simulate.scenario_telling import Telling
from nurture.simulate.stage import Stage
from nurture.simulate.suite import Suite
from tests.services.project import letter, workflow
from tests.simulate.scenarios import LATE, OFFICE, WELCOME, files


def outcomes(*workflows: str, scenarios: str, locale: str = "en", **more: str) -> list[Outcome]:
    """Run scenarios over workflows."""
    suite = Suite.of(files(*workflows, scenarios=scenarios, **more))
    stage = Stage(suite.project)
    try:
        return [run(stage, one, locale) for one in suite.scenarios]
    finally:
        stage.close()


def told(*workflows: str, scenarios: str, locale: str = "en", **more: str) -> list[str]:
    """Return what is said of the failures of one scenario."""
    suite = Suite.of(files(*workflows, scenarios=scenarios, **more))
    stage = Stage(suite.project)
    outcome = run(stage, suite.scenarios[0], locale)
    stage.close()
    return list(Telling(suite.project.definitions, locale).lines(outcome))


def codes(found: list[Outcome]) -> list[list[str]]:
    return [[failure.miss.code for failure in one.failures] for one in found]


# -- given -----------------------------------------------------------------------------------


def test_what_is_given_starts_nothing_and_is_known() -> None:
    found = outcomes(
        WELCOME,
        scenarios="""
  - scenario: history
    given:
      contact:
        industry: medical
        tags: [vip]
        score: 12
        history: [{event: page.viewed, ago: 3d}, {event: document.downloaded, ago: 1d}]
    when: [{wait: 1d}]
    expect:
      - not_enrolled: welcome
      - not_sent: "*"
      - holds: {tag: vip, industry: medical, downloaded: true}
      - holds: {event: {type: page.viewed, within: 7d}}
      - score: [11, 12]
  - scenario: points of the past are counted where none are given
    given:
      contact:
        history: [{event: document.downloaded, ago: 2h}, {event: document.downloaded, ago: 1h}]
    expect:
      - score: [39, 40]
      - temperature: warm
""",
    )
    assert codes(found) == [[], []]


@pytest.mark.parametrize("temperature", ["cold", "warm", "hot"])
def test_a_temperature_that_is_given_lasts(temperature: str) -> None:
    text = f"""
  - scenario: lasts
    given: {{contact: {{temperature: {temperature}}}}}
    when: [{{event: page.viewed}}, {{wait: 1d}}]
    expect: [{{temperature: {temperature}}}]
"""
    assert codes(outcomes(WELCOME, scenarios=text)) == [[]]


def test_somebody_may_stand_in_the_middle_of_a_journey() -> None:
    found = outcomes(
        WELCOME,
        scenarios="""
  - scenario: under way
    given: {contact: {enrolled: [{workflow: welcome, step: answer}]}}
    when: [{wait: 8d}]
    expect:
      - not_sent: x/hello
      - sent: x/again
        times: 1
      - exits: {workflow: welcome, outcome: completed}
""",
    )
    assert codes(found) == [[]]


def test_mails_of_before_use_up_room_under_a_cap() -> None:
    found = outcomes(
        WELCOME,
        caps="  - {id: week, per: contact, mails: 1, within: 7d}",
        scenarios="""
  - scenario: capped
    given: {contact: {mails: [{mail: x/again, ago: 2d}]}}
    when: [{event: page.viewed}]
    expect:
      - held: x/hello
        reason: cap
      - sent: x/hello
        between: [5d, 6d]
""",
    )
    assert codes(found) == [[]]


def test_several_people_do_not_get_into_each_others_way() -> None:
    found = outcomes(
        WELCOME,
        scenarios="""
  - scenario: two
    given:
      contacts:
        tanaka: {email: tanaka@aozora.example, consent: [marketing]}
        sato: {email: sato@aozora.example, consent: [marketing]}
    when:
      - {event: page.viewed, contact: sato}
      - {wait: 1h}
    expect:
      - {sent: x/hello, contact: sato}
      - {not_sent: x/hello, contact: tanaka}
""",
    )
    assert codes(found) == [[]]


def test_one_scenario_leaves_nothing_to_the_next() -> None:
    text = """
  - scenario: {}
    when: [{{event: page.viewed}}, {{wait: 1d}}]
    expect: [{{sent: x/hello, times: 1}}, {{enrolled: welcome, times: 1}}]
"""
    found = outcomes(WELCOME, scenarios="".join(text.format(n) for n in "abc"))
    assert codes(found) == [[], [], []]


# -- when ------------------------------------------------------------------------------------


def test_readers_react_and_unsubscribe_as_they_do_in_life() -> None:
    found = outcomes(
        WELCOME,
        scenarios="""
  - scenario: reply
    when: [{event: page.viewed}, {after: 1d, reply: x/hello}]
    expect:
      - {exits: {workflow: welcome, outcome: answered}, within: 1m}
      # one reply is one task, whoever asks for it
      - {task: {kind: reply, title: お返事}, times: 1}
      - {task: {kind: reply}, times: 1}
  - scenario: click
    when: [{event: page.viewed}, {after: 1h, click: "x/*"}, {wait: 5m}]
    expect: [{holds: {clicked: true}}, {score: [11, 12]}]
  - scenario: unsubscribe
    when: [{event: page.viewed}, {after: 1d, unsubscribe: marketing}, {wait: 10d}]
    expect:
      - {exits: {workflow: welcome, outcome: unsubscribed}}
      - {not_sent: x/again}
  - scenario: changes
    when: [{event: page.viewed}, {after: 1d, becomes: {tag: done, industry: care}}]
    expect:
      - {exits: {workflow: welcome, outcome: converted}, within: 1m}
      - {holds: {industry: care}}
""",
    )
    assert codes(found) == [[], [], [], []]


def test_expectations_in_between_are_judged_before_the_next_thing_happens() -> None:
    found = outcomes(
        WELCOME,
        scenarios="""
  - scenario: in between
    when:
      - {event: page.viewed}
      # ends where the next entry stands, whatever it speaks of
      - expect: [{waits: {workflow: welcome, step: answer}}, {not_sent: x/again, within: 30d}]
      - {wait: 3d}
      - expect: [{waits: {workflow: welcome, step: answer}}, {temperature: hot}]
      - {wait: 8d}
    expect: [{sent: x/again}]
""",
    )
    assert codes(found) == [["temperature_is"]]


def test_nobody_can_react_to_a_mail_that_has_not_gone_out() -> None:
    text = """
  - scenario: a
    when: [{click: x/again}]
    expect: [{temperature: cold}]
"""
    lines = told(WELCOME, scenarios=text)
    assert lines[:2] == [
        "workflows/tests/tiny.yaml:8:12",
        "  instead   the scenario cannot run: no mail x/again has gone out yet (no mail has gone out by then)",  # noqa: E501
    ]


def test_a_journey_that_never_comes_to_rest_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scenario_run, "MOST_MOMENTS", 50)
    text = """
  - scenario: a
    when: [{event: page.viewed}, {wait: 365d}]
    expect: [{temperature: cold}]
"""
    # A chain of starts ends by itself after sixteen; a circle with a short wait does not.
    circle = workflow("circle", "- {id: soon, wait: 1m}\n- goto: {step: soon, at_most: 900}")
    line = told(circle, scenarios=text)[1]
    assert "the scenario does not come to an end: something was due 51 times" in line
    assert "circle walked" in line


# -- what is said ----------------------------------------------------------------------------


def test_a_failure_says_what_was_expected_what_came_why_and_what_happened() -> None:
    assert told(OFFICE, scenarios=LATE) == [
        "workflows/tests/tiny.yaml:10:9",
        "  expected  mail x/hello is sent within 24h",
        "  instead   the mail is there and has not gone out (Held back)",
        "  why       waits for the window office, until Mon, 6 Apr, 09:00",
        "  judged at Sat, 4 Apr, 18:00",
        "",
        "What happened to 田中 tanaka@aozora.example",
        "  Fri, 3 Apr, 18:00  ● Contact created",
        "                     ● Page viewed",
        "                     · Enrolled [welcome]",
        "                     ✉ Mail made x/hello [welcome]",
        "                     · Walked waits for the fate of mail x/hello [welcome]",
        "                     · Held back waits for the window office, until Mon, 6 Apr, 09:00 [welcome]",  # noqa: E501
        "  Sat, 4 Apr, 18:00  = Cold · Prospect · score 4.9",
    ]


def test_a_failure_is_said_in_japanese_too() -> None:
    assert told(OFFICE, scenarios=LATE, locale="ja")[:5] == [
        "workflows/tests/tiny.yaml:10:9",
        "  期待      メール x/hello が送信される（24h 以内）",
        "  結果      メールはありますが、送信されていません（保留中）",
        "  理由      配信時間帯「office」を待っています（4月6日(月) 9:00 まで）（4月3日(金) 18:00）",  # noqa: E501
        "  判定時刻  4月4日(土) 18:00",
    ]


def test_a_mail_is_looked_at_as_it_arrives() -> None:
    found = outcomes(
        WELCOME,
        t_x__hello=letter(
            "{{ contact.family_name }}様専用のご案内です。", "{{ contact.family_name }}様へ"
        ),
        scenarios="""
  - scenario: as it arrives
    when: [{event: page.viewed}]
    expect:
      - {sent: x/hello, subject: 田中様へ, text: 田中様専用のご案内, from: sato}
      - {sent: x/hello, text: 佐藤様専用}
      - {sent: x/hello, attached: "*"}
""",
    )
    assert codes(found) == [["text_lacks", "no_file"]]
