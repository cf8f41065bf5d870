"""A list says how far people are: forward only, and as no news that starts anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from nurture.db import tables
from nurture.domain.contact_columns import read_columns
from nurture.domain.contact_words import stage_near, stage_of
from nurture.services.import_contacts import ImportOptions, ImportReport, import_contacts
from nurture.services.stages import stages
from tests.services.house import House
from tests.services.leads import RULES, TEAM, lead, on_sqlite, opened
from tests.services.project import project

#: starts where a customer is won, and a hand-off that a list must not make
_WELCOME = """\
workflow: welcome
title: ご契約のお礼
purpose: marketing
trigger:
  - event: lifecycle.changed
    where: {to: customer}
steps:
  - end: completed
"""


def bring(
    house: House, folder: Path, *lines: str, header: str = "ステージ", dry_run: bool = False
) -> ImportReport:
    path = folder / "customers.csv"
    path.write_text("\n".join((f"メールアドレス,{header}", *lines, "")), encoding="utf-8")
    options = ImportOptions(dry_run=dry_run, by="mori")
    return import_contacts(house.engine, house.clock, None, path, options)


def standing(house: House) -> dict[str, str]:
    return {row.email: row.lifecycle for row in house.rows(tables.contact)}


@pytest.mark.parametrize(
    ("word", "stage"),
    [
        ("顧客", "customer"), ("Customer", "customer"), ("既存顧客", "customer"),
        ("リード", "lead"), ("ＭＱＬ", "mql"), ("見込み先", "prospect"), ("失注", "lost"),
        ("Marketing Qualified Lead", "mql"), ("ほげ", None),
    ],
)  # fmt: skip
def test_stages_are_read_by_key_by_title_and_in_the_words_of_lists(
    word: str, stage: str | None
) -> None:
    assert stage_of(word) == stage


@pytest.mark.parametrize("header", ["ステージ", "stage", "Lifecycle Stage", "リードステージ"])
def test_the_column_goes_by_the_names_that_lists_have_for_it(header: str) -> None:
    assert read_columns(["email", header]).fields == ("email", "lifecycle")


@pytest.mark.parametrize("field", ["lifecycle", "stage", "ステージ"])
def test_another_header_is_mapped_to_it_by_any_of_its_names(field: str) -> None:
    found = read_columns(["email", "区分"], mapped={"区分": field})
    assert found.fields == ("email", "lifecycle")


@on_sqlite
def test_customers_of_years_come_in_as_customers_and_nothing_takes_it_for_news(
    house: House, tmp_path: Path
) -> None:
    house.publish(project(_WELCOME, scoring=RULES, policy=TEAM))
    rows = ("a@old.example,顧客", "b@old.example,mql", "c@old.example,失注", "d@old.example,")
    dry = bring(house, tmp_path, *rows, dry_run=True)
    report = bring(house, tmp_path, *rows)
    assert dry == report
    assert (report.created, report.staged) == (4, 3)
    house.turn()
    assert standing(house) == {
        "a@old.example": "customer",
        "b@old.example": "mql",
        "c@old.example": "lost",
        "d@old.example": "prospect",
    }
    said = house.events("lifecycle.assigned")[0].properties
    assert said == {"stage": "customer", "reason": "customers.csv", "by": "mori", "listed": True}
    changed = house.events("lifecycle.changed")
    assert [one.properties["to"] for one in changed] == ["customer", "mql", "lost"]
    # No journey, no hand-off, no lead of this month.
    assert house.rows(tables.enrolment) == []
    assert house.rows(tables.task) == []
    found = stages(house.runtime)
    assert (found.conversion.began, found.forecast) == (0, None)


@on_sqlite
def test_a_list_leads_forward_and_never_back_and_twice_is_once(
    house: House, tmp_path: Path
) -> None:
    known = lead(opened(house))
    address = house.contact(known).email
    assert house.contact(known).lifecycle == "mql"
    back = bring(house, tmp_path, f"{address},リード")
    assert (back.staged, back.unchanged, back.remarks["stage_kept"]) == (0, 1, 1)
    on = bring(house, tmp_path, f"{address},customer")
    # Nobody has acted on the first one yet.
    again = bring(house, tmp_path, f"{address},customer")
    assert (on.staged, on.updated, again.staged, again.unchanged) == (1, 1, 0, 1)
    house.turn()
    assert house.contact(known).lifecycle == "customer"
    assert len(house.events("lifecycle.assigned")) == 1


@on_sqlite
def test_who_has_come_further_before_the_list_is_acted_on_stays_there(
    house: House, tmp_path: Path
) -> None:
    person = opened(house).person()
    bring(house, tmp_path, f"{house.contact(person).email},リード")
    house.change(tables.contact, person, lifecycle="sql")
    house.turn()
    assert house.contact(person).lifecycle == "sql"


@on_sqlite
def test_a_word_that_means_no_stage_is_said_and_the_row_comes_in(
    house: House, tmp_path: Path
) -> None:
    report = bring(opened(house), tmp_path, "a@old.example,custmer", "b@old.example,あああ")
    assert (report.created, report.staged) == (2, 0)
    assert stage_near("custmer") == "customer"
    near = [one.detail["near"] for _, one in report.shown if one.code == "unknown_stage_near"]
    assert near == ["customer"]
    assert report.remarks["unknown_stage"] == 1
