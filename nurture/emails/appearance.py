"""A mail's HTML as programs in light and dark mode show it, without a reader's device at hand."""

from __future__ import annotations

import enum
import re

_DARK = re.compile(r"\(\s*prefers-color-scheme\s*:\s*dark\s*\)", re.IGNORECASE)
_LIGHT = re.compile(r"\(\s*prefers-color-scheme\s*:\s*light\s*\)", re.IGNORECASE)
_BOTH = re.compile(r"(color-scheme(?:\"\s+content=\"|\s*:\s*))light dark", re.IGNORECASE)
_ALWAYS, _NEVER = "(min-width:0)", "(max-width:0)"
_INVERTED = (
    "<style>html{background:#fff;filter:invert(1) hue-rotate(180deg)}"
    "img,video{filter:invert(1) hue-rotate(180deg)}</style>"
)
_HEAD_END = re.compile(r"</head\s*>", re.IGNORECASE)


class Look(enum.StrEnum):
    """In what light a mail is looked at."""

    LIGHT = "light"
    #: the mail's own dark colours (Apple Mail, iOS Mail, Thunderbird, Outlook for Mac)
    DARK = "dark"
    #: colours turned round by a program that asks nobody (Gmail on iOS, Outlook on Windows)
    INVERTED = "inverted"


def as_seen(page: str, look: Look) -> str:
    """Return the HTML as it looks, whatever the colours of the device that shows it.

    The media queries of the mail are answered in its text, so a page can show both side by
    side. `INVERTED` is what programs without mercy do: every colour turned, pictures kept.
    """
    dark = look is Look.DARK
    page = _DARK.sub(_ALWAYS if dark else _NEVER, page)
    page = _LIGHT.sub(_NEVER if dark else _ALWAYS, page)
    page = _BOTH.sub(rf"\g<1>{'dark' if dark else 'light'}", page)
    if look is Look.INVERTED:
        found = _HEAD_END.search(page)
        at = found.start() if found else 0
        page = page[:at] + _INVERTED + page[at:]
    return page
