"""How figures are written in a chart: short, and never with more digits than they carry."""

from __future__ import annotations

from math import floor, log10

from nurture.language import language_of

#: from which size on, what it is divided by and what stands behind
_STEPS = {
    "ja": ((1e12, 1e12, "兆"), (1e8, 1e8, "億"), (1e5, 1e4, "万")),
    "en": ((1e12, 1e12, "T"), (1e9, 1e9, "B"), (1e6, 1e6, "M"), (1e5, 1e3, "K")),
}


def short(value: float, locale: str) -> str:
    """Return a figure in at most four digits, or whole: 695.5 · 9,850 · 12.5万 · 1.2M."""
    for least, unit, sign in _STEPS[language_of(locale)]:
        if abs(value) >= least:
            return f"{plain(value / unit, 3)}{sign}"
    return plain(value, 4)


def plain(value: float, digits: int = 3) -> str:
    """Return a figure with `digits` significant ones where it has decimals: 1,234 · 12.5 · 0.04."""
    if value == 0:
        return "0"
    places = max(0, digits - 1 - floor(log10(abs(value))))
    text = f"{value:,.{min(places, 6)}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in {"-0", ""} else text.replace("-", "−")
