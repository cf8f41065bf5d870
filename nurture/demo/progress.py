"""How the days go by, on a terminal as a moving line, elsewhere as one line in ten days."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import TracebackType
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from nurture.db import demo_figures
from nurture.db.demo_figures import Pulse
from nurture.db.engine import read
from nurture.demo import stage
from nurture.services.runtime import Runtime

#: the wall clock of the fictional company
ZONE = ZoneInfo("Asia/Tokyo")

_EVERY_DAYS = 10


class Shown:
    """Shows progress while used as a context."""

    def __init__(self, console: Console, runtime: Runtime, days: int) -> None:
        self._console, self._runtime, self._days = console, runtime, days
        self._said = 0
        self._bar: Progress | None = None
        if console.is_terminal:
            self._bar = Progress(
                TextColumn("[bold]{task.description}"),
                BarColumn(bar_width=24),
                TextColumn("{task.fields[figures]}"),
                TimeElapsedColumn(),
                console=console,
                transient=True,
            )
            self._task = self._bar.add_task("", total=days, figures="")

    def __enter__(self) -> Shown:
        """Begin to draw."""
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop drawing."""
        if self._bar is not None:
            self._bar.stop()

    def update(self, now: datetime) -> None:
        """Show where business time stands."""
        done = min(self._days, (now - stage.START) // timedelta(days=1) + 1)
        if self._bar is None and done < self._said + _EVERY_DAYS:
            return
        with read(self._runtime.engine) as connection:
            found = demo_figures.pulse(connection)
        where = f"day {done:3} of {self._days}  {now.astimezone(ZONE):%a %m-%d %H:%M}"
        if self._bar is not None:
            self._bar.update(self._task, description=where, completed=done, figures=_line(found))
            return
        self._said = done - done % _EVERY_DAYS
        self._console.print(f"{where}  {_line(found)}", highlight=False)


def _line(found: Pulse) -> str:
    return (
        f"{found.sent:,} mails · {found.opens:,} opens · {found.clicks:,} clicks · "
        f"▲{found.warmer} ▼{found.cooler} · {found.tasks} tasks"
    )
