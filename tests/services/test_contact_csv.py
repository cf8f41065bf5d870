"""Lists as Excel, mail tools and CRMs write them, and as accidents leave them."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.errors import NotFoundError, NurtureError
from nurture.services.contact_csv import CsvRow, open_contacts
from nurture.services.csv_records import LONGEST_CELL, Records

LIST = "会社名,氏名,メールアドレス\n株式会社青空商事,佐藤　花子,sato@example.co.jp\n"


def rows_of(
    folder: Path, content: str | bytes, encoding: str = "", mapped: Mapping[str, str] | None = None
) -> list[CsvRow]:
    path = folder / "list.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with open_contacts(path, encoding, mapped) as csv:
        return list(csv.rows)


def faults(rows: list[CsvRow]) -> dict[int, str]:
    return {row.line: row.fault.code for row in rows if row.fault is not None}


@pytest.mark.parametrize(
    ("codec", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("cp932", "cp932"),
        ("shift_jis", "cp932"),
        ("euc_jp", "euc_jp"),
        # Excel's "Unicode text"
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32"),
    ],
)
def test_an_encoding_is_found_out(tmp_path: Path, codec: str, found: str) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes((LIST + "a,b,c@example.com\n" * 30).encode(codec))
    with open_contacts(path) as csv:
        assert csv.encoding == found
        assert next(csv.rows).values["company"] == "株式会社青空商事"


def test_characters_that_only_windows_has_are_read(tmp_path: Path) -> None:
    (row,) = rows_of(tmp_path, "会社名,email\n㈱髙﨑①,a@example.com\n".encode("cp932"))
    assert row.values["company"] == "㈱髙﨑①"


@pytest.mark.parametrize("header", ["メール", "姓,名,E-mail", "氏名,E-mail"])
def test_a_few_japanese_letters_are_enough(tmp_path: Path, header: str) -> None:
    width = header.count(",") + 1
    content = f"{header}\n{'a@a.example,' * width}\n".replace(",\n", "\n")
    path = tmp_path / "list.csv"
    path.write_bytes(content.encode("cp932"))
    with open_contacts(path) as csv:
        assert csv.encoding == "cp932"
        assert csv.columns.unknown == ()


def test_an_encoding_that_could_be_two_is_asked_for(tmp_path: Path) -> None:
    content = "name,email\nJérôme Muñoz,a@example.com\nAndré Françoise,b@example.com\n"
    with pytest.raises(NurtureError, match="--encoding"):
        rows_of(tmp_path, content.encode("cp1252"))
    rows = rows_of(tmp_path, content.encode("cp1252"), "cp1252")
    assert rows[0].values["name"] == "Jérôme Muñoz"


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("utf-8", "byte 0 does not fit"),
        ("sjiss", "there is no encoding 'sjiss'"),
        # a codec, but not for text
        ("base64", "there is no encoding 'base64'"),
    ],
)
def test_an_encoding_that_does_not_fit_is_refused(tmp_path: Path, named: str, said: str) -> None:
    with pytest.raises(NurtureError, match=said):
        rows_of(tmp_path, LIST.encode("cp932"), named)


EXCEL = [
    # (content, cells of the only row by field)
    ("sep=;\r\n氏名;メールアドレス\r\n佐藤;a@example.com\r\n", "佐藤"),
    ('"sep=;"\n氏名;メールアドレス\n佐藤;a@example.com\n', "佐藤"),
    ("氏名\tメールアドレス\r\n佐藤\ta@example.com\r\n", "佐藤"),
    ("氏名;メールアドレス\n佐藤;a@example.com\n", "佐藤"),
    # old Macs
    ("氏名,メールアドレス\r佐藤,a@example.com\r", "佐藤"),
    # columns that were shown once, in the header and in the rows
    ("氏名,メールアドレス,,\n佐藤,a@example.com,,,,\n", "佐藤"),
    # a title and a date above the header
    ("名簿\n作成日,2026/3/1\n\n氏名,メールアドレス\n佐藤,a@example.com\n", "佐藤"),
    # blank and half-blank lines
    ("氏名,メールアドレス\n\n,\n　, \n佐藤,a@example.com\n,\n", "佐藤"),
    # a quoted line break
    ('氏名,メールアドレス\n"佐藤\n花子",a@example.com\n', "佐藤\n花子"),
    ('氏名,メールアドレス\r\n"佐藤 ""花"" 子, 様",a@example.com', '佐藤 "花" 子, 様'),
    ("氏名,メールアドレス\n\x00佐藤,a@example.com\n", "\x00佐藤"),
]


@pytest.mark.parametrize(("content", "name"), EXCEL)
def test_a_habit_of_spreadsheets_does_no_harm(tmp_path: Path, content: str, name: str) -> None:
    (row,) = rows_of(tmp_path, content)
    assert row.fault is None
    assert row.values == {"name": name, "email": "a@example.com"}


def test_a_row_of_the_wrong_width_is_bad_and_its_neighbours_are_not(tmp_path: Path) -> None:
    content = "氏名,email,役職\nA,a@example.com,x\nB,b@example.com\nC,c,x,d\nD,d@example.com,\n"
    rows = rows_of(tmp_path, content)
    assert faults(rows) == {3: "wrong_width", 4: "wrong_width"}
    assert [row.line for row in rows] == [2, 3, 4, 5]


def test_a_stray_quotation_mark_costs_one_row(tmp_path: Path) -> None:
    good = [f"N{i},n{i}@example.com\n" for i in range(300)]
    # one that is never closed, and two that would enclose a hundred rows between them
    good[20] = 'N20,"n20@example.com\n'
    good[100] = '"N100,n100@example.com\n'
    good[200] = '"N200,n200@example.com\n'
    rows = rows_of(tmp_path, "氏名,email\n" + "".join(good))
    assert faults(rows) == {22: "broken_quotes", 102: "broken_quotes", 202: "broken_quotes"}
    assert len(rows) == 300


def test_line_numbers_are_those_of_an_editor(tmp_path: Path) -> None:
    rows = rows_of(tmp_path, '氏名,email\n"a\nb\nc",a@example.com\nd,d@example.com\nbad\n')
    assert [row.line for row in rows] == [2, 5, 6]


def test_a_field_of_a_megabyte_is_one_bad_row(tmp_path: Path) -> None:
    huge = "x" * (1 << 20)
    content = f"氏名,email\nA,a@example.com\n{huge},b@example.com\nC,c@example.com\n"
    rows = rows_of(tmp_path, content)
    assert len(huge) > LONGEST_CELL
    assert len(faults(rows)) == 1
    assert [row.values.get("email") for row in rows] == ["a@example.com", None, "c@example.com"]


def test_a_line_without_an_end_is_not_read_into_memory_whole(tmp_path: Path) -> None:
    content = "氏名,email\n" + "x," * (4 << 20) + "\nC,c@example.com\n"
    rows = rows_of(tmp_path, content)
    assert faults(rows) == {2: "line_too_long"}
    assert sum(map(len, rows[0].cells)) < 1 << 21
    assert rows[1].values["email"] == "c@example.com"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the file is empty"),
        (b"\n\n,,\n", "the file is empty"),
        ("会社,氏名\nA,B\n".encode(), "no column holds e-mail addresses; the headers are '会社'"),
        ("佐藤,sato@example.com\n".encode(), "the first line is a contact, not headers"),
        (b"PK\x03\x04rest of a workbook", "is a workbook, not a CSV"),
        (b"\xd0\xcf\x11\xe0rest of an old one", "is a workbook, not a CSV"),
    ],
)
def test_what_is_no_list_is_said_clearly(tmp_path: Path, content: bytes, said: str) -> None:
    with pytest.raises(NurtureError) as caught:
        rows_of(tmp_path, content)
    assert said in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match=r"none\.csv"), open_contacts(tmp_path / "none.csv"):
        pass


def test_a_mapping_finds_a_header_nobody_would(tmp_path: Path) -> None:
    (row,) = rows_of(tmp_path, "Kontakt\na@example.com\n", mapped={"Kontakt": "email"})
    assert row.values == {"email": "a@example.com"}


@given(content=st.binary(max_size=400) | st.text(alphabet='ab@.,;"\n\r\t\x00あ', max_size=400))
def test_any_bytes_are_read_or_refused_with_a_sentence(
    content: bytes | str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    raw = content.encode() if isinstance(content, str) else content
    try:
        rows = rows_of(tmp_path_factory.mktemp("any"), b"email,name\n" + raw)
    except NurtureError as error:
        assert str(error)
        return
    lines = [row.line for row in rows]
    assert lines == sorted(set(lines))
    assert all(len(row.cells) == 2 for row in rows if row.fault is None)


@given(st.lists(st.text(alphabet='ab",\n', max_size=12), max_size=30))
def test_good_rows_after_anything_are_kept(lines: list[str]) -> None:
    # Line breaks stay inside quotes or end a row: either way the last row is whole.
    noise = "".join(f"{line}\n" for line in lines)
    records = list(Records(io.StringIO(f'{noise}\n"end","of, list"\n', newline="")))
    assert any(record.cells == ["end", "of, list"] for record in records) or (
        noise.count('"') % 2 == 1
    )
