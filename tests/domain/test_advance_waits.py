"""Waits: from when they count, what ends them, and what comes too late."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from nurture.domain.conditions import Compare, Field, Literal, Op, Scope
from nurture.domain.steps import (
    Duration,
    End,
    EventMatch,
    Score,
    Send,
    Since,
    Step,
    Wait,
    WaitFor,
    WaitUntil,
)
from tests.domain.calendars import tokyo
from tests.domain.journeys import START, Journey, workflow

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
TICK = timedelta(microseconds=1)
WEEK = Duration(days=7)

YES, NO = End("yes", "came"), End("no", "timeout")


def form_is(name: str) -> Compare:
    return Compare(Field(Scope.EVENT, ("form",)), Op.EQ, Literal(name))


HEARING = EventMatch("form.submitted", form_is("hearing"))


def wait_for(*events: EventMatch, since: Since = Since.LAST_SEND) -> WaitFor:
    return WaitFor("wait", "yes", "no", events or (HEARING,), WEEK, since)


def waiting(*before: Step, since: Since = Since.LAST_SEND, events: Any = ()) -> Journey:
    return Journey(workflow(*before, wait_for(*events, since=since), YES, NO))


def test_a_wait_is_over_when_it_is_over_and_not_a_microsecond_before():
    journey = Journey(workflow(Wait("rest", "yes", Duration(days=2)), YES))
    decision = journey.walk(START)
    assert (decision.step, decision.due_at, decision.reason) == ("rest", START + 2 * DAY, "waits")
    assert journey.walk(START + 2 * DAY - TICK).outcome is None
    assert journey.walk(START + 2 * DAY).outcome == "came"


def test_a_wait_after_a_send_counts_from_the_fate_of_its_mail():
    journey = Journey(workflow(Send("mail", "rest", "warm/case"), Wait("rest", None, WEEK)))
    journey.walk(START)
    # held back by window and cap for three days, and looked at an hour after it went
    journey.fate("mail", START + 3 * DAY)
    assert journey.walk(START + 3 * DAY + HOUR).due_at == START + 10 * DAY


def test_waits_do_not_drift_where_workers_are_late():
    journey = Journey(
        workflow(Wait("one", "two", WEEK), Wait("two", "three", WEEK), Wait("three", None, WEEK))
    )
    journey.walk(START)
    assert journey.walk(START + 7 * DAY + 5 * HOUR).due_at == START + 14 * DAY
    # Away for three weeks: what is over is over, and passed in one walk.
    assert journey.walk(START + 30 * DAY).outcome == "completed"


def test_waits_in_business_days_leave_out_weekends():
    journey = Journey(workflow(Wait("rest", None, Duration(business_days=4))))
    # START is a Tuesday
    assert journey.walk(START).due_at == tokyo("2026-05-18 10:00")


def test_a_wait_for_ends_with_the_first_event_that_fits():
    journey = waiting()
    assert journey.walk(START).due_at == START + 7 * DAY
    journey.happens("form.submitted", START + DAY, form="quote")
    assert journey.walk(START + DAY).outcome is None
    journey.happens("form.submitted", START + 3 * DAY, form="hearing", text="later")
    journey.happens("form.submitted", START + 2 * DAY, form="hearing", text="sooner")
    assert journey.walk(START + 4 * DAY).outcome == "came"
    fact = journey.memory.steps["wait"]
    assert fact.outcome == "event"
    assert fact.event == {"form": "hearing", "text": "sooner", "type": "form.submitted"}


def test_the_decision_names_the_event_that_ended_a_wait():
    journey = waiting()
    journey.walk(START)
    event = journey.happens("form.submitted", START + DAY, form="hearing")
    assert journey.walk(START + DAY).cause == event.id


def test_a_timeout_takes_the_other_way_when_it_is_reached():
    journey = waiting()
    journey.walk(START)
    assert journey.walk(START + 7 * DAY - TICK).outcome is None
    assert journey.walk(START + 7 * DAY).outcome == "timeout"
    assert journey.outcome("wait") == "timeout"


#: when the event happened (before, at or after the deadline), outcome of a walk days late
LATE = [
    (7 * DAY - TICK, "came"),
    (7 * DAY, "came"),
    (7 * DAY + TICK, "timeout"),
]


@pytest.mark.parametrize(("after", "outcome"), LATE)
def test_an_event_in_time_counts_even_where_the_worker_is_late(after, outcome):
    journey = waiting()
    journey.walk(START)
    journey.happens("form.submitted", START + after, form="hearing")
    assert journey.walk(START + 9 * DAY).outcome == outcome


def test_a_timeout_once_taken_is_final():
    journey = Journey(
        workflow(wait_for(), YES, Wait("no", "end", WEEK), End("end", "after-timeout"))
    )
    journey.walk(START)
    assert journey.walk(START + 7 * DAY).step == "no"
    # The event happened in time but reached us only now.
    journey.happens("form.submitted", START + 6 * DAY, form="hearing")
    assert journey.walk(START + 8 * DAY).outcome is None
    assert journey.walk(START + 14 * DAY).outcome == "after-timeout"


MAIL, PAUSE = Send("mail", "pause", "warm/hearing"), Wait("pause", "wait", Duration(days=2))

#: from when on events count, when it happened after START, whether it ends the wait.
#: The mail goes out on day 1, the wait is reached on day 3.
SINCE = [
    # a reply that came before the step was reached counts …
    (Since.LAST_SEND, 2 * DAY, True),
    (Since.LAST_SEND, 1 * DAY, True),
    # … but not one from before the mail
    (Since.LAST_SEND, 1 * DAY - TICK, False),
    (Since.ARRIVAL, 2 * DAY, False),
    (Since.ARRIVAL, 3 * DAY, True),
    (Since.ENROLMENT, 0 * DAY, True),
    (Since.ENROLMENT, -TICK, False),
]


@pytest.mark.parametrize(("since", "after", "ends"), SINCE)
def test_a_wait_for_accepts_events_since(since, after, ends):
    journey = waiting(MAIL, PAUSE, since=since)
    journey.walk(START)
    journey.fate("mail", START + DAY)
    journey.walk(START + DAY)
    journey.happens("form.submitted", START + after, form="hearing")
    decision = journey.walk(START + 3 * DAY)
    assert decision.outcome == ("came" if ends else None)


def test_without_a_mail_events_count_since_the_enrolment():
    journey = waiting()
    journey.happens("form.submitted", START - DAY, form="hearing")
    assert journey.walk(START).outcome is None


def test_a_mail_that_was_never_sent_opens_no_new_count():
    journey = waiting(MAIL, PAUSE)
    journey.happens("form.submitted", START + HOUR, form="hearing")
    journey.walk(START)
    journey.fate("mail", START + DAY, "dropped")
    journey.walk(START + DAY)
    assert journey.walk(START + 3 * DAY).outcome == "came"


def test_the_event_that_enrolled_does_not_end_the_first_wait_at_the_same_instant():
    journey = waiting()
    journey.caused_by = journey.happens("form.submitted", START, form="hearing").id
    assert journey.walk(START).outcome is None
    journey.happens("form.submitted", START, form="hearing")
    assert journey.walk(START).outcome == "came"


REPLY = EventMatch("email.replied", step="mail")


def test_a_reply_means_the_last_mail_of_its_step():
    journey = waiting(MAIL, PAUSE, events=(REPLY, HEARING))
    journey.walk(START)
    journey.fate("mail", START + DAY)
    journey.walk(START + DAY)
    journey.happens("email.replied", START + 2 * DAY, mail=99)
    journey.happens("email.replied", START + 2 * DAY)
    assert journey.walk(START + 3 * DAY).outcome is None
    journey.happens("email.replied", START + 2 * DAY, about="mail")
    assert journey.walk(START + 3 * DAY).outcome == "came"


def test_a_wait_behind_a_wait_for_counts_from_the_event_or_the_timeout():
    steps = (wait_for(), Wait("yes", None, WEEK), Wait("no", None, WEEK))
    journey = Journey(workflow(*steps))
    journey.walk(START)
    journey.happens("form.submitted", START + 2 * DAY, form="hearing")
    assert journey.walk(START + 3 * DAY).due_at == START + 9 * DAY
    journey = Journey(workflow(*steps))
    journey.walk(START)
    assert journey.walk(START + 8 * DAY).due_at == START + 14 * DAY


def test_nested_waits_lead_back_to_what_follows_both():
    steps = (
        WaitFor("outer", "inner", "end", (HEARING,), WEEK),
        WaitFor("inner", "end", "end", (EventMatch("call.logged"),), Duration(days=3)),
        End("end", "met"),
    )
    journey = Journey(workflow(*steps))
    journey.walk(START)
    journey.happens("form.submitted", START + DAY, form="hearing")
    assert journey.walk(START + DAY).due_at == START + 4 * DAY
    journey.happens("call.logged", START + 2 * DAY)
    assert journey.walk(START + 2 * DAY).outcome == "met"
    assert (journey.outcome("outer"), journey.outcome("inner")) == ("event", "event")


def test_a_wait_for_behind_an_emitted_event_counts_like_any_other():
    journey = waiting(Score("plus", "wait", 5, "x"))
    journey.walk(START)
    assert journey.walk(START + HOUR).due_at == START + 7 * DAY


def until(**written: Any) -> WaitUntil:
    return WaitUntil("rest", None, **written)


TOUCH = ("contact", "first_touch")
STARTS = ("trigger", "starts_at")
BEFORE = {"offset": Duration(days=1), "before": True}

#: step, what the contact has, what the trigger has, due
UNTIL: list[tuple[WaitUntil, dict[str, Any], dict[str, Any], datetime]] = [
    (until(weekday=1, at=time(11)), {}, {}, tokyo("2026-05-12 11:00")),
    (until(on=date(2026, 6, 1), at=time(9)), {}, {}, tokyo("2026-06-01 09:00")),
    (
        until(field=TOUCH, offset=Duration(days=14)),
        {"first_touch": tokyo("2026-05-10 15:00")},
        {},
        tokyo("2026-05-24 15:00"),
    ),
    # a date, as an object and as a text
    (until(field=TOUCH), {"first_touch": date(2026, 5, 20)}, {}, tokyo("2026-05-20 00:00")),
    (until(field=TOUCH, at=time(9)), {"first_touch": "2026-05-20"}, {}, tokyo("2026-05-20 09:00")),
    # sources write local times, or say their zone
    (
        until(field=STARTS, **BEFORE),
        {},
        {"starts_at": "2026-05-20T14:00"},
        tokyo("2026-05-19 14:00"),
    ),
    (
        until(field=STARTS, **BEFORE),
        {},
        {"starts_at": "2026-05-20T05:00:00Z"},
        tokyo("2026-05-19 14:00"),
    ),
]


@pytest.mark.parametrize(("step", "contact", "trigger", "due"), UNTIL)
def test_a_wait_until_rests_until(step, contact, trigger, due):
    journey = Journey(workflow(step), contact=contact, trigger=trigger)
    decision = journey.walk(START)
    assert (decision.due_at, decision.reason) == (due, "waits")
    assert journey.walk(due - TICK).due_at == due
    assert journey.walk(due).outcome == "completed"


#: values that name no moment, or one that is past: the journey goes on at once
AT_ONCE: list[Any] = [None, "", "soon", "2026-13-45", 5, True, ["2026-06-01"], START - 20 * DAY]


@pytest.mark.parametrize("value", AT_ONCE)
def test_a_field_without_a_moment_ahead_does_not_wait(value):
    step = until(field=TOUCH, offset=Duration(days=14))
    journey = Journey(workflow(step), contact={"first_touch": value})
    assert journey.walk(START).outcome == "completed"


def test_a_weekday_is_looked_for_from_arrival_and_not_again_when_it_has_come():
    step = WaitUntil("rest", "next", weekday=1, at=time(10))
    journey = Journey(
        workflow(Wait("first", "rest", Duration(days=2)), step, Wait("next", None, WEEK))
    )
    journey.walk(START)
    assert journey.walk(START + 2 * DAY).due_at == START + 7 * DAY
    # A worker that is late by a day does not wait for the Tuesday after.
    assert journey.walk(START + 8 * DAY).due_at == START + 14 * DAY
