"""A row of metrics: whose, which, and its figures by month."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from nurture.domain.cell_values import EXCEL_ERRORS, plain
from nurture.domain.contact_row import Remark, RowError
from nurture.domain.metric_cells import FigureError, read_direction, read_figure, read_month
from nurture.domain.results import Direction, kept_unit, same_unit

#: field → headers that mean it
_HEADERS: Mapping[str, str] = {
    "account": "会社名 会社 企業名 お客様 お客様名 取引先 アカウント ドメイン アカウントID 会社ID"
    " account company company_name account_name customer domain account_id",
    "metric": "指標キー 指標コード キー metric metric_key key name",
    "title": "指標 指標名 項目 項目名 title metric_title metric_name 指標名_ja title_ja",
    "title_en": "指標名英語 英語名 指標英語 title_en english english_title",
    "unit": "単位 unit units",
    "direction": "方向 望ましい方向 良い方向 direction better",
    "baseline": "導入前 基準値 ベースライン 開始時 導入前の値 baseline before start",
    "month": "月 年月 対象月 month period",
    "value": "値 実績 数値 実績値 value figure result actual",
    # written by our own list of rejected rows
    "": "行 理由",
}
FIELDS = tuple(name for name in _HEADERS if name)
_NOISE = re.compile(r"[\s_\-・･*※'\"]+|[(（\[［].*?[)）\]］]")
#: longest name and unit, characters: the tables hold no more
_LONGEST = {"metric": 100, "title": 200, "title_en": 200, "unit": 40}


def _key(header: str) -> str:
    text = unicodedata.normalize("NFKC", header).casefold()
    return _NOISE.sub("", text) or text.strip()


_MEANING = {_key(word): name for name, words in _HEADERS.items() for word in words.split()}


@dataclass(frozen=True, slots=True)
class MetricColumns:
    """What each column of a list means: a field, a month, or nothing that we know."""

    headers: tuple[str, ...]
    fields: tuple[str | date | None, ...]
    #: header → the field it looks like, "" where none
    unknown: Mapping[str, str] = field(default_factory=dict)

    @property
    def months(self) -> int:
        """How many columns are months."""
        return sum(1 for one in self.fields if isinstance(one, date))

    @property
    def missing(self) -> list[str]:
        """Fields without which no row can be read."""
        found = [] if "account" in self.fields else ["account"]
        if "metric" not in self.fields and "title" not in self.fields:
            found.append("metric")
        if not self.months:
            found += [name for name in ("month", "value") if name not in self.fields]
        return found


def read_columns(cells: Sequence[str]) -> MetricColumns:
    """Return what headers mean; a header that is a month holds that month's figures."""
    headers = [plain(cell) for cell in cells]
    fields: list[str | date | None] = []
    unknown: dict[str, str] = {}
    for number, header in enumerate(headers, 1):
        meaning: str | date | None = _MEANING.get(_key(header))
        if meaning is None:
            try:
                meaning = read_month(header)
            except ValueError:
                near = difflib.get_close_matches(_key(header), _MEANING, n=1, cutoff=0.7)
                unknown[header or f"#{number}"] = _MEANING[near[0]] if near else ""
        fields.append(meaning)
    return MetricColumns(tuple(headers), tuple(fields), unknown)


@dataclass(frozen=True, slots=True)
class MetricRow:
    """What somebody says of a metric of an account."""

    #: name, domain or number
    account: str
    name: str
    title: Mapping[str, str] = field(default_factory=dict)
    #: None: not said
    unit: str | None = None
    direction: Direction | None = None
    baseline: float | None = None
    values: Mapping[date, float] = field(default_factory=dict)
    line: int = 0


def read_row(columns: MetricColumns, cells: Sequence[str], today: date, line: int) -> MetricRow:
    """Return a row of a list; RowError with everything that is wrong with it.

    `today` is in the calendar's zone: no month after it has figures yet.
    """
    faults: list[Remark] = []
    said = dict.fromkeys(FIELDS, "")
    by_month: dict[date, str] = {}
    for meaning, cell in zip(columns.fields, cells, strict=False):
        text = plain(cell)
        if isinstance(meaning, date):
            if text and by_month.get(meaning, text) not in ("", text):
                two = {"month": f"{meaning:%Y-%m}", "known": by_month[meaning], "value": text}
                faults.append(Remark("two_figures", two))
            by_month[meaning] = text or by_month.get(meaning, "")
        elif meaning and text and not said[meaning]:
            said[meaning] = text
    header = dict(zip(columns.fields, columns.headers, strict=True))
    for name, most in _LONGEST.items():
        if len(said[name]) > most:
            detail = {"field": header.get(name, name), "length": len(said[name]), "limit": most}
            faults.append(Remark("too_long", detail))
    if not said["account"]:
        faults.append(Remark("no_account"))
    if not said["metric"] and not said["title"]:
        faults.append(Remark("no_metric"))
    reading = _Reading(said["unit"], faults)
    if said["month"] or (said["value"] and not by_month):
        try:
            by_month[read_month(said["month"])] = said["value"]
        except ValueError:
            detail = {"field": header.get("month", "month"), "value": said["month"],
                      "example": "2026-06"}  # fmt: skip
            faults.append(Remark("unreadable", detail) if said["month"] else Remark("no_month"))
            reading.figure(header.get("value", "value"), said["value"])
    values: dict[date, float] = {}
    for month, text in by_month.items():
        where = header.get(month, header.get("value", "value"))
        value = reading.figure(where, text)
        if value is not None and month > today.replace(day=1):
            faults.append(Remark("future_month", {"value": f"{month:%Y-%m}"}))
        elif value is not None:
            values[month] = value
    baseline = reading.figure(header.get("baseline", "baseline"), said["baseline"])
    direction = None
    if said["direction"]:
        try:
            direction = read_direction(said["direction"])
        except ValueError:
            detail = {"field": header.get("direction", "direction"), "value": said["direction"],
                      "example": "down / up（減らす・増やす）"}  # fmt: skip
            faults.append(Remark("unreadable", detail))
    if not values and baseline is None and not faults:
        faults.append(Remark("no_figure"))
    if faults:
        raise RowError(*faults)
    titles = {"ja": said["title"], "en": said["title_en"]}
    return MetricRow(
        said["account"],
        (said["metric"] or said["title"])[:100],
        {locale: text for locale, text in titles.items() if text},
        reading.unit,
        direction,
        baseline,
        values,
        line,
    )


class _Reading:
    """Reads the figures of one row, which all have one unit."""

    def __init__(self, unit: str, faults: list[Remark]) -> None:
        self.unit: str | None = kept_unit(unit) if unit else None
        self._faults = faults

    def figure(self, header: str, text: str) -> float | None:
        """Return a cell's figure; what is wrong with it is noted."""
        if text in EXCEL_ERRORS:
            self._faults.append(Remark("excel_error", {"field": header, "value": text}))
            return None
        try:
            found = read_figure(text)
        except FigureError as error:
            self._faults.append(Remark(error.code, {"field": header, "value": text[:60]}))
            return None
        if found is None:
            return None
        value, unit = found
        if unit and self.unit and same_unit(unit) != same_unit(self.unit):
            detail = {"field": header, "value": text[:60], "unit": self.unit}
            self._faults.append(Remark("other_unit", detail))
            return None
        self.unit = self.unit or unit or None
        return value
