"""A report's figures as its readers see them: values of templates, chart and one page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from nurture.charts.figures import Better, Chart, Mark, month_labels
from nurture.charts.one_page import MOST_REMARK, MOST_ROWS, OnePage, Row, one_page
from nurture.charts.pictures import Picture, paper_svg, picture
from nurture.domain import result_words as words
from nurture.domain.results import (
    Direction,
    Line,
    Standing,
    figure,
    headline,
)
from nurture.emails.pictures import InlinePicture
from nurture.language import Said, in_language, language_of, say

#: pictures kept: one report goes to several readers
_KEPT = 64


@dataclass(frozen=True, slots=True)
class Told:
    """What a report says, to whom of which account."""

    account: str
    month: date
    lines: Sequence[Line]
    remark: str = ""
    #: the first month of a longer span, such as a quarter; None: the month alone
    since: date | None = None


def first_line(lines: Sequence[Line]) -> Line:
    """Return the line that a chart shows: the headline's, else the first."""
    return headline(lines) or lines[0]


def chart_of(line: Line, locale: str) -> Chart:
    """Return a line's chart: its months, against what it began at."""
    start = say("Before") if line.since is None else say("Start")
    return Chart(
        words.title(line, locale),
        tuple(month_labels([month for month, _ in line.series], locale)),
        tuple(value for _, value in line.series),
        line.unit,
        Mark(line.baseline, in_language(start, locale)),
        Better.DOWN if line.direction is Direction.DOWN else Better.UP,
        locale=language_of(locale),
    )


@lru_cache(maxsize=_KEPT)
def _picture(chart: Chart) -> Picture:
    return picture(chart)


def result_values(told: Told, locale: str, pdf_link: str = "") -> dict[str, Any]:
    """Return the template value `result`; what is empty or false is left out, as elsewhere."""
    line = first_line(told.lines)
    shown = _picture(chart_of(line, locale))
    values: dict[str, Any] = {
        "account": told.account,
        "headline": words.summary(told.lines, locale),
        "improved": headline(told.lines) is not None,
        "worse": any(one.standing is Standing.WORSE for one in told.lines),
        "metric": words.title(line, locale),
        "change": words.how_much(line, locale),
        "moved": words.moved(line, locale),
        "old": figure(line.baseline, line.unit, locale),
        "new": figure(line.value, line.unit, locale),
        "month": words.month_text(told.month, locale),
        "month_short": words.month_text(told.month, locale, year=False),
        "period": period(told, locale),
        "lines": [_line_values(one, locale) for one in told.lines],
        "chart": InlinePicture.of(shown.png),
        "chart_alt": shown.alt,
        "remark": told.remark,
        "minutes": words.minutes_to_read(told.lines, told.remark),
        "short": words.short_message(told.lines, told.month, locale),
        "news": words.internal_news(told.lines, told.account, told.month, locale),
        "pdf": pdf_link,
    }
    return {name: value for name, value in values.items() if value not in ("", False)}


def period(told: Told, locale: str) -> str:
    """Return the month, or the span, that a report is about."""
    if told.since is None or told.since == told.month:
        return words.month_text(told.month, locale)
    said = say(
        "{first} to {last}",
        first=words.month_text(told.since, locale),
        last=words.month_text(told.month, locale),
    )
    return in_language(said, locale)


def _line_values(line: Line, locale: str) -> dict[str, Any]:
    values: dict[str, Any] = {
        "title": words.title(line, locale),
        "old": figure(line.baseline, line.unit, locale),
        "new": figure(line.value, line.unit, locale),
        "moved": words.moved(line, locale),
        "told": words.told(line, locale),
        "better": line.standing is Standing.BETTER,
        "worse": line.standing is Standing.WORSE,
    }
    return {name: value for name, value in values.items() if value is not False}


def paper(told: Told, locale: str, company: str, sender: Mapping[str, str], at: date) -> bytes:
    """Return the report as a one-page PDF in a language.

    `sender`: name, email and phone of who answers questions; `at` is the day it was made.
    """

    def tell(said: Said) -> str:
        return in_language(said, locale)

    best = headline(told.lines)
    ordered = sorted(told.lines, key=lambda one: one is not best)
    shown, left = ordered[:MOST_ROWS], len(ordered) - MOST_ROWS
    remark = told.remark
    if len(remark) > MOST_REMARK:
        remark = remark[: MOST_REMARK - 1] + "…"
    lead = ""
    if best is not None:
        said = say(
            "From {old} to {new}.",
            old=figure(best.baseline, best.unit, locale),
            new=figure(best.value, best.unit, locale),
        )
        lead = tell(said)
    else:
        lead = tell(say("We look for the causes together and report on the next steps."))
    contact = " ".join(one for one in (sender["name"], sender["email"], sender["phone"]) if one)
    page = OnePage(
        lang=language_of(locale),
        company=company,
        account=tell(say("To {account}", account=told.account)),
        period=tell(say("Results of {period}", period=period(told, locale))),
        headline=words.summary(told.lines, locale),
        lead=lead,
        heads=[tell(one) for one in _HEADS],
        rows=[
            Row(
                words.title(one, locale),
                figure(one.baseline, one.unit, locale),
                figure(one.value, one.unit, locale),
                words.moved(one, locale),
                one.standing is Standing.BETTER,
                one.standing is Standing.WORSE,
            )
            for one in shown
        ],
        more=tell(say("and {number} more figures", number=left)) if left > 0 else "",
        charts=[paper_svg(chart_of(one, locale)) for one in shown[:2]],
        remark_head=tell(say("From {name}", name=sender["name"])),
        remark=remark,
        foot=tell(say("Questions: {contact}", contact=contact)),
        made=tell(say("Made on {day}", day=_day(at, locale))),
        day=at,
    )
    return one_page(page)


_HEADS = (say("Metric"), say("At the start"), say("Now"), say("Change"))


def _day(at: date, locale: str) -> str:
    if language_of(locale) == "ja":
        return f"{at.year}年{at.month}月{at.day}日"
    return f"{at.day} {words.month_text(at, locale)}"


def made_on(moment: datetime, zone: Any) -> date:
    """Return the day on which something was made, in a zone."""
    return moment.astimezone(zone).date()
