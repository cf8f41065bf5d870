"""Names as lists, cards and forms bring them: cleaned, but never rewritten."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.domain.person_name import (
    PersonName,
    clean_text,
    company_name,
    is_katakana,
    is_latin,
    job_title,
    name_part,
    split_name,
    strip_courtesy,
)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("㈱青空商事", "株式会社青空商事"),
        ("青空商事㈱", "青空商事株式会社"),
        ("（株）青空商事", "株式会社青空商事"),
        ("青空商事(株)", "青空商事株式会社"),
        # a space between form and name is an accident of typing
        ("㈱　青空商事", "株式会社青空商事"),
        ("㈲山本", "有限会社山本"),
        ("（有）山本", "有限会社山本"),
        ("(医)青葉会", "医療法人青葉会"),
        # 御中 belongs to an envelope
        ("株式会社青空商事 御中", "株式会社青空商事"),
        ("㈱青空商事御中", "株式会社青空商事"),
        ("株式会社青空商事様", "株式会社青空商事"),
        # full width letters, half width kana with their voicing marks
        ("Ｓｋｙ株式会社", "Sky株式会社"),
        ("ｶﾞﾗｽ工業(株)", "ガラス工業株式会社"),
        # a bank ends with 行 and keeps it
        ("青空銀行", "青空銀行"),
        # brackets that are part of a name stay
        ("青空商事（東京）", "青空商事（東京）"),
        ("Acme Ltd.", "Acme Ltd."),
        ("  Acme   Ltd. ", "Acme Ltd."),
    ],
)
def test_a_company_has_its_legal_form_written_out_where_it_stood(written: str, meant: str) -> None:
    assert company_name(written) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("佐藤 花子", PersonName("佐藤", "花子")),
        ("佐藤　花子", PersonName("佐藤", "花子")),
        ("佐藤　花子　様", PersonName("佐藤", "花子")),
        ("佐藤 花子さん", PersonName("佐藤", "花子")),
        ("佐藤 花子 殿", PersonName("佐藤", "花子")),
        # nobody can know where it parts
        ("佐藤花子様", PersonName("佐藤花子")),
        # 行 ends many given names
        ("佐藤 孝行", PersonName("佐藤", "孝行")),
        # 氏 only behind a space
        ("杉 氏", PersonName("杉")),
        # old forms stay as their owner writes them
        ("髙﨑 一郎", PersonName("髙﨑", "一郎")),
        ("ｻﾄｳ ﾊﾅｺ", PersonName("サトウ", "ハナコ")),
        # Latin letters: given first
        ("Hanako Sato", PersonName("Sato", "Hanako")),
        ("Ms. Hanako Sato", PersonName("Sato", "Hanako", "Ms")),
        ("dr John Ronald Smith", PersonName("Smith", "John Ronald", "Dr")),
        ("Sato, Hanako", PersonName("Sato", "Hanako")),
        ("Ｈａｎａｋｏ Ｓａｔｏ", PersonName("Sato", "Hanako")),
        ("Sato", PersonName("Sato")),
        # nothing but a courtesy is nobody
        ("様", PersonName()),
        ("様様", PersonName()),
        ("", PersonName()),
    ],
)
def test_a_whole_name_is_split_by_the_habits_of_its_script(written: str, meant: PersonName) -> None:
    assert split_name(written) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [("部長様", "部長"), ("営業部 御中", "営業部"), ("部長", "部長"), ("様", "")],
)
def test_a_title_loses_its_courtesy(written: str, meant: str) -> None:
    assert job_title(written) == meant


@pytest.mark.parametrize(
    ("written", "clean"),
    [
        ("a\r\nb", "a b"),
        ("a\x00b\u200bc", "abc"),
        ("東京\u2028大阪", "東京 大阪"),
        ("１２３−４", "123−4"),
        # squared forms are not letters: NFKC would make (株) of it
        ("㈱", "㈱"),
        # a composed and a decomposed が are the same
        ("か\u3099", "が"),
    ],
)
def test_a_field_becomes_one_line_without_controls(written: str, clean: str) -> None:
    assert clean_text(written) == clean


@given(st.text())
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    for clean in (clean_text, company_name, job_title, name_part):
        assert clean(clean(text)) == clean(text)


@given(st.text())
def test_no_cleaned_field_can_break_a_line(text: str) -> None:
    assert len(clean_text(text).splitlines()) <= 1
    assert "\x00" not in clean_text(text)


@given(st.text(alphabet="佐藤花子太郎一二三 　", min_size=1), st.sampled_from(["様", "さん", "殿"]))
def test_a_courtesy_never_survives_behind_a_name(name: str, courtesy: str) -> None:
    assert not strip_courtesy(name + courtesy).endswith(courtesy)


def test_scripts_are_told_apart() -> None:
    assert is_latin("O’Neill-Smith")
    assert not is_latin("佐藤")
    assert not is_latin("")
    assert is_katakana("スミス")
    assert not is_katakana("すみす")
