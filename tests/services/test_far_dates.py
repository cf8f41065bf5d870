"""Dates nobody can mean: they stop no journey, and no door lets new ones in."""

from __future__ import annotations

import pytest

from tests.services.house import House
from tests.services.project import POLICY, project, workflow

_POLICY = POLICY.replace("seats: number", "seats: number, renewal: date")


@pytest.mark.parametrize("renewal", ["9999-12-31", "0001-01-01"])
@pytest.mark.parametrize("offset", ["14d", "-14d", "3 business days"])
@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo"])
def test_a_field_of_a_date_nobody_means_does_not_stop_the_journey(
    house: House, renewal: str, offset: str, zone: str
) -> None:
    steps = f"- wait_until: {{contact.renewal: {offset}}}\n- {{id: one, send: x/one}}"
    house.publish(project(workflow("a", steps), policy=_POLICY))
    person = house.person(zone=zone, fields={"renewal": renewal})
    house.happens(person)
    house.turn()
    assert house.mails() == [("one", "sent", None)]


@pytest.mark.parametrize(
    "day", ["9999-12-31", "9999-12-31T23:59:59-11:00", "0001-01-01T00:00:00+14:00", "soon"]
)
def test_nor_does_such_a_date_in_an_event(house: House, day: str) -> None:
    steps = "- wait_until: {trigger.day: 1d}\n- {id: one, send: x/one}"
    head = "trigger: [{event: seminar.registered}]"
    house.publish(project(workflow("a", steps, head=head)))
    house.happens(house.person(), "seminar.registered", day=day)
    house.turn()
    assert house.mails() == [("one", "sent", None)]
