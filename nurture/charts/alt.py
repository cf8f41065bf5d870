"""Charts in words: for who does not see the picture, or has pictures turned off."""

from __future__ import annotations

from nurture.charts.figures import Better, Chart, Funnel
from nurture.charts.numbers import short
from nurture.language import in_language, language_of, say

#: figures that a text names one by one; of more it names the first and the last
_NAMED = 6


def chart_in_words(chart: Chart) -> str:
    """Return the chart as one line: title, figures by name, the mark."""
    known = [
        (_whole(label, chart.locale), value)
        for label, value in zip(chart.labels, chart.values, strict=True)
        if value is not None
    ]
    title = titled(chart)
    if not known:
        return in_language(say("{title}: no figures yet", title=title), chart.locale)
    named = known if len(known) <= _NAMED else [known[0], known[-1]]
    figures = [f"{label} {short(value, chart.locale)}" for label, value in named]
    if chart.mark is None:
        return in_language(say("{title}: {figures}", title=title, figures=figures), chart.locale)
    mark = f"{chart.mark.label} {short(chart.mark.value, chart.locale)}"
    said = say("{title}: {figures}; {mark}", title=title, figures=figures, mark=mark)
    return in_language(said, chart.locale)


def titled(chart: Chart) -> str:
    """Return the title with its unit."""
    if not chart.unit:
        return chart.title
    if language_of(chart.locale) == "ja":
        return f"{chart.title}（{chart.unit}）"
    return f"{chart.title} ({chart.unit})"


def _whole(label: str, locale: str) -> str:
    parts = label.split("\n")
    return "".join(reversed(parts)) if language_of(locale) == "ja" else " ".join(parts)


def funnel_in_words(funnel: Funnel) -> str:
    """Return the funnel as one line: title, steps and counts."""
    steps = [f"{name} {short(count, funnel.locale)}" for name, count in funnel.steps]
    return in_language(say("{title}: {figures}", title=funnel.title, figures=steps), funnel.locale)


def better_in_words(better: Better, locale: str) -> str:
    """Return which way is better."""
    said = say("lower is better") if better is Better.DOWN else say("higher is better")
    return in_language(said, locale)
