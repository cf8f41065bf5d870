"""The tables of a season: leads and sales, tasks, seminars, broadcasts, choices."""

from __future__ import annotations

from collections import Counter

from rich.columns import Columns
from rich.console import Console, RenderableType
from rich.markup import escape
from rich.text import Text

from nurture.demo.outcomes import SeasonFigures
from nurture.demo.tables import percent, table_of

_STAGES = ("prospect", "lead", "mql", "tql", "sal", "sql", "customer", "lost")
_DEALS = ("open", "meeting", "proposal", "won", "lost")


def show(console: Console, season: SeasonFigures) -> None:
    """Print every table of a season, and its sums in sentences."""
    console.print(_tasks(season))
    console.print(Columns([_standing(season), _deals(season), _items(season)], padding=(0, 3)))
    console.print(_seminars(season))
    if season.broadcasts:
        console.print(_broadcasts(season))
    for line in _sentences(season):
        console.print(Text.from_markup(f"• {line}"))


def _tasks(season: SeasonFigures) -> RenderableType:
    every: Counter[str] = sum(season.task_outcomes.values(), Counter())
    names = [name for name, _ in every.most_common() if name != "open"]
    table = table_of("Tasks of salespeople, by what became of them", "kind", *names, "open")
    for kind, found in sorted(season.task_outcomes.items(), key=lambda one: -one[1].total()):
        numbers = [found[name] for name in (*names, "open")]
        table.add_row(kind, *(f"{number}" if number else "" for number in numbers))
    table.add_section()
    table.add_row("all", *(f"{every[name]}" for name in (*names, "open")), style="bold")
    return table


def _standing(season: SeasonFigures) -> RenderableType:
    table = table_of("Contacts by stage", "stage", "now")
    for stage in _STAGES:
        table.add_row(stage, f"{season.stages.get(stage, 0):,}")
    return table


def _deals(season: SeasonFigures) -> RenderableType:
    table = table_of("Deals", "stage", "now")
    for stage in _DEALS:
        table.add_row(stage, f"{season.deals[stage]:,}")
    return table


def _items(season: SeasonFigures) -> RenderableType:
    table = table_of("Picked from the library", "item", "mails")
    for item, number in season.carried.items.most_common(6):
        table.add_row(item, f"{number:,}")
    return table


def _seminars(season: SeasonFigures) -> RenderableType:
    table = table_of(
        "Seminars", "seminar", "invited", "registered", "reminded", "told of a change", "came",
        "missed",
    )  # fmt: skip
    for one in sorted(season.seminars, key=lambda one: one.seminar.starts_at):
        mails, turnout = one.mails, one.turnout
        numbers = (mails.invited, turnout.registered, mails.reminded, mails.corrected)
        table.add_row(
            f"{one.seminar.name} [dim]{one.state}[/dim]",
            *(f"{number}" for number in (*numbers, turnout.came, turnout.missed)),
        )
    return table


def _broadcasts(season: SeasonFigures) -> RenderableType:
    table = table_of(
        "Broadcasts", "name", "dry run: now", "later", "never", "sent", "dropped", "opened",
        "clicked", "left",
    )  # fmt: skip
    for report, note in season.broadcasts:
        count = report.line.count
        foreseen = (note.now, note.later, note.lapses + note.never) if note is not None else ()
        results = (count.sent, count.dropped, count.opened, count.clicked, count.unsubscribed)
        numbers = [f"{number}" for number in (*(foreseen or ("", "", "")), *results)]
        table.add_row(report.line.name, *numbers)
    return table


def _sentences(season: SeasonFigures) -> list[str]:
    chased, calls, rate = season.chased, season.calls, season.conversion
    chosen, carried, events = season.chosen, season.carried, season.events
    reached = percent(rate.arrived, rate.decided) or "none decided yet"
    return [
        f"handed to sales: [bold]{chased.handed_off}[/bold] leads; first call in time "
        f"[bold]{percent(calls.in_time, calls.counted)}[/bold]; given back "
        f"{events.get('lead.returned', 0)}; MQL→SQL [bold]{reached}[/bold] "
        f"({rate.arrived} of {rate.decided}, {rate.under_way} under way; target "
        f"{rate.target:.0%})",
        f"recorded by buttons of task mails: [bold]{season.by_mail}[/bold]; mails to our own "
        f"people {carried.to_the_team}; reminders {chased.reminded}, told on {chased.escalated}; "
        f"meetings that nobody wrote about {events.get('deal.stale', 0)}; days to come back that "
        f"came {events.get('revisit.due', 0)}",
        f"owners changed: {events.get('owner.changed', 0)}; mails in which the new one names whom "
        f"they follow [bold]{carried.introduced}[/bold]; mails with a PDF {carried.attached}",
        f"preferences changed: [bold]{chosen.changes}[/bold]; now a topic off {chosen.topics_off}, "
        f"mails rarer {chosen.rarer}, pausing {chosen.paused}",
        f"lines in the team's chat room: [bold]{len(season.chat)}[/bold]"
        + (f", the last: {escape(season.chat[-1])}" if season.chat else ""),
    ]
