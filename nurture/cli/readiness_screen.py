"""Readiness on a terminal: each item with yes or no, what was found, what to do."""

from __future__ import annotations

from babel.dates import get_day_names
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from nurture.language import in_language
from nurture.services.kpi_readiness import Readiness

_MARKS = {True: Text("✓", "green"), False: Text("✗", "red"), None: Text("–", "dim")}


def checklist_screen(found: Readiness, locale: str) -> RenderableType:
    """Return the three checklists."""
    parts: list[RenderableType] = []
    for one in found.checklists:
        head = f"{in_language(one.title, locale)}  {one.done} / {one.of}"
        table = Table(box=None, show_header=False, padding=(0, 1), title=head, title_justify="left")
        table.title_style = "bold"
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        for item in one.items:
            mark = _MARKS[item.yes]
            said = Text.assemble(
                in_language(item.title, locale), "\n", (in_language(item.found, locale), "dim")
            )
            if item.to_do is not None:
                said.append(f"\n→ {in_language(item.to_do, locale)}", "yellow")
            table.add_row(mark, said)
        parts += [table, Text()]
    return Group(*parts[:-1])


def week_screen(found: Readiness, locale: str) -> RenderableType:
    """Return the week, today marked."""
    names = get_day_names(locale=locale)
    between = "、" if locale == "ja" else ", "
    table = Table()
    heads = ("曜日", "定例", "直近7日間") if locale == "ja" else ("Day", "Routine", "Last 7 days")
    for head in heads:
        table.add_column(head, overflow="fold")
    for day in found.week:
        counts = between.join(in_language(one, locale) for one in day.counts)
        style = "bold" if day.today else ""
        table.add_row(str(names[day.number]), " / ".join(day.routine), counts, style=style)
    return table
