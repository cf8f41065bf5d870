"""Where a click may send a browser."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import urlsplit

from werkzeug.urls import iri_to_uri

#: longest address a browser is sent to, characters
LONGEST_TARGET = 4000


@lru_cache(maxsize=4096)
def location(target: str) -> str | None:
    """Return a target as it may stand in a Location header, or None where it may not.

    Only web addresses: a signed link of ours never runs a script and never ends a header.
    """
    if len(target) > LONGEST_TARGET or any(ord(c) < 33 or ord(c) == 127 for c in target):
        return None
    try:
        parts = urlsplit(target)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            return None
        uri = iri_to_uri(target)
    except ValueError:
        return None
    return uri if uri.isascii() else None
