"""MJML to HTML, once per template, and what cannot survive the compiler.

The compiler ignores unknown elements and attributes and drops some templated ones without
a word, so each is looked for here and named with its line and the way to write it.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass

from mjml import mjml2html

from nurture.emails.mjml_elements import COMMON, ELEMENTS
from nurture.emails.placeholders import SUBJECT, WORD, Placeholders
from nurture.emails.tags import Passage
from nurture.errors import Place, Problem

#: attributes whose templated value the compiler drops without a word
_FIXED = {"mj-column": ("width",), "mj-image": ("width",), "mj-group": ("width",)}

_ELEMENT = re.compile(
    r"<!--.*?-->|<(?P<close>/?)(?P<name>mj[a-z0-9-]*)"
    r"(?P<attributes>(?:\"[^\"]*\"|'[^']*'|[^<>\"'])*?)(?P<empty>/?)>",
    re.DOTALL,
)
_STYLE = re.compile(r"<mj-style\b[^>]*>(.*?)</mj-style>", re.DOTALL)
_ATTRIBUTE = re.compile(r"(?P<name>[A-Za-z_:][\w:.-]*)\s*=\s*(?:\"(?P<a>[^\"]*)\"|'(?P<b>[^']*)')")


def mjml_html(mjml: str, language: str, place: Place, problems: list[Problem]) -> str:
    """Return the HTML of finished MJML, tags hidden; "" where it cannot be compiled."""
    mjml = re.sub(r"<mjml\b(?![^>]*\blang=)", f'<mjml lang="{language}" dir="ltr"', mjml, count=1)
    title = f"<mj-title>{SUBJECT}</mj-title>"
    if "<mj-head>" in mjml:
        mjml = mjml.replace("<mj-head>", "<mj-head>" + title, 1)
    else:
        mjml = mjml.replace("<mj-body", f"<mj-head>{title}</mj-head><mj-body", 1)
    try:
        # No fonts: the compiler's defaults would add a link to an outside server.
        return mjml2html(mjml, fonts={})
    except ValueError as error:
        problems.append(
            Problem(place, "mjml", f"MJML cannot be compiled: {error}", "is every element closed?")
        )
        return ""


@dataclass(frozen=True, slots=True)
class _Opened:
    name: str
    place: Place


def check_mjml(passage: Passage, tags: Placeholders, hidden: str, problems: list[Problem]) -> None:
    """Report what the compiler would break or drop in one MJML file."""
    for found in _STYLE.finditer(passage.text):
        problems.extend(
            Problem(
                passage.at(found.start(1) + comment.start()),
                "mjml-comment",
                "`{#` in a style sheet starts a comment",
                "write a space: `{ #name`",
            )
            for comment in re.finditer(r"\{#", found[1])
        )
    lines = Passage(hidden, passage.place)
    for style in _STYLE.finditer(hidden):
        problems.extend(
            Problem(
                lines.at(style.start(1) + word.start()),
                "mjml-style-value",
                f"{tags.tag(int(word[1])).text} stands in a style sheet, which cannot escape it",
                "give an element the value as an attribute, or a class",
            )
            for word in WORD.finditer(style[1])
        )
    opened: list[_Opened] = []
    for element in _ELEMENT.finditer(hidden):
        if element["name"] is None:
            continue
        place = lines.at(element.start())
        if element["close"]:
            _close(element["name"], place, opened, problems)
            continue
        _check_element(element, place, tags, problems)
        if not element["empty"]:
            opened.append(_Opened(element["name"], place))
    problems.extend(_never_closed(element) for element in opened)


def _close(name: str, place: Place, opened: list[_Opened], problems: list[Problem]) -> None:
    if not any(element.name == name for element in opened):
        problems.append(Problem(place, "mjml", f"</{name}> closes nothing"))
        return
    while (last := opened.pop()).name != name:
        problems.append(_never_closed(last))


def _never_closed(element: _Opened) -> Problem:
    return Problem(
        element.place,
        "mjml",
        f"<{element.name}> is never closed",
        f"end it with </{element.name}>",
    )


def _check_element(
    element: re.Match[str], place: Place, tags: Placeholders, problems: list[Problem]
) -> None:
    name, attributes = element["name"], element["attributes"]
    if name == "mj-include":
        problems.append(
            Problem(
                place,
                "mjml-include",
                "<mj-include> is not allowed",
                'write [% include "name.mjml" %]; files live in templates/email/layouts',
            )
        )
        return
    if name not in ELEMENTS:
        problems.append(_unknown(place, "element", f"<{name}>", name, sorted(ELEMENTS)))
        return
    known = ELEMENTS[name] | COMMON
    for attribute in _ATTRIBUTE.finditer(attributes):
        key = attribute["name"]
        value = attribute["a"] if attribute["a"] is not None else attribute["b"]
        if "*" not in known and key not in known:
            problems.append(
                _unknown(place, "attribute", f"'{key}' of <{name}>", key, sorted(known))
            )
        elif key in _FIXED.get(name, ()) and WORD.search(value):
            problems.append(
                Problem(
                    place,
                    "mjml-templated",
                    f"'{key}' of <{name}> cannot come from a value; it would be dropped",
                    f"put {{% if %}} around two whole <{name}> elements with fixed widths",
                )
            )
    rest = _ATTRIBUTE.sub("", attributes)
    if WORD.search(rest):
        text = tags.restore(rest).strip()
        problems.append(
            Problem(
                place,
                "mjml-tag-in-element",
                f"{text} stands inside <{name} …>",
                f"put {{% if %}} and {{% else %}} around two whole <{name}> elements",
            )
        )


def _unknown(place: Place, what: str, shown: str, name: str, known: list[str]) -> Problem:
    close = difflib.get_close_matches(name, known, 1)
    return Problem(
        place,
        f"unknown-mjml-{what}",
        f"no {what} {shown}; it would be ignored",
        f"did you mean '{close[0]}'?" if close else "",
    )
