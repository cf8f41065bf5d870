"""Patterns over addresses: `*@gone.example`, `*.invalid`, `gone.example`, `tanaka@*`."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Sequence


class AddressPatterns:
    """A set of patterns. With an `@` one is held against the address, without against its domain.

    `*` stands for any text, `?` for one character; case does not matter.
    """

    def __init__(self, patterns: Iterable[str] = ()) -> None:
        self.patterns: Sequence[str] = tuple(p.strip().lower() for p in patterns if p.strip())
        # Brackets are no wildcard here: an address literal is `tanaka@[192.0.2.1]`.
        self._rules = [
            ("@" in pattern, re.compile(fnmatch.translate(pattern.replace("[", "[[]"))))
            for pattern in self.patterns
        ]

    @classmethod
    def listed(cls, text: str) -> AddressPatterns:
        """Read a list with commas, as settings hold it."""
        return cls(text.split(","))

    def match(self, address: str) -> bool:
        """Whether any pattern fits the address."""
        address = address.lower()
        domain = address.rpartition("@")[2]
        return any(rule.match(address if whole else domain) for whole, rule in self._rules)
