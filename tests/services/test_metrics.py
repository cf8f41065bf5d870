"""Metrics come in: by name, domain or number, once each, never in two units."""

from datetime import date
from pathlib import Path

import pytest

from nurture.db import tables
from nurture.domain.metric_row import MetricRow
from nurture.domain.results import Direction
from nurture.domain.row_remarks import sentence
from nurture.errors import NotFoundError, NurtureError
from nurture.services.import_metrics import import_metrics
from tests.services.customers import APRIL, Customers
from tests.services.house import House
from tests.services.leads import on_sqlite


def values(house: House) -> list[tuple[str, float]]:
    return [(f"{r.month:%Y-%m}", r.value) for r in house.rows(tables.account_metric_value)]


def refused(house: House, **row: object) -> list[str]:
    taken = Customers(house).take(MetricRow(**{"account": "青空工業", "name": "m", **row}))  # type: ignore[arg-type]
    return [sentence(one, "ja") for _, why in taken.refused for one in why]


def test_the_newest_word_of_a_month_stands_and_the_same_word_changes_nothing(house: House) -> None:
    customers = Customers(house)
    first = customers.hours(100, 90)
    again = customers.hours(100, 80)
    assert (first.new_metrics, first.new_values) == (1, 2)
    assert (again.new_metrics, again.new_values) == (0, 0)
    assert (again.changed_values, again.unchanged_values) == (1, 1)
    assert values(house) == [("2026-03", 100), ("2026-04", 80)]
    (row,) = house.rows(tables.account_metric)
    assert (row.baseline, row.unit, row.direction) == (120, "時間", "down")
    assert {r.recorded_by for r in house.rows(tables.account_metric_value)} == {"crm"}


def test_an_account_is_found_by_name_domain_and_number(house: House) -> None:
    customers = Customers(house)
    customers.hours(100)
    names = [
        "青空工業株式会社",
        "青空工業",
        "青空工業㈱",
        "aozora.example",
        "https://www.aozora.example/",
        "AOZORA.example",
        str(customers.account),
    ]
    rows = [
        MetricRow(name, "hours", values={date(2025, month, 1): month})
        for month, name in enumerate(names, 1)
    ]
    taken = customers.take(*rows)
    assert taken.refused == []
    assert taken.new_values == len(names)


@on_sqlite
def test_a_company_that_nobody_knows_gets_a_suggestion(house: House) -> None:
    row = {"account": "青空工事", "values": {APRIL: 1}, "direction": Direction.UP}
    assert refused(house, **row) == [
        "「青空工事」という会社は登録されていません(「青空工業株式会社」のことでしょうか)"
    ]


@on_sqlite
def test_namesakes_have_to_be_told_apart(house: House) -> None:
    house.company("株式会社青空工業", domain="aozora-osaka.example")
    (why,) = refused(house, values={APRIL: 1}, direction=Direction.UP)
    assert "aozora.example" in why
    assert "aozora-osaka.example" in why


@on_sqlite
def test_a_new_metric_says_which_way_is_better(house: House) -> None:
    assert refused(house, values={APRIL: 1}) == [
        "新しい指標「m」には、望ましい方向(減らす・増やす)が必要です"
    ]


@on_sqlite
def test_units_are_not_mixed_and_a_direction_does_not_turn(house: House) -> None:
    customers = Customers(house)
    customers.hours(100)
    row = MetricRow("青空工業", "転記の時間", {}, "円", Direction.UP, None, {APRIL: 5})
    (_, why), = customers.take(row).refused  # fmt: skip
    assert [sentence(one, "ja") for one in why] == [
        "指標「転記の時間」の単位は「時間」です(「円」の数値は混ぜられません)",
        "指標「転記の時間」の望ましい方向は「減らす」として登録済みです",
    ]
    assert values(house) == [("2026-04", 100)]


LIST = """会社名,指標,英語名,単位,望ましい方向,導入前,2026年3月,2026年4月,備考
青空工業,転記の時間,Retyping time,時間,減らす,120,100,"８０",
青空工業,満足度,Satisfaction,％,増やす,60%,62,64%,
青空工業,費用,Cost,円,減らす,120万,"￥900,000",$800,
大空工業,件数,Cases,件,増やす,1,2,3,
青空工業,件数,Cases,件,増やす,1,NaN,3,
"""


@on_sqlite
def test_a_list_comes_in_and_bad_rows_wait_beside_it(house: House, tmp_path: Path) -> None:
    Customers(house)
    path = tmp_path / "metrics.csv"
    path.write_text(LIST, encoding="cp932")
    found = import_metrics(house.runtime, path, "mori", locale="ja")
    assert (found.read, found.new_metrics, found.new_values, found.rejected) == (5, 2, 4, 3)
    assert list(found.columns.unknown) == ["備考"]
    assert found.rejected_path is not None
    rejected = found.rejected_path.read_text("utf-8-sig").splitlines()
    assert rejected[0] == LIST.splitlines()[0] + ",行,理由"
    assert "「2026年4月」の「$800」は、単位が「円」と異なります" in rejected[1]
    assert "大空工業" in rejected[2]
    assert "有限の数" in rejected[3]
    again = import_metrics(house.runtime, path, "mori", locale="ja")
    assert (again.new_metrics, again.new_values, again.unchanged_values) == (0, 0, 4)


TWICE = """会社名,指標,単位,望ましい方向,導入前,月,実績
青空工業,転記の時間,時間,減らす,120,2026-03,69.5
青空工業,転記の時間,時間,減らす,120,2026-03,96.5
青空工業,転記の時間,時間,減らす,130,2026-04,60
青空工業,転記の時間,時間,減らす,120,2026-03,69.5
"""


@on_sqlite
@pytest.mark.parametrize("batch", [500, 1])
def test_a_list_that_says_two_things_of_one_month_has_to_choose(
    house: House, tmp_path: Path, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    Customers(house)
    monkeypatch.setattr("nurture.services.import_metrics.BATCH", batch)
    path = tmp_path / "metrics.csv"
    path.write_text(TWICE, encoding="utf-8")
    found = import_metrics(house.runtime, path, "mori", locale="ja")
    assert [(line, [sentence(one, "ja") for one in why]) for line, why in found.faults] == [
        (
            3,
            [
                "指標「転記の時間」の2026-03は、2行目で「69.5」とあります"
                "(どちらか一方にしてください)"
            ],
        ),
        (
            4,
            [
                "指標「転記の時間」の導入前の値は、2行目で「120」とあります"
                "(どちらか一方にしてください)"
            ],
        ),
    ]
    assert values(house) == [("2026-03", 69.5)]
    assert (found.new_values, found.unchanged_values) == (1, 1)


@on_sqlite
def test_a_dry_run_writes_nothing(house: House, tmp_path: Path) -> None:
    Customers(house)
    path = tmp_path / "metrics.csv"
    path.write_text(LIST, encoding="utf-8")
    found = import_metrics(house.runtime, path, "mori", dry_run=True)
    assert (found.new_values, found.rejected, found.rejected_path) == (4, 3, None)
    assert house.rows(tables.account_metric) == []
    assert [one.name for one in tmp_path.glob("metrics*")] == ["metrics.csv"]


@on_sqlite
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the file is empty"),
        ("会社名,指標,実績地\n青空工業,m,1\n", "columns are missing: month, value"),
        ("a,b\n1,2\n", "columns are missing: account, metric, month, value"),
    ],
)
def test_a_list_that_is_none_says_what_it_lacks(
    house: House, tmp_path: Path, text: str, said: str
) -> None:
    path = tmp_path / "metrics.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(NurtureError) as raised:
        import_metrics(house.runtime, path, "mori")
    assert raised.value.message == said


@on_sqlite
def test_a_list_that_is_not_there_says_so(house: House, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        import_metrics(house.runtime, tmp_path / "no.csv", "mori")
