"""The fictional company: its site, its seminars, its salespeople, and who comes by."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from nurture.db.demo_people import OpenTask
from nurture.demo.dice import Dice
from nurture.demo.readers import person_of
from nurture.demo.salespeople import Salespeople
from nurture.demo.seminars import Seminars
from nurture.demo.site import Site
from nurture.demo.temperament import Mood, Temperament, temperament_of
from nurture.demo.visitors import Visit, customer, is_customer, spontaneous
from nurture.errors import NurtureError
from tests.demo.worlds import HOURS, MONDAY

ROOT = Path(__file__).parents[2]
SITE = Site.read(ROOT / "examples/site.yaml")
DICE = Dice(2026)
SALES = Salespeople(DICE, HOURS)
MONTH = timedelta(days=30)


def eager() -> Temperament:
    """Return a reader who does whatever a page offers."""
    return replace(temperament_of(DICE, "a@sample.example"), acts=1.0, strolls=0.0)


def address_of(mood: Mood) -> str:
    """Return somebody of a mood."""
    every = (f"r{number}@sample.example" for number in range(1000))
    return next(one for one in every if temperament_of(DICE, one).mood is mood)


def task(kind: str = "call", lifecycle: str = "mql", mood: Mood = Mood.KEEN) -> OpenTask:
    """Return an open task of a Monday morning."""
    return OpenTask(3, kind, MONDAY, address_of(mood), "ja", lifecycle, None, None)


def done(one: OpenTask, after: timedelta = MONTH) -> list[Visit]:
    """Return what the salespeople make of a task."""
    return list(SALES.work([one], MONDAY + after))


def test_a_link_to_the_company_is_a_page_and_any_other_is_none() -> None:
    assert SITE.page_at("https://www.nurture.example/pricing") == "/pricing"
    assert SITE.page_at("https://www.nurture.example/pricing?utm_source=mail") == "/pricing"
    assert SITE.page_at("https://www.nurture.example/not-there") is None
    assert SITE.page_at("https://elsewhere.example/pricing") is None
    assert SITE.page_at("") is None


def test_every_page_that_a_page_leads_to_is_there() -> None:
    assert {path for page in SITE.pages.values() for path in page.next} <= set(SITE.pages)


def test_a_visit_is_seen_and_what_is_done_there_carries_its_title_in_the_readers_language() -> None:
    deeds = list(
        SITE.visit("/documents/automation-guide", "a@b.example", "en", eager(), DICE.about(1))
    )
    assert [deed.type for deed in deeds] == ["page.viewed", "document.downloaded"]
    assert deeds[1].properties["title"] == "The beginner's guide to automation"
    assert deeds[1].properties["kind"] == "whitepaper"


@pytest.mark.parametrize("text", ["pages: [", "site: https://x.example", "pages: {/: 3}"])
def test_a_broken_site_is_an_error_that_names_the_file(tmp_path: Path, text: str) -> None:
    path = tmp_path / "site.yaml"
    path.write_text(text)
    with pytest.raises(NurtureError, match=r"site\.yaml"):
        Site.read(path)


def test_one_registers_for_a_seminar_of_the_future_on_a_business_day() -> None:
    seminars = Seminars(HOURS, MONDAY)
    now = MONDAY
    for _ in range(5):
        session = seminars.next_session("paper-and-excel", now)
        assert session.ends - now > timedelta(hours=24)
        assert HOURS.is_business_day(HOURS.day_of(session.ends))
        assert str(HOURS.day_of(session.ends)) in session.name
        now = session.ends


def test_a_call_task_is_taken_up_in_time_and_only_once_its_turn_has_come() -> None:
    assert not done(task(), timedelta(0))
    due = [len(done(task(), timedelta(hours=hours))) > 0 for hours in range(25)]
    assert due[24]
    assert due == sorted(due)


def test_a_qualified_call_carries_budget_authority_need_and_timeline() -> None:
    calls = [
        visit.deed.properties
        for number in range(60)
        for visit in SALES.work(
            [OpenTask(1, "call", MONDAY, f"r{number}@sample.example", "ja", "mql", None, None)],
            MONDAY + MONTH,
        )
        if visit.deed.type == "call.logged"
    ]
    qualified = [one for one in calls if one["result"] == "qualified"]
    assert len(calls) == 60
    assert qualified
    assert all({"budget", "authority", "need", "timeline"} <= set(one) for one in qualified)


def test_what_follows_a_call_follows_in_order_and_at_the_desk() -> None:
    followed = [
        list(visits)
        for number in range(60)
        if len(
            visits := list(
                SALES.work(
                    [OpenTask(1, "call", MONDAY, f"r{number}@s.example", "ja", "mql", None, None)],
                    MONDAY + MONTH,
                )
            )
        )
        > 3
    ]
    assert followed
    for visits in followed:
        moments = [visit.at for visit in visits]
        assert moments == sorted(moments)
        assert all(HOURS.is_business_day(HOURS.day_of(moment)) for moment in moments[1:])


def test_nobody_is_pursued_who_is_no_qualified_lead() -> None:
    assert [visit.deed.type for visit in done(task(lifecycle="customer"))] == ["call.logged"]


def test_tasks_that_are_no_calls_are_reported_done() -> None:
    assert [visit.deed.type for visit in done(task(kind="reply"))] == ["task.completed"]


def test_an_introduction_is_called_contacted_and_brought_to_an_end() -> None:
    one = OpenTask(9, "call", MONDAY, "a@b.example", "ja", "customer", "referrer-updates", "R-7")
    types = [visit.deed.type for visit in done(one)]
    assert types[:2] == ["call.logged", "referral.contacted"]
    assert types[2] in {"referral.won", "referral.lost", "referral.declined"}
    assert all(visit.deed.properties["referral"] == "R-7" for visit in done(one))


def test_the_same_people_come_by_at_the_same_moments() -> None:
    for number in range(50):
        person = person_of(DICE, f"r{number}@sample.example", "ja", HOURS.day_of(MONDAY), 100)
        first = list(spontaneous(DICE, HOURS, SITE, person, MONDAY, 100))
        assert first == list(spontaneous(DICE, HOURS, SITE, person, MONDAY, 100))
        assert all(MONDAY < visit.at < MONDAY + timedelta(days=101) for visit in first)


def test_only_old_acquaintances_are_customers_and_their_contract_is_older_than_the_run() -> None:
    assert not any(is_customer(DICE, f"r{n}@sample.example", "opt_in") for n in range(100))
    known = [f"r{n}@sample.example" for n in range(100)]
    bought = [one for one in known if is_customer(DICE, one, "business_relationship")]
    assert 10 < len(bought) < 60
    person = person_of(DICE, bought[0], "ja", HOURS.day_of(MONDAY), 100)
    won = next(iter(customer(DICE, HOURS, person, MONDAY, 100)))
    assert won.deed.type == "deal.won"
    assert won.deed.occurred_at is not None
    assert won.deed.occurred_at < MONDAY
