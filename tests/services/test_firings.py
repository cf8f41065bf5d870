"""Schedules start journeys for everybody who matches, once a firing, whoever is killed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete

from nurture.db import tables
from nurture.db.engine import write
from nurture.services import firings
from nurture.services.firing_plans import upcoming
from nurture.services.publish import ConfirmationNeededError
from tests.domain.calendars import tokyo
from tests.services.house import House
from tests.services.project import POLICY, project, workflow

#: START is Tuesday, 2026-05-12 10:00 in Tokyo
MONDAY = tokyo("2026-05-18 10:00")

#: every Monday at 10:00, who carries the tag
WEEKLY = """
trigger:
  - schedule: {every: monday, at: "10:00"}
    where: {title: 部長}
"""


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a few people be several batches."""
    monkeypatch.setattr(firings, "BATCH", 3)


def weekly(head: str = WEEKLY, steps: str = "- wait: 3d", **more: str) -> dict[str, bytes]:
    """Return a release with the weekly workflow."""
    return project(workflow("check-in", steps, head), **more)


def managers(house: House, number: int) -> list[int]:
    """Add people whom the schedule takes."""
    return [house.person(f"p{n}@aozora.example", title="部長") for n in range(number)]


def began(house: House) -> list[int]:
    """Return who began, each as often as they did, oldest first."""
    return [row.contact_id for row in house.rows(tables.enrolment)]


def stood(house: House) -> list[tuple[datetime, str, int]]:
    """Return (moment, state, how many began) of all firings, by moment."""
    rows = house.rows(tables.firing)
    return sorted((row.at, row.state, row.enrolled) for row in rows)


def test_who_matches_at_the_moment_begins_and_the_clock_stops_there(house: House) -> None:
    people = managers(house, 7)
    house.person("other@aozora.example", title="課長")
    house.person("gone@aozora.example", title="部長", erased=True)
    published = house.publish(weekly())
    (plan,) = published.schedules
    assert (plan.workflow, plan.at, plan.matching) == ("check-in", MONDAY, 7)
    house.turn()
    assert house.next_moment() == MONDAY
    house.until(MONDAY - timedelta(microseconds=1))
    assert began(house) == []
    people.append(house.person("late@aozora.example", title="部長"))
    house.until(MONDAY)
    assert sorted(began(house)) == people
    week = timedelta(days=7)
    assert stood(house) == [(MONDAY, "done", 8), (MONDAY + week, "waiting", 0)]
    assert set(house.reasons(kind="enrolled")) == {("enrolled", "enrolled_by_schedule")}
    (first, *_) = house.rows(tables.enrolment)
    assert first.trigger == {"schedule": "mon at 10:00", "at": MONDAY.isoformat()}


#: reentry, how often one person has begun after Mondays 1, 2 and 3 (a journey lasts three days)
REENTRY = [
    ("never", [1, 1, 1]),
    ("always", [1, 2, 3]),
    # counted from the end of the last one, a Thursday
    ("after 10d", [1, 1, 2]),
]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("reentry", "expected"), REENTRY)
def test_who_may_enter_again_does(house: House, reentry: str, expected: list[int]) -> None:
    managers(house, 1)
    house.publish(weekly(f"{WEEKLY}reentry: {reentry}\n"))
    counts = []
    for week in range(3):
        house.until(MONDAY + timedelta(days=7 * week))
        counts.append(len(began(house)))
    assert counts == expected
    left_out = sum(row.left_out for row in house.rows(tables.firing))
    assert left_out == (1 if reentry == "after 10d" else 0)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_who_is_under_way_does_not_begin_a_second_time(house: House) -> None:
    managers(house, 2)
    house.publish(weekly(steps="- wait: 30d"))
    house.until(MONDAY + timedelta(days=14))
    assert len(began(house)) == 2


class _PowerCutError(Exception):
    """The process dies."""


@pytest.mark.parametrize("dies_at", range(3))
def test_who_is_killed_in_the_middle_is_followed_where_they_stood(
    house: House, monkeypatch: pytest.MonkeyPatch, dies_at: int
) -> None:
    people = managers(house, 7)
    house.publish(weekly())
    house.clock.move_to(MONDAY)
    calls = {"n": 0}
    real = firings._start

    def dying(*about: Any) -> int:
        found = real(*about)
        calls["n"] += 1
        if calls["n"] == dies_at + 1:
            raise _PowerCutError
        return found

    with monkeypatch.context() as patch:
        patch.setattr(firings, "_start", dying)
        with pytest.raises(_PowerCutError):
            while firings.run(house.runtime):
                pass
    assert len(began(house)) == dies_at * 3
    house.turn()
    assert sorted(began(house)) == people
    assert stood(house)[0] == (MONDAY, "done", 7)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_two_workers_share_a_firing_and_nobody_begins_twice(house: House) -> None:
    people = managers(house, 20)
    house.publish(weekly())
    house.clock.move_to(MONDAY)

    def work(_: int) -> None:
        for _ in range(30):
            firings.run(house.runtime)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, range(2)))
    house.turn()
    assert sorted(began(house)) == people
    assert [(state, count) for _, state, count in stood(house)] == [("done", 20), ("waiting", 0)]


#: how long the machine was off after Monday 10:00, firings that began somebody's journey
AWAY = [
    (timedelta(hours=23), [MONDAY]),
    # later than a day after it: nobody, and the next Monday as ever
    (timedelta(hours=25), []),
    # three weeks: the newest alone, where its own day is not over
    (timedelta(days=21, hours=2), [MONDAY + timedelta(days=21)]),
    (timedelta(days=20), []),
]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("away", "expected"), AWAY)
def test_after_a_time_away_the_last_firing_alone_begins_within_its_grace(
    house: House, away: timedelta, expected: list[datetime]
) -> None:
    managers(house, 1)
    house.publish(weekly(f"{WEEKLY}reentry: always\n"))
    house.clock.move_to(MONDAY + away)
    house.turn()
    assert [row.at for row in house.rows(tables.firing, state="done")] == expected
    assert len(began(house)) == len(expected)
    passed = 1 + away // timedelta(days=7)
    told = sum(1 + row.skipped for row in house.rows(tables.firing) if row.state == "done")
    missed = house.rows(tables.firing, state="missed")
    assert told == (passed if expected else 0)
    assert bool(missed) is (passed > 1 or not expected)
    (waiting,) = house.rows(tables.firing, state="waiting")
    assert waiting.at > house.clock.now()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_publication_moves_and_removes_what_is_planned(house: House) -> None:
    house.publish(weekly())
    house.publish(weekly())
    assert stood(house) == [(MONDAY, "waiting", 0)]
    later = WEEKLY.replace("monday", "tuesday")
    house.publish(weekly(later))
    tuesday = MONDAY + timedelta(days=1)
    assert stood(house) == [(tuesday, "waiting", 0)]
    # A closed day moves it where the trigger says so.
    moved = later.replace('"10:00"}', '"10:00", closed: next}')
    calendar = (
        "calendar: default\nzone: Asia/Tokyo\nclosed: ['2026-05-19']\nwindows:\n"
        '  business: {days: mon-fri, hours: ["00:00-24:00"]}\n'
    )
    house.publish(weekly(moved, calendar=calendar))
    assert stood(house) == [(tuesday + timedelta(days=1), "waiting", 0)]
    house.publish(project(workflow("other", "- wait: 1d")))
    assert stood(house) == []
    assert upcoming(house.runtime) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_firing_under_way_whose_trigger_goes_is_cancelled(house: House) -> None:
    managers(house, 7)
    house.publish(weekly())
    house.clock.move_to(MONDAY)
    firings.run(house.runtime)
    house.publish(project(workflow("other", "- wait: 1d")))
    house.turn()
    assert stood(house) == [(MONDAY, "cancelled", 3)]
    assert len(began(house)) == 3


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_fires_within_a_day_wants_confirmation_once(house: House) -> None:
    managers(house, 3)
    soon = WEEKLY.replace("monday", "wednesday")
    policy = POLICY + "publish: {confirm_above: 2}\n"
    with pytest.raises(ConfirmationNeededError, match=r"3 people by a schedule") as caught:
        house.publish(weekly(soon, policy=policy))
    assert caught.value.total == 3
    assert stood(house) == []
    house.publish(weekly(soon, policy=policy), yes=3)
    # What was said yes to is not asked again; nor is what fires next week.
    house.publish(weekly(soon, policy=policy, t_x__more="---\nsubject: a\n---\n"))
    house.publish(weekly(policy=policy))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_firing_that_fails_is_put_off_and_holds_nobody_up(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    managers(house, 1)
    house.publish(weekly())
    house.clock.move_to(MONDAY)
    with monkeypatch.context() as patch:

        def broken(*about: Any) -> int:
            raise ValueError("no")

        patch.setattr(firings, "_start", broken)
        house.turn()
    assert (began(house), house.reasons(kind="failed")) == ([], [("failed", "cannot_decide")])
    house.after(hours=2)
    assert len(began(house)) == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_house_without_schedules_has_no_row(house: House) -> None:
    house.publish(project(workflow("other", "- wait: 1d")))
    with write(house.engine) as connection:
        assert connection.execute(delete(tables.firing)).rowcount == 0
