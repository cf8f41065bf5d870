"""The first day after a publication is played by the engine itself, on a copy."""

from __future__ import annotations

import pytest

from nurture.db import tables
from nurture.db.tables import metadata
from nurture.services.planning import make_plan
from nurture.simulate.first_day import first_day
from tests.services.house import House, make_house
from tests.services.project import project, workflow

OLD = "- {id: first, send: x/first}\n- {id: rest, wait: 5d}\n- {id: second, send: x/second}"
WARM = "trigger: [{temperature: warm, existing: enrol}]"


@pytest.fixture
def house(engine: object) -> House:
    """Return a house with three people under way, their first mail three and a half days old."""
    made = make_house(engine)  # type: ignore[arg-type]
    made.publish(project(workflow("a", OLD)))
    for number in range(3):
        company = made.company(f"株式会社{number}")
        made.happens(made.person(f"p{number}@aozora.example", account_id=company))
    made.after(days=3, hours=12)
    return made


def test_a_shorter_wait_brings_its_mails_a_day_earlier_and_ten_of_them_by_name(
    house: House,
) -> None:
    head = "trigger: [{event: page.viewed}]\nin_flight: migrate"
    files = project(workflow("a", OLD.replace("5d", "4d"), head), workflow("b", "- wait: 1d"))
    before = {table.name: house.rows(table) for table in metadata.sorted_tables}
    day = first_day(house.runtime, make_plan(house.runtime, files))
    assert day is not None
    assert (day.without, day.mails, day.concerned, day.sampled) == (0, 3, 3, False)
    assert day.changed == {"a · x/second": (0, 3)}
    assert {(one.company, one.mail, one.news) for one in day.names} == {
        (f"株式会社{number}", "x/second", True) for number in range(3)
    }
    assert {table.name: house.rows(table) for table in metadata.sorted_tables} == before
    assert len(house.to()) == 3


def test_whoever_matches_already_gets_the_first_mail_and_the_reason_says_so(house: House) -> None:
    for number in range(12):
        house.person(f"w{number}@aozora.example", temperature="warm")
    house.person("no@aozora.example", temperature="warm", consent=())
    steps = "- send: x/welcome"
    day = first_day(house.runtime, make_plan(house.runtime, project(
        workflow("a", OLD), workflow("w", steps, WARM))))  # fmt: skip
    assert day is not None
    assert (day.without, day.mails, len(day.names)) == (0, 12, 10)
    assert {one.reason for one in day.names} == {"enrolled_at_publish"}


def test_of_many_people_some_are_played_and_the_numbers_say_so(house: House) -> None:
    for number in range(30):
        house.person(f"w{number}@aozora.example", temperature="warm")
    files = project(workflow("a", OLD), workflow("w", "- send: x/welcome", WARM))
    plan = make_plan(house.runtime, files)
    day = first_day(house.runtime, plan, most=10)
    assert day is not None
    assert (day.concerned, day.played, day.sampled, day.mails) == (30, 10, True, 30)
    assert plan.counts.enrolled == {"w": 30}


def test_nothing_is_played_where_nothing_is_live_or_people_have_no_place(house: House) -> None:
    head = "trigger: [{event: page.viewed}]\nin_flight: migrate"
    gone = project(workflow("a", "- {id: first, send: x/first}", head))
    assert first_day(house.runtime, make_plan(house.runtime, gone)) is None
    assert len(house.rows(tables.release)) == 1
