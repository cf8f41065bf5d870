"""Pictures that a mail brings along: shown without asking anybody, offline and behind a proxy.

A value of a template may be such a picture. As text it is its address (`cid:…`, RFC 2392), so
a letter writes `![{{ result.chart_alt }}]({{ result.chart }})` and a newsletter
`<mj-image src="{{ result.chart }}" alt="{{ result.chart_alt }}" />`; what a mail shows goes
with it, once, and what it does not show stays out.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

_LINE = 57
#: how deep pictures may lie within values
_DEEPEST = 5


class InlinePicture(str):
    """A PNG; as text the address that shows it in its mail."""

    __slots__ = ("png",)
    png: bytes

    @classmethod
    def of(cls, png: bytes) -> InlinePicture:
        """Return a picture under an address of its own: the same picture has the same one."""
        digest = hashlib.sha256(png).hexdigest()[:24]
        made = cls(f"cid:{digest}@picture.invalid")
        made.png = png
        return made

    @property
    def content_id(self) -> str:
        """The address as the part's header names it."""
        return f"<{self.removeprefix('cid:')}>"

    @property
    def data_address(self) -> str:
        """The picture as an address of its own, for pages that show a mail."""
        return f"data:image/png;base64,{base64.b64encode(self.png).decode('ascii')}"


def pictures_shown(values: Any, html: Iterable[str]) -> list[InlinePicture]:
    """Return the pictures among a mail's values that its HTML shows, each once, in order."""
    found = dict.fromkeys(_pictures(values, _DEEPEST))
    if not found:
        return []
    page = "".join(html)
    return [picture for picture in found if picture in page]


def with_pictures(html: str, pictures: Iterable[InlinePicture]) -> str:
    """Return a mail's HTML for a page: the pictures written into it."""
    for picture in pictures:
        html = html.replace(picture, picture.data_address)
    return html


def encode_picture(picture: InlinePicture, number: int) -> bytes:
    """Return a picture as a MIME part without boundary; `number` counts from 1."""
    name = f"chart-{number}.png"
    head = (
        f'Content-Type: image/png; name="{name}"\r\n'
        "Content-Transfer-Encoding: base64\r\n"
        f"Content-ID: {picture.content_id}\r\n"
        f'Content-Disposition: inline; filename="{name}"\r\n\r\n'
    )
    lines = (
        binascii.b2a_base64(picture.png[start : start + _LINE], newline=False)
        for start in range(0, len(picture.png), _LINE)
    )
    return head.encode("ascii") + b"\r\n".join(lines)


def _pictures(values: Any, depth: int) -> Iterable[InlinePicture]:
    if isinstance(values, InlinePicture):
        yield values
    elif depth and isinstance(values, Mapping):
        for value in values.values():
            yield from _pictures(value, depth - 1)
    elif depth and isinstance(values, Sequence) and not isinstance(values, str | bytes):
        for value in values:
            yield from _pictures(value, depth - 1)
