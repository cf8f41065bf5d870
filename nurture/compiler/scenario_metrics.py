"""`metrics` of a contact in a scenario: what their company gained before it begins."""

from __future__ import annotations

from datetime import date

from nurture.compiler.records import Fields, Key, ListOf, MapOf, Record
from nurture.compiler.scenario_scope import ScenarioScope
from nurture.compiler.shapes import Choice, Number, Text
from nurture.domain.metric_cells import read_month
from nurture.domain.metric_row import MetricRow
from nurture.domain.results import Direction, kept_unit
from nurture.language import say

_METRIC = Key(
    "metric", Text(say("a metric"), longest=100), say("What it is called."), required=True
)
_UNIT = Key("unit", Text(say("a unit"), longest=40), say("Its unit: 時間, %, 円 …"))
_DIRECTION = Key(
    "direction", Choice(*(one.value for one in Direction)), say("Which way is better."),
    required=True,
)  # fmt: skip
_BASELINE = Key("baseline", Number(-1e15, 1e15), say("What it was before we came."))
_VALUES = Key(
    "values",
    MapOf(Number(-1e15, 1e15), Text(say("a month such as 2026-05"), r"\d{4}-\d{2}")),
    say("Month → figure."),
    required=True,
)
METRICS = Key(
    "metrics",
    ListOf(Record(say("a metric"), (_METRIC, _UNIT, _DIRECTION, _BASELINE, _VALUES)), or_one=True),
    say("Metrics of their company, for reports of results."),
)


def metrics_of(fields: Fields, scope: ScenarioScope) -> tuple[MetricRow, ...]:
    """Return what a scenario says of metrics; months that are none are reported."""
    found = []
    for entry in fields.get_or(METRICS, []):
        values: dict[date, float] = {}
        for one in entry.get_or(_VALUES, []):
            try:
                values[read_month(one.name)] = one.value
            except ValueError:
                message = say("'{text}' is no month", text=one.name)
                scope.report.error(
                    entry.at(_VALUES), "bad-month", message, say("write it like 2026-06")
                )
        direction = entry.get(_DIRECTION)
        if direction is None:
            continue
        name = entry.get_or(_METRIC, "")
        unit = kept_unit(entry.get_or(_UNIT, ""))
        found.append(
            MetricRow(
                "", name, {"": name}, unit, Direction(direction), entry.get(_BASELINE), values
            )
        )
    return tuple(found)
