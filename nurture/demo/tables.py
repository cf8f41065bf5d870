"""How the tables at the end of a demo look."""

from __future__ import annotations

from rich import box
from rich.table import Table


def table_of(title: str, *columns: str) -> Table:
    """Return an empty table; all columns but the first hold numbers."""
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    for index, column in enumerate(columns):
        table.add_column(column, justify="left" if index == 0 else "right", no_wrap=True)
    return table


def percent(part: float, whole: float) -> str:
    """Return a share in words, empty where there is nothing to share."""
    return f"{100 * part / whole:.0f} %" if whole else ""
