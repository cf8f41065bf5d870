"""A forecast on the terminal: the figures, a bar per week, and tables."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from nurture.domain.lifecycle import Temperature
from nurture.services.explanation import Happened
from nurture.simulate.forecast import Day, Forecast
from nurture.simulate.report import Wording
from nurture.simulate.words import share

_COLOURS = {"cold": "blue", "warm": "yellow", "hot": "red"}

#: characters of the longest bar
_BAR = 40

#: lines of long tables; the page has them all
_LINES = 25

_STAGES = ("lead", "mql", "tql", "sal", "sql", "customer", "lost")


class Screen:
    """Prints a forecast in a language."""

    def __init__(self, forecast: Forecast, locale: str) -> None:
        self._found = forecast
        self._words = Wording(forecast, locale)
        self._say = self._words.say

    def show(
        self, console: Console, timelines: Sequence[tuple[str, Sequence[Happened]]] = ()
    ) -> None:
        """Print everything."""
        self._head(console)
        self._weeks(console)
        self._people(console)
        self._held(console)
        self._steps(console)
        self._idle(console)
        self._crowd(console)
        for who, entries in timelines:
            self._timeline(console, who, entries)

    def _head(self, console: Console) -> None:
        found, say, day = self._found, self._say, self._words.day
        first, last = day(found.start, True), day(found.by_day[-1].date, True)
        console.print(Text(say("title"), "bold"), Text(f"{first} – {last}"))
        console.print(
            Text(
                f"{say('contacts')} {found.contacts:,} · {say('audience')} {found.audience} · "
                f"{say('seed')} {found.seed} · {say('nothing_sent')}",
                "dim",
            )
        )
        each = say("per_contact", n=f"{found.sent / max(1, found.contacts):.1f}")
        line = Text(f"\n{say('mails')} ").append(f"{found.sent:,}", "bold").append(f" ({each})")
        for kind in ("opened", "clicked", "replied", "left", "bounced"):
            number = found.reactions(kind)
            line.append(f" · {say(kind)} {number:,} ({share(number, found.sent)})")
        line.append(f" · {say('team_mails')} {found.team:,}")
        console.print(line)

    def _table(self, title: str, *columns: str, numbers: int = 0) -> Table:
        table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left", title_style="bold")
        for place, column in enumerate(columns):
            right = place >= len(columns) - numbers
            table.add_column(column, justify="right" if right else "left", overflow="fold")
        return table

    def _weeks(self, console: Console) -> None:
        """Print the mails as bars: per day up to a fortnight, else per week."""
        days = self._found.by_day
        size = 1 if len(days) <= 14 else 7
        parts = [days[first : first + size] for first in range(0, len(days), size)]
        most = max((sum(day.sent for day in part) for part in parts), default=0)
        console.print(Text(f"\n{self._say('mails_per_day')}", "bold"))
        for part in parts:
            console.print(self._bar(part, most))

    def _bar(self, part: Sequence[Day], most: int) -> Text:
        label = self._words.day(part[0].date)
        if len(part) > 1:
            label += f"–{self._words.day(part[-1].date)}"
        line = Text(f"{label:>16}  ")
        total = sum(day.sent for day in part)
        drawn = 0
        running = 0
        for one in Temperature:
            running += sum(day.mails.get(str(one), 0) for day in part)
            upto = round(running / most * _BAR) if most else 0
            line.append("█" * (upto - drawn), _COLOURS[str(one)])
            drawn = upto
        return line.append(f" {total:,}", "dim")

    def _people(self, console: Console) -> None:
        found, words = self._found, self._words
        first, last = found.by_day[0].people, found.by_day[-1].people
        line = Text(f"\n{self._say('people')}: ", "bold")
        for one in map(str, Temperature):
            line.append(f"{words.temperature(one)} ", f"not bold {_COLOURS[one]}")
            line.append(f"{first.get(one, 0):,} → {last.get(one, 0):,}   ", "not bold")
        console.print(line)
        for move, times in found.temperatures.items():
            console.print(Text(f"  {words.move(move)}  {times:,}", "dim"))
        reached = [
            f"{words.stage(stage)} {found.reached[stage]:,}"
            for stage in _STAGES
            if stage in found.reached
        ]
        if reached:
            console.print(Text(f"{self._say('reached')}: {' · '.join(reached)}"))
        if found.tasks:
            made = [
                f"{words.task(kind)} {number:,} ({self._say('still_open')} {still:,})"
                for kind, (number, still) in found.tasks.items()
            ]
            console.print(Text(f"{self._say('tasks')}: {' · '.join(made)}"))

    def _held(self, console: Console) -> None:
        found, say = self._found, self._say
        if not found.held:
            console.print(Text(f"\n{say('nothing_held')}"))
        else:
            heads = ("mails", "average", "longest", "then_dropped")
            table = self._table(say("held"), say("reason"), *map(say, heads), numbers=4)
            for one in found.held:
                table.add_row(
                    Text(self._words.held(one)),
                    f"{one.mails:,}",
                    say.span(one.average),
                    say.span(one.longest),
                    f"{one.dropped:,}",
                )
            console.print(table)
        for line in found.beaten[:5]:
            text = f"  {line.first} > {line.waited}  {line.mails:,}"
            console.print(Text(text, "dim"))
        if found.dropped:
            why = [f"{self._words.reason(code)} {n:,}" for code, n in found.dropped.items()]
            console.print(Text(f"{say('why_dropped')}: {' · '.join(why)}"))

    def _steps(self, console: Console) -> None:
        found, say = self._found, self._say
        if not found.steps:
            return
        heads = ("sent", "open", "click", "waiting", "dropped", "delay")
        table = self._table(say("steps"), say("step"), *map(say, heads), numbers=6)
        for column in table.columns[1:]:
            column.no_wrap = True
        shown = sorted(found.steps, key=lambda one: (-one.sent, one.workflow, one.step))
        for one in shown[:_LINES]:
            what = Text(one.step or one.template).append(f"\n{one.title}", "dim")
            table.add_row(
                what,
                f"{one.sent:,}",
                share(one.opened, one.sent),
                share(one.clicked, one.sent),
                f"{one.waiting:,}",
                f"{one.dropped:,}",
                say.span(one.hours),
            )
        console.print(table)
        if len(shown) > _LINES:
            console.print(Text(f"… {len(shown) - _LINES}", "dim"))

    def _idle(self, console: Console) -> None:
        """Print the workflows that nobody began, with why."""
        found, say = self._found, self._say
        if not found.idle:
            return
        table = self._table(say("idle"), say("workflow"), say("reason"))
        for one in found.idle[:_LINES]:
            what = Text(one.title).append(f"\n{one.workflow}", "dim")
            table.add_row(what, Text("\n".join(self._words.idle(one))))
        console.print(table)
        console.print(Text(say("idle_note"), "dim"))

    def _crowd(self, console: Console) -> None:
        found, say = self._found, self._say
        if not found.crowded:
            console.print(Text(say("nobody_crowded", n=found.more_than)))
            return
        title = say("crowd", n=found.more_than)
        line = f"\n{title}: {found.crowded:,} ({share(found.crowded, found.contacts)})"
        console.print(Text(line, "bold"))
        for one in found.crowd[:10]:
            console.print(Text(f"  {one.email}  {one.mails}  {self._words.day(one.since)}"))
        if found.crowded > 10:
            console.print(Text(f"  {say('and_more', n=found.crowded - 10)}", "dim"))

    def _timeline(self, console: Console, who: str, entries: Sequence[Happened]) -> None:
        table = self._table(self._say("timeline", who=who), self._say("when"), self._say("what"))
        for one in entries:
            text = Text(one.title, "bold")
            text.append(f": {one.text}" if one.text else "", "not bold")
            if one.workflow and one.workflow not in one.text:
                text.append(f"  {one.workflow}", "dim not bold")
            table.add_row(self._words.moment(one), text)
        console.print(table)
