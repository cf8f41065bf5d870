"""Which templates a release holds, by the paths of its files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_ROOT = "templates/email/"
#: layouts are poured around letters and are never sent themselves
_LAYOUTS = "layouts/"
_PATH = re.compile(
    r"(?P<name>[a-z0-9][a-z0-9_-]*(?:/[a-z0-9][a-z0-9_-]*)*)"
    r"(?:\.(?P<locale>[a-z]{2,3}(?:-[A-Z]{2})?))?\.(?:md|mjml)"
)


def template_names(paths: Iterable[str]) -> Mapping[str, frozenset[str]]:
    """Return the locales of each template; '' stands for a file without one.

    `templates/email/warm/hearing.ja.md` is `warm/hearing` in `ja`. What the paths do not
    say (does it compile, does it render) is the mail room's to check.
    """
    found: dict[str, set[str]] = {}
    for path in paths:
        if not path.startswith(_ROOT) or path.startswith(_ROOT + _LAYOUTS):
            continue
        parts = _PATH.fullmatch(path[len(_ROOT) :])
        if parts is not None:
            found.setdefault(parts["name"], set()).add(parts["locale"] or "")
    return {name: frozenset(locales) for name, locales in found.items()}
