"""How long 100,000 contacts take to come in from a CSV, with dedupe and errors listed.

    python benchmarks/import_contacts.py [--rows N] [--database URL] [--again]

The list is made up, always the same: 15 columns, four people to a company, one row in a
hundred bad, one in a hundred repeated. The promise is 100,000 rows in 30 s on SQLite.
"""

from __future__ import annotations

import argparse
import csv
import random
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from nurture.clock import FrozenClock, machine_seconds
from nurture.db.engine import make_engine
from nurture.db.tables import metadata
from nurture.services.import_contacts import ImportOptions, import_contacts

_HEADER = (
    *("会社名", "部署", "役職", "氏名", "メールアドレス", "電話番号", "業種", "従業員数"),
    *("言語", "担当者", "同意根拠", "取得元", "取得日", "初回接触日", "タグ"),
)
_FAMILIES = ["佐藤", "鈴木", "高橋", "田中", "伊藤", "渡辺", "山本", "中村", "小林", "加藤"]
_GIVENS = ["花子", "太郎", "美咲", "健", "陽子", "大輔", "千尋", "翔", "恵", "博"]
_TRADES = ["manufacturing", "medical", "care", "logistics", "retail", "it"]


def write_list(path: Path, rows: int) -> None:
    """Write a list of `rows` rows."""
    dice = random.Random(2026)
    with path.open("w", encoding="cp932", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_HEADER)
        for number in range(rows):
            company = number // 4
            address = f"person{number}@company{company}.example"
            if number % 100 == 7:
                address = f"person{number}＠"
            elif number % 100 == 9:
                address = f"Person{number - 5}@Company{(number - 5) // 4}.example"
            writer.writerow(
                [
                    f"㈱会社{company}" if number % 2 else f"株式会社会社{company}",
                    "営業部",
                    dice.choice(["部長", "課長", ""]),
                    f"{dice.choice(_FAMILIES)}　{dice.choice(_GIVENS)} 様",
                    address,
                    f"０３－{dice.randrange(10_000):04}－{number % 10_000:04}",
                    dice.choice(_TRADES),
                    f"{dice.randrange(10, 3_000):,}名",
                    "ja",
                    "佐藤花子",
                    dice.choice(["名刺交換", "オプトイン", "取引関係", ""]),
                    "ものづくり改善展2026",
                    f"2026/{dice.randrange(1, 4)}/{dice.randrange(1, 29)}",
                    "2026年1月5日",
                    "展示会、重要",
                ]
            )


def main() -> None:
    """Make a list, take it in, say how long it took; `--again` takes it in twice."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--database", help="an empty database; a new SQLite file by default")
    parser.add_argument("--again", action="store_true")
    arguments = parser.parse_args()
    clock = FrozenClock(datetime(2026, 4, 1, 3, tzinfo=UTC))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "contacts.csv"
        write_list(path, arguments.rows)
        engine = make_engine(arguments.database or f"sqlite:///{folder}/nurture.sqlite")
        metadata.create_all(engine)
        for turn in ("new", "again") if arguments.again else ("new",):
            started = machine_seconds()
            report = import_contacts(engine, clock, None, path, ImportOptions())
            seconds = machine_seconds() - started
            print(
                f"{turn:>5}: {report.read:,} rows in {seconds:.1f} s"
                f" ({report.read / seconds:,.0f}/s): {report.created:,} created,"
                f" {report.unchanged:,} unchanged, {report.repeated:,} repeated,"
                f" {report.rejected:,} bad, {report.accounts_created:,} accounts,"
                f" {report.consents:,} consents"
            )
        engine.dispose()


if __name__ == "__main__":
    main()
