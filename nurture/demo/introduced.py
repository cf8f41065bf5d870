"""Whom customers introduce: read from `examples/introductions.yaml`, one after the other."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import yaml

from nurture.errors import NurtureError


@dataclass(frozen=True, slots=True)
class Stranger:
    """Somebody whom we do not know yet."""

    name: str
    company: str
    email: str
    locale: str
    #: not whom the programme wants to meet
    outside: bool = False


@dataclass(frozen=True, slots=True)
class HandedOn:
    """Somebody was given a link, and looks at it."""

    at: datetime
    stranger: Stranger
    #: introduce | forward | ticket | download | cc
    way: str
    url: str
    #: network of whoever introduced them
    by: str


@dataclass(slots=True)
class Circle:
    """Everybody whom the customers know; each is introduced once, but for a few who are twice."""

    strangers: tuple[Stranger, ...]
    _next: int = field(default=0)

    @classmethod
    def read(cls, path: Path) -> Circle:
        """Read the file. Raises NurtureError where it is missing or says something else."""
        try:
            found = yaml.safe_load(path.read_text("utf-8"))["people"]
            return cls(
                tuple(
                    Stranger(
                        one["name"],
                        one["company"],
                        one["email"],
                        one["locale"],
                        bool(one.get("outside", False)),
                    )
                    for one in found
                )
            )
        except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
            raise NurtureError(f"{path} does not say whom customers know: {error!r}") from error

    def somebody(self, twice: bool = False) -> Stranger | None:
        """Return the next one, or, `twice`, the one before again; None where all are known."""
        if twice and self._next:
            return self.strangers[self._next - 1]
        if self._next >= len(self.strangers):
            return None
        self._next += 1
        return self.strangers[self._next - 1]

    @property
    def outside(self) -> frozenset[str]:
        """Addresses of those outside the profile."""
        return frozenset(one.email for one in self.strangers if one.outside)
