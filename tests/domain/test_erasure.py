"""What is left of a text when somebody is erased, and what figures keep."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.domain.erasure import GONE, KEPT, Marks, Name, escaped, is_code, only_codes

TANAKA = Marks(("taro@aozora.example",), (Name("田中", "太郎"),))
SMITH = Marks(("j.smith@blue.example",), (Name("Smith", "Jane"),))
#: a family name that others near them bear as well
ONE_OF_TWO = Marks(("taro@aozora.example",), (Name("田中", "太郎"),), alone=False)

CASES = [
    # who, near, text, what is left
    (TANAKA, False, "mail TARO@aozora.example", f"mail {GONE}"),
    (TANAKA, False, "宛先はtaro@aozora.exampleです。", f"宛先は{GONE}です。"),
    (TANAKA, False, "kotaro@aozora.example", "kotaro@aozora.example"),  # somebody else's address
    (TANAKA, False, "taro@aozora.example.org", "taro@aozora.example.org"),
    (TANAKA, False, "田中太郎様", "田中太郎様"),  # far away it is a namesake
    (TANAKA, True, "田中太郎様", f"{GONE}様"),
    (TANAKA, True, "田中　太郎さん", f"{GONE}さん"),
    (TANAKA, True, "田中部長のご紹介", f"{GONE}部長のご紹介"),
    (TANAKA, True, "田中です。", f"{GONE}です。"),
    (TANAKA, True, "田中商店の件", "田中商店の件"),  # a company's name
    (TANAKA, True, "山田中様", "山田中様"),  # another family's
    (ONE_OF_TWO, True, "田中様", "田中様"),
    (ONE_OF_TWO, True, "田中太郎様", f"{GONE}様"),
    (SMITH, True, "Ms. Smith and Jane Smith", f"{GONE} and {GONE}"),
    (SMITH, True, "Smithson, blacksmith", "Smithson, blacksmith"),
    (Marks((), (Name("林", "一"),)), True, "林一等です", "林一等です"),  # too short to tell
]


@pytest.mark.parametrize(("who", "near", "text", "left"), CASES)
def test_a_text_loses_them_and_nobody_else(who: Marks, near: bool, text: str, left: str) -> None:
    assert who.out_of(text, near) == left


def test_a_field_that_holds_a_part_of_their_name_alone_is_about_them() -> None:
    value = {
        "contact": {"family_name": "田中", "given_name": "太郎"},
        "n": 3,
        "taro@aozora.example": 1,
    }
    assert TANAKA.out_of_json(value, True) == {
        "contact": {"family_name": GONE, "given_name": GONE}, "n": 3, GONE: 1,
    }  # fmt: skip


def test_of_an_event_codes_and_figures_stay() -> None:
    said = {
        "score": 3, "survey": "nps", "drivers": ["support"], "amount": 1200.5, "again": False,
        "name": "田中", "text": "残念でした", "phone": "090-1234-5678", "form": "田中様の件",
        "by": "taro@aozora.example",
    }  # fmt: skip
    assert only_codes(said, KEPT) == {
        "score": 3, "survey": "nps", "drivers": ["support"], "amount": 1200.5, "again": False,
    }  # fmt: skip


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(_JSON)
def test_what_is_kept_holds_no_words_and_keeping_it_again_changes_nothing(value: object) -> None:
    kept = only_codes(value)
    assert only_codes(kept) == kept
    for part in json.dumps(kept, ensure_ascii=False).split('"')[1::2]:
        assert part.isascii()
        assert "@" not in part


@given(st.text(), st.booleans())
def test_who_is_not_named_is_not_touched_and_nobody_is_left_who_is(text: str, near: bool) -> None:
    left = TANAKA.out_of(f"{text} taro@aozora.example", near)
    assert "taro@aozora.example" not in left.split(" ")
    assert TANAKA.out_of(left, near) == left


@given(st.text())
def test_a_word_is_found_in_json_as_it_is_written_there(word: str) -> None:
    assert escaped(word) in json.dumps([word], ensure_ascii=False)


def test_codes_are_numbers_truths_and_names_of_ours() -> None:
    assert all(is_code(one) for one in (1, 2.5, True, None, "nps", "R-7K2M9Q", "2026-Q2"))
    assert not any(is_code(one) for one in ("田中", "a b", "x@y.example", "", "y" * 101))
