"""What common mail programs cannot show, and what of that matters.

`mail_programs.json` holds the results of caniemail.com, which sends each feature to each
program; `examples/mail-programs/make.py` renews it.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any

from nurture.language import Said, say

#: features without which a mail looks plainer, and still says the same in the same place:
#: colours and shadows, motion, fine typography, limits of boxes, and states of a pointer.
#: `display` says of flex and grid what their other properties would say again.
_HARMLESS = frozenset(
    {
        "css-accent-color", "css-align-items", "css-animation", "css-at-keyframes",
        "css-at-media", "css-background-blend-mode", "css-background-clip",
        "css-background-origin", "css-background-position", "css-background-repeat",
        "css-background-size", "css-border-image", "css-border-radius",
        "css-border-radius-logical", "css-border-spacing", "css-box-shadow", "css-box-sizing",
        "css-caption-side", "css-clear", "css-color-scheme", "css-cursor", "css-empty-cells",
        "css-flex-direction", "css-flex-wrap", "css-font-kerning", "css-font-size-adjust",
        "css-font-stretch", "css-gap", "css-grid-template", "css-hyphenate-character",
        "css-hyphenate-limit-chars", "css-hyphens", "css-inset", "css-justify-content",
        "css-list-style-image", "css-list-style-position", "css-max-height", "css-min-height",
        "css-min-width", "css-opacity", "css-orphans", "css-outline", "css-outline-offset",
        "css-overflow", "css-overflow-wrap", "css-pseudo-class-active",
        "css-pseudo-class-focus", "css-pseudo-class-focus-visible",
        "css-pseudo-class-focus-within", "css-pseudo-class-hover", "css-pseudo-class-lang",
        "css-pseudo-class-link", "css-pseudo-class-target", "css-pseudo-class-visited",
        "css-pseudo-element-first-letter", "css-pseudo-element-first-line",
        "css-pseudo-element-marker", "css-pseudo-element-placeholder", "css-resize",
        "css-scroll-snap", "css-tab-size", "css-table-layout", "css-text-align-last",
        "css-text-decoration-color", "css-text-decoration-line",
        "css-text-decoration-skip-ink", "css-text-decoration-style",
        "css-text-decoration-thickness", "css-text-emphasis", "css-text-emphasis-position",
        "css-text-justify", "css-text-overflow", "css-text-shadow",
        "css-text-underline-offset", "css-text-underline-position", "css-text-wrap",
        "css-transition", "css-user-select", "css-visibility", "css-white-space",
        "css-white-space-collapse", "css-widows", "css-word-spacing", "css-word-wrap",
        "css-z-index",
    }
)  # fmt: skip

#: program of the table → what readers call it
_NAMES = {
    "outlook.windows": say("Outlook for Windows"),
    "outlook.outlook-com": say("Outlook on the web"),
    "outlook.macos": say("Outlook for Mac"),
    "outlook.ios": say("Outlook for iPhone"),
    "outlook.android": say("Outlook for Android"),
    "gmail.desktop-webmail": say("Gmail on the web"),
    "gmail.ios": say("Gmail for iPhone"),
    "gmail.android": say("Gmail for Android"),
    "apple-mail.macos": say("Apple Mail"),
    "apple-mail.ios": say("iPhone Mail"),
}

_TABLES = say("use <mj-section> and <mj-column>, which become tables")
_FONT = say("write a font that readers have, as the last of font-family")
_PIXELS = say("write the size in px")
_COLOUR = say("write the colour as #rrggbb")
_PAGE = say("link to a page that has it")
_PICTURE = say("save the picture as PNG or JPEG")

_HINTS = {
    "css-position": _TABLES,
    "css-float": _TABLES,
    "css-display-flex": _TABLES,
    "css-display-grid": _TABLES,
    "css-column-count": _TABLES,
    "css-at-font-face": _FONT,
    "css-at-import": _FONT,
    "css-background-image": say("write a background-color beside it"),
    "css-variables": say("write the value itself"),
    "css-rgba": _COLOUR,
    "css-modern-color": _COLOUR,
    "html-video": say("link a picture to where it plays"),
    "html-audio": say("link a picture to where it plays"),
    "html-svg": _PICTURE,
    **dict.fromkeys(("css-linear-gradient", "css-radial-gradient", "css-conic-gradient"),
                    say("write a background-color beside it")),
    **dict.fromkeys((f"css-unit-{unit}" for unit in ("calc", "ch", "rem", "vh", "vw")), _PIXELS),
    **dict.fromkeys((f"css-unit-{unit}" for unit in ("vmin", "vmax")), _PIXELS),
    **dict.fromkeys((f"css-function-{name}" for name in ("clamp", "max", "min")), _PIXELS),
    **dict.fromkeys(("html-form", "html-select", "html-textarea", "html-input-text"), _PAGE),
}  # fmt: skip


def lacking(feature: str) -> list[str]:
    """Return the programs that cannot show a feature that matters, all of a maker as one.

    `feature` is a name of the table, e.g. `css-display-flex`. Empty where all can, or where
    the mail says the same without it.
    """
    if feature in _HARMLESS:
        return []
    table = _table()
    programs, makers = table["programs"], table["makers"]
    without: list[str] = table["lacking"].get(feature, [])
    found: list[str] = []
    for maker, all_of_it in makers.items():
        some = [program for program in all_of_it if program in without]
        if len(some) == len(all_of_it) > 1:
            found.append(maker)
        else:
            found += [_NAMES.get(program, programs[program]) for program in some]
    return found


def advice(feature: str) -> Said:
    """Return what to write instead of a feature, or where to read about it."""
    if feature in _HINTS:
        return _HINTS[feature]
    if feature.startswith("image-"):
        return _PICTURE
    if feature.startswith("html-input"):
        return _PAGE
    return say("see https://www.caniemail.com/features/{name}/", name=feature)


@cache
def _table() -> dict[str, Any]:
    text = resources.files("nurture.emails").joinpath("mail_programs.json").read_text("utf-8")
    table: dict[str, Any] = json.loads(text)
    makers: dict[str, list[str]] = {}
    for program in table["programs"]:
        maker = program.partition(".")[0].replace("-", " ").title()
        makers.setdefault(maker, []).append(program)
    return {**table, "makers": makers}
