"""A wait for a click ends in time even where the click is judged after the deadline."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from nurture.domain.facts import EventFact, EventOnHold
from nurture.domain.steps import Duration, End, EventMatch, Send, WaitFor
from tests.domain.journeys import START, Journey, workflow

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
DEADLINE = START + 7 * DAY


def waiting() -> Journey:
    """Return a journey that has sent its mail at START and waits a week for its click."""
    wait = WaitFor(
        "wait", "yes", "no", (EventMatch("email.clicked", step="mail"),), Duration(days=7)
    )
    journey = Journey(
        workflow(Send("mail", "wait", "warm/case"), wait, End("yes", "came"), End("no", "timeout"))
    )
    journey.walk(START)
    journey.fate("mail", START)
    journey.walk(START)
    return journey


def click(journey: Journey, at: datetime, available_at: datetime, mail: int | None = None) -> None:
    about = journey.mails["mail"] if mail is None else mail
    event = EventFact(5, "email.clicked", at, {}, about)
    journey.on_hold.append(EventOnHold(event, available_at))


#: clicked, judged, now; when it rests until, or None where the time is over
HELD = [
    # the last second: the hold ends after the deadline
    (DEADLINE - SECOND, DEADLINE + 9 * SECOND, DEADLINE, DEADLINE + 9 * SECOND),
    (DEADLINE, DEADLINE + 10 * SECOND, DEADLINE, DEADLINE + 10 * SECOND),
    # late workers: the hold is over, its judgement is about to come
    (DEADLINE - SECOND, DEADLINE + 9 * SECOND, DEADLINE + DAY / 2, DEADLINE + DAY / 2 + SECOND),
    # too late, or before the mail
    (DEADLINE + SECOND, DEADLINE + 11 * SECOND, DEADLINE, None),
    (START - SECOND, DEADLINE + 9 * SECOND, DEADLINE, None),
    # what cannot be judged for a day is given up
    (DEADLINE, DEADLINE + DAY + SECOND, DEADLINE, None),
    (DEADLINE, DEADLINE + 10 * SECOND, DEADLINE + DAY, None),
]


@pytest.mark.parametrize(("clicked", "judged", "now", "rests_until"), HELD)
def test_a_click_in_time_is_waited_for_until_it_is_judged(clicked, judged, now, rests_until):
    journey = waiting()
    click(journey, clicked, judged)
    decision = journey.walk(now)
    assert decision.due_at == rests_until
    assert decision.outcome == (None if rests_until else "timeout")


def test_a_click_on_another_mail_is_not_waited_for():
    journey = waiting()
    click(journey, DEADLINE, DEADLINE + 10 * SECOND, mail=99)
    assert journey.walk(DEADLINE).outcome == "timeout"


def test_before_the_deadline_a_click_on_hold_changes_nothing():
    journey = waiting()
    click(journey, START + DAY, START + DAY + 10 * SECOND)
    assert journey.walk(START + DAY).due_at == DEADLINE
