"""Cells of spreadsheets: what Excel adds taken off, dates and numbers as people write them."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time, timedelta, tzinfo

#: cells that spreadsheets hold where a formula failed
EXCEL_ERRORS = frozenset(
    {"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"}
)

#: people write these for "nothing"
_DASHES = frozenset({"-", "--", "ー", "―", "‐", "－", "—", "–"})

#: `="0123"`: how text is kept from becoming a number
_FORMULA_TEXT = re.compile(r'="(.*)"', re.DOTALL)
#: what a spreadsheet would take for a formula, full-width forms too (OWASP, CSV Injection)
_FORMULA_SIGNS = "=+-@\t\r＝＋－＠"
#: `'0123`: the same, by hand; elsewhere an apostrophe is part of a name
_APOSTROPHE = re.compile(rf"'(?=[{re.escape(_FORMULA_SIGNS)}\d０-９])")

_YMD = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:\s*\([月火水木金土日]\))?"
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_ERA = re.compile(
    r"(令和|平成|R|H)\s*(\d{1,2}|元)\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?", re.I
)
#: the year before the first of each era
_ERAS = {"令和": 2018, "r": 2018, "平成": 1988, "h": 1988}
_CLOCK = re.compile(r"\s*T?\s*(\d{1,2})[:時](\d{2})(?:[:分](\d{2})(?:\.\d+)?)?[秒分]?")
#: days since 1899-12-30: what a date is to Excel in a cell without a date format
_SERIAL = re.compile(r"[2-6]\d{4}")
_SERIAL_START = date(1899, 12, 30)

_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?")
#: 300, 約300名, 101〜300名, 1万人以上, 〜50名, 50名以下, 200+ employees
_HEADS = re.compile(
    r"(?:約|およそ|approx\.?|about)?\s*(?P<upto>[~〜])?\s*(?P<count>\d+)(?P<myriad>万)?"
    r"\s*(?:名|人|employees|people|staff)?\s*"
    r"(?:(?P<below>以下|未満|まで)|以上|程度|\+|[-~〜–—]\s*(?:\d+万?)?)?"
    r"\s*(?:名|人|employees|people|staff)?"
)

_YES = frozenset({"はい", "有", "あり", "可", "○", "◯", "〇", "yes", "y", "true", "1", "on"})
_NO = frozenset({"いいえ", "無", "なし", "不可", "×", "no", "n", "false", "0", "off"})

_TAG_MARKS = re.compile(r"[,、，;；|｜\n]")


def plain(cell: str) -> str:
    """Return a cell without what spreadsheets put around text; a lone dash is nothing.

    The ideographic space is a space wherever it stands.
    """
    text = cell.replace("\u3000", " ").strip(" \xa0\t\r\n\x00")
    if text[:1] == "=" and (found := _FORMULA_TEXT.fullmatch(text)):
        text = found[1].strip()
    elif text[:1] == "'":
        text = _APOSTROPHE.sub("", text, count=1)
    return "" if text in _DASHES else text


def harmless(cell: str) -> str:
    """Return a cell that no spreadsheet runs: an apostrophe before what starts a formula.

    `plain` takes the apostrophe off again, so a mended file reads as it was.
    """
    return f"'{cell}" if cell[:1] and cell[0] in _FORMULA_SIGNS else cell


def compatible(text: str) -> str:
    """Return text with full-width letters and digits made plain (NFKC), trimmed."""
    if text.isascii():
        return text.strip()
    return unicodedata.normalize("NFKC", text).strip()


def read_moment(text: str, zone: tzinfo) -> datetime:
    """Return a date, or date and time, as a moment; a date is its first instant in `zone`.

    Read are 2026-03-12, 2026/3/12, 2026年3月12日, 20260312, 令和8年3月12日, R8.3.12, ISO 8601
    with an offset, each with or without a time, and Excel's serial days. Day and month
    alone or in unknown order (12/03/2026) raise ValueError: nobody can tell what they mean.
    """
    plain_text = compatible(text)
    day, rest = _read_day(plain_text)
    if day is None or not 1900 <= day.year <= 2100:
        raise ValueError(f"{text!r} is not a date of our time")
    if not rest:
        return datetime.combine(day, time(), zone)
    found = _CLOCK.fullmatch(rest)
    if found is None:
        moment = datetime.fromisoformat(plain_text)
        return moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    return datetime.combine(day, time(hour, minute, second), zone)


def _read_day(text: str) -> tuple[date | None, str]:
    """Return the date a text begins with, and what follows it."""
    if found := _YMD.match(text):
        return date(int(found[1]), int(found[2]), int(found[3])), text[found.end() :]
    if found := _ERA.match(text):
        year = 1 if found[2] == "元" else int(found[2])
        first = _ERAS[found[1].lower()]
        return date(first + year, int(found[3]), int(found[4])), text[found.end() :]
    if found := _COMPACT.fullmatch(text):
        return date(int(found[1]), int(found[2]), int(found[3])), ""
    if _SERIAL.fullmatch(text):
        return _SERIAL_START + timedelta(days=int(text)), ""
    return None, text


def read_headcount(text: str) -> int:
    """Return a number of people; of a range (101〜300名) its lower end, of 50名以下 that is 1.

    Raises ValueError where the text says something else.
    """
    found = _HEADS.fullmatch(compatible(text).replace(",", "").lower())
    if found is None or len(found["count"]) > 8:
        raise ValueError(f"{text!r} is not a number of people")
    if found["upto"] or found["below"]:
        return 1
    return int(found["count"]) * (10_000 if found["myriad"] else 1)


def read_number(text: str) -> int | float:
    """Return a number written with or without thousands' commas, or raise ValueError."""
    digits = compatible(text).replace(",", "")
    if not _NUMBER.fullmatch(digits) or len(digits) > 18:
        raise ValueError(f"{text!r} is not a number")
    return float(digits) if "." in digits else int(digits)


def read_boolean(text: str) -> bool:
    """Return yes or no, in either language, or raise ValueError."""
    word = compatible(text).lower()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise ValueError(f"{text!r} is neither yes nor no")


def read_tags(text: str) -> tuple[str, ...]:
    """Return the tags of a cell, parted by commas of any kind, semicolons, bars or lines."""
    parts = (" ".join(part.split()) for part in _TAG_MARKS.split(text))
    return tuple(dict.fromkeys(part for part in parts if part))
