"""A chart on a page or in a mail."""

from __future__ import annotations

from dataclasses import dataclass

from nurture.charts import funnels, months
from nurture.charts.alt import chart_in_words, funnel_in_words
from nurture.charts.figures import Chart, Funnel
from nurture.charts.pen import Pen
from nurture.charts.press import png


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart for a mail."""

    png: bytes
    #: what the chart says, in words
    alt: str
    #: pixels on a screen of one dot per pixel; the picture has twice as many
    width: int


def picture(chart: Chart | Funnel) -> Picture:
    """Return a chart for mails: on white, with its own font, 960 dots wide, below 40 KB."""
    return Picture(png(_draw(chart, Pen()), months.WIDTH), in_words(chart), months.WIDTH)


def page_svg(chart: Chart | Funnel) -> str:
    """Return a chart to stand in a page: its font and colours, light or dark, text as text."""
    return _draw(chart, Pen(page=True))


def paper_svg(chart: Chart | Funnel) -> str:
    """Return a chart to be set in a paper."""
    return _draw(chart, Pen())


def in_words(chart: Chart | Funnel) -> str:
    """Return what a chart says, as an alt text."""
    return funnel_in_words(chart) if isinstance(chart, Funnel) else chart_in_words(chart)


def _draw(chart: Chart | Funnel, pen: Pen) -> str:
    return funnels.draw(chart, pen) if isinstance(chart, Funnel) else months.draw(chart, pen)
