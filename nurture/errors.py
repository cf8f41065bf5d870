"""Errors that people read: where, what was expected, what was found, what to do.

Messages and hints are sentences (`nurture.language.say`): plain English as a `str`, and
Japanese where it is asked for.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass

from nurture.language import NOTHING, Said, in_language, say


class Severity(enum.StrEnum):
    """How bad a problem is."""

    #: nothing that depends on this may run
    ERROR = "error"
    #: works, but a careful colleague would raise an eyebrow
    WARNING = "warning"


_SEVERITIES = {Severity.ERROR: say("error"), Severity.WARNING: say("warning")}


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
    #: what is wrong, one sentence (`say`) without a full stop
    message: Said
    #: what to do, e.g. `did you mean 'wait_for'?`; may be empty
    hint: Said = NOTHING
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        return self.in_language("en")

    def in_language(self, language: str) -> str:
        """Return the line that people read: place, severity, message, hint, code."""
        # What is quoted may run over several lines.
        said = _with_hint(self.message, self.hint, language).replace("\n", " ")
        severity = in_language(_SEVERITIES[self.severity], language)
        return f"{self.place}: {severity}: {said} [{self.code}]"


class NurtureError(Exception):
    """A failure that a user can understand and act on; `hint` says how."""

    def __init__(self, message: str, hint: str = NOTHING) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return self.in_language("en")

    def in_language(self, language: str) -> str:
        """Return message and hint in a language."""
        return _with_hint(self.message, self.hint, language)


class DefinitionError(NurtureError):
    """Files that cannot be used; carries every problem found in them."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda p: (p.place, p.code)))
        super().__init__("\n".join(str(p) for p in self.problems))

    def in_language(self, language: str) -> str:
        """Return every problem on a line of its own."""
        return "\n".join(problem.in_language(language) for problem in self.problems)


class NotFoundError(NurtureError):
    """Something was named that does not exist."""


def _with_hint(message: str, hint: str, language: str) -> str:
    if not hint:
        return in_language(message, language)
    return in_language(say("{message} ({hint})", message=message, hint=hint), language)
