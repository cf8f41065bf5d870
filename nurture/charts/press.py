"""Drawings and papers through the press: PNG for mails, PDF to print.

The press is typst, which needs no server, no browser and no font of the machine: the fonts
lie beside this file.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from typing import Literal

import typst

_FONTS = Path(__file__).parent / "fonts"
#: points of a drawing are pixels; pictures in mails have two for each
_DOTS, _FEWER_DOTS = 144, 108
#: octets of a picture in a mail
_LARGEST = 40_000

_PICTURE = (
    b"#set page(width: auto, height: auto, margin: 0pt, fill: none)\n"
    b'#image(bytes(sys.inputs.svg), format: "svg", width: float(sys.inputs.width) * 1pt)'
)


def png(svg: str, width: float) -> bytes:
    """Return a drawing as PNG, `width` pixels wide at one dot each, drawn with two each.

    A drawing so full that it would be larger than 40 KB has one and a half.
    """
    values = {"svg": svg, "width": f"{width:g}"}
    made = _press(_PICTURE, values, "png")
    return made if len(made) <= _LARGEST else _press(_PICTURE, values, "png", _FEWER_DOTS)


def pdf(source: str, values: Mapping[str, str], day: date) -> bytes:
    """Return a paper as PDF; `source` is typst, which reads `values` as `sys.inputs`.

    The same source, values and day make the same file: `day` is the time it bears.
    """
    at = datetime.combine(day, time(), UTC)
    return _press(source.encode(), values, "pdf", at=at)


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(False, False, [str(_FONTS)])


def _press(
    source: bytes,
    values: Mapping[str, str],
    form: Literal["png", "pdf"],
    dots: int = _DOTS,
    at: datetime = datetime(2000, 1, 1, tzinfo=UTC),
) -> bytes:
    return typst.compile(
        source,
        format=form,
        ppi=dots,
        font_paths=_fonts(),
        sys_inputs=dict(values),
        timestamp=int(at.timestamp()),
    )
