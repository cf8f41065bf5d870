"""Charts: what they show, say, and weigh."""

from datetime import date
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nurture.charts.figures import Better, Chart, Form, Funnel, Mark, month_labels
from nurture.charts.numbers import plain, short
from nurture.charts.pictures import in_words, page_svg, picture

HALF_A_YEAR = [date(2026, month, 1) for month in range(1, 7)]
HOURS = Chart(
    "転記にかかる時間",
    month_labels(HALF_A_YEAR, "ja"),
    [118, 110, None, 90, 80, 69.5],
    "時間/月",
    Mark(120, "導入前"),
    Better.DOWN,
)


def texts(svg: str) -> list[str]:
    return [e.text or "" for e in ElementTree.fromstring(svg).iter() if e.tag.endswith("text")]


def test_a_picture_for_mails_is_a_png_of_two_dots_a_pixel_below_40_kb() -> None:
    made = picture(HOURS)
    assert made.png.startswith(b"\x89PNG\r\n")
    assert int.from_bytes(made.png[16:20]) == 2 * made.width == 960
    assert len(made.png) < 40_000


def test_the_fullest_chart_is_below_40_kb_too() -> None:
    title = "鬱蒼と繁る書類の転記・照合・承認・差し戻しにかかる月間の延べ作業時間（全拠点合計）"
    labels = [f"第{n}四半期\n20{n:02}年" for n in range(18)]
    values = [120.5 - (n * 7919 % 67) for n in range(18)]
    chart = Chart(title * 2, labels, values, "時間/月", Mark(120, "導入前"), Better.DOWN)
    assert len(picture(chart).png) < 40_000


def test_the_same_figures_make_the_same_picture() -> None:
    assert picture(HOURS) == picture(HOURS)


def test_letters_are_drawn_with_the_font_that_comes_along() -> None:
    # without the font all of them would be the same empty boxes, or nothing
    one, other = (picture(Chart(name, ["1"], [1])).png for name in ("転記髙橋", "請求﨑田"))
    assert one != other


def test_the_alt_text_says_what_the_picture_shows() -> None:
    assert in_words(HOURS) == (
        "転記にかかる時間（時間/月）：2026年1月 118、2026年2月 110、2026年4月 90、2026年5月 80、"
        "2026年6月 69.5。導入前 120"
    )
    english = Chart("Hours", month_labels(HALF_A_YEAR[:2], "en"), [118, 110], locale="en")
    assert in_words(english) == "Hours: Jan 2026 118, Feb 2026 110"


def test_a_page_gets_text_and_colours_that_it_can_change() -> None:
    svg = page_svg(HOURS)
    assert "転記にかかる時間（時間/月）" in texts(svg)
    assert "導入前 120" in texts(svg)
    assert "低いほど良い指標です" in texts(svg)
    assert "var(--chart-ink,#1f2a2e)" in svg
    assert "style=" not in svg and "font-family" not in svg


def test_the_year_stands_where_it_changes() -> None:
    months = [date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1)]
    said = texts(page_svg(Chart("件数", month_labels(months, "ja"), [1, 2, 3, 4])))
    assert [text for text in said if text.endswith("年")] == ["2025年", "2026年"]


@pytest.mark.parametrize(
    ("last", "better", "colour"),
    [
        (90, Better.DOWN, "now"),
        (130, Better.DOWN, "worse"),
        (90, Better.UP, "worse"),
        (130, Better.UP, "now"),
        # as good as before is not worse
        (120, Better.UP, "now"),
        (90, Better.NEITHER, "now"),
    ],
)
def test_the_last_figure_shows_whether_it_is_worse(
    last: float, better: Better, colour: str
) -> None:
    svg = page_svg(Chart("", ["1", "2"], [120, last], mark=Mark(120, ""), better=better))
    assert ("--chart-worse" in svg) == (colour == "worse")


def test_a_funnel_names_counts_and_shares_of_the_step_before() -> None:
    funnel = Funnel("ご紹介", [("お願い", 120), ("ご紹介", 50), ("商談", 0), ("受注", 0)])
    said = texts(page_svg(funnel))
    assert {"120", "50", "41.7%", "0%"} <= set(said)
    assert in_words(funnel) == "ご紹介：お願い 120、ご紹介 50、商談 0、受注 0"


def test_texts_cannot_break_the_drawing() -> None:
    svg = page_svg(Chart('<b>&"\0\x1b', ["<script>\ufffe"], [1], unit="&"))
    assert "<script>" not in svg
    ElementTree.fromstring(svg)


numbers = st.one_of(st.none(), st.floats(-1e12, 1e12, allow_nan=False))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(numbers, max_size=30),
    st.none() | st.floats(-1e9, 1e9),
    st.sampled_from(Better),
    st.sampled_from(Form),
)
def test_whatever_the_figures_the_drawing_stays_on_its_sheet(
    values: list[float | None], mark: float | None, better: Better, form: Form
) -> None:
    labels = [f"{n}月\n2026年" for n in range(len(values))]
    held = None if mark is None else Mark(mark, "導入前")
    svg = ElementTree.fromstring(page_svg(Chart("題", labels, values, "", held, better, form)))
    height = float(svg.attrib["viewBox"].split()[3])
    for element in svg.iter():
        if element.tag.endswith(("text", "rect")):
            assert -1 <= float(element.attrib["x"]) <= 480
            assert -1 <= float(element.attrib["y"]) <= height
        assert "nan" not in "".join(element.attrib.values())


@pytest.mark.parametrize(
    ("value", "ja", "en"),
    [
        (0, "0", "0"),
        (69.5, "69.5", "69.5"),
        (1234.56, "1,235", "1,235"),
        (99_999, "99,999", "99,999"),
        (125_000, "12.5万", "125K"),
        (1_200_000, "120万", "1.2M"),
        (320_000_000, "3.2億", "320M"),
        (-0.0421, "−0.0421", "−0.0421"),
        (0.1 + 0.2, "0.3", "0.3"),
    ],
)
def test_figures_are_short(value: float, ja: str, en: str) -> None:
    assert (short(value, "ja"), short(value, "en")) == (ja, en)


def test_a_tiny_negative_figure_is_not_minus_zero() -> None:
    assert plain(-1e-9) == "0"
