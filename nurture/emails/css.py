"""Style sheets and style attributes: which features they use, and where."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import tinycss2

from nurture.language import say

_UNITS = re.compile(r"(?<![\w#.-])[0-9.]+(vh|vw|vmin|vmax|rem|ch)\b")
_FUNCTIONS = {
    "calc": "css-unit-calc",
    "clamp": "css-function-clamp",
    "min": "css-function-min",
    "max": "css-function-max",
    "light-dark": "css-function-light-dark",
    "var": "css-variables",
    "env": "css-variables",
    "rgba": "css-rgba",
    "hsla": "css-rgba",
    **dict.fromkeys(("hwb", "lab", "lch", "oklab", "oklch"), "css-modern-color"),
    **dict.fromkeys(("color", "color-mix"), "css-modern-color"),
    **{
        f"{repeating}{kind}-gradient": f"css-{kind}-gradient"
        for repeating in ("", "repeating-")
        for kind in ("linear", "radial", "conic")
    },
}
_FUNCTION = re.compile(r"(?<![\w-])([a-z-]+)\(")
_PSEUDO = re.compile(r"(::?)([a-z-]+)")
#: written with one colon since CSS 1
_OLD_ELEMENTS = ("before", "after", "first-letter", "first-line")
_LOGICAL = re.compile(r"(margin|padding|border)-(?:inline|block)(?:-.*)?")
_BACKGROUNDS = ("css-background-image", "css-linear-gradient", "css-radial-gradient",
                "css-conic-gradient")  # fmt: skip
_COLOUR = re.compile(
    r"#[0-9a-f]{3,8}\b|\b(?:rgb|hsl)\(|\b(?:white|black|[a-z]*gr[ae]y|[a-z]+blue)\b"
)


@dataclass(frozen=True, slots=True)
class Used:
    """A feature that a style uses."""

    #: its name in the table of mail programs
    feature: str
    #: how a message names it
    shown: str
    #: from 1, within the style
    line: int
    column: int


def sheet_features(css: str) -> Iterator[Used]:
    """Yield what a style sheet uses."""
    yield from _rules(tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True))


def style_features(css: str) -> Iterator[Used]:
    """Yield what a style attribute uses."""
    yield from _block(tinycss2.parse_blocks_contents(css, skip_comments=True, skip_whitespace=True))


def value_features(value: str) -> Iterator[tuple[str, str]]:
    """Yield (feature, as shown) of a property's value: its units and functions."""
    value = value.lower()
    for unit in _UNITS.finditer(value):
        yield f"css-unit-{unit[1]}", unit[1]
    for called in _FUNCTION.finditer(value):
        if called[1] in _FUNCTIONS:
            yield _FUNCTIONS[called[1]], f"{called[1]}()"


def _rules(nodes: Iterable[Any]) -> Iterator[Used]:
    for node in nodes:
        if node.type == "at-rule":
            yield from _at_rule(node)
        elif node.type == "qualified-rule":
            selector = tinycss2.serialize(node.prelude).lower()
            for colons, name in _PSEUDO.findall(selector):
                kind = "element" if colons == "::" or name in _OLD_ELEMENTS else "class"
                yield _used(node, f"css-pseudo-{kind}-{name}", f"{colons}{name}")
            yield from _block(
                tinycss2.parse_blocks_contents(
                    node.content, skip_comments=True, skip_whitespace=True
                )
            )


def _at_rule(node: Any) -> Iterator[Used]:
    word = node.lower_at_keyword
    if word != "media":
        yield _used(node, f"css-at-{word}", f"@{word}")
    if word in ("media", "supports") and node.content is not None:
        yield from _rules(
            tinycss2.parse_rule_list(node.content, skip_comments=True, skip_whitespace=True)
        )


def _block(nodes: Iterable[Any]) -> Iterator[Used]:
    declared = [node for node in nodes if node.type in ("declaration", "qualified-rule")]
    coloured = any(
        node.type == "declaration"
        and node.lower_name in ("background-color", "background")
        and _COLOUR.search(tinycss2.serialize(node.value).lower())
        for node in declared
    )
    for node in declared:
        if node.type == "qualified-rule":
            yield _used(node, "css-nesting", say("a rule within a rule"))
            continue
        for feature, shown in _declaration(node.lower_name, tinycss2.serialize(node.value).lower()):
            if not (coloured and feature in _BACKGROUNDS):
                yield _used(node, feature, shown)


def _declaration(name: str, value: str) -> Iterator[tuple[str, str]]:
    value = value.strip()
    if name.startswith("--"):
        yield "css-variables", name
        return
    yield from value_features(value)
    if name == "display":
        kind = value.removeprefix("inline-").removesuffix(" !important")
        yield f"css-display-{kind}", f"display: {value}"
    elif name in ("background", "background-image"):
        if "url(" in value:
            yield "css-background-image", name
    elif name in ("columns", "column-count", "column-width"):
        yield "css-column-count", name
    elif logical := _LOGICAL.fullmatch(name):
        yield f"css-{logical[1]}-inline-block", name
    elif not (name == "position" and value in ("static", "relative")) and not (
        name in ("float", "transform", "filter") and value == "none"
    ):
        yield f"css-{name}", name


def _used(node: Any, feature: str, shown: str) -> Used:
    return Used(feature, shown, node.source_line, node.source_column)
