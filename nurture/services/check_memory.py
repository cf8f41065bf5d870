"""What the check found in templates, kept in a file between two runs of the command.

A template is put together, compiled and read only when it, a layout, or what the rest of the
project says of it has changed; so has everything when the code that looks at it has.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from importlib import resources
from importlib.metadata import version
from pathlib import Path
from typing import Any

from nurture import __version__
from nurture.emails.memory import digest
from nurture.errors import Place, Problem, Severity
from nurture.language import Said

#: libraries whose answers the problems depend on
_LIBRARIES = ("jinja2", "markdown-it-py", "mjml-python", "tinycss2")
#: parts of the package that do
_PARTS = ("nurture.emails", "nurture.language", "nurture.services")


class FileMemory:
    """Problems by everything they depend on; a file that is broken or old is no memory."""

    def __init__(self, path: Path, fresh: bool = False) -> None:
        self._path = path
        self._maker = _maker()
        self._known: dict[str, list[Any]] = {} if fresh else self._load()
        self._used: dict[str, list[Any]] = {}
        self._learnt = False

    def recall(self, key: tuple[str, ...], find: Callable[[], list[Problem]]) -> list[Problem]:
        """Return what is known of a key, or what `find` finds."""
        short = digest(key)
        rows = self._known.get(short)
        if rows is not None:
            try:
                found = [_read(row) for row in rows]
            except (KeyError, TypeError, ValueError):
                found = find()
            else:
                self._used[short] = rows
                return found
        else:
            found = find()
        try:
            self._used[short] = [_written(problem) for problem in found]
        except TypeError:
            return found
        self._learnt = True
        return found

    def save(self) -> None:
        """Keep what this run used, and forget the rest. A folder that takes nothing is fine."""
        if not self._learnt:
            return
        text = json.dumps({"maker": self._maker, "found": self._used}, ensure_ascii=False)
        # Another check may run: whoever comes last wins, whole.
        draft = self._path.with_suffix(".part")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            draft.write_text(text, encoding="utf-8", errors="surrogatepass")
            draft.replace(self._path)
        except OSError:
            return

    def _load(self) -> dict[str, list[Any]]:
        try:
            kept = json.loads(self._path.read_text(encoding="utf-8", errors="surrogatepass"))
            if kept["maker"] != self._maker:
                return {}
            found = kept["found"]
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}


def _maker() -> str:
    """Return what tells this code from another that might find something else."""
    words = [__version__, sys.version, *(version(name) for name in _LIBRARIES)]
    for part in _PARTS:
        for file in sorted(resources.files(part).iterdir(), key=lambda one: one.name):
            if isinstance(file, Path) and file.suffix in (".py", ".json"):
                state = file.stat()
                words.append(f"{part}/{file.name}/{state.st_size}/{state.st_mtime_ns}")
    return digest(words)


def _written(problem: Problem) -> list[Any]:
    place = problem.place
    return [
        place.file,
        place.line,
        place.column,
        problem.code,
        _said(problem.message),
        _said(problem.hint),
        problem.severity.value,
    ]


def _said(value: object) -> Any:
    """Return a sentence, a list or a plain value as JSON that `_unsaid` reads; TypeError: none."""
    if isinstance(value, Said):
        template, values, many, number = value.__getnewargs__()
        return {
            "say": template,
            "with": {name: _said(one) for name, one in values.items()},
            "many": many,
            "number": number,
        }
    if isinstance(value, list | tuple):
        return [_said(one) for one in value]
    if value is None or isinstance(value, str | int | float):
        # An enumeration is its text.
        return str(value) if isinstance(value, str) else value
    raise TypeError(f"{type(value).__name__} is not kept")


def _read(row: list[Any]) -> Problem:
    file, line, column, code, message, hint, severity = row
    return Problem(
        Place(file, line, column), code, _unsaid(message), _unsaid(hint), Severity(severity)
    )


def _unsaid(kept: Any) -> Any:
    if isinstance(kept, dict):
        values = {name: _unsaid(one) for name, one in kept["with"].items()}
        return Said(kept["say"], values, kept["many"], kept["number"])
    return [_unsaid(one) for one in kept] if isinstance(kept, list) else kept
