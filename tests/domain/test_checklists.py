"""Checklists: each item answered by what is there, each no with what to do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from nurture.domain.benchmarks import BENCHMARKS, advice, beside
from nurture.domain.checklists import Setup, checklists
from nurture.language import in_language
from tests.domain.books import ask, book, referral

NOW = datetime(2026, 5, 12, tzinfo=UTC)
ONE = ["default"]
READY = Setup(
    now=NOW, programs=ONE, with_ideal=ONE, with_benefit=ONE, both_sides=ONE, with_rules=ONE,
    with_mail_text=ONE, with_sns_text=ONE, with_script=ONE, with_timing=ONE, with_handler=ONE,
    contact_in_time=ONE, report_in_time=ONE, surveys=1, asking=["referral-ask"],
    reporting=["referrer-updates"], thanking=["referrer-updates"],
    result_at=NOW - timedelta(days=5), nps_at=NOW - timedelta(days=60), candidates=4, asks=3,
    referrals=3, contacts_due=3, contacts_kept=3, report_goes=True,
    owner="mori", reviewed_at=NOW - timedelta(days=20),
)  # fmt: skip


def _done(setup: Setup) -> dict[str, int]:
    return {one.key: one.done for one in checklists(setup)}


def test_a_house_where_all_is_there_is_ready() -> None:
    assert _done(READY) == {"conditions": 4, "start": 6, "operation": 7}


def test_an_empty_house_is_told_what_to_do_for_each_item_in_both_languages() -> None:
    found = checklists(Setup(now=NOW))
    assert [len(one.items) for one in found] == [4, 6, 7]
    assert [one.done for one in found] == [0, 0, 0]
    for item in (item for one in found for item in one.items):
        assert item.to_do is not None
        assert in_language(item.to_do, "ja") != str(item.to_do)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        # no report for longer than a month and some grace: no routine
        ({"result_at": NOW - timedelta(days=46)}, (4, 5, 7)),
        ({"nps_at": None}, (4, 5, 7)),
        ({"candidates": 0}, (4, 5, 7)),
        # one of two programmes without an ideal customer: the condition still has one
        ({"programs": ["default", "partners"]}, (4, 6, 6)),
        ({"without_owner": 1}, (4, 6, 6)),
        ({"with_sns_text": []}, (4, 6, 6)),
        # somebody waits longer than promised: reports, and follow-up
        ({"late": 1}, (3, 6, 6)),
        # a contact that came late stays late, however it ended
        ({"contacts_kept": 2}, (4, 6, 6)),
        ({"uncleared_cash": ONE}, (4, 6, 6)),
        ({"owner": ""}, (4, 6, 6)),
        ({"report_goes": False}, (3, 5, 6)),
        ({"reviewed_at": None}, (3, 6, 6)),
        ({"asks_of_detractors": 1}, (3, 6, 7)),
        ({"both_sides": []}, (3, 6, 7)),
    ],
)
def test_what_is_missing_turns_its_own_items_into_a_no(
    change: dict[str, Any], expected: tuple[int, int, int]
) -> None:
    assert tuple(_done(replace(READY, **change)).values()) == expected


def test_where_nothing_happened_yet_an_item_is_neither_yes_nor_no() -> None:
    new = replace(READY, referrals=0, contacts_due=0, contacts_kept=0)
    operation = checklists(new)[2]
    assert [one.yes for one in operation.items] == [True, None, True, None, True, True, True]
    assert (operation.done, operation.of) == (5, 5)
    # What the files lack is to be done all the same.
    assert checklists(replace(new, contact_in_time=[]))[2].items[3].yes is False


def test_late_first_contacts_are_told_with_both_numbers() -> None:
    item = checklists(replace(READY, contacts_kept=2))[2].items[3]
    assert (item.yes, str(item.found)) == (False, "2 of 3 in time; promises that are over: 0")


def test_what_others_claim_names_who_claims_it() -> None:
    assert all(one.claimed_by for one in BENCHMARKS)
    assert [one.value for one in beside("survey_response")] == [0.124, 1.0, None]
    assert [one.value for one in beside("participation_rate")] == [0.2]
    assert any("51%" in one.text for one in BENCHMARKS)


def test_wrong_beliefs_stand_beside_our_own_numbers() -> None:
    found = book(asks=[ask(1, reward="gift"), ask(2)], referrals=[referral(1, ask_id=2)])
    said = [str(one.own) for one in advice(found)]
    assert len(said) == 5
    assert "With a reward 0 of 1 asks brought somebody, without 1 of 1" in said
