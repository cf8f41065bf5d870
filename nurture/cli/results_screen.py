"""How a terminal shows results: a table of months, and the texts to hand on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from nurture.domain import result_words as words
from nurture.domain.results import Direction, figure, lines_of
from nurture.language import Said, in_language, say
from nurture.services.results_desk import AccountResults, Overview

#: months that fit on a line of 80 characters
_FITTING = 4


def overview_table(found: Sequence[Overview], locale: str) -> Table:
    """Return the accounts with metrics as a table."""

    def tell(said: Said) -> str:
        return in_language(said, locale)

    table = Table(box=None, padding=(0, 2, 0, 0))
    for head, side in (
        (say("Account"), "left"),
        (say("Metrics"), "right"),
        (say("Readers"), "right"),
        (say("Newest figures"), "left"),
        (say("Reported"), "left"),
        (say("Last month"), "left"),
    ):
        table.add_column(tell(head), justify="right" if side == "right" else "left")
    for one in found:
        state = say("{number} missing", number=one.missing) if one.missing else say("complete")
        table.add_row(
            escape(one.account.name),
            str(one.metrics),
            str(one.readers),
            _month(one.newest),
            _month(one.reported),
            Text(tell(state), style="yellow" if one.missing else "green"),
        )
    return table


def account_screen(found: AccountResults, locale: str) -> RenderableType:
    """Return what there is of an account."""

    def tell(said: Said) -> str:
        return in_language(said, locale)

    parts: list[RenderableType] = [Text(found.account.name, style="bold")]
    if not found.metrics:
        parts.append(Text(tell(say("No metrics yet: `nurture results import FILE.csv`."))))
        return Group(*parts)
    months = found.months[-_FITTING:]
    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column(tell(say("Metric")), overflow="fold", min_width=12)
    table.add_column(tell(say("At the start")), justify="right", no_wrap=True)
    for month in months:
        table.add_column(f"{month:%Y-%m}", justify="right", no_wrap=True)
    table.add_column(tell(say("Change")), no_wrap=True)
    for metric in found.metrics:
        known = [month for month in months if month in metric.values]
        line = lines_of([metric], known[-1])[0] if known else None
        down = metric.direction is Direction.DOWN
        name = metric.title.get(locale) or next(iter(metric.title.values()), metric.name)
        table.add_row(
            escape(f"{'↓' if down else '↑'} {name}"),
            figure(metric.baseline, metric.unit, locale) if metric.baseline is not None else "–",
            *(
                figure(metric.values[month], "", locale) if month in metric.values else "–"
                for month in months
            ),
            words.moved(line, locale) if line is not None else "",
        )
    parts.append(table)
    for report in found.reports[:_FITTING]:
        shown = words.summary(report.lines, locale)
        parts.append(Text(f"{report.month:%Y-%m}  {shown}  ({report.created_by})"))
    if short := found.short(locale):
        parts += [Text(""), Text(tell(say("For a chat:")), style="dim"), Text(short)]
    if news := found.news(locale):
        parts += [Text(""), Text(tell(say("For their own people:")), style="dim"), Text(news)]
    return Group(*parts)


def _month(month: date | None) -> str:
    return f"{month:%Y-%m}" if month is not None else "–"
