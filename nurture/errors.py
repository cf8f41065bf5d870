"""Errors that people read: where, what was expected, what was found, what to do."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass


class Severity(enum.StrEnum):
    """How bad a problem is."""

    #: nothing that depends on this may run
    ERROR = "error"
    #: works, but a careful colleague would raise an eyebrow
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A position in a text file; line and column count from 1, as editors do."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in one place, with what to do about it."""

    place: Place
    #: stable, kebab-case, e.g. `unknown-key`; tests and editors rely on it
    code: str
    #: what is wrong, one sentence without a full stop
    message: str
    #: what to do, e.g. `did you mean 'wait_for'?`; may be empty
    hint: str = ""
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        hint = f" ({self.hint})" if self.hint else ""
        return f"{self.place}: {self.severity}: {self.message}{hint} [{self.code}]"


class NurtureError(Exception):
    """A failure that a user can understand and act on; `hint` says how."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message


class DefinitionError(NurtureError):
    """Files that cannot be used; carries every problem found in them."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda p: (p.place, p.code)))
        super().__init__("\n".join(str(p) for p in self.problems))


class NotFoundError(NurtureError):
    """Something was named that does not exist."""
