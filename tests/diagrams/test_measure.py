"""Texts broken into lines: nothing is lost, nothing is too wide, marks stay where they belong."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nurture.diagrams.measure import width, wrap


@given(st.text(max_size=200), st.floats(4, 40))
def test_every_character_stands_on_a_line_and_no_line_is_too_wide(text: str, ems: float) -> None:
    lines = wrap(text, ems, 10_000)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(width(line) <= ems for line in lines)


@given(st.text(alphabet="あ亜A、 。", max_size=80), st.integers(1, 4))
def test_what_is_cut_ends_in_an_ellipsis(text: str, most: int) -> None:
    lines = wrap(text, 6, most)
    assert len(lines) <= most
    assert all(width(line) <= 6 for line in lines)
    if len(wrap(text, 6, 100)) > most:
        assert lines[-1].endswith("…")


def test_closing_marks_begin_no_line_and_latin_words_stay_whole() -> None:
    assert wrap("お見積書をお送りする。", 10, 9) == ["お見積書をお送りす", "る。"]
    assert wrap("（資料）をご覧ください", 4.9, 9)[0] == "（資料）"
    assert wrap("when the form arrives", 6, 9) == ["when the", "form arrives"]
