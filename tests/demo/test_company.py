"""The fictional company's site, and who comes by without a mail."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from nurture.demo.customers import Customers
from nurture.demo.dice import Dice
from nurture.demo.readers import person_of
from nurture.demo.site import Site
from nurture.demo.temperament import Temperament, temperament_of
from nurture.demo.visitors import is_customer, spontaneous
from nurture.errors import NurtureError
from tests.demo.worlds import HOURS, MONDAY

ROOT = Path(__file__).parents[2]
SITE = Site.read(ROOT / "examples/site.yaml")
DICE = Dice(2026)


def eager() -> Temperament:
    """Return a reader who does whatever a page offers."""
    return replace(temperament_of(DICE, "a@sample.example"), acts=1.0, strolls=0.0)


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
    assert 60 < len(bought) < 98
    won = next(iter(Customers(DICE, HOURS, bought).life(bought[0], MONDAY, 100)))
    assert won.deed.type == "deal.won"
    assert won.deed.occurred_at is not None
    assert won.deed.occurred_at < MONDAY
