"""Metrics as people bring them: figures, months, directions, whole rows."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.domain.contact_row import RowError
from nurture.domain.metric_cells import FigureError, read_direction, read_figure, read_month
from nurture.domain.metric_row import MetricRow, read_columns, read_row
from nurture.domain.results import Direction
from nurture.domain.row_remarks import sentence

TODAY = date(2026, 7, 3)
JUNE = date(2026, 6, 1)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("69.5", (69.5, "")),
        ("１，２３４．５", (1234.5, "")),
        ("1,200,000円", (1_200_000, "円")),
        ("¥1,200", (1200, "円")),
        ("$ 99.5", (99.5, "USD")),
        ("120万円", (1_200_000, "円")),
        ("▲12", (-12, "")),
        ("-3.5％", (-3.5, "%")),
        ("69.5 時間/月", (69.5, "時間/月")),
        ("69.5 hours", (69.5, "hours")),
        ("", None),
        ("－", None),
        ("未集計", None),
    ],
)
def test_figures_are_read_as_people_write_them(text: str, found: tuple[float, str] | None) -> None:
    assert read_figure(text) == found


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("NaN", "not_finite"),
        ("ｉｎｆ", "not_finite"),
        ("-Infinity", "not_finite"),
        ("9" * 40, "not_finite"),
        ("約100", "not_a_figure"),
        ("1.234,5", "not_a_figure"),
        ("12,34", "not_a_figure"),
        ("1e9", "not_a_figure"),
        ("#REF!", "not_a_figure"),
        ("100〜200", "not_a_figure"),
        ("たくさん", "not_a_figure"),
    ],
)
def test_what_is_no_figure_says_so(text: str, code: str) -> None:
    with pytest.raises(FigureError) as raised:
        read_figure(text)
    assert raised.value.code == code


@given(st.text(max_size=30))
def test_any_text_is_a_figure_none_or_a_named_mistake(text: str) -> None:
    try:
        found = read_figure(text)
    except FigureError as error:
        assert error.code in {"not_finite", "not_a_figure"}
    else:
        assert found is None or abs(found[0]) < 1e15


@pytest.mark.parametrize(
    "text",
    ["2026-06", "2026/6", "2026年6月", "２０２６年６月分", "2026-06-30", "202606", "20260615",
     "令和8年6月", "R8.6", "46174",
     # what Excel makes of 2026/6, in Japanese as well
     "Jun-26", "Ｊｕｎ－２６", "Jun 2026", "June 2026", "06/2026"],
)  # fmt: skip
def test_months_are_read(text: str) -> None:
    assert read_month(text) == JUNE


@pytest.mark.parametrize(
    "text",
    ["6月", "2026", "2026-13", "1999-06", "13/2026", "June", "26-Jun", "Foo-26", "Ju-26", ""],
)
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        read_month(text)


def test_directions_in_either_language() -> None:
    assert read_direction("減らす") is read_direction("Down") is Direction.DOWN
    assert read_direction("高いほど良い") is read_direction("↑") is Direction.UP


def row(header: str, cells: str) -> MetricRow:
    return read_row(read_columns(header.split(",")), cells.split(","), TODAY, 2)


def faults(header: str, cells: str, locale: str = "ja") -> list[str]:
    with pytest.raises(RowError) as raised:
        row(header, cells)
    return [sentence(one, locale) for one in raised.value.remarks]


LONG = "会社名,指標,英語名,単位,望ましい方向,導入前,月,実績"


def test_a_row_for_each_month() -> None:
    found = row(LONG, "青空工業,転記の時間,Retyping time,時間/月,減らす,120,2026年6月,69.5")
    assert found == MetricRow(
        "青空工業",
        "転記の時間",
        {"ja": "転記の時間", "en": "Retyping time"},
        "時間/月",
        Direction.DOWN,
        120,
        {JUNE: 69.5},
        2,
    )


def test_a_column_for_each_month() -> None:
    found = row("account,metric,direction,2026-05,2026年6月", "aozora.example,hours,down,80h,70h")
    assert found.values == {date(2026, 5, 1): 80, JUNE: 70}
    assert found.unit == "h"


def test_two_columns_of_one_month_may_not_say_two_things() -> None:
    header = "account,metric,2026-06,2026年6月"
    assert row(header, "a,m,70,").values == row(header, "a,m,,70").values == {JUNE: 70}
    assert faults(header, "a,m,70,80") == [
        "2026-06の数値が二つあります(「70」と「80」。一つにしてください)"
    ]


def test_empty_months_are_left_out() -> None:
    assert row("account,metric,2026-05,2026-06", "a,m,,70").values == {JUNE: 70}


def test_all_mistakes_of_a_row_are_told_at_once() -> None:
    assert faults(LONG, ",,,円,横ばい,たくさん,June,NaN") == [
        "会社名(またはドメイン・ID)がありません",
        "指標の名前がありません",
        "「月」の「June」を読み取れません(例: 2026-06)",
        "「実績」の「NaN」は数値として扱えません(有限の数を書いてください)",
        "「導入前」の「たくさん」は数値として読み取れません(例: 1234.5)",
        "「望ましい方向」の「横ばい」を読み取れません(例: down / up（減らす・増やす）)",
    ]


def test_a_currency_in_another_unit_is_refused() -> None:
    assert faults("account,metric,unit,month,value", "a,m,円,2026-06,$100", "en") == [
        "value: '$100' is not in 円"
    ]


def test_a_month_that_has_not_come_is_refused() -> None:
    assert faults("account,metric,2026-08", "a,m,5") == ["2026-08はまだ先の月です"]


def test_a_row_without_any_figure_is_refused() -> None:
    assert faults("account,metric,2026-06", "a,m,") == ["数値がありません"]


def test_headers_that_are_not_known_get_a_suggestion() -> None:
    columns = read_columns(["会社名", "指標", "実績地", "望ましい方", "備考"])
    assert columns.unknown == {"実績地": "value", "望ましい方": "direction", "備考": ""}
    assert columns.missing == ["month", "value"]
