"""Texts become a contact, or everything that is wrong with them is said at once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.domain.contact_columns import FIELDS
from nurture.domain.contact_row import PURPOSES, Basis, ContactRow, RowError
from nurture.services.contact_reading import Reading, read_contact
from nurture.services.mail_address import check_address

NOW = datetime(2026, 4, 1, 3, tzinfo=UTC)
READING = Reading(
    NOW,
    ZoneInfo("Asia/Tokyo"),
    {"budget": "number", "newsletter": "boolean", "renewal": "date", "need": "text"},
)


def read(reading: Reading = READING, **values: str) -> ContactRow:
    return read_contact({"email": "a@example.com", **values}, reading)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Tanaka@Example.CO.JP", "tanaka@example.co.jp"),
        # typed with a Japanese keyboard
        ("ｔａｎａｋａ＠ｅｘａｍｐｌｅ．ｃｏ．ｊｐ", "tanaka@example.co.jp"),
        (" tanaka@example.co.jp\u3000", "tanaka@example.co.jp"),
        ("tanaka@日本語.jp", "tanaka@xn--wgv71a119e.jp"),
        # as mail programs copy it
        ("田中太郎 <tanaka@example.co.jp>", "tanaka@example.co.jp"),
        ("mailto:tanaka@example.co.jp", "tanaka@example.co.jp"),
        ("first.last+tag_1@mail.example.com", "first.last+tag_1@mail.example.com"),
        # rare and lawful
        ("o'brien@example.com", "o'brien@example.com"),
    ],
)
def test_an_address_has_one_canonical_form(text: str, address: str) -> None:
    assert check_address(text)[0] == address


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "no_address"),
        ("－", "no_address"),
        ("tanaka", "bad_address"),
        ("tanaka@", "bad_address"),
        ("@example.com", "bad_address"),
        ("tanaka@@example.com", "bad_address"),
        ("tanaka@example", "bad_address"),
        ("tanaka@example..com", "bad_address"),
        # few hosts take letters like these before the @
        ("田中@example.com", "bad_address"),
        ("tan aka@example.com", "bad_address"),
        ("tanaka@exa_mple.com", "bad_address"),
        ("tanaka@localhost", "bad_address"),
        ("tanaka@192.0.2.1", "bad_address"),
        ("a@example.com\r\nBcc: b@example.com", "several_addresses"),
        ("tanaka@example.com\x00", None),
        ("a\x00b@example.com", "bad_address"),
        ("a" * 65 + "@example.com", "bad_address"),
        ("a@" + "b" * 64 + ".com", "bad_address"),
        ("a@" + "b." * 130 + "com", "bad_address"),
        ("a@example.com; b@example.com", "several_addresses"),
        ("a@example.com、b@example.com", "several_addresses"),
    ],
)
def test_what_is_no_address_is_refused(text: str, code: str | None) -> None:
    if code is None:
        assert check_address(text)[0] == "tanaka@example.com"
        return
    with pytest.raises(RowError) as caught:
        check_address(text)
    assert [remark.code for remark in caught.value.remarks] == [code]


@given(st.text() | st.emails())
def test_an_address_that_passes_is_safe_in_a_header(text: str) -> None:
    try:
        address, written = check_address(text)
    except RowError:
        return
    assert address.isascii()
    assert address.isprintable()
    assert written.isprintable()
    assert len(address) <= 254
    assert check_address(address)[0] == address


@pytest.mark.parametrize(
    ("values", "part", "expected"),
    [
        ({"name": "柴田　智子様"}, "contact", {"family_name": "柴田", "given_name": "智子"}),
        # 姓 and 名 count before 氏名
        ({"name": "x y", "family_name": "田中"}, "contact", {"family_name": "田中"}),
        ({"title": "部長様", "department": "営業部 御中"}, "contact",
         {"title": "部長", "department": "営業部"}),
        ({"phone": "０３－００００ー１１１１"}, "contact", {"phone": "03-0000-1111"}),
        ({"phone": '="0312345678"'}, "contact", {"phone": "0312345678"}),
        ({"locale": "日本語"}, "contact", {"locale": "ja"}),
        ({"locale": "en_us"}, "contact", {"locale": "en-US"}),
        ({"zone": "Asia/Tokyo"}, "contact", {"zone": "Asia/Tokyo"}),
        ({"role": "決裁者"}, "contact", {"role": "decision-maker"}),
        ({"company": "㈱青空商事 御中"}, "account", {"name": "株式会社青空商事"}),
        ({"domain": "https://www.Example.co.jp/about?x=1"}, "account",
         {"domain": "example.co.jp"}),
        ({"employees": "101〜300名"}, "account", {"employees": 101}),
        ({"budget": "1,200", "newsletter": "はい", "renewal": "令和8年4月1日", "need": " 急ぎ "},
         "contact_fields",
         {"budget": 1200, "newsletter": True, "renewal": "2026-04-01", "need": "急ぎ"}),
        ({"tags": "展示会、重要\x00"}, "tags", ("展示会", "重要")),
    ],
)  # fmt: skip
def test_a_field_is_made_uniform(values: dict[str, str], part: str, expected: Any) -> None:
    assert getattr(read(**values), part) == expected


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({"employees": "多数"}, "unreadable", "employees"),
        ({"obtained": "2026/13/45"}, "unreadable", "obtained"),
        ({"obtained": "2026-04-02"}, "in_future", "obtained"),
        ({"first_touch": "2030-01-01"}, "in_future", "first_touch"),
        ({"basis": "なんとなく"}, "unreadable", "basis"),
        ({"purposes": "marketing, 販売"}, "unreadable", "purposes"),
        ({"locale": "にほんご"}, "unreadable", "locale"),
        ({"zone": "Tokyo"}, "unreadable", "zone"),
        ({"zone": "../../etc/passwd"}, "unreadable", "zone"),
        ({"domain": "うちのサイト"}, "unreadable", "domain"),
        ({"budget": "たくさん"}, "unreadable", "budget"),
        ({"renewal": "来月"}, "unreadable", "renewal"),
        ({"title": "#REF!"}, "excel_error", "title"),
        ({"department": "部" * 201}, "too_long", "department"),
        ({"name": "x" * 1_048_576}, "too_long", "name"),
        ({"company": "x" * 1_048_576}, "too_long", "company"),
        ({"tags": "x" * 101}, "too_long", "tags"),
        ({"need": "x" * 2_001}, "too_long", "need"),
    ],
)
def test_what_cannot_be_read_is_said(values: dict[str, str], code: str, field: str) -> None:
    with pytest.raises(RowError) as caught:
        read(**values)
    (remark,) = caught.value.remarks
    assert (remark.code, remark.detail["field"]) == (code, field)


def test_everything_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(RowError) as caught:
        read(email="x", employees="多数", basis="?", title="#N/A")
    assert {remark.code for remark in caught.value.remarks} == {
        "bad_address", "unreadable", "excel_error",
    }  # fmt: skip
    assert len(caught.value.remarks) == 4


@pytest.mark.parametrize(
    ("basis", "known", "purposes"),
    [
        ("名刺交換", Basis.BUSINESS_CARD, PURPOSES),
        ("Business Card", Basis.BUSINESS_CARD, PURPOSES),
        ("取引関係", Basis.BUSINESS_RELATIONSHIP, PURPOSES),
        ("公開アドレス", Basis.PUBLISHED_ADDRESS, PURPOSES),
        ("オプトイン", Basis.OPT_IN, ("marketing",)),
        ("opt-in", Basis.OPT_IN, ("marketing",)),
    ],
)
def test_a_basis_is_read_in_both_languages(
    basis: str, known: Basis, purposes: tuple[str, ...]
) -> None:
    grant = read(basis=basis, source="展示会", obtained="2026-03-12").grant
    assert grant is not None
    assert (grant.basis, grant.purposes) == (known, purposes)


def test_stated_purposes_count_before_those_of_the_basis() -> None:
    said = {
        "basis": "opt_in",
        "source": "x",
        "obtained": "2026-03-12",
        "purposes": "調査、marketing",
    }
    grant = read(**said).grant
    assert grant is not None
    assert grant.purposes == ("survey", "marketing")


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({}, "no_basis"),
        ({"source": "展示会", "obtained": "2026-03-12"}, "no_basis"),
        ({"basis": "名刺交換", "obtained": "2026-03-12"}, "no_source"),
        ({"basis": "名刺交換", "source": "展示会"}, "no_date"),
    ],
)
def test_a_consent_without_basis_source_and_date_is_none(values: dict[str, str], code: str) -> None:
    row = read(**values)
    assert row.grant is None
    assert [remark.code for remark in row.remarks] == [code]


def test_what_a_row_leaves_empty_comes_from_the_options() -> None:
    options = {"basis": "business_card", "source": "展示会2026", "obtained": "2026-03-12"}
    reading = Reading(NOW, ZoneInfo("Asia/Tokyo"), defaults=options)
    row = read(reading, source="個別相談会", basis="－")
    assert row.grant is not None
    assert (row.grant.basis, row.grant.source) == (Basis.BUSINESS_CARD, "個別相談会")


def test_the_day_of_consent_is_the_first_contact_where_none_is_named() -> None:
    assert read(obtained="2026-03-12").first_touch_at == datetime(2026, 3, 11, 15, tzinfo=UTC)
    both = read(obtained="2026-03-12", first_touch="2026-01-05")
    assert both.first_touch_at == datetime(2026, 1, 4, 15, tzinfo=UTC)


@given(st.dictionaries(st.sampled_from([*FIELDS, "need", "budget"]), st.text(max_size=300)))
def test_any_texts_become_a_row_that_a_database_can_hold_or_are_refused(
    values: dict[str, str],
) -> None:
    try:
        row = read_contact({"email": "a@example.com", **values}, READING)
    except RowError as error:
        assert error.remarks
        return
    texts = [
        *row.contact.values(),
        *map(str, row.account.values()),
        *map(str, row.contact_fields.values()),
        *row.tags,
        row.owner,
        row.grant.source if row.grant else "",
    ]
    for text in texts:
        text.encode()
        assert "\x00" not in text
