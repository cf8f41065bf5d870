"""What is wrong with one file, collected as it is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from nurture.compiler.nodes import Scalar
from nurture.compiler.slips import remedy_of
from nurture.errors import Place, Problem, Severity
from nurture.language import NOTHING, Said
from nurture.language.hints import did_you_mean, is_near, nearest

#: words compared for the hints of one file; a file that needs more is not misspelt but wrong
MOST_COMPARED = 20_000


class Placed(Protocol):
    """Anything with a line and a column, both counted from 1."""

    @property
    def line(self) -> int:
        """The line."""
        ...

    @property
    def column(self) -> int:
        """The column."""
        ...


class Report:
    """Collects the problems of one file; the same one in the same place counts once."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._problems: dict[Problem, None] = {}
        self._compared = 0
        #: (property of events, text it is to have, where that stands), each place once
        self._mentions: dict[tuple[str, str, int, int], None] = {}

    @property
    def mentions(self) -> tuple[tuple[str, str, Place], ...]:
        """The texts that the file names as properties of events: property, text, place."""
        return tuple(
            (name, text, Place(self.file, line, column))
            for name, text, line, column in self._mentions
        )

    def mention(self, name: str, text: str, at: Placed) -> None:
        """Remember that a property of events is to be a text, for `misspelt_values`."""
        self._mentions[name, text, at.line, at.column] = None

    def warn_at(self, place: Place, code: str, message: Said, hint: Said = NOTHING) -> None:
        """Record what should be looked at, by its place in this file."""
        self._problems[Problem(place, code, message, hint, Severity.WARNING)] = None

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything found so far, in the order found."""
        return tuple(self._problems)

    @property
    def failed(self) -> bool:
        """Whether any of it is an error."""
        return any(problem.severity is Severity.ERROR for problem in self._problems)

    def error(self, at: Placed | None, code: str, message: Said, hint: Said = NOTHING) -> None:
        """Record a mistake; `at` None means the file as a whole."""
        self._add(at, code, message, hint, Severity.ERROR)

    def warn(self, at: Placed | None, code: str, message: Said, hint: Said = NOTHING) -> None:
        """Record something that works but should be looked at."""
        self._add(at, code, message, hint, Severity.WARNING)

    def suggest(self, word: str, known: Iterable[str]) -> Said:
        """Return `did_you_mean`, or '' where the file has had its share of comparisons."""
        return self._compare(word, known, did_you_mean)

    def near(self, word: str, known: Iterable[str]) -> Said:
        """Return a hint with the nearest known word, but never the list of all."""
        return self._compare(word, known, nearest)

    def _compare(
        self, word: str, known: Iterable[str], hint: Callable[[str, Iterable[str]], Said]
    ) -> Said:
        if self._compared >= MOST_COMPARED:
            return NOTHING
        choices = set(known)
        self._compared += len(choices)
        return hint(word, choices)

    def _add(
        self, at: Placed | None, code: str, message: Said, hint: Said, severity: Severity
    ) -> None:
        place = Place(self.file) if at is None else Place(self.file, at.line, at.column)
        if isinstance(at, Scalar) and not is_near(hint):
            # How it is typed explains a value better than an example of right ones.
            hint = remedy_of(at.value) or hint
        self._problems[Problem(place, code, message, hint, severity)] = None
