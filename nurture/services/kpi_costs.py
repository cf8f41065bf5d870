"""Acquisition costs by source and month, from a small list: CSV in, shown back."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from nurture.db import value_figures
from nurture.db.engine import read, write
from nurture.domain.kpi_book import CostFact
from nurture.domain.kpi_policy import REFERRAL, KpiPolicy, known_sources
from nurture.domain.referral import Channel
from nurture.domain.task_answers import FaultError, read_amount
from nurture.errors import NotFoundError, NurtureError
from nurture.language import Said, say
from nurture.language.hints import nearest
from nurture.services.csv_encoding import find_encoding
from nurture.services.csv_records import Record, Records
from nurture.services.kpis import month_of
from nurture.services.runtime import Runtime

#: header → column
_HEADERS: Mapping[str, str] = {
    "month": "month", "月": "month", "年月": "month",
    "source": "source", "経路": "source", "獲得経路": "source",
    "amount": "amount", "金額": "amount", "費用": "amount",
    "currency": "currency", "通貨": "currency",
    "note": "note", "備考": "note", "メモ": "note",
}  # fmt: skip
_NEEDED = ("month", "source", "amount")
_CURRENCY = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True, slots=True)
class Cost:
    """A row of the list."""

    fact: CostFact
    note: str | None = None


def import_costs(runtime: Runtime, path: Path, by: str, dry_run: bool = False) -> list[Cost]:
    """Write the costs of a CSV down (month, source, amount, currency, note); return them.

    The newest word of a month, source and currency replaces the one before. Nothing is written
    where a row is wrong: raises NurtureError that names every such line and what to do.
    """
    if not path.is_file():
        raise NotFoundError(say("{path} is not a file", path=path))
    text = path.read_bytes().decode(find_encoding(path, "")).removeprefix("\ufeff")
    with read(runtime.engine) as connection:
        policy = runtime.releases.live(connection).definitions.policy.kpis
    found, faults = _read(Records(io.StringIO(text, newline="")), policy)
    if faults:
        lines = [say("line {line}: {fault}", line=line, fault=fault) for line, fault in faults]
        raise NurtureError(
            say("{path}: nothing was written: {faults}", path=path.name, faults=lines),
            say("the columns are month, source, amount, and where needed currency and note"),
        )
    if not dry_run:
        with write(runtime.engine) as connection:
            rows = [(one.fact, one.note) for one in found]
            value_figures.put_costs(connection, rows, runtime.clock.now(), by)
    return found


def costs_on_record(runtime: Runtime, first: date, end: date) -> Sequence[CostFact]:
    """Return what is written down of months from one day until before another."""
    with read(runtime.engine) as connection:
        return value_figures.costs(connection, first, end)


def _read(
    records: Iterable[Record], policy: KpiPolicy
) -> tuple[list[Cost], list[tuple[int, Said]]]:
    columns: list[str | None] | None = None
    found: list[Cost] = []
    faults: list[tuple[int, Said]] = []
    for record in records:
        if record.fault is not None:
            faults.append((record.line, say("the line cannot be read")))
            continue
        cells = [cell.strip() for cell in record.cells]
        if not any(cells):
            continue
        if columns is None:
            columns = [_HEADERS.get(cell.casefold()) for cell in cells]
            missing = [name for name in _NEEDED if name not in columns]
            if missing:
                faults.append((record.line, say("no column {names}", names=missing)))
                break
            continue
        row = {name: cell for name, cell in zip(columns, cells, strict=False) if name}
        cost, wrong = _cost(row, policy)
        faults += [(record.line, one) for one in wrong]
        if cost is not None and not wrong:
            found.append(cost)
    if columns is None:
        faults.append((1, say("it is empty")))
    return found, faults


def _cost(row: Mapping[str, str], policy: KpiPolicy) -> tuple[Cost | None, list[Said]]:
    wrong: list[Said] = []
    month, amount = date.min, 0.0
    try:
        month = month_of(row.get("month", "").replace("/", "-"))
    except NurtureError:
        wrong.append(say("'{text}' is no month", text=row.get("month", "")))
    try:
        amount = float(read_amount(row.get("amount", "")))
    except FaultError:
        wrong.append(say("'{text}' is no amount", text=row.get("amount", "")))
    source = _source(row.get("source", ""), policy, wrong)
    currency = (row.get("currency") or policy.rates.currency).upper()
    if not _CURRENCY.fullmatch(currency):
        wrong.append(say("'{text}' is no currency such as JPY", text=currency))
    return Cost(CostFact(month, source, amount, currency), row.get("note") or None), wrong


def _source(text: str, policy: KpiPolicy, wrong: list[Said]) -> str:
    """Return the key of a source, said by key or by title."""
    for one in policy.sources:
        if text in (one.key, *one.title.values()):
            return one.key
    if text in ("ご紹介", "紹介"):
        return REFERRAL
    base, _, channel = text.partition("/")
    known = [*known_sources(policy), *(f"{REFERRAL}/{one}" for one in Channel)]
    if text not in known:
        hint = nearest(text, known)
        message = say("no source '{text}'", text=text)
        if base == REFERRAL and channel:
            message = say("no channel '{text}' of referrals", text=channel)
        wrong.append(say("{message} ({hint})", message=message, hint=hint) if hint else message)
    return text
