"""Figures, months and directions as people write them in a spreadsheet, a form or a request."""

from __future__ import annotations

import re
from datetime import date, timedelta

from nurture.domain.cell_values import compatible
from nurture.domain.results import Direction, is_usable, kept_unit

#: ▲12 and △12 are how Japanese accounts write −12
_FIGURE = re.compile(
    r"(?P<sign>[-+−▲△])?\s*(?P<before>[¥$€£]|jpy|usd|eur)?\s*(?P<sign2>[-−▲△])?"
    r"(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)\s*(?P<myriad>[万億])?"
    r"\s*(?P<unit>[^\d\s.,][^\d]*)?",
    re.IGNORECASE,
)
_MYRIADS = {"万": 1e4, "億": 1e8}
#: what stands for "no figure" in tables
_NONE = frozenset({"", "-", "—", "–", "ー", "n/a", "na", "なし", "未集計", "null", "none"})

_MONTH = re.compile(r"(\d{4})\s*[-/.年]?\s*(\d{1,2})\s*(?:月分?|[-/.月]\s*\d{1,2}\s*日?)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(?:\d{2})?")
_SERIAL = re.compile(r"[4-6]\d{4}")
_ERA = re.compile(r"(?:令和|r)\s*(\d{1,2}|元)\s*[-/.年]\s*(\d{1,2})\s*月?", re.IGNORECASE)

#: Jun-26, which Excel makes of 2026/6 in either language; June 2026, 06/2026
_NAMED = re.compile(r"([a-z]{3,9})\.?[\s\-/']*(\d{4}|\d{2})", re.IGNORECASE)
_TURNED = re.compile(r"(\d{1,2})\s*[-/.]\s*(\d{4})")
_NAMES = (
    *("january", "february", "march", "april", "may", "june", "july", "august"),
    *("september", "october", "november", "december"),
)

_DIRECTIONS = {
    Direction.DOWN: "down 減 減らす 削減 下げる 低下 低い 低いほど良い 少ない 少ないほど良い 短縮 ↓"
    " lower decrease reduce less",
    Direction.UP: "up 増 増やす 向上 上げる 高い 高いほど良い 多い 多いほど良い 増加 ↑"
    " higher increase raise more",
}
_DIRECTION = {word: way for way, words in _DIRECTIONS.items() for word in words.split()}


class FigureError(ValueError):
    """A cell that is no figure; `code` is a remark of `nurture.domain.row_remarks`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read_figure(text: str) -> tuple[float, str] | None:
    """Return a figure and the unit that stands with it ("": none); None where there is none.

    Read are full-width digits, thousands' commas, ▲12, 120万, ¥1,200, 12.5% and 69.5時間.
    Raises FigureError: `not_finite` for NaN, infinity and what no figure can be as large as,
    `not_a_figure` else.
    """
    plain = compatible(text)
    if plain.casefold() in _NONE:
        return None
    if plain.casefold().lstrip("+-") in {"nan", "inf", "infinity", "∞"}:
        raise FigureError("not_finite")
    found = _FIGURE.fullmatch(plain)
    if found is None or (found["before"] and found["unit"]):
        raise FigureError("not_a_figure")
    value = float(found["number"].replace(",", "")) * _MYRIADS.get(found["myriad"] or "", 1)
    if not is_usable(value):
        raise FigureError("not_finite")
    negative = (found["sign"] or found["sign2"] or "+") != "+"
    unit = kept_unit((found["unit"] or found["before"] or "").strip())
    return (-value if negative else value), unit


def read_month(text: str) -> date:
    """Return the first day of a month: 2026-06, 2026年6月, 2026/6/30, 202606, 令和8年6月, 46174.

    Also Jun-26, June 2026 and 6/2026. Raises ValueError for all else, and for years that are
    not of our time.
    """
    plain = compatible(text)
    if _SERIAL.fullmatch(plain):
        day = date(1899, 12, 30) + timedelta(days=int(plain))
        return day.replace(day=1)
    if found := _ERA.fullmatch(plain):
        year = 2018 + (1 if found[1] == "元" else int(found[1]))
        return date(year, int(found[2]), 1)
    if found := _COMPACT.fullmatch(plain) or _MONTH.fullmatch(plain):
        year, month = int(found[1]), int(found[2])
    elif found := _TURNED.fullmatch(plain):
        year, month = int(found[2]), int(found[1])
    elif (found := _NAMED.fullmatch(plain)) and (named := _month_of(found[1])):
        year, month = int(found[2]) + (2000 if len(found[2]) == 2 else 0), named
    else:
        year = month = 0
    if 2000 <= year <= 2100:
        return date(year, month, 1)
    raise ValueError(f"{text!r} is no month")


def _month_of(word: str) -> int:
    """Return the number of a month's English name or its beginning (Jun, Sept), 0 for none."""
    known = (n for n, name in enumerate(_NAMES, 1) if name.startswith(word.casefold()))
    return next(known, 0)


def read_direction(text: str) -> Direction:
    """Return which way is better, in either language; ValueError where that is not said."""
    found = _DIRECTION.get(compatible(text).casefold().replace(" ", ""))
    if found is None:
        raise ValueError(f"{text!r} is no direction")
    return found
