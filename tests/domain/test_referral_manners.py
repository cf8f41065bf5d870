"""Phrases that name nobody, and words that press."""

from __future__ import annotations

import pytest

from nurture.domain.referral_manners import columns, pressing_word, shows_a_face, vague_phrase


@pytest.mark.parametrize(
    "text",
    [
        "良い方がいればご紹介ください",
        "いい人がいたら教えてください",
        "どなたかいい人をご存じでしたら",
        "どなたか良い方がいらっしゃいましたら",
        "よい会社がございましたらよい会社をご存じなら",
        "誰でも構いません",
        "If you know someone good, let us know",
        "do you know of anyone suitable?",
        "Someone nice to talk to",
    ],
)
def test_a_phrase_that_brings_nobody_to_mind_is_found(text: str) -> None:
    assert vague_phrase(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "紙の日報を表計算に書き写していて、月末の残業にお困りの方",
        "同じお悩みをお持ちの方がいらっしゃいましたら、お引き合わせください。",
        "よいお年をお迎えください",
        "People who copy paper reports into spreadsheets",
        "If somebody you know has the same problem",
    ],
)
def test_a_description_of_people_is_let_through(text: str) -> None:
    assert vague_phrase(text) is None
    assert pressing_word(text) is None


@pytest.mark.parametrize(
    "text",
    ["是非ご紹介ください", "今だけ二倍", "必ず三名をお願いします", "至急", "Hurry, last chance"],
)
def test_words_that_press_are_found(text: str) -> None:
    assert pressing_word(text) is not None


@pytest.mark.parametrize(
    ("text", "locale", "shows"),
    [
        ("月末の残業にお困りの方", "ja", True),
        ("成長企業", "ja", False),
        ("People who stay late", "en", True),
        ("Growing companies", "en", False),
        ("Wer abends bleibt", "de", True),
    ],
)
def test_a_face_appears_where_people_are_described(text: str, locale: str, shows: bool) -> None:
    assert shows_a_face(text, locale) is shows


def test_a_full_width_character_takes_two_columns() -> None:
    assert columns("転記abc") == 7
