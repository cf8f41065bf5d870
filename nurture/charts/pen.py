"""Marks and words of a picture as SVG: fixed colours for mails, the page's own on pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from types import MappingProxyType

#: the font that pictures and papers are set in; it lies in `fonts/`
FONT = "Noto Sans CJK JP"

#: colour by what it says; pages bring their own under `--chart-…`, these are the light ones
COLOURS: Mapping[str, str] = MappingProxyType(
    {
        "paper": "#ffffff",
        "edge": "#dde2df",
        "ink": "#1f2a2e",
        "soft": "#55636b",
        "line": "#c5cdca",
        #: figures of earlier months
        "past": "#b4d4cf",
        #: the figure that is spoken of
        "now": "#17605a",
        #: the same, where it lies on the wrong side of the mark
        "worse": "#a35a00",
        "mark": "#55636b",
    }
)

#: what XML 1.0 has no place for, besides control characters
_ILLEGAL = "\ufffe\uffff"


@dataclass(frozen=True, slots=True)
class Pen:
    """Draws for a page (colours by variable, the page's font) or for a picture."""

    page: bool = False

    def colour(self, name: str) -> str:
        """Return a colour as SVG names it."""
        return f"var(--chart-{name},{COLOURS[name]})" if self.page else COLOURS[name]

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float = 13,
        colour: str = "ink",
        anchor: str = "start",
        bold: bool = False,
        halo: bool = False,
    ) -> str:
        """Return a line of text; `y` is its base line, `anchor` start, middle or end.

        `halo` keeps what lies behind it away from its letters.
        """
        font = "" if self.page else f' font-family="{FONT}"'
        weight = ' font-weight="700"' if bold else ""
        if halo:
            weight += (
                f' stroke="{self.colour("paper")}" stroke-width="5" stroke-linejoin="round" '
                'paint-order="stroke"'
            )
        at = "" if anchor == "start" else f' text-anchor="{anchor}"'
        return (
            f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}"{font}{weight}{at} '
            f'fill="{self.colour(colour)}">{legal(text)}</text>'
        )

    def bar(self, x: float, y: float, width: float, height: float, colour: str) -> str:
        """Return a bar with corners a little rounded."""
        return (
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{max(height, 1.5):.1f}" '
            f'rx="{min(3, width / 4):.1f}" fill="{self.colour(colour)}"/>'
        )

    def line(self, path: str, colour: str, width: float = 1, dashed: bool = False) -> str:
        """Return a stroke along a path."""
        dashes = ' stroke-dasharray="5 4"' if dashed else ""
        return (
            f'<path d="{path}" fill="none" stroke="{self.colour(colour)}" '
            f'stroke-width="{width:g}" stroke-linejoin="round" stroke-linecap="round"{dashes}/>'
        )

    def dot(self, x: float, y: float, radius: float, colour: str) -> str:
        """Return a point of a line."""
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" fill="{self.colour(colour)}"/>'

    def sheet(self, width: float, height: float, said: str, parts: list[str]) -> str:
        """Return the whole picture; `said` is what a screen reader says of it."""
        paper = "" if self.page else (
            f'<rect x=".5" y=".5" width="{width - 1:g}" height="{height - 1:g}" rx="8" '
            f'fill="{COLOURS["paper"]}" stroke="{COLOURS["edge"]}"/>'
        )  # fmt: skip
        size = "" if self.page else f' width="{width:g}" height="{height:g}"'
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="chart"{size} '
            f'viewBox="0 0 {width:g} {height:g}" role="img" aria-label="{legal(said)}">'
            f"{paper}{''.join(parts)}</svg>"
        )


def legal(text: str) -> str:
    """Return a text for XML: escaped, without characters that XML 1.0 forbids."""
    kept = "".join(
        c if c >= " " and c not in _ILLEGAL and not "\ud800" <= c <= "\udfff" else " " for c in text
    )
    return escape(kept)
