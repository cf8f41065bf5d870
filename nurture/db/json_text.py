"""How JSON columns are written: only what both databases can store and read back in SQL.

PostgreSQL stores an escaped NUL or half of a surrogate pair in a JSON column without a
word, and then fails every query that reads that text: one such row would stop all
selections. SQLite does the same with NaN. So neither gets in, whatever the source.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

#: stands for what is no character
_REPLACEMENT = "\ufffd"


def write_json(value: Any) -> str:
    """Return compact JSON; texts without NUL and lone surrogates, NaN and infinity as null."""
    try:
        text = _dumps(value)
    except ValueError:
        # NaN or infinity
        return _dumps(storable(value))
    # Almost nothing holds these, so the text is looked at, not the value.
    if "\\u0000" in text or _UNSTORABLE.search(text):
        return _dumps(storable(value))
    return text


def read_json(text: str) -> Any:
    """Return what `write_json` wrote; raises ValueError where it is no JSON."""
    # Most columns hold nothing, and the rest begins with its first character: nothing needs
    # to be stripped, which costs `json.loads` more than the reading.
    if text == "{}":
        return {}
    if text == "[]":
        return []
    try:
        value, end = _read(text)
    except ValueError:
        return json.loads(text)
    return value if end == len(text) else json.loads(text)


#: reads a value at the start of a text and says where it ends
_read = json.JSONDecoder().raw_decode


def storable(value: Any) -> Any:
    """Return a JSON value with everything replaced that a database cannot keep."""
    if isinstance(value, str):
        return _UNSTORABLE.sub(_REPLACEMENT, value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {storable(key): storable(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [storable(inner) for inner in value]
    return value


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
