"""A results report as one page, for somebody who was not there: the reader's boss."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache
from pathlib import Path

from nurture.charts.press import pdf

#: rows that fit beside a chart
MOST_ROWS = 8
#: characters of a remark that fit
MOST_REMARK = 320


@dataclass(frozen=True, slots=True)
class Row:
    """A figure: what it was, what it is, how far it moved."""

    title: str
    old: str
    new: str
    moved: str
    better: bool
    worse: bool


@dataclass(frozen=True, slots=True)
class OnePage:
    """What stands on the page, in its reader's language."""

    lang: str
    company: str
    account: str
    period: str
    headline: str
    #: the sentence below it
    lead: str
    #: heads of the four columns
    heads: Sequence[str]
    rows: Sequence[Row]
    #: that there are more figures than fit
    more: str
    #: drawings, as SVG
    charts: Sequence[str]
    remark_head: str
    remark: str
    foot: str
    made: str
    #: the day it was made
    day: date


def one_page(page: OnePage) -> bytes:
    """Return the page as PDF, its fonts embedded; the same page makes the same file."""
    values = asdict(page)
    del values["day"]
    # Two charts stand below a short table; below a long one there is room for one.
    charts = list(page.charts)[: 2 if len(page.rows) <= 3 else 1]
    values["charts"] = charts
    values["chart_width"] = 340 if len(charts) == 2 else 430
    return pdf(_source(), {"data": json.dumps(values, ensure_ascii=False)}, page.day)


@cache
def _source() -> str:
    return Path(__file__).with_suffix(".typ").read_text("utf-8")
