"""The list of those who came: as Zoom or Teams export it, of our own, or pasted."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from io import StringIO
from itertools import islice
from pathlib import Path

from nurture.domain.attendance_columns import AttendanceColumns, is_our_side, read_header
from nurture.domain.cell_values import plain
from nurture.domain.contact_row import RowError
from nurture.errors import NotFoundError, NurtureError
from nurture.language import Said, say
from nurture.services.csv_encoding import find_encoding
from nurture.services.csv_records import Record, Records
from nurture.services.mail_address import check_address

#: rows of one list, which may name somebody several times; a longer one is no seminar's
MOST = 20_000

#: rows at the top among which a table has its headers
_PREAMBLE = 200

_DELIMITERS = (",", "\t", ";")
_PARTS = re.compile(r"[\s,;、，；<>]+")


class RefusedError(NurtureError):
    """A list that is not read in; `code` is for pages, which say it in their language."""

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.code = code


@dataclass(frozen=True, slots=True)
class Attendee:
    """Somebody who came."""

    #: canonical
    address: str
    #: as the list writes it
    email: str
    name: str = ""


@dataclass(slots=True)
class AttendanceList:
    """What a list says."""

    #: by address, each once
    people: dict[str, Attendee] = field(default_factory=dict)
    #: rows that say that somebody did not come
    absent: int = 0
    #: rows without an address: people whom nobody can tell apart
    nameless: int = 0
    #: (line, what stands there) of addresses that are none
    unreadable: list[tuple[int, str]] = field(default_factory=list)

    def add(self, line: int, written: list[str], name: str) -> None:
        """Take a row in, by the first of its addresses that is one."""
        wrong = ""
        for text in written:
            try:
                address, email = check_address(text)
            except RowError:
                wrong = wrong or text
                continue
            if address not in self.people or (name and not self.people[address].name):
                self.people[address] = Attendee(address, email, name)
            return
        if wrong and "@" in wrong:
            self.unreadable.append((line, wrong[:100]))
        else:
            self.nameless += 1


def read_file(path: Path, encoding: str = "") -> AttendanceList:
    """Return what a file says: CSV in any encoding that the import of contacts reads.

    Raises NotFoundError where there is none, NurtureError where it is no text or names nobody.
    """
    if not path.is_file():
        raise NotFoundError(say("{path} is not a file", path=path))
    with path.open("rb") as raw:
        if raw.read(4) in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
            raise RefusedError(
                "workbook",
                say("{name} is a workbook, not a CSV", name=path.name),
                say("in Excel: File, Save As, CSV UTF-8 (comma delimited)"),
            )
    text = path.read_bytes().decode(find_encoding(path, encoding))
    return read_text(text, path.name)


def read_upload(content: bytes, name: str = "the file") -> AttendanceList:
    """Return what the bytes of a file say; raises RefusedError as `read_file` does."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.csv"
        path.write_bytes(content)
        try:
            return read_file(path)
        except NurtureError as error:
            code = error.code if isinstance(error, RefusedError) else "unreadable"
            message = error.message
            message = message.but(name=name) if isinstance(message, Said) else message
            raise RefusedError(code, message, error.hint) from error


def read_text(text: str, name: str = "the list") -> AttendanceList:
    """Return what a text says: a table with headers, or addresses parted by anything.

    Raises RefusedError where it names nobody, or has more than MOST rows.
    """
    found = AttendanceList()
    delimiter = _delimiter(text)
    if delimiter:
        rows: Iterator[object] = _read_table(Records(StringIO(text), delimiter), found)
    else:
        rows = _read_loose(text, found)
    if any(number > MOST for number, _ in enumerate(rows, 1)):
        raise RefusedError(
            "too_many", say("{name} has more than {most:,} rows", name=name, most=MOST)
        )
    if not found.people:
        raise RefusedError(
            "nobody",
            say("{name} names nobody who came", name=name),
            say("it needs a column of e-mail addresses, or one address per line"),
        )
    return found


def _delimiter(text: str) -> str:
    """Return the delimiter of a table, by the headers among its first rows; "" for no table.

    Only the first _PREAMBLE rows are looked at: tools write a few lines about the meeting
    before the people.
    """
    alone = False
    for delimiter in _DELIMITERS:
        for record in islice(Records(StringIO(text), delimiter), _PREAMBLE):
            if read_header(record.cells, our_side=False) is not None:
                if len(record.cells) > 1:
                    return delimiter
                alone = True
    return "," if alone else ""


def _read_table(records: Iterable[Record], found: AttendanceList) -> Iterator[Record]:
    """Take in, row by row, what stands under headers; yield every row that was read."""
    columns: AttendanceColumns | None = None
    our_side = False
    for record in records:
        yield record
        cells = record.cells
        filled = [text for cell in cells if (text := plain(cell))]
        if not filled:
            continue
        header = read_header(cells, our_side)
        if header is not None:
            columns = header
        elif len(filled) == 1 and "@" not in filled[0]:
            # A title, alone in its row: the block above it is over.
            columns, our_side = None, is_our_side(filled[0])
        elif columns is None or columns.skipped:
            continue
        elif columns.has_come(cells):
            found.add(record.line, columns.addresses(cells), columns.person_name(cells))
        else:
            found.absent += 1


def _read_loose(text: str, found: AttendanceList) -> Iterator[str]:
    """Take in, one by one, every address of a text without headers; yield each.

    What else stands there is left out.
    """
    for number, line in enumerate(text.splitlines(), 1):
        if "@" not in line:
            continue
        for part in _PARTS.split(line):
            if "@" in part:
                yield part
                found.add(number, [part.strip("\"'()（）")], "")
