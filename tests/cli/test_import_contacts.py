"""`nurture import contacts`: what a person reads after handing in a list."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, func, select

from nurture.cli.contacts import import_contacts
from nurture.clock import FrozenClock
from nurture.db.engine import make_engine, read
from nurture.db.tables import contact, metadata
from nurture.domain.definitions import Definitions


@dataclass(frozen=True)
class House:
    engine: Engine
    clock: FrozenClock
    hash_key: bytes = b""

    def definitions(self, introduce: bool) -> Definitions | None:
        return None


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    engine = make_engine(f"sqlite:///{tmp_path / 'var' / 'nurture.sqlite'}")
    metadata.create_all(engine)
    yield House(engine, FrozenClock(datetime(2026, 4, 1, 3, tzinfo=UTC)))
    engine.dispose()


def run(house: House, path: Path, *arguments: str) -> Result:
    return CliRunner().invoke(import_contacts, [str(path), *arguments], obj=house)


def a_list(folder: Path, content: str) -> Path:
    path = folder / "list.csv"
    path.write_text(content, encoding="cp932")
    return path


def number_of_contacts(house: House) -> int:
    with read(house.engine) as connection:
        return connection.scalar(select(func.count()).select_from(contact)) or 0


GOOD_AND_BAD = "会社名,氏名,メール,備考,会社の名称\nA社,佐藤,a@a.example,x,\nA社,鈴木,nobody,,\n"


def test_a_report_says_what_came_in_and_what_did_not(house: House, tmp_path: Path) -> None:
    result = run(house, a_list(tmp_path, GOOD_AND_BAD))
    # a bad row is for a person to mend, not a failure of the command
    assert result.exit_code == 0
    said = " ".join(result.output.split())
    assert "2 rows read (cp932)" in said
    assert "1 contacts created" in said
    assert "1 contacts not sendable (送信不可): no consent on record" in said
    assert "line 3: 'nobody' is not an e-mail address: it has no @-sign" in said
    assert "Column '備考' is not known and was left out: --map '備考=FIELD'" in said
    assert "did you mean company? --map '会社の名称=company'" in said
    assert "list.rejected.csv" in said


def test_a_dry_run_reports_and_writes_nothing(house: House, tmp_path: Path) -> None:
    result = run(house, a_list(tmp_path, GOOD_AND_BAD), "--dry-run")
    assert "Dry run: nothing was written." in result.output
    assert "1  contacts created" in result.output
    assert number_of_contacts(house) == 0
    assert not list(tmp_path.glob("*.rejected*"))


def test_consent_can_be_stated_for_the_whole_list(house: House, tmp_path: Path) -> None:
    path = a_list(tmp_path, "メール\na@a.example\n")
    said = ("--basis", "名刺交換", "--source", "展示会", "--obtained", "2026-03-12")
    result = run(house, path, *said, "--purpose", "marketing")
    assert "1  consents written down" in result.output
    assert "送信不可" not in result.output


def test_a_column_can_be_named(house: House, tmp_path: Path) -> None:
    path = a_list(tmp_path, "連絡先,備考\na@a.example,x\n")
    result = run(house, path, "--map", "連絡先=email", "--map", "備考=")
    assert result.exit_code == 0
    assert "not known" not in result.output
    assert number_of_contacts(house) == 1


@pytest.mark.parametrize(
    ("content", "arguments", "said"),
    [
        ("氏名\n佐藤\n", (), "no column holds e-mail addresses"),
        ("email\na@a.example\n", ("--map", "email"), "'email' is not HEADER=FIELD"),
        ("email\na@a.example\n", ("--map", "email=emial"), "did you mean 'email'?"),
        ("email\na@a.example\n", ("--basis", "x"), "'x' is no basis of consent"),
        ("email\na@a.example\n", ("--encoding", "klingon"), "there is no encoding 'klingon'"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    house: House, tmp_path: Path, content: str, arguments: tuple[str, ...], said: str
) -> None:
    result = run(house, a_list(tmp_path, content), *arguments)
    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
    assert said in result.output


def test_a_list_without_one_good_row_is_a_failure(house: House, tmp_path: Path) -> None:
    assert run(house, a_list(tmp_path, "email\nnobody\n")).exit_code == 1


def test_markup_in_a_cell_is_printed_as_it_stands(house: House, tmp_path: Path) -> None:
    result = run(house, a_list(tmp_path, "email,[red]x[/red]\n[bold]nobody[/bold],\n"))
    assert "'[bold]nobody[/bold]'" in result.output
    assert "[red]x[/red]" in result.output


def test_many_remarks_of_one_kind_are_counted(house: House, tmp_path: Path) -> None:
    rows = "".join(f"p{i}@a.example\n" for i in range(25))
    result = run(house, a_list(tmp_path, f"email\n{rows}"))
    assert result.output.count("no basis of consent") == 10
    assert "… and 15 more rows: no_basis" in result.output
