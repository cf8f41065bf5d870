"""宛名: who is addressed how, and who cannot be addressed at all."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.domain.addressee import Person, addressee, person_of, short_name

HANAKO = Person("佐藤", "花子", "株式会社◯◯", "営業部", "部長")


@pytest.mark.parametrize(
    ("person", "line"),
    [
        (HANAKO, "株式会社◯◯ 営業部 部長 佐藤花子様"),
        (Person("佐藤", "花子", "株式会社◯◯", "営業部"), "株式会社◯◯ 営業部 佐藤花子様"),
        (Person("佐藤", "花子", "株式会社◯◯", title="部長"), "株式会社◯◯ 部長 佐藤花子様"),
        (Person("佐藤", "", "株式会社◯◯"), "株式会社◯◯ 佐藤様"),
        # without a name: the company, never a title with 様
        (Person(company="株式会社◯◯"), "株式会社◯◯ ご担当者様"),
        (Person(company="株式会社◯◯", title="部長"), "株式会社◯◯ ご担当者様"),
        (Person(company="株式会社◯◯", department="営業部"), "株式会社◯◯ 営業部 ご担当者様"),
        # without a company: the person alone, a department would hang in the air
        (Person("佐藤", "花子"), "佐藤花子様"),
        (Person("佐藤", "花子", "", "営業部", "部長"), "佐藤花子様"),
        # foreign names in the order and with the gaps of their script
        (Person("Smith", "John", "Acme Ltd."), "Acme Ltd. John Smith様"),
        (Person("スミス", "ジョン"), "スミス ジョン様"),
        # nobody to address: do not send
        (Person(), None),
        (Person(title="部長", department="営業部"), None),
    ],
)
def test_the_head_of_a_japanese_letter(person: Person, line: str | None) -> None:
    assert addressee(person, "ja") == line


@pytest.mark.parametrize(
    ("person", "line"),
    [
        (Person("Sato", "Hanako", honorific="Ms"), "Dear Ms Sato"),
        # which of Mr, Ms, Mx nobody said
        (Person("Sato", "Hanako"), "Dear Hanako Sato"),
        (Person("Sato"), "Dear Sato"),
        (Person("", "Hanako", honorific="Ms"), "Dear Hanako"),
        (Person(company="Acme Ltd."), "Hello"),
        (Person(), "Hello"),
    ],
)
def test_the_head_of_an_english_letter(person: Person, line: str) -> None:
    assert addressee(person, "en") == line
    assert addressee(person, "en-GB") == line


@pytest.mark.parametrize(
    ("person", "locale", "name"),
    [
        (HANAKO, "ja", "佐藤様"),
        (Person("", "花子"), "ja", "花子様"),
        (Person(), "ja", "ご担当者様"),
        (Person("Sato", "Hanako", honorific="Ms"), "en", "Ms Sato"),
        (Person("Sato", "Hanako"), "en", "Hanako"),
        (Person(), "en", None),
    ],
)
def test_later_in_the_text_a_name_is_short(person: Person, locale: str, name: str | None) -> None:
    assert short_name(person, locale) == name


def test_values_are_cleaned_before_they_are_addressed() -> None:
    values = {
        "family_name": "佐藤様",
        "given_name": None,
        "company": "㈱青空 御中",
        "title": "部長様",
        "employees": 30,
    }
    assert addressee(person_of(values), "ja") == "株式会社青空 部長 佐藤様"


#: what lists bring: names, empty fields, stray courtesies
_FIELD = st.text(alphabet="佐藤花子 様さん御中殿部長㈱(株)ABc", max_size=8) | st.none()


@given(
    st.fixed_dictionaries(
        dict.fromkeys(
            ("family_name", "given_name", "company", "department", "title", "honorific"), _FIELD
        )
    )
)
def test_no_address_line_ever_breaks_the_manners(values: dict[str, str | None]) -> None:
    line = addressee(person_of(values), "ja")
    if line is None:
        return
    assert line.endswith("様")
    assert line != "様"
    # behind the name; a company may be called as it likes
    assert not re.search(r"(?:様|御中|殿|さん)様\Z", line)
    # a title never takes 様 itself, unless a person is called so
    if "部長" not in f"{values['family_name']}{values['given_name']}":
        assert not line.endswith("部長様")
    assert "\n" not in line
    assert "  " not in line
