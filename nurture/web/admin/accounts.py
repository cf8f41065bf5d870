"""Results of customers: who has figures, one account's history, new figures, and its reports."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from nurture.charts.pictures import page_svg
from nurture.db.engine import write
from nurture.domain import result_words as words
from nurture.domain.contact_row import RowError
from nurture.domain.metric_row import MetricRow, read_columns, read_row
from nurture.domain.results import Line, Metric, figure, lines_of, number
from nurture.domain.row_remarks import sentence
from nurture.errors import NotFoundError, NurtureError
from nurture.language import in_language
from nurture.services.metrics import take_metrics
from nurture.services.result_mail import team_page
from nurture.services.results import report_results
from nurture.services.results_desk import (
    AccountResults,
    account_results,
    month_named,
    overview,
    report_named,
)
from nurture.services.results_told import chart_of
from nurture.services.runtime import Runtime
from nurture.web.languages import language, translate_number
from nurture.web.languages import translate as _
from nurture.web.public.results import pdf_answer

#: fields of the form, as a row of a list has them
_FIELDS = ("metric", "title", "title_en", "unit", "direction", "baseline", "month", "value")
_BY = "team"
_SATISFIED = {"yes": True, "no": False}


def make_accounts(runtime: Runtime) -> Blueprint:
    """Return the pages about accounts' results."""
    pages = Blueprint("accounts", __name__, url_prefix="/accounts")

    @pages.get("/")
    def index() -> str:
        return render_template("team/results_all.html", found=overview(runtime))

    @pages.get("/<int:account_id>/results")
    def results(account_id: int) -> str:
        return _page(_found(runtime, account_id))

    @pages.post("/<int:account_id>/results/figures")
    def figures(account_id: int) -> AnyResponse | tuple[str, int]:
        found = _found(runtime, account_id)
        try:
            row = _row(found)
        except RowError as error:
            return _refused(found, [sentence(one, language()) for one in error.remarks])
        with write(runtime.engine) as connection:
            taken = take_metrics(connection, [row], "form", _BY, runtime.clock.now())
        if taken.refused:
            why = [sentence(one, language()) for _row, remarks in taken.refused for one in remarks]
            return _refused(found, why)
        flash(_("The figure is written down."))
        return redirect(url_for("accounts.results", account_id=account_id))

    @pages.post("/<int:account_id>/results/report")
    def report(account_id: int) -> AnyResponse | tuple[str, int]:
        found = _found(runtime, account_id)
        try:
            month = month_named(request.form.get("month", ""), found.to_report)
            made = report_results(
                runtime,
                str(account_id),
                month,
                _BY,
                request.form.get("remark"),
                _SATISFIED.get(request.form.get("satisfied", "")),
            )
        except NotFoundError:
            raise
        except NurtureError as error:
            return _refused(found, [in_language(error.message, language())])
        if made.told:
            flash(
                translate_number(
                    "The report goes to %(count)s contact on the next business day.",
                    "The report goes to %(count)s contacts on the next business day.",
                    made.told,
                )
                % {"count": made.told}
            )
        else:
            flash(_("Everybody has been told of this report before. The remark is kept."))
        return redirect(url_for("accounts.results", account_id=account_id))

    @pages.get("/<int:account_id>/results/<int:report_id>.pdf")
    def paper(account_id: int, report_id: int) -> Response:
        report_named(runtime, report_id)
        if all(one.id != report_id for one in _found(runtime, account_id).reports):
            abort(404)
        page = team_page(runtime, report_id, language())
        if page is None:
            abort(404)
        return pdf_answer(*page)

    return pages


def _found(runtime: Runtime, account_id: int) -> AccountResults:
    return account_results(runtime, str(account_id))


def _page(found: AccountResults, faults: list[str] | None = None) -> str:
    locale = language()
    lines = found.lines(found.to_report) if found.metrics else []
    return render_template(
        "team/results.html",
        found=found,
        lines=lines,
        faults=faults or [],
        form=request.form,
        charts=[_chart(metric) for metric in found.metrics if metric.values],
        summary=words.summary(lines, locale) if lines else "",
        short=found.short(locale),
        news=found.news(locale),
        moved=lambda line: words.moved(line, locale),
        told=lambda kept: words.summary(kept, locale),
        title=lambda metric: _title(metric, locale),
        month=lambda month: words.month_text(month, locale),
        written=lambda metric, value: figure(value, metric.unit, locale),
        plain=number,
    )


def _chart(metric: Metric) -> Markup:
    """Return a metric's chart; its texts were escaped where it was drawn."""
    locale = language()
    newest = max(metric.values)
    (line,) = lines_of([metric], newest)
    return Markup(page_svg(chart_of(line, locale)))


def _title(metric: Metric | Line, locale: str) -> str:
    return metric.title.get(locale) or next(iter(metric.title.values()), metric.name)


def _row(found: AccountResults) -> MetricRow:
    """Return the form as a row of a list, read by the same rules."""
    columns = read_columns(["account", *_FIELDS])
    cells = [str(found.account.id), *(request.form.get(name, "").strip() for name in _FIELDS)]
    return read_row(columns, cells, found.this_month, 1)


def _refused(found: AccountResults, why: list[str]) -> tuple[str, int]:
    return _page(found, why), 422
