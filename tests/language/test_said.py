"""Sentences are English texts that can be said again in Japanese."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.errors import NurtureError, Place, Problem
from nurture.language import Said, in_language, language_of, language_of_terminal, say, say_number
from nurture.language import said as module

JAPANESE = {
    "expected {expected}, found {found}": "ここには{expected}が入りますが、{found}になっています",
    "a list": "リスト",
    "a number": "数値",
    "known: {known}": "使える値: {known}",
    "{number} error": "エラー{number}件",
    "{message} ({hint})": "{message}（{hint}）",
    "error": "エラー",
}


class _Known:
    def gettext(self, text: str) -> str:
        return JAPANESE.get(text, text)

    def ngettext(self, one: str, many: str, number: int) -> str:
        return JAPANESE.get(one, one if number == 1 else many)


@pytest.fixture(autouse=True)
def small_catalogue(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(module, "sentences", lambda language: _Known())
    yield


def test_a_sentence_is_its_english_text() -> None:
    sentence = say("expected {expected}, found {found}", expected="a date", found="'x'")
    assert sentence == "expected a date, found 'x'"
    assert hash(sentence) == hash("expected a date, found 'x'")
    assert sorted([sentence, "a"]) == ["a", sentence]
    assert type(str(sentence)) is str


def test_values_that_are_sentences_are_translated_with_the_whole() -> None:
    sentence = say(
        "expected {expected}, found {found}", expected=say("a number"), found=say("a list")
    )
    assert sentence == "expected a number, found a list"
    expected = "ここには数値が入りますが、リストになっています"
    assert in_language(sentence, "ja") == expected


def test_the_words_of_a_list_have_the_commas_of_the_language() -> None:
    sentence = say("known: {known}", known=["a", say("a list")])
    assert sentence == "known: a, a list"
    assert in_language(sentence, "ja") == "使える値: a、リスト"


def test_a_number_picks_its_form() -> None:
    assert say_number("{number} error", "{number} errors", 1) == "1 error"
    assert say_number("{number} error", "{number} errors", 2) == "2 errors"
    assert in_language(say_number("{number} error", "{number} errors", 2), "ja") == "エラー2件"


def test_values_are_shown_as_f_strings_show_them() -> None:
    sentence = say("{low:,} {share:.0%} {day}", low=1000, share=0.256, day=date(2026, 12, 1))
    assert sentence == "1,000 26% 2026-12-01"


def test_braces_that_are_no_slot_stand_for_themselves() -> None:
    assert say("write {{ {name} }}, {pick: …} or {locale}", name="urls.x") == (
        "write {{ urls.x }}, {pick: …} or {locale}"
    )


def test_a_text_without_a_translation_stays_english() -> None:
    assert in_language(say("nobody knows {it}", it="this"), "ja") == "nobody knows this"
    assert in_language("plain", "ja") == "plain"
    assert in_language(say(""), "ja") == ""


def test_a_copy_says_the_same_in_both_languages() -> None:
    sentence = say("known: {known}", known=["a", "b"])
    for copied in (copy.deepcopy(sentence), pickle.loads(pickle.dumps(sentence))):
        assert type(copied) is Said
        assert copied == sentence
        assert in_language(copied, "ja") == "使える値: a、b"


@given(st.text())
def test_what_users_write_is_never_taken_for_a_slot(written: str) -> None:
    assert say("unknown key {key}, {other}", key=written, other="x") == f"unknown key {written}, x"


def test_a_problem_says_place_severity_message_and_remedy_in_both_languages() -> None:
    problem = Problem(
        Place("a.yaml", 3, 5), "wrong", say("a list"), say("known: {known}", known="b")
    )
    assert str(problem) == "a.yaml:3:5: error: a list (known: b) [wrong]"
    assert problem.in_language("ja") == "a.yaml:3:5: エラー: リスト（使える値: b） [wrong]"
    assert NurtureError(say("a list"), say("a number")).in_language("ja") == "リスト（数値）"


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        ("ja", "ja"), ("ja-JP", "ja"), ("ja_JP.UTF-8", "ja"), ("ja.utf8", "ja"), ("JA", "ja"),
        ("en", "en"), ("en-GB", "en"),
        # languages that we do not speak, none, and one that only looks like ours
        ("fr", "en"), ("", "en"), (None, "en"), ("C.UTF-8", "en"), ("jav", "en"),
    ],
)  # fmt: skip
def test_a_locale_names_one_of_two_languages(locale: str | None, language: str) -> None:
    assert language_of(locale) == language


def test_a_terminal_speaks_by_its_environment_the_strongest_variable_first() -> None:
    assert language_of_terminal({"LANG": "ja_JP.UTF-8"}) == "ja"
    assert language_of_terminal({"LANG": "ja_JP.UTF-8", "LC_ALL": "C"}) == "en"
    assert language_of_terminal({"LANG": "en_US.UTF-8", "LC_MESSAGES": "ja_JP.UTF-8"}) == "ja"
    assert language_of_terminal({"LANG": "ja_JP.UTF-8", "LC_ALL": ""}) == "ja"
    assert language_of_terminal({}) == "en"


def test_a_word_fits_its_number_wherever_it_stands() -> None:
    def said(mails: int, days: float) -> Said:
        return say("{mails} {mails:mail|mails} in {days:g} {days:day|days}", mails=mails, days=days)

    assert [said(1, 1.0), said(2, 1), said(1, 2)] == [
        "1 mail in 1 day",
        "2 mails in 1 day",
        "1 mail in 2 days",
    ]
