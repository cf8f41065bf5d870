"""One mail or one journey, explained: where it came from, step by step, and what became of it."""

from __future__ import annotations

import pytest

from nurture.db import tables
from nurture.errors import NotFoundError
from nurture.services.why import Story, explain_journey, explain_mail
from tests.services.house import House
from tests.services.project import project, workflow

STEPS = """
- id: first
  send: x/first
  window: office
- id: read
  wait_for: [{clicked: first}]
  within: 3d
- end: done
"""


def lived(house: House) -> None:
    """A mail that waited for its window, was clicked by a machine and a person, and ended well."""
    house.publish(project(workflow("w", STEPS)))
    # Tuesday 10:00 in Tokyo; the office is shut from 12 to 13.
    house.after(hours=2.5)
    house.happens(house.person(), page="price")
    house.turn()
    house.after(hours=2)
    house.click(1, verdict="machine")
    house.click(1)
    house.after(hours=1)


def texts(story: Story) -> list[str]:
    return [
        f"{one.title}: {one.text}{one.verdict and f' [{one.verdict}]'}" for one in story.entries
    ]


def facts(story: Story) -> dict[str, str]:
    return {str(what): value for what, value in story.facts}


def test_a_mail_says_why_it_was_made_what_held_it_back_and_what_became_of_it(
    house: House,
) -> None:
    lived(house)
    story = explain_mail(house.runtime, "1", "en")
    assert [one.title for one in story.causes] == ["Page viewed"]
    told = texts(story)
    assert told[0].startswith("Held back: waits for the window office")
    assert told[1].startswith("taken by the server: memory")
    assert [one for one in told if "[machine]" in one]
    assert [one for one in told if "[human]" in one]
    assert "Sent: " in told
    assert facts(story)["Of"] == "w / first #1"
    assert facts(story)["Message-ID"] == "<n1.mail@sample.example>"


def test_a_journey_says_its_steps_with_what_each_left_behind(house: House) -> None:
    lived(house)
    story = explain_journey(house.runtime, 1, "en")
    known = facts(story)
    assert known["State"] == "done"
    assert known["Steps so far"].splitlines()[:2] == [
        "first: sent #1",
        "read: Link clicked",
    ]
    told = texts(story)
    assert told[0] == "Enrolled: "
    assert any(one.startswith("Walked: first: waits for the fate") for one in told)
    assert told[-1].startswith("Ended: end-1")


def test_what_a_journey_began_with_is_said_in_words(house: House) -> None:
    trigger = "trigger: [{event: temperature.changed}]"
    house.publish(project(workflow("w", "- wait: 1d", trigger)))
    person = house.person()
    house.happens(person, "document.downloaded", kind="paper")
    house.turn()
    known = facts(explain_journey(house.runtime, 1, "ja"))
    assert known["Begun with"] == "変更前: コールド、スコア: 20、変更後: ウォーム"


def test_both_speak_japanese(house: House) -> None:
    lived(house)
    assert [one.title for one in explain_mail(house.runtime, "1", "ja").causes] == ["ページ閲覧"]
    assert any(
        "x/first" in one.text and "待っています" in one.text
        for one in explain_journey(house.runtime, 1, "ja").entries
    )


def test_a_mail_is_found_by_its_message_id_and_by_nobody_elses(house: House) -> None:
    lived(house)
    assert explain_mail(house.runtime, "<n1.mail@sample.example>", "en").entries
    for named in ("2", "<n1.mail@other.example>", "first", "", "9" * 40, "-1"):
        with pytest.raises(NotFoundError):
            explain_mail(house.runtime, named, "en")
    with pytest.raises(NotFoundError):
        explain_journey(house.runtime, 99, "en")


def test_what_cannot_be_read_any_more_breaks_no_explanation(house: House) -> None:
    lived(house)
    house.change(tables.enrolment, 1, memory={"visits": 3})
    house.change(tables.contact, 1, erased=True, email=None)
    assert "Steps so far" not in facts(explain_journey(house.runtime, 1, "en"))
    assert explain_mail(house.runtime, "1", "en").entries
