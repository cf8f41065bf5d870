"""KPIs on a terminal: a figure, its numbers, its meaning; tables where they are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from nurture.domain import kpi_aims, kpi_words, referral_kpis
from nurture.domain.kpi_book import CostFact
from nurture.domain.kpi_list import KPIS, Kpi
from nurture.domain.kpi_text import money, percent, shown
from nurture.domain.kpi_values import Table as Figures
from nurture.domain.kpi_values import two_places
from nurture.domain.what_if import Outcome
from nurture.language import in_language
from nurture.services.kpis import Kpis


def screen(found: Kpis, locale: str, everything: bool) -> RenderableType:
    """Return the figures of a span, by group."""
    japanese = locale == "ja"
    span = found.span
    title = "KPI" if japanese else "KPIs"
    parts: list[RenderableType] = [
        Text.assemble((title, "bold"), f"  {span.first:%Y-%m} – {span.last:%Y-%m}")
    ]
    for group in kpi_words.GROUPS:
        members = [one for one in KPIS if one.group == group]
        single = [one for one in members if not isinstance(found.figures[one.key], Figures)]
        tables = [one for one in members if isinstance(found.figures[one.key], Figures)]
        if single:
            parts += [Text(), _single(found, group, single, locale)]
        if everything:
            parts += [_table(found, one, locale) for one in tables]
    if not everything:
        parts += [Text(), _sources(found, locale), Text()]
        more = "内訳はすべて --all で表示します。" if japanese else "All tables: --all"
        parts.append(Text(more, "dim"))
    expected = referral_kpis.expected_wins(found.book)
    if expected is not None:
        said = (
            f"進行中のご紹介から見込まれる成約：{expected:.1f}件（短期の見込みには含めません）"
            if japanese
            else f"Wins to be expected of open referrals: {expected:.1f} (in no other forecast)"
        )
        parts.append(Text(said))
    return Group(*parts)


def _grid(title: str) -> Table:
    grid = Table(
        box=None, padding=(0, 2, 0, 0), title=title, title_justify="left", show_header=False
    )
    grid.title_style = "bold"
    return grid


def _single(found: Kpis, group: str, members: Sequence[Kpi], locale: str) -> Table:
    at = 0 if locale == "ja" else 1
    grid = _grid(kpi_words.GROUPS[group][at])
    grid.add_column(no_wrap=True)
    grid.add_column(justify="right", no_wrap=True)
    grid.add_column(no_wrap=True)
    grid.add_column(style="dim", overflow="fold")
    for one in members:
        name, means = kpi_words.KPI_WORDS[one.key].in_language(locale)
        said = shown(found.figures[one.key], locale, one.key)
        low = kpi_aims.is_low(found.book, one.key)
        beside = in_language(kpi_aims.aim(found.book, one.key), locale)
        style = "red" if low else ("bold" if said.known else "dim")
        if beside:
            means = f"{means}（{beside}）" if locale == "ja" else f"{means} ({beside})"
        grid.add_row(name, Text(said.main, style), said.basis, means)
    return grid


#: what stands side by side in the short overview
_SIDE_BY_SIDE = (
    "revenue_by_source",
    "lead_to_deal",
    "win_rate",
    "cac_by_source",
    "ltv_by_source",
    "cac_to_ltv_by_source",
)


def _sources(found: Kpis, locale: str) -> Table:
    """Return the sources, each with the figures that one compares."""
    title = "経路の比較" if locale == "ja" else "Sources"
    table = Table(title=title, title_justify="left", title_style="bold")
    table.add_column("経路" if locale == "ja" else "Source")
    for key in _SIDE_BY_SIDE:
        table.add_column(kpi_words.KPI_WORDS[key].in_language(locale)[0], justify="right")
    for source in found.book.sources:
        cells = []
        for key in _SIDE_BY_SIDE:
            figure = found.figures[key].get(source)
            cells.append(shown(figure, locale, key).main)
        table.add_row(found.label("source", source, locale), *cells)
    return table


def _table(found: Kpis, one: Kpi, locale: str) -> RenderableType:
    figures: Figures[Any] = found.figures[one.key]
    name, means = kpi_words.KPI_WORDS[one.key].in_language(locale)
    table = Table(title=f"{name}  {means}", title_justify="left", show_header=False, min_width=40)
    table.add_column(overflow="fold")
    table.add_column(justify="right")
    table.add_column(style="dim")
    for key, value in figures.rows.items():
        values = value if isinstance(value, tuple) else (value,)
        said = [shown(each, locale, one.key) for each in values]
        table.add_row(
            found.label(figures.by, key, locale),
            " · ".join(each.main for each in said),
            " · ".join(each.basis for each in said),
        )
    if not figures.rows:
        table.add_row("–", "n/a", "")
    return table


def what_if_table(found: Outcome, locale: str) -> Table:
    """Return before and after, side by side."""
    japanese = locale == "ja"
    table = Table()
    for head in ("", "現在", "変えた場合") if japanese else ("", "Now", "Then"):
        table.add_column(head, justify="right" if head else "left")
    rows = (
        (
            "年間の契約数",
            "Contracts a year",
            f"{found.contracts:,.1f}",
            f"{found.contracts_then:,.1f}",
        ),
        (
            "獲得コスト（CAC）",
            "CAC",
            money(found.cac, "", locale),
            money(found.cac_then, "", locale),
        ),
        ("受注率", "Win rate", percent(found.win_rate), percent(found.win_rate_then)),
        ("LTV", "LTV", money(found.ltv, "", locale), money(found.ltv_then, "", locale)),
        ("CAC÷LTV", "CAC / LTV", _quotient(found.cac_to_ltv), _quotient(found.cac_to_ltv_then)),
    )
    for ja, en, before, after in rows:
        table.add_row(
            ja if japanese else en,
            before.removesuffix(".0").strip(),
            after.removesuffix(".0").strip(),
        )
    return table


def _quotient(ratio: Any) -> str:
    value = ratio.value
    return "n/a" if value is None else f"{two_places(value)} ({value:.5f})"


def costs_table(rows: Sequence[CostFact], locale: str) -> Table:
    """Return the costs on record."""
    table = Table()
    heads = ("月", "経路", "金額") if locale == "ja" else ("Month", "Source", "Amount")
    for head in heads:
        table.add_column(head, justify="right" if head == heads[-1] else "left")
    for one in rows:
        table.add_row(f"{one.month:%Y-%m}", one.source, money(one.amount, one.currency, locale))
    return table
