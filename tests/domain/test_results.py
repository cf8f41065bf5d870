"""Results: changes by direction, roundings, what is told first, and what is said of it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.domain import result_words as words
from nurture.domain.results import (
    Direction,
    Line,
    Measure,
    Metric,
    Standing,
    as_json,
    figure,
    from_json,
    headline,
    lines_of,
    months_before,
    rounded,
    without_figure,
)

JUNE = date(2026, 6, 1)


def metric(
    value: float | None,
    baseline: float | None = 120,
    direction: str = "down",
    unit: str = "時間/月",
    title: str = "転記の時間",
    earlier: dict[date, float] | None = None,
) -> Metric:
    values = dict(earlier or {})
    if value is not None:
        values[JUNE] = value
    titles = {"ja": title, "en": "Retyping time"}
    return Metric("m", titles, unit, Direction(direction), baseline, values)


def line(value: float, baseline: float | None = 120, **more: str) -> Line:
    (found,) = lines_of([metric(value, baseline, **more)], JUNE)
    return found


@pytest.mark.parametrize(
    ("value", "baseline", "direction", "unit", "ja", "en"),
    [
        # cut and up, by the direction
        (69.5, 120, "down", "時間/月", "転記の時間を42%削減", "Retyping time cut by 42%"),
        (59, 50, "up", "件", "転記の時間が18%向上", "Retyping time up 18%"),
        # on the wrong side: said as it is
        (126, 120, "down", "時間/月", "転記の時間が5%増加", "Retyping time rose by 5%"),
        (45, 50, "up", "件", "転記の時間が10%低下", "Retyping time fell by 10%"),
        # percent are told in points: 5 % to 3 % is not 40 %
        (3, 4, "down", "%", "転記の時間を1ポイント削減", "Retyping time cut by 1 point"),
        (3, 5, "down", "%", "転記の時間を2ポイント削減", "Retyping time cut by 2 points"),
        (62.5, 60, "up", "％", "転記の時間が2.5ポイント向上", "Retyping time up 2.5 points"),
        # from zero there are no percent
        (12, 0, "up", "件", "転記の時間：0件から12件へ", "Retyping time: from 0 件 to 12 件"),
        # nothing worth a percent
        (119.99, 120, "down", "時間/月", "転記の時間：変化なし", "Retyping time: no change"),
        # below zero: the share is of the size
        (-10, -20, "up", "万円", "転記の時間が50%向上", "Retyping time up 50%"),
        # three times as much
        (150, 50, "up", "件", "転記の時間が200%向上", "Retyping time up 200%"),
    ],
)
def test_a_change_is_told_by_its_direction(
    value: float, baseline: float, direction: str, unit: str, ja: str, en: str
) -> None:
    one = line(value, baseline, direction=direction, unit=unit)
    assert (words.told(one, "ja"), words.told(one, "en")) == (ja, en)


@pytest.mark.parametrize(
    ("change", "written"),
    [
        (42.083, "42"),
        (42.5, "43"),
        (9.96, "10"),
        (3.44, "3.4"),
        (3.0, "3"),
        (0.05, "0.1"),
        # almost all is not all
        (99.7, "99.7"),
        (99.97, "99.9"),
        (100.0, "100"),
        (-18.2, "18"),
    ],
)
def test_changes_are_rounded_and_never_up_to_all(change: float, written: str) -> None:
    assert str(rounded(change)) == written


def test_without_a_baseline_the_first_month_is_what_figures_are_held_against() -> None:
    may = date(2026, 5, 1)
    (one,) = lines_of([metric(60, None, earlier={may: 80})], JUNE)
    assert (one.since, one.baseline, one.standing) == (may, 80, Standing.BETTER)
    (alone,) = lines_of([metric(60, None)], JUNE)
    assert alone.standing is Standing.FIRST
    assert words.summary([alone], "ja") == "はじめての数値がまとまりました"


def test_a_missing_month_is_a_gap_and_a_missing_figure_is_named() -> None:
    april = date(2026, 4, 1)
    (one,) = lines_of([metric(60, earlier={april: 80})], JUNE)
    assert one.series == ((april, 80), (date(2026, 5, 1), None), (JUNE, 60))
    lacking = metric(None, earlier={april: 80})
    assert lines_of([lacking], JUNE) == []
    assert without_figure([lacking], JUNE) == [lacking]


def test_a_line_keeps_twelve_months() -> None:
    earlier = {months_before(JUNE, n): 100.0 for n in range(1, 30)}
    (one,) = lines_of([metric(60, earlier=earlier)], JUNE)
    assert len(one.series) == 12
    assert one.series[0][0] == date(2025, 7, 1)


def test_the_report_is_about_what_moved_most() -> None:
    least, most = line(100), line(69.5)
    zero = line(12, 0, direction="up", unit="件")
    assert headline([least, most, zero]) is most
    assert headline([zero, line(130)]) is zero
    assert words.summary([least, most], "ja") == "転記の時間を42%削減"


def test_where_nothing_became_better_it_is_said_and_nothing_is_a_headline() -> None:
    worse, same = line(130), line(120)
    assert headline([worse, same]) is None
    assert words.summary([worse, same], "ja") == "まだ良い数値をご報告できていません"
    assert words.summary([same], "en") == "The figures have not moved yet"
    assert words.internal_news([worse], "青空", JUNE, "ja") == ""


def test_the_chat_line_offers_three_minutes() -> None:
    assert words.short_message([line(69.5)], JUNE, "ja") == (
        "6月のご報告です。転記の時間を42%削減。要点は3分でお話しできます。"
    )
    assert words.short_message([line(69.5)], JUNE, "en") == (
        "June: Retyping time cut by 42%. I can share the point in three minutes."
    )


def test_news_for_the_customers_own_people_come_from_the_figures() -> None:
    other = line(59, 50, direction="up", unit="件", title="処理件数")
    assert words.internal_news([line(69.5), other], "青空工業", JUNE, "ja") == (
        "青空工業では、2026年6月の転記の時間が120時間/月から69.5時間/月になりました（42%削減）。"
        "このほか、処理件数が18%向上という成果も出ています。"
        "ご協力いただいた皆さま、ありがとうございました。"
        "うまくいった進め方を続け、次の改善につなげましょう。"
    )


@pytest.mark.parametrize(
    ("value", "unit", "ja", "en"),
    [
        (69.5, "時間/月", "69.5時間/月", "69.5 時間/月"),
        (1_200_000, "円", "1,200,000円", "1,200,000 円"),
        (12.345, "%", "12.35%", "12.35%"),
        (69.5, "hours", "69.5 hours", "69.5 hours"),
        (0.1 + 0.2, "", "0.3", "0.3"),
        (-0.001, "", "0", "0"),
    ],
)
def test_figures_are_written_with_their_unit(value: float, unit: str, ja: str, en: str) -> None:
    assert (figure(value, unit, "ja"), figure(value, unit, "en")) == (ja, en)


sizes = st.floats(-1e9, 1e9, allow_nan=False).map(lambda x: round(x, 3))


@given(sizes, st.none() | sizes, st.sampled_from(Direction), st.sampled_from(["件", "%", "円"]))
def test_whatever_the_figures_words_and_standing_agree(
    value: float, baseline: float | None, direction: Direction, unit: str
) -> None:
    one = line(value, baseline, direction=direction.value, unit=unit)
    assert from_json(as_json(one)) == one
    said = words.moved(one, "ja")
    if one.standing is Standing.BETTER:
        assert (one.value > one.baseline) == (direction is Direction.UP)
        if one.measure is not Measure.COUNT:
            assert said.endswith("向上" if direction is Direction.UP else "削減")
            assert rounded(one.change) > 0
    if one.standing is Standing.WORSE:
        assert "削減" not in said and "向上" not in said
        assert headline([one]) is None


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(-40, 40))
def test_months_before_and_after_undo_each_other(day: date, number: int) -> None:
    month = day.replace(day=1)
    assert months_before(months_before(month, number), -number) == month
