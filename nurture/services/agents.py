"""Which user agents are machines, by the public list of crawler-user-agents.

The library's own search tries 1,500 patterns at every position, about a millisecond a
request. Nearly all patterns are plain text, and looking for plain text is what `in` is
fast at: 0.15 ms for an agent never seen, nothing for one seen before.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache

#: longest agent that is looked at and stored, characters
LONGEST_AGENT = 300
#: agents remembered; browsers in use are a few thousand spellings
_REMEMBERED = 8192
#: a backslash before one of these only says that the character is meant
_ESCAPED = re.compile(r"\\([./\-() +:!&|_@,;'\"\[\]?*^$])")
_SPECIAL = re.compile(r"[\\^$.*+?{}\[\]()|]")


class KnownAgents:
    """The public list, split into plain texts and the few real patterns."""

    def __init__(self, patterns: Iterable[str]) -> None:
        plain, real = [], []
        for pattern in patterns:
            if _SPECIAL.search(_ESCAPED.sub("", pattern)):
                real.append(f"(?:{pattern})")
            else:
                plain.append(_ESCAPED.sub(r"\1", pattern))
        self._plain = tuple(plain)
        self._real = re.compile("|".join(real) or r"(?!)")
        self.knows = lru_cache(_REMEMBERED)(self._look)

    def _look(self, agent: str) -> bool:
        return any(text in agent for text in self._plain) or self._real.search(agent) is not None


@cache
def public_list() -> KnownAgents:
    """Return the agents of the crawler-user-agents package, one object for the process."""
    # The package reads its list when it is imported, which only those who judge need.
    from crawleruseragents import CRAWLER_USER_AGENTS_DATA

    return KnownAgents(str(entry["pattern"]) for entry in CRAWLER_USER_AGENTS_DATA)
