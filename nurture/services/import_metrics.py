"""Import of metrics from a list: a row for each month, or a column for each month."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from io import StringIO
from itertools import islice
from pathlib import Path

from nurture.db.engine import write
from nurture.domain.cell_values import plain
from nurture.domain.contact_row import Remark, RowError
from nurture.domain.metric_row import FIELDS, MetricColumns, MetricRow, read_columns, read_row
from nurture.errors import NotFoundError, NurtureError
from nurture.language import say
from nurture.services.csv_encoding import find_encoding
from nurture.services.csv_records import Record, Records
from nurture.services.house import house_at
from nurture.services.metrics import Said, Taken, take_metrics
from nurture.services.rejected_rows import RejectedRows
from nurture.services.runtime import Runtime

#: rows per transaction
BATCH = 500
#: bad rows that a report names line by line
SHOWN = 20
_DELIMITERS = (",", "\t", ";")
_FIRST_RECORDS = 20


class _TakenBackError(Exception):
    """Ends a dry run's transaction: nothing of it stays."""


@dataclass(slots=True)
class MetricsReport:
    """What an import of metrics did, or in a dry run would do."""

    columns: MetricColumns
    read: int = 0
    rejected: int = 0
    new_metrics: int = 0
    new_values: int = 0
    changed_values: int = 0
    unchanged_values: int = 0
    accounts: set[int] = field(default_factory=set)
    #: the first bad rows: (line, why)
    faults: list[tuple[int, Sequence[Remark]]] = field(default_factory=list)
    rejected_path: Path | None = None

    def add(self, taken: Taken) -> None:
        """Count what became of a batch; its refused rows are counted by `reject`."""
        self.new_metrics += taken.new_metrics
        self.new_values += taken.new_values
        self.changed_values += taken.changed_values
        self.unchanged_values += taken.unchanged_values
        self.accounts |= taken.accounts

    def reject(self, line: int, why: Sequence[Remark]) -> None:
        """Count a bad row."""
        self.rejected += 1
        if len(self.faults) < SHOWN:
            self.faults.append((line, why))


def import_metrics(
    runtime: Runtime,
    path: Path,
    by: str,
    encoding: str = "",
    dry_run: bool = False,
    locale: str = "ja",
) -> MetricsReport:
    """Take a list of metrics in; bad rows are written beside it, to be mended.

    `locale` is the language of their reasons.

    Raises NotFoundError where there is no file, NurtureError where it cannot be read as a
    list of metrics.
    """
    if not path.is_file():
        raise NotFoundError(say("{path} is not a file", path=path))
    text = path.read_bytes().decode(find_encoding(path, encoding))
    columns, records = _open(text)
    report, said = MetricsReport(columns), Said()
    rejected = RejectedRows(path, columns.headers, locale)
    try:
        while chunk := list(islice(records, BATCH)):
            for record, why in _take(runtime, columns, chunk, by, dry_run, report, said):
                report.reject(record.line, why)
                if not dry_run:
                    rejected.add(record.line, record.cells, why)
        report.rejected_path = rejected.finish()
    finally:
        rejected.discard()
    return report


def _take(
    runtime: Runtime,
    columns: MetricColumns,
    records: Sequence[Record],
    by: str,
    dry_run: bool,
    report: MetricsReport,
    said: Said,
) -> list[tuple[Record, Sequence[Remark]]]:
    """Take a batch in, in one transaction; return its bad rows in their order."""
    bad: dict[int, tuple[Record, Sequence[Remark]]] = {}
    with suppress(_TakenBackError), write(runtime.engine) as connection:
        now = runtime.clock.now()
        today = now.astimezone(house_at(runtime, connection).zone).date()
        good: list[MetricRow] = []
        by_line = {record.line: record for record in records}
        for record in records:
            report.read += 1
            try:
                if record.fault is not None:
                    raise RowError(record.fault)
                good.append(read_row(columns, _fitting(record, columns), today, record.line))
            except RowError as error:
                bad[record.line] = (record, error.remarks)
        taken = take_metrics(connection, good, "csv", by, now, said)
        for row, why in taken.refused:
            bad[row.line] = (by_line[row.line], why)
        report.add(taken)
        if dry_run:
            raise _TakenBackError
    return [bad[line] for line in sorted(bad)]


def _fitting(record: Record, columns: MetricColumns) -> Sequence[str]:
    width = len(columns.headers)
    cells = record.cells
    if len(cells) > width and not any(map(plain, cells[width:])):
        cells = cells[:width]
    if len(cells) > width:
        raise RowError(Remark("wrong_width", {"found": len(cells), "expected": width}))
    return [*cells, *("" for _ in range(width - len(cells)))]


def _open(text: str) -> tuple[MetricColumns, Iterator[Record]]:
    """Return what the columns mean, and the records below the header."""
    best: MetricColumns | None = None
    for delimiter in _DELIMITERS:
        records = Records(StringIO(text.removeprefix("\ufeff"), newline=""), delimiter)
        for record in islice(records, _FIRST_RECORDS):
            if record.fault is not None or not any(map(plain, record.cells)):
                continue
            columns = read_columns(_without_empty_end(record.cells))
            if not columns.missing:
                return columns, (one for one in records if any(map(plain, one.cells)))
            if best is None or len(columns.missing) < len(best.missing):
                best = columns
    if best is None:
        raise NurtureError(say("the file is empty"), say("a list begins with a line of headers"))
    hints = [f"{header} → {field}" for header, field in best.unknown.items() if field]
    raise NurtureError(
        say("columns are missing: {missing}", missing=best.missing),
        say("did you mean {hints}?", hints=hints)
        if hints
        else say("name the columns 会社名,指標,単位,望ましい方向,導入前,月,実績 or {fields}",
                 fields=[*FIELDS]),
    )  # fmt: skip


def _without_empty_end(cells: list[str]) -> list[str]:
    kept = list(cells)
    while kept and not plain(kept[-1]):
        kept.pop()
    return kept
