"""Lines for chat rooms: one line says whom it is about and what is to be done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: characters; rooms are for a glance
LONGEST = 1_000


#: what chat services read as marks, mentions and links → what only looks like it. Names come
#: from strangers: nobody is to be called by one (`<!channel>`, `[toall]`, `@here`), no link made
_MARKS = str.maketrans("<>[]{}@*_~|`#:&\\", "＜＞［］｛｝＠＊＿～｜｀＃：＆＼")


def about(contact: Mapping[str, Any], text: str) -> str:
    """Return a text with company and name of a contact before it; no address, no number.

    A room has many readers and a memory of its own that no erasure reaches.
    """
    ours = str(contact.get("locale") or "ja").startswith("ja")
    family, given = contact.get("family_name") or "", contact.get("given_name") or ""
    if ours:
        name = f"{family or given}様" if family or given else ""
    else:
        name = f"{given} {family}".strip()
    parts = (str(contact.get("company") or ""), name)
    who = " ".join(" ".join(part.split()).translate(_MARKS) for part in parts if part)
    line = f"{who}: {text}" if who else text
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"
