"""Each month two lists are read in: what customers measured, and what winning them cost."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from nurture.db.demo_loop import customers_of
from nurture.db.engine import read
from nurture.demo.customers import figures
from nurture.demo.diary import Diary
from nurture.demo.dice import Dice
from nurture.demo.hours import Hours
from nurture.errors import NurtureError
from nurture.services.import_metrics import import_metrics
from nurture.services.kpi_costs import import_costs
from nurture.services.runtime import Runtime

#: columns of the list, as `nurture results import` reads them
_HEAD = ("会社名", "指標キー", "指標名", "単位", "方向", "導入前", "月", "値")

#: who hands the list in
BY = "mori"


@dataclass(frozen=True, slots=True)
class Measured:
    """On the first business day of a month: the figures of the month before are there."""

    at: datetime
    month: date
    #: months since the first one of the demo
    number: int


class Measures:
    """Writes the month's list and reads it in."""

    def __init__(self, runtime: Runtime, project: Path, diary: Diary, dice: Dice) -> None:
        self._runtime, self._diary, self._dice = runtime, diary, dice
        self._costs = project / "examples" / "costs.csv"

    def plans(self, hours: Hours, start: datetime, days: int) -> Iterator[Measured]:
        """Yield the months of a run: the one that is over when it starts, and those it brings."""
        month = (hours.day_of(start).replace(day=1) - timedelta(days=1)).replace(day=1)
        until = start + timedelta(days=days)
        number = 0
        while True:
            after = (month + timedelta(days=32)).replace(day=1)
            day = after
            while not hours.is_business_day(day):
                day += timedelta(days=1)
            at = max(hours.on_day(day, 1), hours.nth(start, 2))
            if at > until:
                return
            yield Measured(at, month, number)
            month, number = after, number + 1

    def does(self, plan: Measured) -> None:
        """Read the lists of a month in; what these files do not allow is noted."""
        for reads in (self._measured, self._spent):
            try:
                reads(plan)
            except NurtureError as error:
                self._diary.leave_out(f"{plan.at:%Y-%m-%d}: {error}")

    def _measured(self, plan: Measured) -> None:
        with read(self._runtime.engine) as connection:
            accounts = customers_of(connection)
        path = self._diary.folder / f"metrics-{plan.month:%Y-%m}.csv"
        self._write(path, accounts, plan)
        import_metrics(self._runtime, path, BY)

    def _spent(self, plan: Measured) -> None:
        """Hand in what the company spent in a month, out of the whole list."""
        month = f"{plan.month:%Y-%m}"
        if not self._costs.is_file():
            return
        head, *rows = self._costs.read_text("utf-8-sig").splitlines()
        mine = [row for row in rows if row.startswith(month)]
        if mine:
            path = self._diary.folder / f"costs-{month}.csv"
            path.write_text("\n".join([head, *mine, ""]), "utf-8")
            import_costs(self._runtime, path, BY)

    def _write(self, path: Path, accounts: list[str], plan: Measured) -> None:
        with path.open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(_HEAD)
            month = f"{plan.month:%Y-%m}"
            for row in figures(self._dice, accounts, month, plan.number):
                *words, baseline, value = row
                rows.writerow([*words, baseline, month, value])
