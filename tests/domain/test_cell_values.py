"""Cells as spreadsheets and people write them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.domain.cell_values import (
    harmless,
    plain,
    read_boolean,
    read_headcount,
    read_moment,
    read_number,
    read_tags,
)

TOKYO = ZoneInfo("Asia/Tokyo")


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ("田中", "田中"),
        # full-width and no-break spaces are spaces
        ("\u3000田中\xa0", "田中"),
        # text kept from becoming a number, by formula and by hand
        ('="0312345678"', "0312345678"),
        ("'0312345678", "0312345678"),
        ("'０３", "０３"),
        # what our own list of rejected rows puts before a formula
        ("'=1+1", "=1+1"),
        ("'+81 3 0000 0000", "+81 3 0000 0000"),
        # an apostrophe that is part of a name
        ("'t Hooft", "'t Hooft"),
        ("O'Brien", "O'Brien"),
        # a lone dash means nothing, one inside a word is a dash
        ("－", ""),
        ("―", ""),
        ("03-0000-0000", "03-0000-0000"),
        ("\x00\x00", ""),
    ],
)
def test_what_a_spreadsheet_adds_is_taken_off(cell: str, meant: str) -> None:
    assert plain(cell) == meant


@pytest.mark.parametrize("sign", list("=+-@\t\r＝＋－＠"))
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(sign: str) -> None:
    assert harmless(f"{sign}cmd|'/c calc'!A1") == f"'{sign}cmd|'/c calc'!A1"


@given(st.text())
def test_nothing_harmless_begins_like_a_formula(cell: str) -> None:
    assert not harmless(cell).startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"))


@given(st.text(min_size=1))
def test_a_mended_list_reads_as_the_list_did(cell: str) -> None:
    assert plain(harmless(cell)) == plain(cell) or cell[:1] in "\t\r"


@pytest.mark.parametrize(
    ("text", "local"),
    [
        ("2026-03-12", "2026-03-12 00:00"),
        ("2026/3/2", "2026-03-02 00:00"),
        ("２０２６／３／２", "2026-03-02 00:00"),
        ("2026.03.12", "2026-03-12 00:00"),
        ("2026年3月12日", "2026-03-12 00:00"),
        ("2026年3月12日(木)", "2026-03-12 00:00"),
        ("20260312", "2026-03-12 00:00"),
        ("令和8年3月12日", "2026-03-12 00:00"),
        ("令和元年5月1日", "2019-05-01 00:00"),
        ("R8.3.12", "2026-03-12 00:00"),
        ("H30/4/1", "2018-04-01 00:00"),
        # a date whose cell lost its format: days since 1899-12-30
        ("46093", "2026-03-12 00:00"),
        ("2026/3/12 9:05", "2026-03-12 09:05"),
        ("2026-03-12T09:05:30", "2026-03-12 09:05:30"),
        ("2026年3月12日 9時05分", "2026-03-12 09:05"),
        ("2026-03-12T00:05:00Z", "2026-03-12 09:05"),
    ],
)
def test_dates_are_read_in_the_zone_of_the_house(text: str, local: str) -> None:
    expected = datetime.fromisoformat(local).replace(tzinfo=TOKYO)
    assert read_moment(text, TOKYO) == expected


@pytest.mark.parametrize(
    "text",
    [
        "2026/13/45",
        # which is the day?
        "12/03/2026",
        # of which year?
        "3月12日",
        "先月",
        "2026-02-30",
        "2026-03-12 25:00",
        "2026-03-12 foo",
        "0000-00-00",
        "",
    ],
)
def test_a_date_that_nobody_can_tell_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_moment(text, TOKYO)


@given(st.integers(min_value=0, max_value=4_000_000_000))
def test_what_we_write_we_read(seconds: int) -> None:
    moment = datetime.fromtimestamp(seconds, UTC)
    assert read_moment(moment.isoformat(), TOKYO) == moment


@given(st.text(max_size=40) | st.from_regex(r"[0-9]{1,5}[-/.年][0-9]{1,3}[-/.月][0-9]{1,3}.*"))
def test_any_text_is_a_date_of_our_time_or_a_value_error(text: str) -> None:
    try:
        year = read_moment(text, TOKYO).year
    except ValueError:
        year = 2000
    assert 1900 <= year <= 2100


@pytest.mark.parametrize(
    ("text", "heads"),
    [
        ("300", 300),
        ("３２", 32),
        ("1,200名", 1200),
        ("約300人", 300),
        # a range is its lower end
        ("101〜300名", 101),
        ("101～300名", 101),
        ("50-99 employees", 50),
        ("1000名以上", 1000),
        ("200+", 200),
        ("1万人以上", 10_000),
        # at most so many: at least one
        ("50名以下", 1),
        ("〜50名", 1),
    ],
)
def test_a_number_of_people_is_read_as_companies_write_it(text: str, heads: int) -> None:
    assert read_headcount(text) == heads


@pytest.mark.parametrize("text", ["多数", "-5", "3.5", "10 20", "999999999999", "", "300円"])
def test_what_is_no_number_of_people_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="number of people"):
        read_headcount(text)


@pytest.mark.parametrize(
    ("text", "number"), [("1,200", 1200), ("-3.5", -3.5), ("１２", 12), ("0", 0)]
)
def test_numbers_are_read(text: str, number: float) -> None:
    assert read_number(text) == number


@pytest.mark.parametrize("text", ["NaN", "1e9", "十", "1" * 30, "１２三"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a number"):
        read_number(text)


def test_yes_and_no_are_read_in_both_languages() -> None:
    assert [read_boolean(word) for word in ("はい", "○", "YES", "有")] == [True] * 4
    assert [read_boolean(word) for word in ("いいえ", "×", "No", "0")] == [False] * 4
    with pytest.raises(ValueError, match="neither"):
        read_boolean("たぶん")


def test_tags_are_parted_by_what_people_part_them_by() -> None:
    assert read_tags("展示会、重要, VIP;再 訪｜展示会\n秋") == (
        "展示会", "重要", "VIP", "再 訪", "秋",
    )  # fmt: skip
