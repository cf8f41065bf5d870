"""What a reader's program sees in a mail, and what machines ask for when it arrives."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from nurture.demo.dice import Dice
from nurture.demo.letter import read_letter
from nurture.demo.machines import Hit, at_the_desk, on_arrival
from nurture.demo.readers import Person, person_of
from nurture.demo.temperament import Gateway
from tests.demo.worlds import BASE, stored

LETTER = read_letter(stored(), BASE)


def guarded(gateway: Gateway | None, prefetches: bool = False) -> Person:
    """Return somebody behind a scanner."""
    person = person_of(Dice(1), "hayashi@sample.example", "ja", date(2026, 4, 6), 100)
    temperament = replace(person.temperament, prefetches=prefetches)
    return replace(person, gateway=gateway, temperament=temperament)


def test_a_letter_shows_its_links_once_and_in_order() -> None:
    assert LETTER.links == (f"{BASE}/c/AAA", f"{BASE}/c/BBB")


def test_the_hidden_link_is_none_that_a_person_sees() -> None:
    assert LETTER.hidden == (f"{BASE}/c/TRAP",)
    assert LETTER.hidden[0] not in LETTER.links


def test_pictures_from_elsewhere_are_not_loaded() -> None:
    assert LETTER.pixels == (f"{BASE}/o/OOO.gif",)


def test_the_way_out_is_the_header_and_the_link_in_the_footer() -> None:
    assert (LETTER.one_click, LETTER.leave_page) == (f"{BASE}/u/UUU", f"{BASE}/u/UUU")


def test_without_one_click_headers_there_is_no_button_to_press() -> None:
    assert read_letter(stored(unsubscribe=""), BASE).one_click == ""


def test_a_letter_knows_whom_to_answer() -> None:
    assert (LETTER.sender, LETTER.message_id) == (
        "sato@nurture.example",
        "<n7.mail@nurture.example>",
    )


@pytest.mark.parametrize(
    ("gateway", "methods", "follows_the_trap"),
    [
        # nobody stands before the reader
        (None, set(), False),
        # asks for every link's head, and finds no hidden one
        (Gateway.HEADS, {"HEAD"}, False),
        # names itself and follows everything
        (Gateway.NAMED, {"GET"}, True),
        # looks like a browser and follows everything
        (Gateway.DISGUISED, {"GET"}, True),
        # acts later, when people are at their desks
        (Gateway.PATIENT, set(), False),
    ],
)
def test_scanners_act_at_once(
    gateway: Gateway | None, methods: set[str], follows_the_trap: bool
) -> None:
    hits = list(on_arrival(Dice(1), guarded(gateway), LETTER))
    assert {hit.method for hit in hits} == methods
    assert any(hit.url in LETTER.hidden for hit in hits) is follows_the_trap
    if hits:
        assert {hit.url for hit in hits} >= set(LETTER.links)


def test_a_patient_scanner_looks_at_everything_later() -> None:
    urls = {hit.url for hit in at_the_desk(guarded(Gateway.PATIENT), LETTER)}
    assert urls == {*LETTER.links, *LETTER.hidden, *LETTER.pixels}
    assert not list(at_the_desk(guarded(Gateway.HEADS), LETTER))


def test_a_privacy_proxy_loads_the_picture_and_says_no_more_than_mozilla() -> None:
    hits = list(on_arrival(Dice(1), guarded(None, prefetches=True), LETTER))
    assert hits == [Hit("GET", f"{BASE}/o/OOO.gif", "Mozilla/5.0", "privacy proxies")]
