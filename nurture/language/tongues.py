"""Which of the two languages speaks to somebody."""

from __future__ import annotations

from collections.abc import Mapping

#: everything that people read exists in these; the first is the house's own
LANGUAGES = ("ja", "en")

#: what says the language of a terminal, the strongest first (POSIX.1-2024, 8.2)
_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")


def language_of(locale: str | None) -> str:
    """Return the language for a locale: `ja` for `ja`, `ja-JP`, `ja_JP.UTF-8`; else `en`."""
    short = (locale or "").replace("_", "-").replace(".", "-").split("-")[0].lower()
    return short if short in LANGUAGES else "en"


def language_of_terminal(environment: Mapping[str, str]) -> str:
    """Return the language of a terminal by its environment, `en` where that says nothing."""
    return language_of(
        next((environment[name] for name in _VARIABLES if environment.get(name)), "")
    )
