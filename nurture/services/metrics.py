"""Metrics come in: each row is taken or refused as a whole, and taken twice it changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, TypeAlias

from sqlalchemy import Connection

from nurture.db import results
from nurture.domain.contact_row import Remark
from nurture.domain.metric_row import MetricRow
from nurture.domain.results import Direction, Metric, same_unit
from nurture.services.account_lookup import look_up_accounts


@dataclass(slots=True)
class Taken:
    """What became of rows of metrics."""

    #: (account, metric) pairs that are new
    new_metrics: int = 0
    #: months with a figure that had none
    new_values: int = 0
    #: months whose figure was another
    changed_values: int = 0
    unchanged_values: int = 0
    #: rows that stayed out: (row, why)
    refused: list[tuple[MetricRow, Sequence[Remark]]] = field(default_factory=list)
    #: ids of accounts that something was written for
    accounts: set[int] = field(default_factory=set)


#: (account, metric, month; None: its start) → figure and line of what a list said so far
Said: TypeAlias = dict[tuple[int, str, date | None], tuple[float, int]]


def take_metrics(
    connection: Connection,
    rows: Sequence[MetricRow],
    source: str,
    by: str,
    now: datetime,
    said: Said | None = None,
) -> Taken:
    """Write down what rows say of metrics; `source` is csv, api or form.

    The newest word of a month replaces the one before; a list that says two things of one
    month says nothing, so the later row is refused. `said` goes from batch to batch of a list.
    A metric's unit and direction stand once they are known: figures in another unit are
    refused, not mixed in.
    """
    taken = Taken()
    meant = look_up_accounts(connection, [row.account for row in rows])
    placed: list[tuple[int, MetricRow]] = []
    for row in rows:
        found = meant[row.account.strip()]
        if found.one is not None:
            placed.append((found.one.id, row))
        elif found.accounts:
            detail = {"value": row.account, "known": found.shown}
            taken.refused.append((row, [Remark("several_accounts", detail)]))
        else:
            code = "unknown_account_near" if found.near else "unknown_account"
            remark = Remark(code, {"value": row.account, "near": found.near})
            taken.refused.append((row, [remark]))
    ids = sorted({account_id for account_id, _ in placed})
    results.hold_accounts(connection, ids)
    told = {"source": source, "recorded_at": now, "recorded_by": by}
    desk = _Desk(connection, ids, told, taken, {} if said is None else said)
    for account_id, row in placed:
        desk.take(account_id, row)
    desk.write_values()
    return taken


class _Desk:
    """Knows the metrics of the accounts at hand, and writes down what changes."""

    def __init__(
        self,
        connection: Connection,
        account_ids: Sequence[int],
        told: Mapping[str, Any],
        taken: Taken,
        said: Said,
    ) -> None:
        self._connection, self._told, self._taken = connection, told, taken
        self._said = said
        self._known = results.metrics_of(connection, account_ids)
        #: (metric, month) → figure to be written; those that have one already are replaced
        self._new: dict[tuple[int, date], float] = {}
        self._replaced: dict[tuple[int, date], float] = {}

    def take(self, account_id: int, row: MetricRow) -> None:
        """Take one row in, or refuse it."""
        found = next((one for one in self._known[account_id] if _is_meant(one[1], row)), None)
        if found is None:
            if row.direction is None:
                self._taken.refused.append((row, [Remark("no_direction", {"metric": row.name})]))
                return
            metric = Metric(
                row.name,
                row.title or {"": row.name},
                row.unit or "",
                row.direction,
                row.baseline,
                {},
            )
            now = self._told["recorded_at"]
            metric_id = results.add_metric(self._connection, account_id, metric, now)
            self._known[account_id].append((metric_id, metric))
            self._taken.new_metrics += 1
        else:
            metric_id, metric = found
            if remarks := [*_disagreements(metric, row), *self._otherwise(account_id, metric, row)]:
                self._taken.refused.append((row, remarks))
                return
            metric = self._change(account_id, metric_id, metric, row)
        self._write(account_id, metric_id, metric, row)
        for month, figure in _figures(row):
            self._said[account_id, metric.name, month] = (figure, row.line)
        self._taken.accounts.add(account_id)

    def _otherwise(self, account_id: int, metric: Metric, row: MetricRow) -> Iterator[Remark]:
        """Yield what earlier rows of the list said otherwise."""
        for month, figure in _figures(row):
            known, line = self._said.get((account_id, metric.name, month), (figure, 0))
            if known != figure:
                detail = {"metric": row.name, "known": known, "line": line}
                if month is None:
                    yield Remark("said_otherwise_before", detail)
                else:
                    yield Remark("said_otherwise", {**detail, "month": f"{month:%Y-%m}"})

    def _change(self, account_id: int, metric_id: int, metric: Metric, row: MetricRow) -> Metric:
        """Bring title, unit and baseline to what a row says; what it leaves out stays."""
        changed = replace(
            metric,
            title={**metric.title, **row.title},
            unit=metric.unit or row.unit or "",
            baseline=metric.baseline if row.baseline is None else row.baseline,
        )
        if changed != metric:
            results.change_metric(
                self._connection,
                metric_id,
                title=dict(changed.title),
                unit=changed.unit,
                baseline=changed.baseline,
            )
            self._replace(account_id, metric_id, changed)
        return changed

    def _write(self, account_id: int, metric_id: int, metric: Metric, row: MetricRow) -> None:
        values = dict(metric.values)
        for month, value in row.values.items():
            if values.get(month) == value:
                self._taken.unchanged_values += 1
                continue
            key = metric_id, month
            if month in values:
                self._taken.changed_values += 1
                (self._new if key in self._new else self._replaced)[key] = value
            else:
                self._taken.new_values += 1
                self._new[key] = value
            values[month] = value
        self._replace(account_id, metric_id, replace(metric, values=values))

    def write_values(self) -> None:
        """Write the figures of all rows down, in two statements."""
        results.insert_values(self._connection, self._new, self._told)
        results.replace_values(self._connection, self._replaced, self._told)

    def _replace(self, account_id: int, metric_id: int, metric: Metric) -> None:
        known = self._known[account_id]
        self._known[account_id] = [
            (one, metric if one == metric_id else other) for one, other in known
        ]


def _figures(row: MetricRow) -> Iterator[tuple[date | None, float]]:
    if row.baseline is not None:
        yield None, row.baseline
    yield from row.values.items()


def _is_meant(metric: Metric, row: MetricRow) -> bool:
    """Say whether a row is about a metric: by its name, or by its title in a language."""
    return row.name == metric.name or row.name in metric.title.values()


#: as a Japanese list says it
_WAYS = {Direction.DOWN: "減らす", Direction.UP: "増やす"}


def _disagreements(metric: Metric, row: MetricRow) -> list[Remark]:
    found = []
    if row.unit and metric.unit and same_unit(row.unit) != same_unit(metric.unit):
        detail = {"metric": row.name, "unit": metric.unit, "value": row.unit}
        found.append(Remark("unit_differs", detail))
    if row.direction is not None and row.direction is not metric.direction:
        detail = {"metric": row.name, "direction": metric.direction.value,
                  "way": _WAYS[metric.direction]}  # fmt: skip
        found.append(Remark("direction_differs", detail))
    return found
