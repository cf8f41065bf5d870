"""The audience of a world does what its rates say, asks what mails ask, and sleeps at night."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from nurture.domain.audience import Arrival, Audience, MailRates, Reading, Team
from nurture.domain.lifecycle import Temperature
from nurture.simulate import reading
from nurture.simulate.asks import Ask, asks_of
from nurture.simulate.dice import Dice, gap, late
from nurture.simulate.readers import Readers
from nurture.simulate.world import World
from tests.services.project import project, workflow

START = datetime(2026, 5, 12, 1, 0, tzinfo=UTC)
TOKYO = ZoneInfo("Asia/Tokyo")

HEARING = workflow(
    "w",
    """
- id: hearing
  send: x/hearing
- wait_for: [{form: hearing}, {reply: hearing}]
  within: 5d
  then: [{end: answered}]
- end: silent
""",
)


def audience(
    arrivals: tuple[Arrival, ...] = (), team: Team | None = None, **rates: float
) -> Audience:
    mail = dict.fromkeys(Temperature, MailRates(**rates))
    return Audience("test", mail, arrivals, Reading(), team or Team())


def world_with(
    people: int, readers: Audience, *workflows: str, seed: int = 1, days: int = 10
) -> World:
    world = World.of(project(*workflows), START)
    for n in range(people):
        someone = world.add_contact(email=f"p{n}@a.example", name="田中花子", company="青空")
        world.happens(someone, "page.viewed")
    world.actors.append(Readers(world, readers, seed, START + timedelta(days=days)))
    world.run_for(days=days)
    return world


def happened(world: World) -> Counter[str]:
    return Counter(one.type for one in reading.occurrences(world.engine))


def test_rates_come_true_on_average() -> None:
    world = world_with(300, audience(open=0.4, click=0.2, reply=0.1, unsubscribe=0.05), HEARING)
    seen = happened(world)
    # three times the standard deviation of so many throws, and no more
    assert abs(seen["email.opened"] - 120) < 26
    assert abs(seen["email.clicked"] - 60) < 21
    assert abs(seen["email.replied"] - 30) < 16
    assert abs(seen["contact.unsubscribed"] - 15) < 12


def test_who_converts_does_what_the_mail_waits_for() -> None:
    world = world_with(5, audience(open=1, click=1, convert=1), HEARING)
    asked = reading.occurrences(world.engine, types=["form.submitted"])
    assert [dict(one.properties) for one in asked] == [{"form": "hearing"}] * 5
    assert {one.outcome for one in reading.journeys(world.engine)} == {"answered"}


def test_nobody_reads_at_night() -> None:
    world = world_with(60, audience(open=1), HEARING)
    hours = {
        one.at.astimezone(TOKYO).hour
        for one in reading.occurrences(world.engine, types=["email.opened"])
    }
    assert hours <= set(range(7, 23))
    assert len(hours) > 3


def test_who_bounces_does_nothing_else() -> None:
    world = world_with(3, audience(open=1, click=1, reply=1, bounce=1), HEARING)
    seen = happened(world)
    assert seen["email.bounced"] == 3
    assert not seen["email.opened"] + seen["email.clicked"] + seen["email.replied"]


def test_people_come_by_as_often_as_their_temperature_does() -> None:
    shares = {Temperature.COLD: 0.5, Temperature.WARM: 1.0, Temperature.HOT: 1.0}
    comes = Arrival("trial.started", {"plan": "team"}, timedelta(days=10), shares)
    world = world_with(200, audience((comes,)), days=10)
    seen = reading.occurrences(world.engine, types=["trial.started"])
    assert abs(len(seen) - 100) < 30
    assert {one.properties["plan"] for one in seen} == {"team"}


def test_our_own_people_do_their_tasks_and_log_their_calls() -> None:
    calls = workflow("w", "- task: {for: owner, title: 電話, due: 24h, kind: call}")
    team = Team(done=1, qualified=1, no_answer=0)
    world = world_with(4, audience(team=team), calls)
    assert {one.state for one in reading.tasks(world.engine)} == {"done"}
    assert happened(world)["call.logged"] == 4
    idle = world_with(4, audience(team=Team(done=0)), calls)
    assert {one.state for one in reading.tasks(idle.engine)} == {"open"}


def test_the_same_seed_is_the_same_life_and_another_one_another() -> None:
    def life(seed: int) -> list[tuple[str, datetime]]:
        world = world_with(20, audience(open=0.5, click=0.3), HEARING, seed=seed)
        return [(one.type, one.at) for one in reading.occurrences(world.engine)]

    assert life(7) == life(7)
    assert life(7) != life(8)


@pytest.mark.parametrize(
    ("steps", "head", "asked"),
    [
        # a wait right behind the mail
        (
            "- send: x/m\n- wait_for: [{form: hearing}]\n  within: 1d",
            "",
            Ask("form.submitted", {"form": "hearing"}),
        ),
        # behind a branch; what others do is passed over
        (
            "- send: x/m\n- branch:\n  - if: {score: '> 1'}\n    steps:\n"
            "      - wait_for:\n        - event: call.logged\n"
            "        - {event: page.viewed, where: {page: pricing}}\n        within: 1d",
            "",
            Ask("page.viewed", {"page": "pricing"}),
        ),
        # one of several values: the first
        (
            "- send: x/m\n- wait_for:\n  - event: form.submitted\n"
            "    where: {form: [quote, consultation]}\n  within: 1d",
            "",
            Ask("form.submitted", {"form": "quote"}),
        ),
        # no wait, but a goal that the reader reaches
        ("- send: x/m", "goal: {form: quote}", Ask("form.submitted", {"form": "quote"})),
        # the wait belongs to the next mail
        ("- send: x/m\n- send: x/n\n- wait_for: [{form: hearing}]\n  within: 1d", "", None),
        # nothing that can be read from the file
        ("- send: x/m\n- wait_for: [{reply: x/m}]\n  within: 1d", "", None),
    ],
)
def test_what_a_mail_asks_is_read_from_its_journey(
    steps: str, head: str, asked: Ask | None
) -> None:
    trigger = "trigger: [{event: page.viewed}]\n"
    world = World.of(project(workflow("w", steps, trigger + head)), START)
    assert asks_of(world.definitions).get(("w", "x/m")) == asked


def test_dice_depend_on_seed_and_occasion_alone() -> None:
    first, again, other = (Dice(seed).about("a", 1) for seed in (1, 1, 2))
    drawn = [next(first) for _ in range(20)]
    assert drawn == [next(again) for _ in range(20)]
    assert drawn != [next(other) for _ in range(20)]
    assert all(0 <= one < 1 for one in drawn)


def test_delays_have_the_median_that_is_asked_for() -> None:
    assert late(0.5, 60.0) == pytest.approx(60.0)
    assert late(0.1, 60.0) < 20 < 200 < late(0.9, 60.0)
    draws = Dice(1).about("gaps")
    assert sum(gap(next(draws), 5.0) for _ in range(4000)) / 4000 == pytest.approx(5.0, rel=0.05)


def test_a_mail_that_is_too_old_is_read_by_nobody() -> None:
    patient = audience(open=1)
    hasty = Audience(
        "hasty", patient.mail, reading=Reading(timedelta(hours=4), timedelta(minutes=1))
    )
    assert happened(world_with(20, patient, HEARING))["email.opened"] > 10
    assert happened(world_with(20, hasty, HEARING))["email.opened"] < 3


def test_what_answers_a_request_is_unsubscribed_by_nobody() -> None:
    asked = workflow(
        "w", "- {id: it, send: receipt/it}", "purpose: service\ntrigger: [{event: page.viewed}]"
    )
    leaving = audience(open=1, unsubscribe=1)
    assert happened(world_with(5, leaving, asked))["contact.unsubscribed"] == 0
    assert happened(world_with(5, leaving, HEARING))["contact.unsubscribed"] == 5


def test_what_an_audience_may_do_is_what_it_comes_by_for_and_what_mails_ask() -> None:
    comes = Arrival("trial.started", {}, timedelta(days=10), {Temperature.COLD: 0.1})
    world = World.of(project(HEARING), START)
    readers = Readers(world, audience((comes,)), 1, START)
    assert readers.possible == {"trial.started", "form.submitted"}
    # Nothing is asked by a journey without mails, and a seminar that no file has is held by nobody.
    empty = World.of(project(workflow("w", "- wait: 1d")), START)
    registers = Arrival("seminar.registered", {}, timedelta(days=10), {Temperature.COLD: 0.1})
    assert Readers(empty, audience((registers,)), 1, START).possible == {"seminar.registered"}


@pytest.mark.parametrize("fraction", [0.0, 0.5, 0.99])
def test_dice_are_late_by_more_the_higher_they_fall(fraction: float) -> None:
    assert late(fraction, 60.0) <= late(min(fraction + 0.005, 0.999), 60.0)
    assert gap(fraction, 5.0) >= 0
