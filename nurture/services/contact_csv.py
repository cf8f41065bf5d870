"""A list of contacts as Excel, mail tools and CRMs export it: encoding, marks, headers, rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import TextIO

from nurture.domain.cell_values import plain
from nurture.domain.contact_columns import Columns, read_columns
from nurture.domain.contact_row import Remark
from nurture.errors import NotFoundError, NurtureError
from nurture.language import say
from nurture.services.csv_encoding import find_encoding
from nurture.services.csv_records import Records

_DELIMITERS = (",", "\t", ";")
#: `sep=;` above the header
_SEP = re.compile(r'"?sep=(.)"?\r?$', re.IGNORECASE | re.MULTILINE)
_WORD = re.compile(r"\w")
#: lists begin with titles and dates; the header is looked for in so many records
_FIRST_RECORDS = 20


@dataclass(frozen=True, slots=True)
class CsvRow:
    """One row of the list: values by field, or what is wrong with it."""

    line: int
    #: as the file has them, for the list of rejected rows
    cells: list[str]
    values: Mapping[str, str] = field(default_factory=dict)
    fault: Remark | None = None


@dataclass(frozen=True, slots=True)
class ContactCsv:
    """An open list: what its columns mean, and its rows one by one."""

    encoding: str
    delimiter: str
    columns: Columns
    rows: Iterator[CsvRow]
    #: bytes read so far, for a progress bar
    position: Callable[[], int]
    #: bytes of the whole file
    size: int


@contextmanager
def open_contacts(
    path: Path,
    encoding: str = "",
    mapped: Mapping[str, str] | None = None,
    custom: Sequence[str] = (),
) -> Iterator[ContactCsv]:
    """Open a list of contacts.

    Raises NotFoundError where there is no such file, NurtureError where it is empty, no
    text, has no header with an e-mail column, or where `mapped` (header → field) does not
    fit. `custom` are the fields that the policy declares.
    """
    if not path.is_file():
        raise NotFoundError(say("{path} is not a file", path=path))
    with path.open("rb") as raw:
        if raw.read(4) in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
            raise NurtureError(
                say("{name} is a workbook, not a CSV", name=path.name),
                say("in Excel: File, Save As, CSV UTF-8 (comma delimited)"),
            )
    codec = find_encoding(path, encoding)
    with path.open("rb") as raw, TextIOWrapper(raw, encoding=codec, newline="") as file:
        delimiter, columns, records = _header(file, mapped or {}, custom)
        yield ContactCsv(
            encoding=codec,
            delimiter=delimiter,
            columns=columns,
            rows=_rows(records, columns),
            position=raw.tell,
            size=path.stat().st_size,
        )


def _header(
    file: TextIO, mapped: Mapping[str, str], custom: Sequence[str]
) -> tuple[str, Columns, Records]:
    """Return delimiter, columns, and the records that follow the header."""
    delimiters: Sequence[str] = _DELIMITERS
    if found := _SEP.match(file.readline(100)):
        # Excel's own way to say it, and it means it
        delimiters = (found[1],)
    tried = [_try(file, delimiter, mapped, custom) for delimiter in delimiters]
    best = max(tried, key=lambda one: one.known)
    if not best.known:
        raise _no_header(max(tried, key=lambda one: len(one.cells)).cells)
    columns = read_columns(best.cells, custom, mapped)
    if not columns.has_address:
        raise _no_header(best.cells)
    return best.delimiter, columns, _after(file, best)


@dataclass(frozen=True, slots=True)
class _Try:
    """What a delimiter makes of the first lines."""

    delimiter: str
    #: cells of the header, or of the first row where there is none
    cells: list[str]
    #: records up to and with the header
    records: int = 0
    #: headers with a meaning
    known: int = 0


def _try(file: TextIO, delimiter: str, mapped: Mapping[str, str], custom: Sequence[str]) -> _Try:
    first: list[str] = []
    for number, record in enumerate(islice(_from_start(file, delimiter), _FIRST_RECORDS), 1):
        cells = record.cells
        while cells and not plain(cells[-1]):
            cells.pop()
        first = first or cells
        columns = read_columns(cells, custom)
        own = len(set(mapped).intersection(cells))
        if record.fault is None and (columns.has_address or own):
            return _Try(delimiter, cells, number, columns.recognised + own)
    return _Try(delimiter, first)


def _from_start(file: TextIO, delimiter: str) -> Records:
    file.seek(0)
    return Records(file, delimiter)


def _after(file: TextIO, header: _Try) -> Records:
    records = _from_start(file, header.delimiter)
    for _ in range(header.records):
        next(records)
    return records


def _no_header(cells: list[str]) -> NurtureError:
    if not any(map(_WORD.search, cells)):
        return NurtureError(say("the file is empty"), say("a list begins with a line of headers"))
    if any("@" in cell for cell in cells):
        return NurtureError(
            say("the first line is a contact, not headers"),
            say("put a line above it that names the columns, e.g. 会社名,氏名,メールアドレス"),
        )
    shown = [say("'{text}'", text=plain(cell)[:40]) for cell in cells[:30]]
    return NurtureError(
        say("no column holds e-mail addresses; the headers are {shown}", shown=shown),
        say("name it with --map 'HEADER=email'"),
    )


def _rows(records: Records, columns: Columns) -> Iterator[CsvRow]:
    """Yield the rows under the header; blank ones are passed over."""
    width = len(columns.headers)
    for record in records:
        cells = record.cells
        if record.fault is not None:
            yield CsvRow(record.line, cells, fault=record.fault)
            continue
        if len(cells) > width and not any(map(plain, cells[width:])):
            # Excel writes a comma for every column it ever showed.
            cells = cells[:width]
        if not any(map(plain, cells)):
            continue
        if len(cells) != width:
            fault = Remark("wrong_width", {"found": len(cells), "expected": width})
            yield CsvRow(record.line, cells, fault=fault)
            continue
        yield CsvRow(record.line, cells, columns.values(cells))
