"""Scenarios that read letters: what they say before and after somebody has looked at them."""

from __future__ import annotations

import pytest

from tests.services.project import workflow
from tests.simulate.test_scenarios import codes, outcomes, told

NEWS = workflow(
    "news",
    """
- id: hello
  send: x/hello
  review: {by: owner, for: 4h, otherwise: hold}
  expires: 2d
- send: x/again
""",
    "trigger: [{event: page.viewed}]",
)

#: when somebody looks, and what is to come of it
LOOK = """
  - scenario: look
    when: [{{event: page.viewed}}, {{after: 1h, {deed}}}, {{wait: 3d}}]
    expect: [{expect}]
"""


@pytest.mark.parametrize(
    ("deed", "expect"),
    [
        ("approve: x/hello", "{sent: x/hello, within: 1m, subject: 件名, text: 田中様}"),
        ("approve: x/*", "{held: x/hello, reason: review, text: 田中様, not_text: 佐藤様}"),
        (
            "withhold: x/hello",
            "{not_sent: x/hello}, {dropped: x/hello, reason: withheld}, {sent: x/again}",
        ),
        # nobody looks: it stays with its owner and runs out
        (
            "event: page.viewed",
            "{not_sent: x/hello}, {task: {kind: mail-review}}, {dropped: x/hello, reason: expired}",
        ),
    ],
)
def test_a_letter_waits_for_a_look_and_goes_or_does_not(deed: str, expect: str) -> None:
    assert codes(outcomes(NEWS, scenarios=LOOK.format(deed=deed, expect=expect))) == [[]]


def test_a_letter_is_read_while_it_waits_as_it_would_leave() -> None:
    text = """
  - scenario: read
    when:
      - event: page.viewed
      - expect:
          - {held: x/hello, reason: review, subject: 件名, text: 田中様}
          - {held: x/hello, not_text: 田中様}
          - {held: x/hello, subject: お詫び}
      - after: 1h
        approve: x/hello
    expect:
      - {sent: x/hello, not_subject: 件名}
      - {not_sent: "x/*", text: 田中様}
      - {not_sent: "x/*", text: 佐藤様, within: 2h}
"""
    found = codes(outcomes(NEWS, scenarios=text))
    assert found == [["text_holds", "subject_lacks", "subject_holds", "was_sent"]]


def test_who_approves_what_does_not_wait_is_told_what_does() -> None:
    text = LOOK.format(deed="approve: x/again", expect="{sent: x/hello}")
    assert any("what waits by then is x/hello" in line for line in told(NEWS, scenarios=text))
    early = """
  - scenario: early
    when: [{approve: x/hello}]
    expect: [{sent: x/hello}]
"""
    said = told(NEWS, scenarios=early, locale="ja")
    assert any("確認を待っているメール x/hello はありません" in line for line in said)
    assert any("その時点で確認を待っているメールはありません" in line for line in said)


def test_a_failure_says_what_the_letter_says_instead() -> None:
    text = LOOK.format(deed="approve: x/hello", expect="{sent: x/hello, not_text: 田中様}")
    said = told(NEWS, scenarios=text)
    assert any('not saying "田中様"' in line for line in said)
    assert any('its text says "田中様". It says:' in line for line in said)
