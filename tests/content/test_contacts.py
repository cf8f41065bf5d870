"""The list of fictional contacts: the shape of a marketer's file, its troubles included."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import Counter
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from nurture.domain.contact_row import RowError
from nurture.services.contact_csv import open_contacts
from nurture.services.contact_reading import Reading, read_contact
from tests.content.shipped import ROOT, items, workflows

RAW = (ROOT / "examples/contacts.csv").read_bytes()
ROWS = list(csv.DictReader(RAW.decode("utf-8-sig").splitlines()))
COLUMNS = [
    "会社名", "部署", "役職", "氏名", "メールアドレス", "電話番号", "業種", "従業員数", "言語",
    "担当者", "同意根拠", "取得元", "取得日", "初回接触日", "タグ",
]  # fmt: skip

_ADDRESS = re.compile(r"[a-z0-9.]+@[a-z0-9-]+(\.gone)?\.example")


def _address(row: dict[str, str]) -> str:
    return unicodedata.normalize("NFKC", row["メールアドレス"]).lower()


GOOD = [row for row in ROWS if _ADDRESS.fullmatch(_address(row))]


def test_the_file_looks_as_excel_saves_it() -> None:
    assert RAW.startswith(b"\xef\xbb\xbf")
    assert RAW.count(b"\r\n") == RAW.count(b"\n") == len(ROWS) + 1
    assert list(ROWS[0]) == COLUMNS


def test_there_are_about_three_hundred_people_in_a_hundred_and_twenty_companies() -> None:
    assert 285 <= len(GOOD) <= 310
    languages = Counter(row["言語"] for row in GOOD)
    assert 220 <= languages["ja"] <= 245
    assert 60 <= languages["en"] <= 75
    hosts = {_address(row).split("@")[1].replace(".gone.", ".") for row in GOOD}
    assert 110 <= len(hosts) <= 125


def test_industries_and_sizes_are_spread() -> None:
    industries = Counter(row["業種"] for row in GOOD)
    assert {"manufacturing", "medical", "care", "logistics", "it", "retail"} <= set(industries)
    assert (
        min(industries[trade] for trade in ("manufacturing", "medical", "care", "logistics")) > 20
    )
    digits = (re.sub(r"\D", "", unicodedata.normalize("NFKC", row["従業員数"])) for row in GOOD)
    sizes = [int(size) for size in digits if size]
    assert min(sizes) < 20
    assert max(sizes) > 1000


def test_nobody_in_the_file_can_be_real() -> None:
    # RFC 2606: nothing below .example is ever registered; 0000 and 555-01xx are never given out
    assert all(_address(row).endswith(".example") for row in GOOD)
    phones = [unicodedata.normalize("NFKC", row["電話番号"]) for row in GOOD if row["電話番号"]]
    assert all(re.fullmatch(r"0[36]-0000-\d{4}|\+1 202 555 01\d\d", phone) for phone in phones)


def test_some_hosts_are_gone_and_will_bounce() -> None:
    assert sum(".gone." in _address(row) for row in GOOD) >= 5


def test_the_file_has_the_troubles_an_import_must_name() -> None:
    addresses = Counter(_address(row) for row in GOOD)
    assert [row["メールアドレス"] for row in ROWS if row not in GOOD] == [
        "",
        "kinoshita@@tekkyo-unso.example",
        "honda.aizomeya.example",
    ]
    assert [count for count in addresses.values() if count > 1] == [2]
    assert sum(not row["同意根拠"] for row in GOOD) == 1
    assert sum(row["取得日"] == "2026/13/45" for row in GOOD) == 1
    assert sum(not row["氏名"] and not row["会社名"] for row in GOOD) == 1


def test_the_file_has_the_habits_of_excel() -> None:
    assert any(row["会社名"].startswith("㈱") for row in ROWS)
    assert any(row["氏名"].endswith("様") for row in ROWS)
    assert any("＠" in row["メールアドレス"] for row in ROWS)
    assert any(re.search("[０-９]", row["従業員数"] + row["電話番号"]) for row in ROWS)
    assert any("\u3000" in row["氏名"] for row in ROWS)


def test_every_owner_is_a_sender_of_the_policy() -> None:
    policy = (ROOT / "workflows/policy.yaml").read_text("utf-8")
    assert all(f"email: {row['担当者']}" in policy for row in ROWS)


def test_every_trade_that_a_journey_names_is_in_the_file() -> None:
    named = re.findall(r"industry: \[?([a-z, ]+)\]?\}", str(workflows()).replace("'", ""))
    trades = {trade.strip() for names in named for trade in names.split(",")}
    trades |= {trade for item in items() for trade in item.get("industry", ())}
    assert "manufacturing" in trades
    assert trades <= {row["業種"] for row in GOOD}


def test_the_import_keeps_what_is_good_and_says_what_is_wrong() -> None:
    reading = Reading(datetime(2026, 4, 6, tzinfo=UTC), ZoneInfo("Asia/Tokyo"))
    rejected, remarks, taken = [], [], []
    with open_contacts(ROOT / "examples/contacts.csv") as opened:
        assert opened.columns.unknown == ()
        for row in opened.rows:
            try:
                contact = read_contact(row.values, reading, row.line)
            except RowError as error:
                rejected.extend(remark.code for remark in error.remarks)
            else:
                remarks.extend(remark.code for remark in contact.remarks)
                taken.append(contact)
    assert rejected == ["no_address", "bad_address", "bad_address", "unreadable"]
    assert remarks == ["no_basis"]
    # one address stands there twice, once in capitals
    assert len(taken) - len({contact.address for contact in taken}) == 1
    assert sum(contact.grant is None for contact in taken) == 1
