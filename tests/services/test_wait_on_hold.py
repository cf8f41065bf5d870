"""A click inside `within` counts, also where its hold ends after the deadline."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.services.house import House
from tests.services.project import project, workflow

STEPS = """
- {id: one, send: x/one}
- id: w
  wait_for: [{clicked: one}]
  within: 2d
  then: [{send: x/yes}]
  otherwise: [{send: x/no}]
"""

#: how long before the deadline, verdict of the endpoint, the mail that follows
LAST_SECONDS = [
    (5, "unknown", "x/yes"),
    (0, "unknown", "x/yes"),
    # judged before the deadline
    (11, "unknown", "x/yes"),
    # a machine's click does not hold anybody up
    (5, "machine", "x/no"),
    # too late
    (-1, "unknown", "x/no"),
]


@pytest.mark.parametrize(("before", "verdict", "template"), LAST_SECONDS)
def test_a_click_in_the_last_seconds_is_a_click(
    house: House, before: int, verdict: str, template: str
) -> None:
    house.publish(project(workflow("a", STEPS)))
    house.happens(house.person())
    house.turn()
    (sent,) = house.mails()
    assert sent[1] == "sent"
    house.after(days=1)
    house.clock.move(timedelta(days=1, seconds=-before))
    house.click(1, verdict=verdict)
    house.after(hours=1)
    assert house.mails() == [sent, (template, "sent", None)]
    assert house.enrolments() == [("a", "ended", "completed")]


def test_where_the_click_turns_out_to_be_a_machine_s_the_time_is_over_at_the_end_of_its_hold(
    house: House,
) -> None:
    house.publish(project(workflow("a", STEPS)))
    house.happens(house.person())
    house.turn()
    house.clock.move(timedelta(days=2, seconds=-5))
    house.click(1)
    house.click(1, verdict="machine", hidden=True)
    house.after(seconds=20)
    assert [step for step, *_ in house.mails()] == ["one", "x/no"]
