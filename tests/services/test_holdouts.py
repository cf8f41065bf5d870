"""Holdouts on a real database: who gets nothing, and whose goal is looked for how long."""

from __future__ import annotations

from datetime import timedelta

from nurture.db import tables
from nurture.db.engine import read
from nurture.domain.holdout import HELD_OUT, TREATED, LiftState
from nurture.services.explain import explain
from nurture.services.holdout_results import HoldoutResult, holdout_results_at
from tests.services.house import House
from tests.services.project import project, workflow

HEAD = """
trigger: [{event: page.viewed}]
goal: {form: quote}
holdout: {share: 50, within: 10d}
"""


def letters(head: str = HEAD, steps: str = "- send: x/letter\n- wait: 2d") -> str:
    return workflow("letters", steps, head)


def came(house: House, number: int, first: int = 0) -> dict[int, str]:
    """Let new people come; return whose group is which."""
    people = [house.person(f"p{first + n}@aozora.example") for n in range(number)]
    for one in people:
        house.happens(one)
    house.turn()
    rows = house.rows(tables.experiment_member)
    return {row.contact_id: row.variant for row in rows if row.contact_id in people}


def result(house: House) -> HoldoutResult:
    with read(house.engine) as connection:
        return holdout_results_at(house.runtime, connection, "letters")[0]


def of(groups: dict[int, str], name: str) -> list[int]:
    return [one for one, group in groups.items() if group == name]


def test_those_held_out_get_nothing_and_it_is_said_why(house: House) -> None:
    house.publish(project(letters()))
    groups = came(house, 16)
    held, treated = of(groups, HELD_OUT), of(groups, TREATED)
    assert held
    assert treated
    assert {row.contact_id for row in house.rows(tables.message)} == set(treated)
    assert house.enrolments(contact_id=held[0]) == [("letters", "ended", "held_out")]
    assert ("not_enrolled", "held_out") in house.reasons(contact_id=held[0])
    why = explain(house.runtime, held[0], "ja")
    assert "対照群" in why.journeys[0].why
    assert why.mails == []


def test_who_comes_back_stays_in_their_group_without_another_row(house: House) -> None:
    house.publish(project(letters()))
    groups = came(house, 12)
    for one in groups:
        house.happens(one)
    house.turn()
    held = of(groups, HELD_OUT)
    assert len(house.rows(tables.enrolment, contact_id=held[0])) == 1
    house.after(days=11)
    for one in groups:
        house.happens(one)
    house.turn()
    assert [state for _, _, state in house.enrolments(contact_id=held[0])] == ["held_out"] * 2
    assert {row.contact_id: row.variant for row in house.rows(tables.experiment_member)} == groups


def test_the_goal_is_looked_for_in_both_groups_also_after_the_journey(house: House) -> None:
    house.publish(project(letters()))
    groups = came(house, 16)
    house.after(days=5)  # the journeys ended after two days
    held, treated = of(groups, HELD_OUT), of(groups, TREATED)
    for one in (*held[:2], *treated[:3]):
        house.happens(one, "form.submitted", form="quote")
    house.happens(treated[3], "form.submitted", form="other")
    house.turn()
    assert result(house).so_far == (3, 2)
    house.after(days=6)
    house.happens(held[2], "form.submitted", form="quote")  # too late
    house.turn()
    found = result(house).lift
    assert (found.treated.observed, found.treated.successes) == (len(treated), 3)
    assert (found.held_out.observed, found.held_out.successes) == (len(held), 2)
    assert found.state is LiftState.EARLY


def test_a_goal_that_is_a_state_counts_for_both_groups(house: House) -> None:
    house.publish(project(letters(HEAD.replace("{form: quote}", "{budget: large}"))))
    groups = came(house, 12)
    for one in (of(groups, HELD_OUT)[0], of(groups, TREATED)[0]):
        house.change(tables.contact, one, fields={"budget": "large"})
        house.happens(one)
    house.turn()
    assert result(house).so_far == (1, 1)
    ended = house.enrolments(contact_id=of(groups, TREATED)[0])[0]
    assert ended == ("letters", "ended", "converted")


def test_a_publication_holds_out_its_share_of_those_who_match_already(house: House) -> None:
    for n in range(16):
        house.person(f"p{n}@aozora.example", temperature="warm")
    head = HEAD.replace("{event: page.viewed}", "{temperature: warm, existing: enrol}")
    house.publish(project(letters(head)))
    house.turn()
    outcomes = {outcome for _, _, outcome in house.enrolments()}
    assert outcomes == {None, "held_out"}
    rows = house.rows(tables.experiment_member)
    held = [row.contact_id for row in rows if row.variant == HELD_OUT]
    assert len(rows) == 16
    assert not {row.contact_id for row in house.rows(tables.message)} & set(held)
    assert house.reasons(contact_id=held[0])[0] == ("not_enrolled", "held_out")


def test_without_a_holdout_nobody_is_held_out_and_the_old_result_stays(house: House) -> None:
    house.publish(project(letters()))
    came(house, 8)
    house.publish(project(letters("trigger: [{event: page.viewed}]\ngoal: {form: quote}")))
    before = len(house.rows(tables.enrolment))
    people = [house.person(f"q{n}@aozora.example") for n in range(8)]
    for one in people:
        house.happens(one)
    house.turn()
    new = house.rows(tables.enrolment)[before:]
    assert [row.outcome for row in new] == [None] * 8
    found = result(house)
    assert (found.live, found.within) == (False, timedelta(days=10))
