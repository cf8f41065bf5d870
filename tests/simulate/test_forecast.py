"""A forecast counts what happened, says what held mails back, and is the same every time."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from nurture.db.tables import message
from nurture.domain.audience import Arrival, Audience, MailRates
from nurture.domain.lifecycle import Temperature
from nurture.errors import NurtureError
from nurture.services.import_contacts import ImportOptions
from nurture.simulate.forecast import Forecast
from nurture.simulate.learning import WEIGHT, learn
from nurture.simulate.plots import columns
from nurture.simulate.report import as_page
from nurture.simulate.run import (
    default_audience,
    simulate,
    world_of_house,
    world_of_list,
)
from nurture.simulate.words import LABELS, Speech
from nurture.simulate.world import Project
from tests.services.house import make_house
from tests.services.project import CALENDAR, project, workflow

#: a Monday, 0:00 in Tokyo
START = datetime(2026, 5, 10, 15, 0, tzinfo=UTC)

LETTERS = workflow(
    "letters",
    "- send: x/one\n- wait: 1d\n- send: x/two\n- wait: 1d\n- send: x/three\n- end: done",
    head="trigger: [{event: contact.created}]\npriority: 10\ndelivery: {window: office}",
)
URGENT = workflow(
    "urgent",
    "- send: x/urgent\n- end: done",
    head="trigger: [{event: contact.created}]\npriority: 40\ndelivery: {window: office}",
)
CAPS = "  - {id: day, per: contact, mails: 1, within: 1d}"

HEAD = "会社名,氏名,メールアドレス,同意根拠,取得元,取得日"


def people(path: Path, count: int, shuffled: bool = False) -> Path:
    rows = [
        f"青空{n // 3},田中 花{n},p{n}@a{n // 3}.example,名刺交換,展示会,2026-03-01"
        for n in range(count)
    ]
    if shuffled:
        random.Random(1).shuffle(rows)
    path.write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
    return path


def run(
    path: Path, *workflows: str, days: int = 10, seed: int = 1, more_than: int = 3,
    audience: Audience | None = None,
) -> Forecast:  # fmt: skip
    checked = Project.of(project(*workflows, caps=CAPS), START)
    world, _ = world_of_list(checked, path, START, ImportOptions())
    return simulate(world, audience or default_audience(), days, seed, more_than).forecast


def silent() -> Audience:
    return Audience("silent", dict.fromkeys(Temperature, MailRates()))


def test_days_steps_and_what_held_mails_back(tmp_path: Path) -> None:
    found = run(people(tmp_path / "l.csv", 4), LETTERS, URGENT, audience=silent(), more_than=2)
    assert [day.sent for day in found.by_day[:5]] == [4, 4, 4, 4, 0]
    assert found.by_day[0].date == "2026-05-11"
    lines = {one.step: (one.sent, one.hours) for one in found.steps}
    # decided at midnight, sent when the office opens; the letter a day later
    assert lines["x/urgent"] == (4, 9.0)
    assert lines["x/one"] == (4, 33.0)
    held = {(one.reason, one.which): (one.mails, one.average) for one in found.held}
    assert held["window", "office"] == (8, 9.0)
    assert held["cap", "day"][0] == 4
    (beaten,) = found.beaten
    assert (beaten.first, beaten.waited, beaten.mails) == ("urgent", "letters", 4)
    assert found.crowded == 4
    assert found.crowd[0].mails == 4
    assert {one.workflow: one.outcomes for one in found.workflows} == {
        "letters": {"done": 4},
        "urgent": {"done": 4},
    }


def test_a_mail_whose_journey_ends_waits_no_longer(tmp_path: Path) -> None:
    leaves = workflow(
        "leaves",
        "- send: x/urgent\n- end: done",
        head="trigger: [{event: contact.created}]\npriority: 40\nexit: [{event: trial.started}]",
    )
    comes = Arrival("trial.started", {}, timedelta(days=1), dict.fromkeys(Temperature, 1.0))
    keen = replace(silent(), arrivals=(comes,))
    shut = leaves + "delivery: {window: office}\n"
    calendar = CALENDAR + 'closed: ["05-02..05-30"]\n'
    checked = Project.of(project(shut, calendar=calendar), START)
    world, _ = world_of_list(checked, people(tmp_path / "l.csv", 3), START, ImportOptions())
    found = simulate(world, keen, 15, 1).forecast
    (held,) = found.held
    assert (held.mails, held.dropped, found.dropped) == (3, 3, {"enrolment_over": 3})
    assert held.longest < 15 * 24


def test_the_same_seed_gives_the_same_bytes_in_whatever_order_people_stand(tmp_path: Path) -> None:
    keen = Audience(
        "keen",
        dict.fromkeys(Temperature, MailRates(open=0.7, click=0.4, reply=0.1, unsubscribe=0.05)),
        default_audience().arrivals,
    )

    def as_bytes(shuffled: bool, seed: int = 1) -> bytes:
        path = people(tmp_path / f"{shuffled}.csv", 30, shuffled)
        found = run(path, LETTERS, URGENT, seed=seed, audience=keen)
        return json.dumps(found.as_json(), ensure_ascii=False).encode()

    first = as_bytes(False)
    assert first == as_bytes(False)
    assert first == as_bytes(True)
    assert first != as_bytes(False, seed=2)


def test_bad_rows_are_left_out_and_nobody_at_all_is_refused(tmp_path: Path) -> None:
    path = people(tmp_path / "l.csv", 2)
    path.write_text(
        path.read_text("utf-8") + "x,y,not-an-address,,,\n青空,田中\n", encoding="utf-8"
    )
    checked = Project.of(project(LETTERS), START)
    _, report = world_of_list(checked, path, START, ImportOptions())
    assert (report.created, report.rejected) == (2, 2)
    assert [line for line, _ in report.faults] == [4, 5]
    assert sorted(one.name for one in tmp_path.iterdir()) == ["l.csv"]
    path.write_text(f"{HEAD}\n", encoding="utf-8")
    with pytest.raises(NurtureError, match="holds no contacts"):
        world_of_list(checked, path, START, ImportOptions())
    path.write_text(f"{HEAD}\n,,nobody,,,\n", encoding="utf-8")
    with pytest.raises(NurtureError, match="no row"):
        world_of_list(checked, path, START, ImportOptions())


@pytest.mark.parametrize("days", [0, -3, 367])
def test_no_days_and_years_are_refused(tmp_path: Path, days: int) -> None:
    with pytest.raises(NurtureError, match="cannot be simulated"):
        run(people(tmp_path / "l.csv", 1), LETTERS, days=days)


def test_a_house_is_simulated_with_new_files_and_stays_as_it_is(engine: Engine) -> None:
    house = make_house(engine)
    house.publish(project(LETTERS))
    with pytest.raises(NurtureError, match="no contacts"):
        world_of_house(house.runtime)
    someone = house.person()
    house.happens(someone, "form.submitted", form="quote")
    house.turn()
    before = house.mails()
    changed = Project.of(
        project(LETTERS, workflow("new", "- send: x/new", head="trigger: [{temperature: warm}]")),
        house.clock.now(),
    )
    found = simulate(world_of_house(house.runtime, changed), silent(), 5, 1).forecast
    assert (found.contacts, found.by_day[0].date) == (1, "2026-05-12")
    assert house.mails() == before
    # begun at ten in the morning: five days touch six dates, and no mail falls between them
    assert (found.days, len(found.by_day)) == (5, 6)
    assert found.sent == sum(one.sent for one in found.steps)


def test_habits_are_learnt_and_thin_history_says_little(engine: Engine) -> None:
    house = make_house(engine)
    house.publish(project(workflow("w", "- send: x/first")))
    readers = [house.person(f"p{n}@a.example") for n in range(10)]
    for one in readers:
        house.happens(one)
    house.turn()
    house.after(hours=1)
    mails = [row.id for row in house.rows(message)]
    for mail in mails[:5]:
        house.click(mail, network=f"192.0.2.{mail}")
    house.after(days=5)
    usual = default_audience()
    learnt = learn(house.runtime, usual)
    cold = learnt.mail[Temperature.COLD]
    assert learnt.learnt[Temperature.COLD] == 10
    expected = (5 + WEIGHT * usual.mail[Temperature.COLD].click) / (10 + WEIGHT)
    assert cold.click == pytest.approx(expected)
    assert learnt.mail[Temperature.HOT] == usual.mail[Temperature.HOT]
    assert learnt.arrivals == usual.arrivals


@pytest.mark.parametrize("locale", ["ja", "en"])
def test_the_page_stands_alone_and_escapes_what_people_wrote(tmp_path: Path, locale: str) -> None:
    risky = LETTERS.replace("title: letters", "title: '<b>&letters'")
    found = run(people(tmp_path / "l.csv", 3), risky, days=20)
    page = as_page(found, default_audience(), locale)
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "")
    assert "&lt;b&gt;&amp;letters" in page
    assert "<b>&letters" not in page
    assert f'lang="{locale}"' in page
    assert 'name="viewport"' in page
    assert "prefers-color-scheme: dark" in page
    assert page == as_page(found, default_audience(), locale)


def test_columns_fill_the_plot_and_their_scale_is_round() -> None:
    rows = [(str(n), {"cold": n, "hot": 1}) for n in range(40)]
    plot = columns(rows, ("cold", "hot"), {"cold": "Cold", "hot": "Hot"})
    assert [number for _, number in plot.ticks] == [0, 10, 20, 30, 40]
    assert all(0 <= one.x <= 100 and 0 <= one.y <= 100 and one.height > 0 for one in plot.pieces)
    assert max(100 - one.y for one in plot.pieces) == 100
    assert len(plot.labels) <= 7
    assert columns([], ("cold",), {"cold": "Cold"}).empty


def test_every_label_is_there_in_both_languages() -> None:
    for japanese, english in LABELS.values():
        assert japanese
        assert english
        assert set(_blanks(japanese)) == set(_blanks(english))
    assert Speech("ja_JP").span(60) == "2.5日"
    assert Speech("en").span(5) == "5.0 h"


def _blanks(text: str) -> list[str]:
    return [part.split("}")[0].split(":")[0] for part in text.split("{")[1:]]


def test_a_forecast_is_made_without_the_moment_of_the_machine(tmp_path: Path) -> None:
    found = run(people(tmp_path / "l.csv", 2), LETTERS, days=3)
    assert found.start == "2026-05-11T00:00:00+09:00"
    assert timedelta(days=found.days) == timedelta(days=3)
