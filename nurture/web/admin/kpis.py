"""KPIs: the figures with both of their numbers, all tables, readiness, and the calculator."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from flask import Blueprint, abort, render_template, request
from markupsafe import Markup, escape

from nurture.charts.figures import Chart, Funnel
from nurture.charts.pictures import page_svg
from nurture.domain import kpi_aims, kpi_text, kpi_words, referral_kpis
from nurture.domain.benchmarks import beside
from nurture.domain.kpi_list import BY_KEY, KPIS
from nurture.domain.kpi_values import Table
from nurture.domain.what_if import Change, Now, what_if
from nurture.errors import NurtureError
from nurture.language import in_language
from nurture.services import kpi_charts
from nurture.services.kpi_readiness import readiness
from nurture.services.kpis import Kpis, asked, kpis
from nurture.services.runtime import Runtime
from nurture.web.languages import language

#: what stands large on the first page
_HEADLINES = (
    "referrals", "referral_to_deal", "referral_to_win", "quality", "participation_rate",
    "referral_rate", "survey_response", "crv", "progress",
)  # fmt: skip
#: what stands side by side for each source
_SOURCES = (
    "revenue_by_source", "lead_to_deal", "win_rate", "cac_by_source", "ltv_by_source",
    "cac_to_ltv_by_source",
)  # fmt: skip

#: numbers of the calculator's form that are shares: typed and shown in percent
_SHARES = frozenset({"rate", "to_rate", "win_rate"})
_LARGEST = 1e15


def make_kpis(runtime: Runtime) -> Blueprint:
    """Return the pages of KPIs."""
    pages = Blueprint("kpis", __name__, url_prefix="/kpis")
    pages.add_app_template_global(_figure, "kpi_figure")
    pages.add_app_template_global(_about, "kpi_about")
    pages.add_app_template_global(_drawn, "kpi_chart")
    pages.add_app_template_filter(_said, "said")
    pages.add_app_template_global(_words, "kpi_words")

    @pages.get("/")
    def index() -> str:
        found, wrong = _found(runtime)
        return render_template(
            "team/kpis.html",
            found=found,
            wrong=wrong,
            headlines=_HEADLINES,
            beside=beside,
            sources=_SOURCES,
            is_low=kpi_aims.is_low,
            aim=kpi_aims.aim,
            remedy=kpi_aims.remedy,
            charts=_charts(found) if found is not None else [],
            expected=referral_kpis.expected_wins(found.book) if found is not None else None,
        )

    @pages.get("/tables")
    def tables() -> str:
        found, wrong = _found(runtime)
        groups = {
            group: [one.key for one in KPIS if one.group == group] for group in kpi_words.GROUPS
        }
        return render_template(
            "team/kpi_tables.html",
            found=found,
            wrong=wrong,
            groups=groups,
            beside=beside,
            aim=kpi_aims.aim,
            is_table=lambda value: isinstance(value, Table),
            by_key=BY_KEY,
        )

    @pages.get("/readiness")
    def ready() -> str:
        try:
            found = readiness(runtime)
        except NurtureError:
            found = None
        return render_template("team/kpi_readiness.html", found=found)

    @pages.get("/what-if")
    def calculator() -> str:
        now, change, typed, wrong = _typed()
        outcome = what_if(now, change)
        return render_template(
            "team/kpi_what_if.html", outcome=outcome, typed=typed, wrong=wrong, text=kpi_text
        )

    return pages


def _found(runtime: Runtime) -> tuple[Kpis | None, str]:
    """Return the figures that the address asks for, else the newest with what is wrong."""
    wrong = ""
    try:
        span = asked(runtime, request.args.get("from", ""), request.args.get("to", ""))
    except NurtureError as error:
        span, wrong = None, in_language(error.message, language())
    try:
        return kpis(runtime, span), wrong
    except NurtureError:
        # Nothing is published yet: the page says what to do.
        return None, wrong


def _charts(found: Kpis) -> list[Chart | Funnel]:
    locale = language()
    return [kpi_charts.referrals_by_month(found, locale), kpi_charts.how_far(found, locale)]


def _said(text: str) -> Markup:
    """Return a sentence in the page's language, what stands in backticks as code."""
    parts = str(escape(in_language(text, language()))).split("`")
    marked = (f"<code>{part}</code>" if number % 2 else part for number, part in enumerate(parts))
    return Markup("".join(marked))


def _figure(value: Any, key: str = "") -> kpi_text.Shown:
    return kpi_text.shown(value, language(), key)


def _about(key: str) -> tuple[str, str]:
    about = kpi_words.KPI_WORDS.get(key)
    if about is None:
        abort(404)
    return about.in_language(language())


def _words(group: str) -> str:
    return kpi_words.GROUPS[group][0 if language() == "ja" else 1]


def _drawn(chart: Chart | Funnel) -> Markup:
    # Made of our own numbers and words, which the pen escapes.
    return Markup(page_svg(chart))


def _typed() -> tuple[Now, Change, dict[str, str], list[str]]:
    """Return the numbers of the form, what stands in its fields, and which make no sense.

    A field that makes no sense counts as it usually does.
    """
    usual: dict[str, float] = {one.name: getattr(Now(), one.name) for one in fields(Now)}
    usual |= {
        "to_rate" if one.name == "rate" else one.name: getattr(Change(), one.name)
        for one in fields(Change)
    }
    numbers, typed, wrong = dict(usual), {}, []
    for name, value in usual.items():
        share = name in _SHARES
        shown = value * 100 if share else value
        text = request.args.get(name, "")
        typed[name] = text or f"{shown:.10g}"
        if not text:
            continue
        number = _number(text, share)
        if number is None:
            wrong.append(name)
        else:
            numbers[name] = number
    now = Now(**{one.name: numbers[one.name] for one in fields(Now)})
    rest = {one.name: numbers[one.name] for one in fields(Change) if one.name != "rate"}
    return now, Change(rate=numbers["to_rate"], **rest), typed, wrong


def _number(text: str, share: bool) -> float | None:
    try:
        value = float(text.replace(",", "").strip().removesuffix("%"))
    except ValueError:
        return None
    if share:
        value /= 100
    return value if 0 <= value <= (1 if share else _LARGEST) else None
