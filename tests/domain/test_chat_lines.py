"""A line for a chat room: whom it is about, in letters that no service takes for marks."""

from __future__ import annotations

import pytest

from nurture.domain.chat_lines import LONGEST, about


@pytest.mark.parametrize(
    ("contact", "line"),
    [
        # company and family name, as colleagues speak of customers
        ({"company": "青空", "family_name": "田中", "given_name": "花"}, "青空 田中様: 電話"),
        # without a company
        ({"family_name": "田中"}, "田中様: 電話"),
        # nobody known: the text alone
        ({}, "電話"),
        # English readers are named in English
        ({"family_name": "Reyes", "given_name": "Tom", "locale": "en"}, "Tom Reyes: 電話"),
        # a name that would call the whole room
        ({"company": "<!channel>", "locale": "en"}, "＜!channel＞: 電話"),
        ({"company": "[toall] @here", "locale": "en"}, "［toall］ ＠here: 電話"),
        # a name that would be a link, and one of several lines
        ({"company": "<https://x.example|Quote>"}, "＜https：//x.example｜Quote＞: 電話"),
        ({"company": "A\nB"}, "A B: 電話"),
    ],
)  # fmt: skip
def test_a_line_names_its_person_and_obeys_no_strangers_marks(
    contact: dict[str, str], line: str
) -> None:
    assert about(contact, "電話") == line


def test_a_long_line_is_cut() -> None:
    assert len(about({}, "あ" * 5_000)) == LONGEST
