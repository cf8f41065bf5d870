"""Lists come in whole: good rows kept, bad ones to mend, twice is as good as once."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy import event as hooks

from nurture.clock import FrozenClock
from nurture.db.engine import read, write
from nurture.db.tables import consent, contact, contact_tag, event, identity, inbox, metadata
from nurture.errors import NurtureError
from nurture.services import import_contacts as importing
from nurture.services.import_contacts import ImportOptions, ImportReport, import_contacts

CLOCK = FrozenClock(datetime(2026, 4, 1, 3, tzinfo=UTC))
HEADER = "会社名,氏名,メールアドレス,役職,従業員数,同意根拠,取得元,取得日,タグ"
CARD = ",名刺交換,展示会2026,2026-03-12,展示会"


def bring(engine: Engine, path: Path, **options: Any) -> ImportReport:
    return import_contacts(engine, CLOCK, None, path, ImportOptions(**options))


def a_list(folder: Path, *lines: str, name: str = "list.csv") -> Path:
    path = folder / name
    path.write_text("\n".join((HEADER, *lines, "")), encoding="utf-8")
    return path


def people(count: int, start: int = 0) -> list[str]:
    return [
        f"株式会社{i // 3},田中 {i},p{i}@c{i // 3}.example,部長,{10 + i}{CARD}"
        for i in range(start, start + count)
    ]


def everything(engine: Engine) -> dict[str, Sequence[Any]]:
    names = set(metadata.tables) - {"business_clock"}
    with read(engine) as connection:
        return {
            name: sorted(connection.execute(select(metadata.tables[name])).all(), key=str)
            for name in names
        }


def number_of(engine: Engine, table: Any) -> int:
    with read(engine) as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "BATCH", 10)


def test_a_list_comes_in_and_the_engine_is_told(engine: Engine, tmp_path: Path) -> None:
    report = bring(engine, a_list(tmp_path, *people(5)))
    assert (report.read, report.created, report.accounts_created) == (5, 5, 2)
    assert report.consents == 15
    assert (number_of(engine, contact), number_of(engine, inbox)) == (5, 5)
    assert report.rejected_path is None
    assert list(tmp_path.glob("list*")) == [tmp_path / "list.csv"]


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize("overwrite", [False, True])
def test_the_same_list_again_changes_nothing(
    engine: Engine, tmp_path: Path, overwrite: bool
) -> None:
    lines = people(25)
    # repeated within a batch and across batches, with other words about person and company
    lines[7] = "株式会社0,佐藤 7,p0@c0.example,課長,999,,,,x"
    lines[18] = f"株式会社1,佐藤 18,P3@C1.example,社長,888{CARD}"
    path = a_list(tmp_path, *lines)
    first = bring(engine, path, overwrite=overwrite)
    before = everything(engine)
    second = bring(engine, path, overwrite=overwrite)
    assert (first.created, first.repeated) == (23, 2)
    assert (second.created, second.updated, second.unchanged, second.repeated) == (0, 0, 23, 2)
    assert everything(engine) == before


@pytest.mark.usefixtures("small_batches")
def test_the_size_of_batches_makes_no_difference(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = people(25)
    lines[18] = "株式会社1,佐藤 18,p3@c1.example,社長,888,,,,y"
    path = a_list(tmp_path, *lines)
    bring(engine, path, overwrite=True)
    columns = (contact.c.email, contact.c.title, contact.c.family_name)
    with read(engine) as connection:
        small = connection.execute(select(*columns).order_by(contact.c.id)).all()
    with write(engine) as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
    monkeypatch.setattr(importing, "BATCH", 1_000)
    bring(engine, path, overwrite=True)
    with read(engine) as connection:
        assert connection.execute(select(*columns).order_by(contact.c.id)).all() == small


@pytest.mark.usefixtures("small_batches")
def test_a_crash_between_batches_is_mended_by_doing_it_again(
    engine: Engine, tmp_path: Path
) -> None:
    path = a_list(tmp_path, *people(35), "x,y,nobody,,,,,,")

    def crash(_done: int, _size: int, rows: int) -> None:
        if rows == 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_contacts(engine, CLOCK, None, path, ImportOptions(), crash)
    assert number_of(engine, contact) == 20
    # nothing half-written is left behind
    assert list(tmp_path.glob("list*")) == [path]
    report = bring(engine, path)
    assert (report.created, report.unchanged, report.rejected) == (15, 20, 1)
    assert number_of(engine, event) == 35


@pytest.mark.usefixtures("small_batches")
def test_a_dry_run_says_what_would_happen_and_writes_nothing(
    engine: Engine, tmp_path: Path
) -> None:
    bring(engine, a_list(tmp_path, *people(5), name="before.csv"))
    lines = [*people(25), "株式会社9,別 人,p20@c6.example,社長,1,,,,y", "x,y,nobody,,,,,,"]
    path = a_list(tmp_path, *lines)
    before = everything(engine)
    dry = bring(engine, path, dry_run=True)
    assert everything(engine) == before
    assert not list(tmp_path.glob("*.rejected*"))
    wet = bring(engine, path)
    wet.rejected_path = None
    assert dry == wet
    assert (dry.created, dry.unchanged, dry.repeated, dry.rejected) == (20, 5, 1, 1)


BAD = [
    # (line, what is said of it)
    ("A社,佐藤,,,", "メールアドレスがありません"),
    ("A社,佐藤,sato@@a.example,,", "「sato@@a.example」はメールアドレスとして正しくありません"),
    ("A社,佐藤,b@a.example,,多数", "「従業員数」の「多数」を読み取れません(例: 120)"),
    ("A社,佐藤,c@a.example,,,名刺交換,展示会,2026/13/45,", "「取得日」の「2026/13/45」を"),
    ("A社,佐藤,d@a.example", "列数が3で、見出しの9と合いません"),
    ('A社,"佐藤,e@a.example,,,,,,', "引用符"),
    (f"A社,{'佐' * 200_000},f@a.example,,,,,,", "1つの項目が長すぎます"),
]


def test_good_rows_are_kept_and_bad_ones_are_listed_to_be_mended(
    engine: Engine, tmp_path: Path
) -> None:
    padded = [line + "," * (8 - line.count(",")) if i < 3 else line
              for i, (line, _) in enumerate(BAD)]  # fmt: skip
    good = people(len(BAD))
    path = a_list(tmp_path, *(line for pair in zip(padded, good, strict=True) for line in pair))
    report = bring(engine, path)
    assert (report.created, report.rejected) == (len(BAD), len(BAD))
    assert report.rejected_path == tmp_path / "list.rejected.csv"
    raw = report.rejected_path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(raw.decode("utf-8-sig").splitlines()))
    assert rows[0] == [*HEADER.split(","), "行", "理由"]
    for number, (row, (_, said)) in enumerate(zip(rows[1:], BAD, strict=True)):
        assert row[-2] == str(2 + 2 * number)
        assert said in row[-1]
    # what no spreadsheet can show is cut
    assert max(len(cell) for row in rows for cell in row) <= 32_767
    assert [line for line, _ in report.faults] == [2 + 2 * i for i in range(len(BAD))]


def test_a_mended_list_of_rejected_rows_comes_in(engine: Engine, tmp_path: Path) -> None:
    line = f"=HYPERLINK(1),@佐藤 花子,sato@a.example,+部長,多数{CARD}"
    rejected = bring(engine, a_list(tmp_path, line)).rejected_path
    assert rejected is not None
    text = rejected.read_text(encoding="utf-8-sig")
    # a spreadsheet that opens the list runs nothing of it
    assert "'=HYPERLINK(1),'@佐藤 花子,sato@a.example,'+部長," in text
    rejected.write_text(text.replace("多数", "３００名"), encoding="cp932")
    again = bring(engine, rejected)
    assert (again.created, again.rejected) == (1, 0)
    assert again.columns.unknown == ()
    with read(engine) as connection:
        row = connection.execute(select(contact.c.title, contact.c.family_name)).one()
    assert row == ("+部長", "@佐藤")


def test_a_list_somebody_may_be_mending_is_not_written_over(engine: Engine, tmp_path: Path) -> None:
    path = a_list(tmp_path, "A社,佐藤,nobody,,,,,,")
    first = bring(engine, path).rejected_path
    assert first is not None
    # the same rows again: the same file
    assert bring(engine, path).rejected_path == first
    first.write_text("being mended", encoding="utf-8")
    second = bring(engine, path).rejected_path
    assert second == tmp_path / "list.rejected-2.csv"
    assert first.read_text(encoding="utf-8") == "being mended"


def test_without_basis_source_and_date_contacts_are_not_sendable(
    engine: Engine, tmp_path: Path
) -> None:
    path = a_list(
        tmp_path,
        f"A社,佐藤,a@a.example,,{CARD}",
        "A社,鈴木,b@a.example,,,,,,",
        "A社,高橋,c@a.example,,,名刺交換,,2026-03-12,",
    )
    report = bring(engine, path)
    assert report.created == 3
    assert report.not_sendable == {"b@a.example", "c@a.example"}
    assert report.remarks == {"no_basis": 1, "no_source": 1}
    # the options give what the rows leave empty; the first's own consent is untouched
    said = {"basis": "business_card", "source": "別の展示会", "obtained": "2026-02-01"}
    later = bring(engine, path, defaults=said)
    assert later.not_sendable == set()
    assert (later.updated, later.unchanged) == (2, 1)
    with read(engine) as connection:
        sources = connection.execute(select(consent.c.source)).scalars().all()
    assert sorted(set(sources)) == ["別の展示会", "展示会2026"]


@pytest.mark.parametrize(
    ("defaults", "said"),
    [
        ({"basis": "nantonaku"}, "'nantonaku' is no basis of consent"),
        ({"obtained": "12/03/2026"}, "'12/03/2026' is not a date"),
        ({"obtained": "2026-05-01"}, "not yet"),
        ({"purposes": "sales"}, "'sales' is no purpose of consent"),
    ],
)
def test_an_option_that_makes_no_sense_is_refused_before_anything_is_written(
    engine: Engine, tmp_path: Path, defaults: dict[str, str], said: str
) -> None:
    with pytest.raises(NurtureError) as caught:
        bring(engine, a_list(tmp_path, *people(1)), defaults=defaults)
    assert said in str(caught.value)
    assert number_of(engine, contact) == 0


def test_progress_ends_with_the_whole_file(engine: Engine, tmp_path: Path) -> None:
    path = a_list(tmp_path, *people(30))
    seen: list[tuple[int, int, int]] = []
    import_contacts(engine, CLOCK, None, path, ImportOptions(), lambda *state: seen.append(state))
    size = path.stat().st_size
    assert seen[-1] == (size, size, 30)


def test_the_number_of_statements_does_not_grow_with_the_rows(
    engine: Engine, tmp_path: Path
) -> None:
    statements: list[str] = []
    hooks.listen(
        engine, "before_cursor_execute", lambda _c, _k, statement, *_: statements.append(statement)
    )

    def needed(path: Path) -> int:
        statements.clear()
        bring(engine, path, overwrite=True)
        return len(statements)

    few = needed(a_list(tmp_path, *people(20)))
    many = needed(a_list(tmp_path, *people(900, start=100), name="many.csv"))
    # bulk inserts come in pages of a thousand values or so
    assert many <= few + 40
    assert number_of(engine, identity) == 920
    assert number_of(engine, contact_tag) == 920
