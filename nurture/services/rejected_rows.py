"""The rows that stayed out, in a list of their own that can be mended and taken in again."""

from __future__ import annotations

import csv
import filecmp
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from nurture.domain.cell_values import harmless
from nurture.domain.contact_row import Remark
from nurture.domain.row_remarks import sentence

#: what is written behind the columns of the original
LINE, REASON = "行", "理由"
#: longest text of a cell that Excel shows
_LONGEST = 32_767


class RejectedRows:
    """Writes `LIST.rejected.csv` beside a list, if any of its rows is bad.

    UTF-8 with a byte order mark, so that Excel opens it as it is; the original columns, then
    the line and why. Cells that a spreadsheet would run as a formula get an apostrophe,
    which the import takes off again. A file from before is never written over: somebody may
    be mending it.
    """

    def __init__(self, list_path: Path, headers: Sequence[str], locale: str) -> None:
        self._list = list_path
        self._part = list_path.with_name(f"{list_path.stem}.rejected.part")
        # A list that is itself one of rejected rows loses its old lines and reasons.
        self._kept = [i for i, header in enumerate(headers) if header not in (LINE, REASON)]
        self._headers = headers
        self._locale = locale
        self._file: TextIO | None = None

    def add(self, line: int, cells: Sequence[str], reasons: Sequence[Remark]) -> None:
        """Write one row; what is too long for a spreadsheet is cut."""
        if self._file is None:
            self._file = self._part.open("w", encoding="utf-8-sig", newline="")
            self._write([self._headers[i] for i in self._kept], [LINE, REASON], [])
        why = " / ".join(sentence(reason, self._locale) for reason in reasons)
        width = len(self._headers)
        own = [cells[i] if i < len(cells) else "" for i in self._kept]
        # Cells beyond the header stay beyond it: the row is refused until they are gone.
        self._write(own, [str(line), why], cells[width:])

    def _write(self, *parts: Sequence[str]) -> None:
        assert self._file is not None
        cells = [harmless(cell[: _LONGEST - 1]) for part in parts for cell in part]
        csv.writer(self._file).writerow(cells)

    def finish(self) -> Path | None:
        """Close the file and return its path; None where every row was good."""
        if self._file is None:
            return None
        self._file.close()
        number = 1
        while True:
            suffix = "" if number == 1 else f"-{number}"
            path = self._list.with_name(f"{self._list.stem}.rejected{suffix}.csv")
            if not path.exists():
                return self._part.rename(path)
            if filecmp.cmp(self._part, path, shallow=False):
                self._part.unlink()
                return path
            number += 1

    def discard(self) -> None:
        """Leave nothing half-written behind, where the import broke off."""
        if self._file is not None:
            self._file.close()
            self._part.unlink(missing_ok=True)
