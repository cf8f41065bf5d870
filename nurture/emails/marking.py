"""Templates rendered for who writes them: a missing value is marked where it stands.

A mail that lacks a value is not sent, and its first missing value is all that its error can
name. A preview shows them all in their places. Templates for it are compiled in a sandbox of
their own, so that sending knows nothing of this.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from jinja2.utils import missing

from nurture.emails.parts import Part, compile_in
from nurture.emails.sandbox import Sandbox
from nurture.emails.values import Missing, ValueProblemError

#: private characters that no template holds: they stand around a name and its holder's id
_MARK = re.compile("\ue000([^\ue000-\ue002]*)\ue001([0-9a-f]*)\ue002")
_LEFT_OVER = re.compile("[\ue000-\ue002]")
_FORGIVING = frozenset({"default", "d"})

#: how a missing value looks in the mail; its own colours, so that it is seen in the dark too
_STYLE = (
    "background:#ffe08a;color:#7a1f00;border:1px dashed #b3261e;border-radius:3px;"
    "padding:0 4px;font-weight:bold;font-style:normal"
)


class Marked(Missing):
    """A missing value that is printed as a mark, and gives nothing to loops."""

    __slots__ = ()

    def __str__(self) -> str:  # type: ignore[override]
        holder = self._undefined_obj
        key = "" if holder is missing else f"{id(holder):x}"
        return f"\ue000{self._undefined_name}\ue001{key}\ue002"

    def __iter__(self) -> Iterator[Any]:  # type: ignore[override]
        return iter(())

    def __len__(self) -> int:  # type: ignore[override]
        return 0


class MarkingSandbox(Sandbox):
    """The template language, with marks in place of errors about missing values."""

    def __init__(self, locale: str, markup: bool) -> None:
        super().__init__(locale, markup)
        self.undefined = Marked
        self.filters = {
            name: one if name in _FORGIVING else _lenient(name, one)
            for name, one in self.filters.items()
        }

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return a field of a mapping, marked where it is missing."""
        return _marked(super().getattr(obj, attribute), obj)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Return a field or a position, marked where it is missing."""
        return _marked(super().getitem(obj, argument), obj)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Calculate; with something missing there is nothing to calculate."""
        for side in (left, right):
            if isinstance(side, Marked):
                return side
        return super().call_binop(context, operator, left, right)


@lru_cache(maxsize=16)
def _sandbox(locale: str, markup: bool) -> MarkingSandbox:
    return MarkingSandbox(locale, markup)


def marking_part(source: str, locale: str, markup: bool) -> Part:
    """Compile a text as `parts.compile_part` does, missing values to be marked."""
    return compile_in(_sandbox(locale, markup), source)


def reveal_html(page: str, values: Mapping[str, Any]) -> tuple[str, list[str]]:
    """Return HTML with its marks made visible, and the names of what is missing, each once."""
    names = _names(values)
    body = page.find("<body")
    found: dict[str, None] = {}

    def show(mark: re.Match[str]) -> str:
        name = _name(mark, names)
        found[name] = None
        shown = html.escape(name)
        start = mark.start()
        within_tag = page.rfind("<", 0, start) > page.rfind(">", 0, start)
        if within_tag or start < body:
            return shown
        return f'<span style="{_STYLE}">{shown}</span>'

    return _LEFT_OVER.sub("", _MARK.sub(show, page)), list(found)


def reveal_text(text: str, values: Mapping[str, Any]) -> tuple[str, list[str]]:
    """Return plain text with its marks written ⟦contact.title⟧, and the names, each once."""
    names = _names(values)
    found = dict.fromkeys(_name(mark, names) for mark in _MARK.finditer(text))
    shown = _MARK.sub(lambda mark: f"⟦{_name(mark, names)}⟧", text)
    return _LEFT_OVER.sub("", shown), list(found)


def _marked(value: Any, holder: Any) -> Any:
    if not isinstance(value, Missing) or isinstance(value, Marked):
        return value
    known = value._undefined_obj
    if known is missing and isinstance(holder, Missing):
        known = holder._undefined_obj
    return Marked(obj=known, name=str(value._undefined_name))


def _lenient(name: str, apply: Callable[..., Any]) -> Callable[..., Any]:
    """Return a filter that lets marks through, and marks what it finds to be missing."""
    place = 1 if hasattr(apply, "jinja_pass_arg") else 0

    def call(*args: Any, **named: Any) -> Any:
        value = args[place]
        if isinstance(value, Marked):
            return () if name == "nv_rounds" else value
        if isinstance(value, str) and _MARK.search(value):
            return value
        try:
            return _marked(apply(*args, **named), None)
        except ValueProblemError as error:
            if error.name and isinstance(error.holder, Mapping):
                return Marked(obj=error.holder, name=error.name)
            raise

    if place:
        call.jinja_pass_arg = apply.jinja_pass_arg  # type: ignore[attr-defined]
    return call


def _name(mark: re.Match[str], names: Mapping[str, str]) -> str:
    return names.get(mark[2], "") + mark[1]


def _names(values: Any, path: str = "", depth: int = 4) -> dict[str, str]:
    """Return id → dotted path of every mapping among the values."""
    if not isinstance(values, Mapping) or not depth:
        return {}
    found = {f"{id(values):x}": path}
    for key, value in values.items():
        found |= _names(value, f"{path}{key}.", depth - 1)
    return found
