"""The files of a project, checked and compiled once for all the worlds that publish them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from nurture.domain.definitions import Definitions
from nurture.errors import DefinitionError, Severity
from nurture.services.check import Checked, check
from nurture.services.releases import Compiled


@dataclass(frozen=True, slots=True)
class Project:
    """The files of a project, checked and compiled once for all the worlds that publish them."""

    files: Mapping[str, bytes]
    checked: Checked
    compiled: Compiled = field(default_factory=Compiled)

    @classmethod
    def of(cls, files: Mapping[str, bytes], now: datetime | None = None) -> Self:
        """Check files as `publish` does; raises DefinitionError where they have errors.

        `now` decides what of the library has expired; None: nothing is said of it.
        """
        definitions, problems = check(files, now)
        errors = [problem for problem in problems if problem.severity is Severity.ERROR]
        if errors:
            raise DefinitionError(errors)
        return cls(files, (definitions, problems))

    @property
    def definitions(self) -> Definitions:
        """What the files say."""
        return self.checked[0]
