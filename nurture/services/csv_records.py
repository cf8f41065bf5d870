"""Records of a delimited text, one bad record never taking its neighbours with it.

The standard `csv` module reads each record, in its strict mode. What it cannot read costs
one line: reading goes on with the next. So a stray quotation mark, which would otherwise
swallow good rows up to the next one, is one bad row.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TextIO

from nurture.domain.contact_row import Remark

#: longest line, in characters
LONGEST_LINE = 1 << 20
#: longest cell, in characters: csv's own limit, which is global and so left alone
LONGEST_CELL = 131_072
#: lines one quoted record may span before its quotation mark is taken for a stray one
_MOST_LINES = 100


@dataclass(frozen=True, slots=True)
class Record:
    """A row of the file: its cells, or what is wrong with it and roughly its cells."""

    #: line it starts on, from 1
    line: int
    cells: list[str]
    fault: Remark | None = None


class _UnreadableError(Exception):
    pass


class Records:
    """An iterator over the records of a text file that is opened with newline=''."""

    def __init__(self, file: TextIO, delimiter: str = ",") -> None:
        self._delimiter = delimiter
        self._file = file
        #: lines read too far, to be read again
        self._waiting: deque[str] = deque()
        self._taken: list[str] = []
        self._line = 0

    def __iter__(self) -> Iterator[Record]:
        return self

    def __next__(self) -> Record:
        """Return the next record; a blank line has no cells."""
        start = self._line + 1
        self._taken = []
        reader = csv.reader(self._lines(), delimiter=self._delimiter, strict=True)
        try:
            cells = next(reader)
        except (csv.Error, _UnreadableError):
            return self._bad(start)
        return Record(start, cells)

    def _lines(self) -> Iterator[str]:
        while True:
            if len(self._taken) >= _MOST_LINES:
                raise _UnreadableError
            line = self._waiting.popleft() if self._waiting else self._read_line()
            if not line:
                return
            self._taken.append(line)
            self._line += 1
            if len(line) >= LONGEST_LINE:
                raise _UnreadableError
            yield line

    def _read_line(self) -> str:
        line = self._file.readline(LONGEST_LINE)
        if len(line) == LONGEST_LINE and not line.endswith("\n"):
            while (rest := self._file.readline(LONGEST_LINE)) and not rest.endswith("\n"):
                pass
        return line

    def _bad(self, start: int) -> Record:
        """Give the first line up, put the others back."""
        first, *others = self._taken
        self._waiting.extendleft(reversed(others))
        self._line = start
        cells = [cell.strip('"') for cell in first.rstrip("\r\n").split(self._delimiter)]
        if len(first) >= LONGEST_LINE:
            fault = Remark("line_too_long", {"limit": LONGEST_LINE})
        elif max(map(len, cells)) > LONGEST_CELL:
            fault = Remark("cell_too_long", {"limit": LONGEST_CELL})
        else:
            fault = Remark("broken_quotes")
        return Record(start, cells, fault)
