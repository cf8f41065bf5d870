"""`PUT /api/v1/accounts/ACCOUNT/metrics`: figures of a customer, from whatever system has them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from nurture.db.engine import write
from nurture.domain.metric_cells import FigureError, read_figure, read_month
from nurture.domain.metric_row import MetricRow
from nurture.domain.results import Direction, is_usable, kept_unit, same_unit
from nurture.domain.row_remarks import sentence
from nurture.errors import NurtureError
from nurture.language import say
from nurture.services.account_lookup import account_named
from nurture.services.metrics import take_metrics
from nurture.services.results import report_results
from nurture.services.results_desk import AccountResults, account_results
from nurture.services.runtime import Runtime
from nurture.web.api.shapes import Strict

#: months of one request's metric
_MOST_MONTHS = 240
_Locale = Annotated[str, Field(pattern=r"^[a-z]{2}$")]
_Figure = Annotated[float, Field(allow_inf_nan=False)] | Annotated[str, Field(max_length=60)]


class MetricIn(Strict):
    """A metric with figures of some months; the same request twice changes nothing."""

    #: its key: invoice_hours
    metric: str = Field(min_length=1, max_length=100)
    #: what readers see, by locale
    title: dict[_Locale, Annotated[str, Field(max_length=200)]] = Field(default_factory=dict)
    unit: str = Field("", max_length=40)
    direction: Literal["up", "down"] | None = None
    baseline: _Figure | None = None
    #: 2026-06 → 69.5
    values: dict[str, _Figure] = Field(default_factory=dict, max_length=_MOST_MONTHS)

    @field_validator("values")
    @classmethod
    def _months(cls, value: dict[str, Any]) -> dict[str, Any]:
        for one in value:
            try:
                read_month(one)
            except ValueError:
                raise ValueError(f"{one!r} is no month: write it like 2026-06") from None
        return value

    def row(self, account: str, today: date) -> MetricRow:
        """Return the metric as a row; NurtureError for a figure that cannot be taken."""
        unit = kept_unit(self.unit)
        values: dict[date, float] = {}
        for text, given in self.values.items():
            month = read_month(text)
            if month > today.replace(day=1):
                raise NurtureError(say("{month} has not come yet", month=f"{month:%Y-%m}"))
            unit, figure = _figure(f"{self.metric} {text}", given, unit)
            if values.setdefault(month, figure) != figure:
                raise NurtureError(
                    say("{metric} has two figures of {month}", metric=self.metric,
                        month=f"{month:%Y-%m}")
                )  # fmt: skip
        baseline = None
        if self.baseline is not None:
            unit, baseline = _figure(f"{self.metric} baseline", self.baseline, unit)
        direction = Direction(self.direction) if self.direction is not None else None
        return MetricRow(
            account, self.metric, self.title, unit or None, direction, baseline, values
        )


class ReportIn(Strict):
    """Which month to report, and how."""

    month: str = Field(min_length=4, max_length=20)
    remark: str | None = Field(None, max_length=1000)
    #: what the customer said of it
    satisfied: bool | None = None


def _figure(what: str, given: float | str, unit: str) -> tuple[str, float]:
    """Return the unit and the figure; a text may bring its unit along."""
    if not isinstance(given, str):
        if not is_usable(given):
            raise NurtureError(say("{what}: no figure is as large as this", what=what))
        return unit, float(given)
    try:
        found = read_figure(given)
    except FigureError:
        found = None
    if found is None:
        raise NurtureError(
            say("{what}: '{value}' is not a figure", what=what, value=given),
            say("write a number such as 69.5"),
        )
    value, own = found
    if own and unit and same_unit(own) != same_unit(unit):
        raise NurtureError(
            say("{what}: '{value}' is not in {unit}", what=what, value=given, unit=unit)
        )
    return unit or own, value


def put_metrics(
    runtime: Runtime, account: str, models: list[MetricIn], caller: str
) -> dict[str, Any]:
    """Take metrics in, all of them or none, and return what changed.

    Raises NurtureError with everything that is wrong.
    """
    today = account_results(runtime, account).this_month
    rows = [replace(one.row(account, today), line=n) for n, one in enumerate(models, 1)]
    with write(runtime.engine) as connection:
        found = account_named(connection, account)
        taken = take_metrics(connection, rows, "api", f"api:{caller}", runtime.clock.now())
        if taken.refused:
            why = [sentence(one, "en") for _, remarks in taken.refused for one in remarks]
            # Raised inside the transaction: nothing of the request stays.
            raise NurtureError(say("nothing was taken: {why}", why="; ".join(why)))
    return {
        "account": {"id": found.id, "name": found.name},
        "new_metrics": taken.new_metrics,
        "new_values": taken.new_values,
        "changed_values": taken.changed_values,
        "unchanged_values": taken.unchanged_values,
    }


def metrics_of(runtime: Runtime, account: str) -> dict[str, Any]:
    """Return an account's metrics and reports."""
    found: AccountResults = account_results(runtime, account)
    return {
        "account": {"id": found.account.id, "name": found.account.name},
        "metrics": [
            {
                "metric": one.name,
                "title": dict(one.title),
                "unit": one.unit,
                "direction": one.direction.value,
                "baseline": one.baseline,
                "values": {f"{month:%Y-%m}": value for month, value in sorted(one.values.items())},
            }
            for one in found.metrics
        ],
        "reports": [
            {"id": one.id, "month": f"{one.month:%Y-%m}", "improved": one.improved}
            for one in found.reports
        ],
    }


def make_report(runtime: Runtime, account: str, model: ReportIn, caller: str) -> dict[str, Any]:
    """Report a month and return who hears of it; called again it tells nobody twice."""
    try:
        month = read_month(model.month)
    except ValueError:
        raise NurtureError(
            say("'{text}' is no month", text=model.month), say("write it like 2026-06")
        ) from None
    made = report_results(runtime, account, month, f"api:{caller}", model.remark, model.satisfied)
    return {
        "report": made.id,
        "account": made.account,
        "month": f"{made.month:%Y-%m}",
        "new": made.new,
        "improved": made.improved,
        "readers": len(made.readers),
        "told": made.told,
        "missing": [metric.name for metric in made.missing],
    }
